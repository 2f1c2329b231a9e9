/** A promise whose rejection goes to `ignored` when nobody listens to it, and never to the host as an unhandled one. */
export class LoginPromise<T> extends Promise<T> {
  #observed = false;

  /** What `then` makes is an ordinary promise. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  static of<T>(result: Promise<T>, ignored: (error: unknown) => void): LoginPromise<T> {
    const promise = new LoginPromise<T>((resolve) => resolve(result));
    Promise.prototype.then.call(promise, undefined, (error) => {
      if (!promise.#observed) ignored(error);
    });
    return promise;
  }

  // biome-ignore lint/suspicious/noThenProperty: await and catch come here too, because this is a subclass.
  override then<Result = T, Failure = never>(
    fulfilled?: ((value: T) => Result | PromiseLike<Result>) | null,
    rejected?: ((reason: unknown) => Failure | PromiseLike<Failure>) | null,
  ): Promise<Result | Failure> {
    this.#observed = true;
    return super.then(fulfilled, rejected);
  }
}
