import type { Config } from "../../src/config/config";
import { LOCAL_OPENID_CLIENT } from "../../src/config/openid";
import { withStandIns } from "../../src/host/with-stand-ins";
import { startStandIns } from "../../src/stand-ins/start";
import { load } from "../config/support";
import type { TestClock } from "./clock";

type Timepiece = Pick<TestClock, "now">;

/** Apple and an OpenID issuer as a server in development has them where nothing is set, over real HTTP. */
export function startLocalProviders(clock: Timepiece = { now: () => new Date() }) {
  const unset = load();
  const standIns = startStandIns({
    port: 0,
    clock,
    openid: LOCAL_OPENID_CLIENT,
    ...(unset.apple && { apple: { developer: unset.apple } }),
  });
  const { apple, openid } = withStandIns(unset, standIns);
  return { standIns, adjust: (config: Config): Config => ({ ...config, apple, openid }) };
}
