const REACH = 62;
const COOKING_SECONDS = 5;
const TOAST_SECONDS = 2;

/** Where the chef's feet can go, and what stands in the way. */
const FLOOR = { left: 40, right: 920, top: 258, bottom: 560 };
const ISLAND = { left: 318, right: 642, top: 372, bottom: 470 };

/** What the chef can use; `x` and `y` is where to stand for it. */
const STATIONS = [
  { kind: "crate", food: "tomato", x: 118, y: 262 },
  { kind: "crate", food: "onion", x: 226, y: 262 },
  { kind: "crate", food: "mushroom", x: 334, y: 262 },
  { kind: "pot", x: 560, y: 262 },
  { kind: "window", x: 806, y: 262 },
];

const ORDERS = [
  ["tomato", "tomato", "onion"],
  ["mushroom", "onion", "mushroom"],
  ["tomato", "mushroom", "onion"],
  ["tomato", "tomato", "tomato"],
];

/** The rules: fetch what the order asks for, cook it, serve it. */
export class Kitchen {
  stations = STATIONS;
  served = 0;
  order = ORDERS[0];
  /** What is in the pot, and how far it is, from 0 to 1. */
  pot = [];
  cooked = 0;
  toast = { text: "", left: 0 };

  constructor(chef) {
    this.chef = chef;
  }

  /** The station in reach, if any. */
  get near() {
    const { x, y } = this.chef;
    return this.stations.find((station) => Math.hypot(station.x - x, station.y - y) < REACH);
  }

  play({ direction, target, use, arrived }, seconds) {
    const station = target && this.stations.find(({ x }) => target.y < 300 && Math.abs(target.x - x) < 54);
    const goal = station ?? target;
    this.chef.walk(direction, goal, seconds, (x, y) => this.#isFree(x, y));
    if (goal && !this.chef.walking) {
      arrived();
      if (station) this.#use();
    }
    if (use) this.#use();
    if (this.pot.length === this.order.length)
      this.cooked = Math.min(this.cooked + seconds / COOKING_SECONDS, 1);
    this.toast.left -= seconds;
  }

  #isFree(x, y) {
    const onIsland = x > ISLAND.left && x < ISLAND.right && y > ISLAND.top && y < ISLAND.bottom;
    return !onIsland && x > FLOOR.left && x < FLOOR.right && y > FLOOR.top && y < FLOOR.bottom;
  }

  #use() {
    const station = this.near;
    if (station?.kind === "crate") this.#takeFrom(station);
    if (station?.kind === "pot") this.#usePot();
    if (station?.kind === "window") this.#serve();
  }

  #takeFrom({ food }) {
    if (this.chef.carries === "soup") return this.#say("Serve the soup first");
    this.chef.carries = this.chef.carries === food ? null : food;
  }

  #usePot() {
    const { carries } = this.chef;
    if (this.cooked === 1 && !carries) {
      this.chef.carries = "soup";
      this.pot = [];
      this.cooked = 0;
    } else if (this.missing.includes(carries)) {
      this.pot.push(carries);
      this.chef.carries = null;
    } else if (carries && carries !== "soup") {
      this.#say("Nobody ordered that");
    } else if (this.pot.length === this.order.length && this.cooked < 1) {
      this.#say("Nearly there…");
    }
  }

  #serve() {
    if (this.chef.carries !== "soup")
      return this.#say(this.chef.carries ? "Raw? Into the pot first" : "They are hungry!");
    this.chef.carries = null;
    this.served++;
    this.order = ORDERS[this.served % ORDERS.length];
    this.#say("Bon appétit!");
  }

  /** What the order still needs. */
  get missing() {
    const missing = [...this.order];
    for (const food of this.pot) missing.splice(missing.indexOf(food), 1);
    return missing;
  }

  #say(text) {
    this.toast = { text, left: TOAST_SECONDS };
  }
}
