import { isLoopback } from "./fields";
import type { GoogleConfig } from "./google";
import type { Problems } from "./problems";
import type { ServerConfig } from "./server";

/** Warns of a server that players reach, or seem to, and that runs in development mode all the same. */
export function warnOfDevelopment(google: GoogleConfig, server: ServerConfig, problems: Problems): void {
  const signs = [
    ...(isRealGoogle(google) ? ["GOOGLE_CLIENT_ID is one of Google's"] : []),
    ...(isPublic(server.publicUrl) ? ["SERVER_PUBLIC_URL is an https address"] : []),
  ];
  if (signs.length === 0) return;
  problems.warn(
    `NODE_ENV: is not production, and ${signs.join(" and ")}; set NODE_ENV=production where players sign in. ` +
      "Development serves /play, lets pages of localhost call the API, checks no certificate of PostgreSQL " +
      "unless told to, and makes up a database, a secret and a Google that are not set instead of refusing to start",
  );
}

function isRealGoogle({ local, endpoints }: GoogleConfig): boolean {
  return !local && !Object.values(endpoints).some((url) => isLoopback(new URL(url)));
}

function isPublic(url: string | null): boolean {
  return url?.startsWith("https:") === true && !isLoopback(new URL(url));
}
