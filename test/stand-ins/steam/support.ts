import { type RunningStandIns, startStandIns } from "../../../src/stand-ins/start";

export const WEB_API_KEY = "0123456789ABCDEF0123456789ABCDEF";
export const APP_ID = 2_180_100;

/** The local Steam over real HTTP, whose clock the test moves. The caller stops it. */
export function startSteam() {
  const clock = {
    offsetSeconds: 0,
    now: () => new Date(Date.now() + clock.offsetSeconds * 1000),
  };
  const steam = { webApiKey: WEB_API_KEY, appId: APP_ID, identity: "kitchen" };
  return { standIns: startStandIns({ port: 0, clock, steam }), clock };
}

/** `POST /local/tokens`. */
export async function issue({ origin }: RunningStandIns, body: object) {
  const response = await fetch(`${origin}/local/tokens`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ provider: "steam", ...body }),
  });
  return { status: response.status, body: await response.json() };
}
