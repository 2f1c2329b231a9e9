/**
 * Runs a load on first use and keeps what came of it. A load that fails is tried again with the next use.
 * @returns the one result; calls while it loads share it
 */
export function lazy<T>(load: () => Promise<T>): () => Promise<T> {
  let loading: Promise<T> | null = null;
  return () => {
    loading ??= load().catch((error) => {
      loading = null;
      throw error;
    });
    return loading;
  };
}
