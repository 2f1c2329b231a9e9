#!/bin/sh
# A throwaway PostgreSQL cluster for the tests, in a temporary folder. It lives until stdin ends, that is until
# whoever started this is gone, for whatever reason. Prints the folder once it answers.
#   postgres-cluster.sh BINDIR PORT PASSWORD
set -eu
trap '' INT TERM HUP
bin=$1 port=$2 password=$3
umask 077
dir=$(mktemp -d "${TMPDIR:-/tmp}/account-server-postgres-XXXXXX")
cd "$dir"
printf %s "$password" >password
"$bin/initdb" -D data -U postgres -E UTF8 --locale=C --no-sync \
  --auth-local=trust --auth-host=scram-sha-256 --pwfile=password >initdb.log
# A zone other than UTC, so that a timestamp read wrongly is found out. Durability would only cost time.
cat >>data/postgresql.conf <<SETTINGS
listen_addresses = '127.0.0.1'
port = $port
unix_socket_directories = '$dir'
timezone = 'Asia/Kathmandu'
max_connections = 200
fsync = off
synchronous_commit = off
full_page_writes = off
SETTINGS
"$bin/pg_ctl" -D data -l server.log -w start >/dev/null
echo "$dir"
cat >/dev/null || true
"$bin/pg_ctl" -D data -m immediate stop >/dev/null
cd /
rm -rf "$dir"
