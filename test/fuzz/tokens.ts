import { systemClock } from "../../src/clock";
import type { JwtAlgorithm, RefreshTokenSecrets, SecurityConfig } from "../../src/config/security";
import { PLAYER } from "../../src/roles/role";
import { createAccessTokens, OWN_ENDPOINTS } from "../../src/session/access-token";
import { createIssuer } from "../../src/session/issuer";
import { loadKeyRing } from "../../src/session/keys";
import { createRefreshKeyRing } from "../../src/session/refresh-keys";
import { createRefreshTokens } from "../../src/session/refresh-token";
import type { Proof, Run } from "../support/proof";
import { attacks, keyMaterial } from "./support/jws-attacks";

const ALGORITHMS: JwtAlgorithm[] = ["HS256", "HS384", "HS512", "ES256", "RS256", "EdDSA"];

/** Derived from the access tokens' key, and of their own. */
const SECRETS: RefreshTokenSecrets[] = [
  { current: null, accepted: [], derivedAccepted: true },
  { current: "f".repeat(64), accepted: [], derivedAccepted: false },
];

export const tokens: Proof = {
  name: "tokens",
  title:
    "S6 S7 S17 S22 every flipped bit, edit and known attack on an access token or refresh token is refused",
  database: "embedded",
  shortRounds: ALGORITHMS.length,
  longRounds: 600,
  share: 1,
  prepare: async (run) => async (round) => {
    const material = keyMaterial(ALGORITHMS[round % ALGORITHMS.length] as JwtAlgorithm);
    const ring = await loadKeyRing(
      { current: material, accepted: [] as never[] } as unknown as SecurityConfig,
      "",
    );
    const access = createAccessTokens(
      ring,
      {
        expiresInSeconds: 3_600,
        audience: "robotouille",
        issuer: createIssuer({ publicUrl: null, port: 8_000 }),
        firstPartyIds: [],
      },
      systemClock,
    );
    const refresh = createRefreshTokens(
      createRefreshKeyRing(SECRETS[round % 2] as RefreshTokenSecrets, ring),
    );
    const content = { sessionId: Bun.randomUUIDv7(), generation: run.random.integer(0, 2 ** 31 - 2) };
    const accessToken = await access.issue({
      ...OWN_ENDPOINTS,
      ...content,
      jkt: null,
      roles: PLAYER,
      userId: run.random.integer(1, 2 ** 31 - 1),
    });
    const refreshToken = refresh.issue(content);
    run.check((await access.verify(accessToken)) !== null, `${material.algorithm}: the genuine token works`);
    run.check(refresh.open(refreshToken)?.knownKey === true, "the genuine refresh token opens");

    const refused = async (what: string, verdict: () => unknown) => {
      run.fault();
      run.check((await verdict()) === null, `${material.algorithm}: ${what} is accepted`);
    };
    for (const [what, token] of [...attacks(accessToken, material), ...edits(run, accessToken)]) {
      await refused(`${what}: ${token.slice(0, 2_000)}`, () => access.verify(token));
    }
    for (const [what, token] of edits(run, refreshToken)) {
      await refused(`refresh token, ${what}`, () => (refresh.open(token)?.knownKey ? token : null));
    }
    await refused("a refresh token as an access token", () => access.verify(refreshToken));
    await refused("an access token as a refresh token", () => refresh.open(accessToken));
  },
};

/** Every single bit of the text flipped, and some other slips of the pen. */
function edits(run: Run, token: string): [what: string, token: string][] {
  const made: [string, string][] = [];
  for (let at = 0; at < token.length; at++) {
    const [before, after] = [token.slice(0, at), token.slice(at + 1)];
    for (let bit = 0; bit < 8; bit++) {
      const flipped = String.fromCharCode(token.charCodeAt(at) ^ (1 << bit));
      made.push([`bit ${bit} of character ${at} flipped`, before + flipped + after]);
    }
  }
  for (let count = 0; count < 200; count++) {
    const at = run.random.integer(0, token.length - 1);
    const to = run.random.integer(at + 1, token.length);
    made.push(
      [`${at} to ${to} cut out`, token.slice(0, at) + token.slice(to)],
      [`${at} to ${to} doubled`, token.slice(0, to) + token.slice(at)],
      [`cut at ${at}`, token.slice(0, at)],
    );
  }
  return made;
}
