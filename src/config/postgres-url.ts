import { parse } from "pg-connection-string";

/** What a connection URI says (PostgreSQL's manual, 34.1.1.2); what it leaves out is undefined. */
export type PostgresUrl = {
  host: string | undefined;
  port: string | undefined;
  database: string | undefined;
  user: string | undefined;
  password: string | undefined;
  /** The other parameters, by libpq's names. */
  parameters: Map<string, string>;
};

/** Characters that `decodeURI`, which the library calls for the database's name, leaves encoded. */
const RESERVED = /%(?:3B|2F|3F|3A|40|26|3D|2B|24|2C|23)/gi;

/**
 * Reads a URI as libpq does, and a `%` that encodes nothing as itself. There is no fragment, and a `+` is a plus.
 * @returns null when it is no such URI
 */
export function readPostgresUrl(text: string): PostgresUrl | null {
  if (!/^postgres(ql)?:\/\//.test(text)) return null;
  const escaped = text
    .replace(/%(?![0-9a-f]{2})/gi, "%25")
    .replaceAll(" ", "%20")
    .replaceAll("#", "%23");
  const [base = "", query = ""] = splitOnce(escaped, "?");
  try {
    const parameters = readParameters(query);
    const take = (name: string) => {
      const value = parameters.get(name);
      parameters.delete(name);
      return value || undefined;
    };
    // The library opens the files that sslcert and the like name, and reads a plus as a space.
    const { host, port, database, user, password } = parse(base);
    return {
      host: take("host") ?? (host || undefined),
      port: take("port") ?? (port || undefined),
      database: take("dbname") ?? (database?.replace(RESERVED, decodeURIComponent) || undefined),
      user: take("user") ?? (user || undefined),
      password: take("password") ?? (password || undefined),
      parameters,
    };
  } catch {
    // The error may quote the URI, password included.
    return null;
  }
}

function readParameters(query: string): Map<string, string> {
  const pairs = query.split("&").filter(Boolean);
  return new Map(
    pairs.map((pair) => {
      const [name = "", value = ""] = splitOnce(pair, "=").map(decodeURIComponent);
      return [name, value];
    }),
  );
}

function splitOnce(text: string, separator: string): string[] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
