import { SQL } from "bun";
import { ENROLL, EVICT, FIND, ROTATE, SIGN_IN } from "../../../src/session/store";
import { RENAME } from "../../../src/users/rename";
import { config, serve } from "./hand-written";

// The bound: this server's own statements through Bun's built-in PostgreSQL client.
const sql = new SQL(String(process.env.DATABASE_URL), { max: 10 });
const { refreshTokenExpirySeconds: idle, sessionMaxSeconds: cap, maxSessionsPerUser } = config.security;

async function one(text: string, values: unknown[]) {
  const [row] = await sql.unsafe(text, values);
  return row ?? null;
}

serve({
  rotate: ({ sessionId, generation, ip }) => one(ROTATE, [null, sessionId, generation, ip, idle, cap]),
  find: (sessionId, userId) => one(FIND, [null, sessionId, userId, cap]),
  signIn: (who, { sessionId, device, ip }) =>
    one(SIGN_IN, [null, sessionId, device, ip, who.sub, who.email, who.emailVerified]),
  enroll: (player, { sessionId, device, ip }) =>
    one(ENROLL, [
      null,
      sessionId,
      device,
      ip,
      player.sub,
      player.email,
      player.emailVerified,
      player.name,
      player.folded,
      player.skeleton,
      player.picture,
    ]),
  evictIdlest: (userId) => one(EVICT, [null, userId, maxSessionsPerUser]),
  rename: (userId, { name, folded, skeleton }) => one(RENAME, [userId, name, folded, skeleton]),
});
