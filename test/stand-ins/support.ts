import type { RunningStandIns } from "../../src/stand-ins/start";

/** Orders the stand-ins about; the answer says what is in force. */
export function order(standIns: RunningStandIns, body: unknown): Promise<Response> {
  return postJson(`${standIns.origin}/local/orders`, body);
}

/** What a signed-in player's game would hold, for `{ provider, account, … }`. */
export async function heldBy<Held>(standIns: RunningStandIns, body: object): Promise<Held> {
  return (await (await postJson(`${standIns.origin}/local/tokens`, body)).json()) as Held;
}

function postJson(url: string, body: unknown): Promise<Response> {
  const headers = { "content-type": "application/json" };
  return fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
}
