/** Says that a start has been sent to our own address. A proxy may call us by another name, so it happens once. */
const REDIRECTED = "redirected";

/**
 * Where a start has to go first when it came by another name of this server than the callback will: the cookie of the
 * one is not seen by the other.
 * @param ownUrl where players reach this server
 */
export function ownStartUrl(request: Request, ownUrl: string): string | null {
  const { host, pathname, search, searchParams } = new URL(request.url);
  if (host === new URL(ownUrl).host || searchParams.has(REDIRECTED)) return null;
  return `${ownUrl}${pathname}${search}${search ? "&" : "?"}${REDIRECTED}=1`;
}
