/** A URI with members added to its query, each once. */
export function withQuery(uri: string, members: Record<string, string>): string {
  const url = new URL(uri);
  for (const [name, value] of Object.entries(members)) url.searchParams.set(name, value);
  return url.href;
}
