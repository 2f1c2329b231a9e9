"""A WebSocket server that knows who plays: ACCOUNT_SERVER_KEY=sk_… python3 server.py

The first message of a game is its join ticket, as text. Whoever has a good one is told their name, and everybody hears what
everybody says. The key: bun run admin keys create "Kitchen" --scope tickets:redeem --server kitchen
"""

import asyncio
import json
import os
import urllib.error
import urllib.request

import websockets

ACCOUNT_SERVER = os.environ.get("ACCOUNT_SERVER", "http://localhost:8000")
KEY = os.environ["ACCOUNT_SERVER_KEY"]


def redeem(ticket):
    """Who joins; None where the account server lets nobody in."""
    headers = {"authorization": f"Bearer {KEY}", "content-type": "application/json"}
    url, body = f"{ACCOUNT_SERVER}/api/join_tickets/redeem", json.dumps({"ticket": ticket}).encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=10) as answer:
            return json.load(answer)["user"]
    except urllib.error.HTTPError:
        return None


players = {}


async def play(socket, path=None):
    ticket = await asyncio.wait_for(socket.recv(), 10)
    user = await asyncio.get_running_loop().run_in_executor(None, redeem, ticket)
    if user is None:
        return await socket.close(4401, "invalid_ticket")
    players[socket] = user
    try:
        await socket.send(json.dumps({"you": user["name"]}))
        async for said in socket:
            websockets.broadcast(players, json.dumps({"name": user["name"], "said": said}))
    finally:
        del players[socket]


async def main():
    async with websockets.serve(play, "127.0.0.1", int(os.environ.get("PORT", "3200"))) as server:
        host, port = server.sockets[0].getsockname()[:2]
        print(f"open at {host}:{port}", flush=True)
        await asyncio.Future()


if __name__ == "__main__":
    asyncio.run(main())
