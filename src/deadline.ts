/**
 * Waits for some work, but not longer than it may take.
 * @param late makes the error that is thrown then
 * @param waiting holds, meanwhile, a function that ends the wait at once
 */
export async function withDeadline<T>(
  work: Promise<T>,
  milliseconds: number,
  late: () => Error,
  waiting?: Set<() => void>,
): Promise<T> {
  const over = Promise.withResolvers<never>();
  const giveUp = () => over.reject(late());
  const timer = setTimeout(giveUp, milliseconds);
  waiting?.add(giveUp);
  try {
    return await Promise.race([work, over.promise]);
  } finally {
    clearTimeout(timer);
    waiting?.delete(giveUp);
  }
}
