import type { Stats } from "../../progress/stats";
import { BUILT_IN_ROLES } from "../../roles/role";
import { GUEST } from "../../users/model";
import { Fields, isObject, keepable } from "../fields";
import { unescapeFormula } from "../formula";
import { identitiesIn } from "../identity-text";
import { type FileIdentity, type FilePlayer, RefusedRecord } from "../player";
import type { Format, FormatWorld } from "./format";

/** The columns that `bun run export --to csv` writes, in their order. */
export const OWN_COLUMNS = [
  "id",
  "name",
  "email",
  "email_verified",
  "identities",
  "picture",
  "stars",
  "level",
  "stats",
  "roles",
  "banned",
  "banned_until",
  "ban_reason",
  "created_at",
  "last_login",
] as const;

/** Behind it there are ids for players to come. */
const LARGEST_ID = 2_000_000_000;

/** What `bun run export` writes, as CSV and as JSON, and CSV of one's own with the same columns or some of them. */
export const own: Format = {
  ownId: null,
  wrappers: {},
  columns: null,
  cell: unescapeFormula,
  unknownColumns: (headings, { providers }) =>
    headings.filter((heading) => ![...OWN_COLUMNS, ...providers].includes(heading.trim().toLowerCase())),
  read(record, world) {
    const told = identitiesOf(record, world.providers);
    const email = record.email("email");
    const emailVerified = email !== null && record.flag("email_verified");
    const identities = told.filter(({ provider }) => provider !== GUEST);
    const [first] = identities;
    // CSV has one email, which is then that of the first way in.
    if (first && !Array.isArray(record.get("identities"))) Object.assign(first, { email, emailVerified });
    const id = record.integer(0, "id");
    if (id > LARGEST_ID) throw new RefusedRecord("bad_number");
    const player: FilePlayer = {
      id: id === 0 ? null : id,
      identities,
      name: record.text("name"),
      email,
      emailVerified,
      picture: record.text("picture"),
      stars: record.integer(0, "stars"),
      level: record.integer(1, "level"),
      stats: statsOf(record, world),
      roles: rolesOf(record, world),
      ban: banOf(record),
      createdAt: record.time("created_at"),
      lastLogin: record.time("last_login"),
    };
    return { player, leftOut: told.length > identities.length ? [GUEST] : [] };
  },
};

function identitiesOf(record: Fields, providers: readonly string[]): FileIdentity[] {
  const listed = record.get("identities");
  if (Array.isArray(listed)) return record.list("identities").map(identityOf);
  const inColumns = providers.flatMap((provider) => {
    const subject = record.text(provider);
    return subject === null ? [] : [{ provider, subject: subject.trim() }];
  });
  return [...identitiesIn(record.text("identities") ?? ""), ...inColumns].map((identity) => ({
    ...identity,
    email: null,
    emailVerified: false,
    name: null,
  }));
}

function identityOf(identity: Fields): FileIdentity {
  const email = identity.email("email");
  return {
    provider: identity.text("provider") ?? "",
    subject: identity.text("subject") ?? "",
    email,
    emailVerified: email !== null && identity.flag("email_verified"),
    name: identity.text("name"),
  };
}

function statsOf(record: Fields, { statRules }: FormatWorld): Stats {
  const stats = record.json("stats") ?? {};
  if (!isObject(stats)) throw new RefusedRecord("bad_stat");
  for (const [name, value] of Object.entries(stats))
    if (!Object.hasOwn(statRules, name) || !Number.isSafeInteger(value)) throw new RefusedRecord("bad_stat");
  return stats as Stats;
}

function rolesOf(record: Fields, { roles }: FormatWorld): string[] {
  const value = record.get("roles");
  const given = Array.isArray(value) ? value : (record.text("roles") ?? "").split(/[\s,]+/).filter(Boolean);
  const known: readonly unknown[] = [...BUILT_IN_ROLES, ...roles];
  if (!given.every((role) => known.includes(role))) throw new RefusedRecord("bad_role");
  return given;
}

/** In JSON an object or null; in CSV three columns. A ban that is over is none. */
function banOf(record: Fields): FilePlayer["ban"] {
  const value = record.get("banned");
  if (isObject(value)) {
    const ban = Fields.of(value);
    return { until: ban.time("until"), reason: reasonOf(ban.text("reason")) };
  }
  if (!record.flag("banned")) return null;
  return { until: record.time("banned_until"), reason: reasonOf(record.text("ban_reason")) };
}

function reasonOf(reason: string | null): string | null {
  return reason === null ? null : keepable(reason).slice(0, 500);
}
