import { existsSync, readFileSync } from "node:fs";

// Loaded into the server's process first. Its clock is wrong by the milliseconds in the file `clock-offset` of the
// working folder, and as many as `time-passed` says have gone by that nobody waited for. Both may change while it runs.
const Real = Date;
const realMonotonic = performance.now.bind(performance);
const read = (file: string) => (existsSync(file) ? Number(readFileSync(file, "utf8")) : 0);
const now = () => Real.now() + read("clock-offset") + read("time-passed");

globalThis.Date = new Proxy(Real, {
  construct: (_, parameters) =>
    parameters.length === 0 ? new Real(now()) : Reflect.construct(Real, parameters),
  get: (_, name) => (name === "now" ? now : Reflect.get(Real, name)),
});
performance.now = () => realMonotonic() + read("time-passed");
