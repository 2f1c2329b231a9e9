import type { AccountStorage } from "./storage.ts";

const LOCK_WAIT_MS = 15_000;

/** localStorage, with Web Locks and a BroadcastChannel between the tabs where the browser has them. */
export function browserStorage(): AccountStorage {
  let channel: BroadcastChannel | undefined;
  const tell = () => channel?.postMessage(0);
  return {
    get: (key) => localStorage.getItem(key),
    set(key, value) {
      localStorage.setItem(key, value);
      tell();
    },
    remove(key) {
      localStorage.removeItem(key);
      tell();
    },
    lock: webLock,
    watch(key, changed) {
      if (!globalThis.window || !globalThis.BroadcastChannel) return undefined;
      channel = new BroadcastChannel(key);
      channel.onmessage = changed;
      // The message may overtake the value on its way to this tab's copy of localStorage; this event does not.
      addEventListener("storage", changed);
      return () => {
        channel?.close();
        channel = undefined;
        removeEventListener("storage", changed);
      };
    },
  };
}

/** A tab that the browser froze may hold the lock for ever: after 15 s the work runs without it. */
function webLock<T>(name: string, work: () => Promise<T>): Promise<T> {
  let running: Promise<T> | undefined;
  const start = () => {
    running ??= work();
    return running;
  };
  const locks = globalThis.navigator?.locks;
  if (!locks) return start();
  return locks.request(name, { signal: AbortSignal.timeout(LOCK_WAIT_MS) }, start).catch(start);
}
