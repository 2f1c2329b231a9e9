export const STEAM = "steam";

/** Of the SteamID64 of a person: universe, type and instance are always the same, and the account's number below 2^32. */
const PERSON = { least: 76_561_197_960_265_729n, most: 76_561_202_255_233_023n };

/** Whether it is a person's SteamID64 in its one spelling, 17 digits. */
export function isSteamId(value: unknown): value is string {
  if (typeof value !== "string" || !/^\d{17}$/.test(value)) return false;
  const id = BigInt(value);
  return id >= PERSON.least && id <= PERSON.most;
}
