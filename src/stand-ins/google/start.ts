import { AUTH_PATH, createLocalGoogle, type LocalGoogle, type LocalGoogleOptions } from "./app";
import { API_PATHS } from "./google-apis";

const MAX_BODY_BYTES = 64 * 1024;

export type RunningLocalGoogle = LocalGoogle & {
  /** `http://127.0.0.1:<port>`. */
  origin: string;
  /** Google's endpoints here; `certs` is a JWK Set, `pemCerts` PEM by key id. */
  urls: Record<"auth" | keyof typeof API_PATHS, string>;
  /** Closes the port and every connection. */
  stop(): Promise<void>;
};

/**
 * Serves a local Google on 127.0.0.1 and nowhere else.
 *
 * @throws the system's error (`EADDRINUSE`) when the port is taken; 0 takes any free one.
 */
export function startLocalGoogle(options: LocalGoogleOptions & { port: number }): RunningLocalGoogle {
  const google = createLocalGoogle(options);
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: options.port,
    maxRequestBodySize: MAX_BODY_BYTES,
    fetch: google.fetch,
  });
  const { origin } = server.url;
  return {
    ...google,
    origin,
    urls: {
      auth: origin + AUTH_PATH,
      token: origin + API_PATHS.token,
      tokenInfo: origin + API_PATHS.tokenInfo,
      userinfo: origin + API_PATHS.userinfo,
      certs: origin + API_PATHS.certs,
      pemCerts: origin + API_PATHS.pemCerts,
    },
    stop: () => server.stop(true),
  };
}
