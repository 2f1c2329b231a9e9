/**
 * What a promise is rejected with. For `expect(…).rejects` Bun turns the event loop itself, in which a `setImmediate`,
 * and so the embedded database, comes up to a second late.
 */
// biome-ignore lint/suspicious/noExplicitAny: the caller says what it expects of it
export async function rejection(promise: unknown): Promise<any> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error;
  }
  throw new Error("Nothing was rejected.", { cause: value });
}
