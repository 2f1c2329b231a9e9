import { Refusal } from "./with-stores";

/** @throws {Refusal} for what is no id of a player's */
export function playerId(text: string): number {
  const id = Number(text);
  if (!/^[1-9]\d{0,9}$/.test(text) || id > 2 ** 31 - 1)
    throw new Refusal(`"${text}" is no id of a player's.`);
  return id;
}
