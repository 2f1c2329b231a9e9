const LOOPBACK = ["127.0.0.1", "localhost", "::1"];

/**
 * Keeps requests to this machine away from `HTTP_PROXY`: the local Google listens here, and a proxy elsewhere cannot
 * reach it.
 * @param env changed in place, so that Bun's fetch and the workers see it
 */
export function bypassProxyForLoopback(env: NodeJS.Dict<string>): void {
  const listed = [env.NO_PROXY, env.no_proxy].flatMap((list) => list?.split(",") ?? []);
  // An asterisk stands for every host, but only by itself.
  if (listed.includes("*")) return;
  const hosts = [...new Set([...listed.map((host) => host.trim()), ...LOOPBACK])].filter(Boolean).join(",");
  env.NO_PROXY = hosts;
  env.no_proxy = hosts;
}
