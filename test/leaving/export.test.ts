import { expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { newGuestKey, playAsGuest } from "../support/guests";
import { leavingAt } from "../support/leaving";
import { linkingAt } from "../support/linking";
import { FORUM, tokensOf, withClients } from "../support/oauth";
import { freshAccount, freshName, googleTokens, signIn } from "../support/players";
import { bearer, get, post, send } from "../support/requests";
import { sessionIdOf } from "../support/session-row";
import { onEachDatabase } from "../support/suite";

const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
const PNG =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

onEachDatabase(
  (at) => {
    test("a player gets everything that is kept of them, in one JSON", async () => {
      const account = freshAccount();
      const { account: google } = await googleTokens(at.server, { account });
      const session = await signIn(at.server, { account }, { device: "Tablet" });
      const name = freshName();
      await post(at.server, "/api/update_username", { new_username: name }, bearer(session));
      await post(at.server, "/api/update_picture", { new_picture: PNG }, bearer(session));
      await linkingAt(at.server).link(session, { provider: "guest", guest_key: newGuestKey() });
      await tokensOf(at.server, { ...FORUM }, account);
      const { status, body } = await leavingAt(at.server).exported(session);
      const me = (await get(at.server, "/api/me", bearer(session))).body.user;
      expect(status).toBe(200);
      expect(body as object).toEqual({
        status: "success",
        exported_at: TIME,
        profile: {
          ...me,
          email_verified: true,
          renamed_at: TIME,
          terms_accepted_at: null,
          guardian: null,
          merged_players: [],
        },
        stats: {},
        identities: [
          {
            provider: "google",
            subject: google.sub,
            email: account,
            email_verified: true,
            name: expect.any(String),
            linked_at: TIME,
            last_used_at: TIME,
          },
          {
            provider: "guest",
            subject: null,
            email: null,
            email_verified: false,
            name: null,
            linked_at: TIME,
            last_used_at: TIME,
          },
        ],
        devices: [
          expect.objectContaining({ device: "The Forum", client_id: "forum", scope: "openid profile email" }),
          {
            id: sessionIdOf(session),
            device: "Tablet",
            client_id: null,
            scope: null,
            ip: "127.0.0.1",
            created_at: TIME,
            last_used_at: TIME,
            ended_at: null,
          },
        ],
        consents: [{ client_id: "forum", scopes: ["openid", "profile", "email"], granted_at: TIME }],
        pictures: [{ data_url: PNG, created_at: TIME }],
        changes: [expect.objectContaining({ kind: "link", providers: ["guest"] })],
        events: [
          expect.objectContaining({ action: "new_device", after: { device: "The Forum" } }),
          expect.objectContaining({ action: "link", after: { provider: "guest" } }),
          expect.objectContaining({ action: "rename", after: { name } }),
          expect.objectContaining({ action: "new_device", after: { device: "Tablet" } }),
        ],
      });
    });

    test("no token, key or hash of one is in it", async () => {
      const key = newGuestKey();
      const guest = await playAsGuest(at.server, key);
      const code = (await send(at.server, "/api/transfer_code", { method: "POST", headers: bearer(guest) }))
        .body.transfer_code;
      const { text } = await leavingAt(at.server).exported(guest);
      const { rows } = await at.server.database.pool.query(
        "SELECT subject FROM identities WHERE user_id = $1",
        [guest.user.id],
      );
      for (const secret of [key, code, guest.access_token, guest.refresh_token, rows[0].subject])
        expect(text).not.toContain(secret);
    });

    test("what happened is told whole, however much it was", async () => {
      const session = await signIn(at.server);
      await at.server.database.pool.query(
        `INSERT INTO audit_events (id, user_id, action, actor_kind, created_at)
         SELECT ('01a00000-0000-7000-8000-' || $2 || lpad(to_hex(n), 4, '0'))::uuid, $1, 'rename', 'player', now()
         FROM generate_series(1, 1203) AS n`,
        [session.user.id, randomBytes(4).toString("hex")],
      );
      const { body } = await leavingAt(at.server).exported(session);
      const { events } = body as unknown as { events: { action: string }[] };
      expect(events.filter(({ action }) => action === "rename")).toHaveLength(1_203);
    });

    test("a player who was merged into another one is told of by name", async () => {
      const { mine, theirs, ticket } = await linkingAt(at.server).conflict();
      const { body: kept } = await linkingAt(at.server).resolve(mine, ticket, "mine");
      const { body } = await leavingAt(at.server).exported(kept);
      expect((body as unknown as { profile: object }).profile).toMatchObject({
        merged_players: [{ id: theirs.user.id, name: theirs.user.name }],
      });
    });
  },
  { adjust: withClients },
);
