import { startKitchen } from "./kitchen.ts";

// A game server for the demo kitchen: chefs who join by their tickets see each other.
//
//   bun run admin keys create "Kitchen" --scope tickets:redeem,progress:write --server kitchen
//   ACCOUNT_SERVER_KEY=sk_… bun sdk/examples/game-server/server.ts
//
// Then two browsers at http://localhost:8000/play/?server=ws://localhost:3100

const { ACCOUNT_SERVER = "http://localhost:8000", ACCOUNT_SERVER_KEY, PORT = "3100" } = process.env;
if (!ACCOUNT_SERVER_KEY) throw new Error("ACCOUNT_SERVER_KEY is not set");
const kitchen = startKitchen({ backendUrl: ACCOUNT_SERVER, key: ACCOUNT_SERVER_KEY, port: Number(PORT) });
console.log(`The kitchen is open at ${kitchen.url}`);

process.once("SIGTERM", () => kitchen.stop());
process.once("SIGINT", () => kitchen.stop());
