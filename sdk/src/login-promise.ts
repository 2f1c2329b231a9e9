/**
 * The same promise, whose rejection goes to `ignored` when nobody listens to it, and never to the host as an unhandled
 * one.
 */
export function loginPromise<T>(promise: Promise<T>, ignored: (error: unknown) => void): Promise<T> {
  let observed = false;
  promise.catch((error) => {
    if (!observed) ignored(error);
  });
  const { then } = promise;
  return Object.assign(promise, {
    // Without one, `await` comes here as well; what `then` makes is an ordinary promise.
    constructor: undefined,
    // biome-ignore lint/suspicious/noThenProperty: await and catch are to come here.
    then(...handlers: []) {
      observed = true;
      return then.apply(promise, handlers);
    },
  }) as Promise<T>;
}
