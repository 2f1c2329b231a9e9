"""python3 demo.py https://accounts.example.com account.json [new name]"""

import sys

from account import Account

account = Account(sys.argv[1], sys.argv[2], device="Python")
if not account.is_signed_in:
    account.sign_in(lambda code, link, _: print(f"Go to {link} and type {code}", flush=True))
if len(sys.argv) > 3:
    account.rename(sys.argv[3])
print(f"Signed in as {account.me()['name']}", flush=True)
