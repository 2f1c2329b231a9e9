import type { Exchange } from "./connection";

/** What a simulated player holds. */
export type Player = {
  /** The address that the trusted proxy, which the client plays, reports. */
  address: string;
  accessToken: string;
  refreshToken: string;
  /** better-auth's session. */
  cookie?: string;
};

export const OPERATIONS = {
  login_returning: "login by id token, returning player",
  login_new: "login by id token, new player",
  login_access_token: "login by access token",
  refresh: "refresh",
  refresh_bound: "refresh, bound",
  me: "me",
  rename: "rename",
  rejected: "rejected token",
  mix: "an hour of a game",
} as const;

/** What a proof of a refresh is about. */
export const REFRESH_PATH = "/api/refresh";

export type Operation = keyof typeof OPERATIONS;
type Single = Exclude<Operation, "mix">;

/** How a contestant spells an operation; what it does not offer is missing. */
export type Dialect = Partial<Record<Single, (player: Player, material: string) => Exchange>>;

/** Shared by this server, the bound and plain Prisma: that of `docs/wire.md`. */
export const contract: Dialect = {
  login_returning: ({ address }, token) => post("/api/login", address, `{"id_token":"${token}"}`),
  login_new: ({ address }, token) => post("/api/login", address, `{"id_token":"${token}"}`),
  login_access_token: ({ address }, token) => post("/api/login", address, `{"access_token":"${token}"}`),
  refresh: (player) => refresh(player),
  refresh_bound: (player, proof) => refresh(player, `dpop: ${proof}\r\n`),
  me: ({ address, accessToken }) => get("/api/me", address, `authorization: Bearer ${accessToken}`),
  rename: ({ address, accessToken }, name) =>
    post(
      "/api/update_username",
      address,
      `{"new_username":"${name}"}`,
      `authorization: Bearer ${accessToken}\r\n`,
    ),
  rejected: ({ address, accessToken }) => ({
    ...get("/api/me", address, `authorization: Bearer ${forged(accessToken)}`),
    expect: 401,
  }),
};

/** Sign-in, session and name as better-auth has them; it has no rotating refresh token. */
export const betterAuth: Dialect = {
  login_returning: (player, token) => ({
    ...post(
      "/api/auth/sign-in/social",
      player.address,
      `{"provider":"google","idToken":{"token":"${token}"}}`,
    ),
    onAnswer: (head) => {
      player.cookie = /set-cookie: ([^;]+)/i.exec(head)?.[1] ?? "";
    },
  }),
  login_new: ({ address }, token) =>
    post("/api/auth/sign-in/social", address, `{"provider":"google","idToken":{"token":"${token}"}}`),
  me: ({ address, cookie }) => get("/api/auth/get-session", address, `cookie: ${cookie}`),
  rename: ({ address, cookie }, name) =>
    post(
      "/api/auth/update-user",
      address,
      `{"name":"${name}"}`,
      `cookie: ${cookie}\r\norigin: http://127.0.0.1\r\n`,
    ),
};

function refresh(player: Player, headers = ""): Exchange {
  return {
    ...post(REFRESH_PATH, player.address, `{"refresh_token":"${player.refreshToken}"}`, headers),
    onAnswer: (_, body) => {
      player.accessToken = member(body, "access_token");
      player.refreshToken = member(body, "refresh_token");
    },
  };
}

function get(path: string, address: string, header: string): Exchange {
  return {
    bytes: `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nx-forwarded-for: ${address}\r\n${header}\r\n\r\n`,
    expect: 200,
  };
}

function post(path: string, address: string, body: string, headers = ""): Exchange {
  return {
    bytes: `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nx-forwarded-for: ${address}\r\n${headers}content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    expect: 200,
  };
}

function member(body: string, name: string): string {
  const start = body.indexOf(`"${name}":"`) + name.length + 4;
  return body.slice(start, body.indexOf('"', start));
}

/** The same token under a signature that is not ours. */
function forged(token: string): string {
  const at = token.lastIndexOf(".") + 1;
  return token.slice(0, at) + (token[at] === "A" ? "B" : "A") + token.slice(at + 1);
}
