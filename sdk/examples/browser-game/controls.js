const KEYS = {
  ArrowLeft: [-1, 0],
  KeyA: [-1, 0],
  ArrowRight: [1, 0],
  KeyD: [1, 0],
  ArrowUp: [0, -1],
  KeyW: [0, -1],
  ArrowDown: [0, 1],
  KeyS: [0, 1],
};

/** What the player wants, from the keyboard or by clicking where to go. */
export class Controls {
  #held = new Set();
  #use = false;
  #target = null;

  constructor(canvas) {
    canvas.addEventListener("keydown", (event) => {
      if (event.code === "Space" && !event.repeat) this.#use = true;
      if (KEYS[event.code]) {
        this.#held.add(event.code);
        this.#target = null;
      }
      if (event.code === "Space" || KEYS[event.code]) event.preventDefault();
    });
    addEventListener("keyup", (event) => this.#held.delete(event.code));
    addEventListener("blur", () => this.#held.clear());
    canvas.addEventListener("pointerdown", (event) => {
      const { left, top, width, height } = canvas.getBoundingClientRect();
      this.#target = {
        x: ((event.clientX - left) / width) * 960,
        y: ((event.clientY - top) / height) * 600,
      };
    });
  }

  /** `direction` of the keys, `target` of the last click until it is reached, `use` once per press. */
  read() {
    const direction = [0, 0];
    for (const code of this.#held) {
      direction[0] += KEYS[code][0];
      direction[1] += KEYS[code][1];
    }
    const use = this.#use;
    this.#use = false;
    return { direction, target: this.#target, use, arrived: () => (this.#target = null) };
  }
}
