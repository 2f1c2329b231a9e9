/** An answer without a body. Elysia would make one with an empty text, which web standards refuse in a 204. */
export function empty(status = 200): Response {
  return new Response(null, { status });
}
