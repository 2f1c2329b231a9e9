import { loadOnDemand } from "../load-on-demand.ts";
import type { AccountStorage } from "./storage.ts";

const LOCK_WAIT_MS = 15_000;
const LOOK_INTERVAL_MS = 300;

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
    keyPair: async (key) => (await loadOnDemand()).keyPairInIndexedDb(key),
    watch(key, changed) {
      if (!globalThis.window || !globalThis.BroadcastChannel) return undefined;
      channel = new BroadcastChannel(key);
      channel.onmessage = changed;
      // The message may overtake the value on its way to this tab's copy of localStorage; this event does not.
      addEventListener("storage", changed);
      // Nothing tells a tab of its own localStorage.clear().
      let before = look(key);
      const timer = setInterval(() => {
        const now = look(key);
        if (now !== before) changed();
        before = now;
      }, LOOK_INTERVAL_MS);
      return () => {
        channel?.close();
        channel = undefined;
        removeEventListener("storage", changed);
        clearInterval(timer);
      };
    },
  };
}

/** A storage that is forbidden is told of by `get`. */
function look(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
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
