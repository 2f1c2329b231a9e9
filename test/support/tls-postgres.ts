import { chownSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type PostgresConfig, withClient } from "../../src/db/postgres";
import { asPostgresUser, binaries, freePort } from "./postgres";

/** A PostgreSQL that speaks TLS, with a certificate for `localhost` of an authority of its own. */
export type TlsPostgres = {
  config: PostgresConfig;
  /** Files by what they are: the authority, another authority, a client's certificate and key. */
  files: { ca: string; strangerCa: string; cert: string; key: string };
  remove(): Promise<void>;
};

/** Two authorities; the first signs the server's certificate and that of the client `postgres`. */
const CERTIFICATES = `
  set -eu
  cd "$1"
  authority() { openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout $1.key -out $1.crt -days 2 \\
    -subj "/CN=$1" -addext basicConstraints=critical,CA:TRUE; }
  signed() { openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout $1.key -out $1.csr -subj "/CN=$2"
    printf "$3" >$1.ext
    openssl x509 -req -in $1.csr -CA ca.crt -CAkey ca.key -CAcreateserial -out $1.crt -days 2 -extfile $1.ext; }
  authority ca
  authority stranger
  signed server localhost "subjectAltName=DNS:localhost"
  signed client postgres "extendedKeyUsage=clientAuth"
  chmod 600 *.key`;

/** Whoever comes over TLS as "certified" needs a certificate; "asked" is asked for the password as it is. */
const HBA = `
hostssl all certified all cert map=certified
host all asked all password
host all postgres all trust
`;

const SERVE = `
  cd "$1"
  "$0/initdb" -D data -U postgres -A trust -E UTF8 --locale=C --no-sync
  cp hba data/pg_hba.conf
  cp ident data/pg_ident.conf
  "$0/postgres" -D data -p "$2" -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off \\
    -c ssl=on -c ssl_cert_file=../server.crt -c ssl_key_file=../server.key -c ssl_ca_file=../ca.crt &
  read -r signal || true
  kill -s QUIT $!; wait $! || true; rm -rf "$1"`;

/** Makes and starts it. */
export async function startTlsPostgres(): Promise<TlsPostgres> {
  const folder = mkdtempSync(join(tmpdir(), "account-server-tls-"));
  const port = await freePort();
  writeFileSync(join(folder, "hba"), HBA);
  writeFileSync(join(folder, "ident"), "certified postgres certified\n");
  const asUser = asPostgresUser();
  if (asUser.length > 0) chownSync(folder, Number(Bun.spawnSync(["id", "-u", "postgres"]).stdout), 0);
  const run = (script: string) =>
    Bun.spawn([...asUser, "sh", "-c", script, binaries() ?? "", folder, String(port)], {
      stdin: "pipe",
      stdout: Bun.file(join(folder, "log")),
      stderr: Bun.file(join(folder, "log")),
      cwd: folder,
    });
  await run(CERTIFICATES).exited;
  const server = run(SERVE);
  const config: PostgresConfig = {
    kind: "postgres",
    host: "localhost",
    port,
    user: "postgres",
    database: "postgres",
    poolSize: 10,
  };
  const file = (name: string) => join(folder, name);
  const postgres: TlsPostgres = {
    config,
    files: {
      ca: file("ca.crt"),
      strangerCa: file("stranger.crt"),
      cert: file("client.crt"),
      key: file("client.key"),
    },
    async remove() {
      server.stdin.end();
      await server.exited;
    },
  };
  await untilItAnswers(config);
  await withClient(config, (client) =>
    client.query("CREATE ROLE certified LOGIN; CREATE ROLE asked LOGIN PASSWORD 'in-the-dark'"),
  );
  return postgres;
}

async function untilItAnswers(config: PostgresConfig): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await withClient(config, async (client) => void (await client.query("SELECT 1")));
    } catch (error) {
      if (attempt === 200) throw error;
      await Bun.sleep(50);
    }
  }
}
