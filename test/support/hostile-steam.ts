type Endpoint = "authenticate" | "summaries" | "openid";
type Behaviour = (request: Request) => Response | Promise<Response>;

export const HOSTILE_STEAM_ID = "76561198000000001";

/** Members of `AuthenticateUserTicket` for a player of whom nothing is to be said. */
export const PARAMS = {
  result: "OK",
  steamid: HOSTILE_STEAM_ID,
  ownersteamid: HOSTILE_STEAM_ID,
  vacbanned: false,
  publisherbanned: false,
};

export const params = (changes: Record<string, unknown> = {}) =>
  Response.json({ response: { params: { ...PARAMS, ...changes } } });

export const steamError = (errorcode: unknown, errordesc = "Invalid ticket") =>
  Response.json({ response: { error: { errorcode, errordesc } } });

export const isValid = (value: string) =>
  new Response(`ns:http://specs.openid.net/auth/2.0\nis_valid:${value}\n`);

const PATHS: Record<string, Endpoint> = {
  "/ISteamUserAuth/AuthenticateUserTicket/v1/": "authenticate",
  "/ISteamUser/GetPlayerSummaries/v2/": "summaries",
  "/openid/login": "openid",
};

/** A Steam whose answers a test decides, one endpoint at a time; those it leaves alone are well-behaved and know one player. */
export function startHostileSteam() {
  const behaviours = new Map<Endpoint, Behaviour>();
  const requests: { endpoint: Endpoint; url: URL; headers: Headers; body: URLSearchParams }[] = [];
  const player = {
    steamid: HOSTILE_STEAM_ID,
    personaname: "Hostile",
    avatarfull: "https://avatars.steamstatic.com/x_full.jpg",
  };
  const wellBehaved: Record<Endpoint, Behaviour> = {
    authenticate: () => params(),
    summaries: () => Response.json({ response: { players: [player] } }),
    openid: () => isValid("true"),
  };
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 60,
    async fetch(request) {
      const url = new URL(request.url);
      const endpoint = PATHS[url.pathname];
      if (!endpoint) return new Response(null, { status: 404 });
      const body = new URLSearchParams(await request.text());
      requests.push({ endpoint, url, headers: request.headers, body });
      return (behaviours.get(endpoint) ?? wellBehaved[endpoint])(request);
    },
  });
  const { origin } = server.url;
  return {
    endpoints: { api: origin, community: origin },
    player,
    /** What was asked since the last `behave`. */
    requests,
    /** Replaces an endpoint's answers until `behave`. */
    misbehave: (endpoint: Endpoint, behaviour: Behaviour) => void behaviours.set(endpoint, behaviour),
    /** Everything is as it should be again, and no request has been seen. */
    behave() {
      behaviours.clear();
      requests.length = 0;
    },
    stop: () => server.stop(true),
  };
}
