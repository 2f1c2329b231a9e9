import { readFileSync } from "node:fs";

// Loaded into the server's process first: its clock is wrong by the milliseconds in the file `clock-offset` of the
// working folder, which may change while it runs.
const Real = Date;
const now = () => Real.now() + Number(readFileSync("clock-offset", "utf8"));

globalThis.Date = new Proxy(Real, {
  construct: (_, parameters) =>
    parameters.length === 0 ? new Real(now()) : Reflect.construct(Real, parameters),
  get: (_, name) => (name === "now" ? now : Reflect.get(Real, name)),
});
