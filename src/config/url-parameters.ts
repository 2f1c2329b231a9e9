import type { PostgresUrl } from "./postgres-url";
import type { Problems } from "./problems";
import type { GivenTls } from "./tls";

/** What a URI's `ssl` says (JDBC's and node-postgres's word) in libpq's. */
const SSL: Record<string, string> = {
  true: "require",
  "1": "require",
  require: "require",
  "no-verify": "require",
  false: "disable",
  "0": "disable",
};

export type UrlParameters = {
  tls: GivenTls;
  applicationName?: string;
  connectTimeoutSeconds?: number;
  options?: string;
  schema?: string;
};

/**
 * The parameters of a URI. One about TLS that we do not know is a problem, every other one a warning: none is
 * passed over in silence.
 * @param settings the TLS settings that hold where the URI says nothing
 */
export function urlParameters(url: PostgresUrl, settings: GivenTls, problems: Problems): UrlParameters {
  const left = new Map(url.parameters);
  const take = (name: string) => {
    const value = left.get(name) || undefined;
    left.delete(name);
    return value;
  };
  const own = (name: keyof GivenTls, value = take(name)) =>
    value === undefined ? settings[name] : { name: `DATABASE_URL's ${name}`, value };
  const ssl = take("ssl");
  if (ssl !== undefined && !SSL[ssl]) problems.add("DATABASE_URL: ssl must be true or false");
  const sslmode = take("sslmode") ?? (ssl && SSL[ssl]);
  const tls = {
    sslmode: own("sslmode", sslmode === "no-verify" ? "require" : sslmode),
    sslrootcert: own("sslrootcert"),
    sslcert: own("sslcert"),
    sslkey: own("sslkey"),
  };
  const applicationName = take("application_name");
  const options = take("options");
  const schema = take("schema");
  // Prisma would take it for the name's end.
  if (schema?.includes('"')) problems.add("DATABASE_URL: schema must have no quotation mark");
  const timeout = take("connect_timeout");
  if (timeout !== undefined && !/^\d{1,6}$/.test(timeout))
    problems.add("DATABASE_URL: connect_timeout must be a number of seconds");
  if (!/^\d{1,5}$/.test(url.port ?? "1") || Number(url.port ?? 1) > 65_535)
    problems.add("DATABASE_URL: the port must be a number up to 65535");
  if (url.host?.includes(",")) problems.add("DATABASE_URL: names several hosts, and one is all we take");
  for (const name of left.keys()) {
    if (name.startsWith("ssl")) problems.add(`DATABASE_URL: ${shown(name)} is not supported`);
    else problems.warn(`DATABASE_URL: the parameter ${shown(name)} is ignored`);
  }
  return {
    tls,
    ...(applicationName === undefined ? {} : { applicationName }),
    ...(options === undefined ? {} : { options }),
    ...(schema === undefined ? {} : { schema }),
    // libpq's 0 is no limit, and there always is one here.
    ...(Number(timeout) > 0 ? { connectTimeoutSeconds: Number(timeout) } : {}),
  };
}

/** A mistyped URI may have a part of the password where a name should be. */
function shown(name: string): string {
  return /^[a-z_]{1,40}$/.test(name) ? name : "that is no name";
}
