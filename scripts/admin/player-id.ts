import { Refusal } from "./with-stores";

export function nobody(id: number): Refusal {
  return new Refusal(`There is no player with the id ${id}.`);
}

/** @throws {Refusal} for what is no id of a player's */
export function playerId(text: string): number {
  const id = Number(text);
  if (!/^[1-9]\d{0,9}$/.test(text) || id > 2 ** 31 - 1)
    throw new Refusal(`"${text}" is no id of a player's.`);
  return id;
}
