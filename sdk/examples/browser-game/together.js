import { Chef } from "./chef.js";
import { element } from "./page.js";

const SERVER = "kitchen";
const SAY_EVERY_MS = 100;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 15_000;

/** Another tab of the same player's has joined. */
const ELSEWHERE = "elsewhere";

/** A ticket goes to servers whose address the game itself knows; this one takes those of this computer. */
const ADDRESS = /^ws:\/\/(localhost|127\.0\.0\.1)(:\d+)?\/?$/;

/** The other chefs, where the page's address names a game server: `?server=ws://localhost:3100`. */
export function createTogether(oauth, kitchen) {
  const address = new URLSearchParams(location.search).get("server") ?? "";
  const together = new Together(oauth, kitchen, address);
  if (ADDRESS.test(address)) oauth.on("status", () => together.connect(), { immediate: true });
  return together;
}

class Together {
  /** Chefs and where they go, by their players' ids. */
  #others = new Map();
  #socket = null;
  #joined = false;
  #said = "";
  #saidAt = 0;
  /** Soups that the game server has heard of. */
  #served = 0;
  #pauseMs = FIRST_PAUSE_MS;

  constructor(oauth, kitchen, address) {
    this.oauth = oauth;
    this.kitchen = kitchen;
    this.address = address;
  }

  get chefs() {
    return [...this.#others.values()].map(({ chef }) => chef);
  }

  connect() {
    if (!this.oauth.isLoggedIn()) return this.#socket?.close();
    if (this.#socket) return;
    const socket = new WebSocket(this.address);
    this.#socket = socket;
    socket.onopen = () =>
      this.oauth.getJoinTicket(SERVER).then(
        (ticket) => socket.send(JSON.stringify({ ticket })),
        () => socket.close(),
      );
    socket.onmessage = ({ data }) => this.#hear(JSON.parse(data).chefs);
    socket.onclose = ({ reason }) => this.#leave(reason);
  }

  /** Tells the others where this chef is, and walks them to where they said that they are. */
  update(seconds, now) {
    for (const { chef, goal } of this.#others.values()) chef.walk([0, 0], goal, seconds, () => true);
    if (!this.#joined) return;
    for (; this.#served < this.kitchen.served; this.#served++) this.#socket.send('{"served":true}');
    const { x, y, carries } = this.kitchen.chef;
    const place = JSON.stringify({ x: Math.round(x), y: Math.round(y), carries });
    if (place === this.#said || now - this.#saidAt < SAY_EVERY_MS) return;
    this.#said = place;
    this.#saidAt = now;
    this.#socket.send(place);
  }

  #hear(chefs) {
    if (!this.#joined) this.#served = this.kitchen.served;
    this.#joined = true;
    this.#pauseMs = FIRST_PAUSE_MS;
    const others = chefs.filter(({ id }) => id !== this.oauth.getUser()?.id);
    for (const id of this.#others.keys())
      if (!others.some((other) => other.id === id)) this.#others.delete(id);
    for (const { id, name, x, y, carries } of others) {
      const known = this.#others.get(id) ?? { chef: Object.assign(new Chef(), { x, y }) };
      Object.assign(known.chef, { name, carries });
      this.#others.set(id, Object.assign(known, { goal: { x, y } }));
    }
    this.#show();
  }

  #leave(reason) {
    this.#socket = null;
    this.#joined = false;
    this.#said = "";
    this.#others.clear();
    this.#show();
    if (reason === ELSEWHERE) return;
    setTimeout(() => this.connect(), this.#pauseMs);
    this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
  }

  #show() {
    const names = this.chefs.map(({ name }) => name).join(", ");
    const text = this.#joined ? (names ? `Cooking with ${names}` : "Nobody else is here") : "";
    if (element("together").textContent !== text) element("together").textContent = text;
  }
}
