/** Soups take this long to cook, so nobody serves them faster. */
const COOKING_MS = 5_000;

const FOODS = ["tomato", "onion", "mushroom", "soup"];

/** Where a chef is, as their game says. */
export type Place = { x: number; y: number; carries: string | null };

/** A chef in the kitchen, whom the account server knows. */
export class Chef {
  place: Place = { x: 236, y: 470, carries: null };
  /** Soups that the account server has not heard of. */
  served = 0;
  #lastServed: number;

  constructor(
    readonly id: number,
    readonly name: string,
    now: number,
  ) {
    this.#lastServed = now;
  }

  /** What the other chefs' games are told. */
  get shown() {
    return { id: this.id, name: this.name, ...this.place };
  }

  /** A game says what it likes: what makes no sense is left out. */
  move({ x, y, carries }: Record<string, unknown>): void {
    const at = (value: unknown, most: number) => Math.min(Math.max(Number(value) || 0, 0), most);
    this.place = { x: at(x, 960), y: at(y, 600), carries: FOODS.find((food) => food === carries) ?? null };
  }

  serve(now: number): void {
    if (now - this.#lastServed < COOKING_MS) return;
    this.#lastServed = now;
    this.served++;
  }
}
