import parse, { type Info } from "spdx-expression-parse";
import type { LockedPackage } from "./locked-packages";

/** Licences that ask for no more than their text and the names in it (SPDX ids). */
const ALLOWED = [
  "0BSD",
  "Apache-2.0",
  "BlueOak-1.0.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "ISC",
  "MIT",
  "Unlicense",
];

/** Packages whose licence was looked at one by one; another licence of the same package is refused again. */
const EXCEPTIONS: { name: string; licence: string | null; reason: string }[] = [
  {
    name: "elkjs",
    licence: "EPL-2.0",
    reason: "binds changes to its own files; comes with Prisma Studio, which the server never loads",
  },
  { name: "seq-queue", licence: null, reason: "its package.json names none; its LICENSE is MIT's text" },
];

/** What is wrong with the licences of packages, a sentence for each, and for each exception that serves none of them. */
export function licenceProblems(packages: Pick<LockedPackage, "id" | "name" | "licence">[]): string[] {
  const refused = packages.filter(({ licence }) => !isAllowed(licence));
  const excepted = (entry: (typeof refused)[number]) =>
    EXCEPTIONS.find(({ name, licence }) => name === entry.name && licence === entry.licence);
  const used = new Set(refused.map(excepted));
  return [
    ...refused
      .filter((entry) => !excepted(entry))
      .map(({ id, licence }) => `${id} is under ${licence ?? "no licence"}.`),
    ...EXCEPTIONS.filter((exception) => !used.has(exception)).map(
      ({ name }) => `${name} needs no exception.`,
    ),
  ];
}

function isAllowed(licence: string | null): boolean {
  if (licence === null) return false;
  try {
    return allows(parse(licence));
  } catch {
    return false;
  }
}

function allows(info: Info): boolean {
  if (!("conjunction" in info)) return ALLOWED.includes(info.license);
  const { left, right } = info;
  return info.conjunction === "and" ? allows(left) && allows(right) : allows(left) || allows(right);
}
