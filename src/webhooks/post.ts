import { isIP } from "node:net";
import { causeCode } from "../db/errors";
import type { Fetch } from "../identity/provider";
import type { ReceiverAddresses } from "./receiver-addresses";

/** What an endpoint answered, or why it did not. */
export type Answered = { status: number } | { failure: string };

export type PostWebhook = (url: string, headers: Record<string, string>, body: string) => Promise<Answered>;

export type PostDeps = {
  addresses: ReceiverAddresses;
  fetch: Fetch;
  /** How long an attempt may take in all. */
  timeoutMs?: number;
};

const TIMEOUT_MS = 10_000;

/**
 * Sends a webhook to an address that was looked at, so that no other one gets it: the name is not looked up again, no
 * redirect is followed, and nothing of the answer but its status is read. Never throws.
 */
export function createWebhookPost({ addresses, fetch, timeoutMs = TIMEOUT_MS }: PostDeps): PostWebhook {
  return async (text, headers, body) => {
    const url = new URL(text);
    const signal = AbortSignal.timeout(timeoutMs);
    const send = async (address: string): Promise<Answered> => {
      const { body: unread, status } = await fetch(at(url, address), {
        method: "POST",
        headers: { ...headers, host: url.host },
        body,
        redirect: "manual",
        // A connection is to an address, and the certificate of who has it was checked for another name.
        keepalive: false,
        signal,
        ...(isIP(url.hostname.replace(/^\[|\]$/g, "")) ? {} : { tls: { serverName: url.hostname } }),
      });
      await unread?.cancel();
      return { status };
    };
    try {
      const [first = "", ...others] = await untilAborted(addresses(url.hostname), signal);
      let sending = send(first);
      for (const address of others)
        sending = sending.catch((error) => (signal.aborted ? Promise.reject(error) : send(address)));
      return await sending;
    } catch (error) {
      return { failure: signal.aborted ? "timeout" : (causeCode(error) ?? "unreachable") };
    }
  };
}

function at(url: URL, address: string): URL {
  const there = new URL(url);
  there.hostname = isIP(address) === 6 ? `[${address}]` : address;
  return there;
}

async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", abort);
  return Promise.race([work, aborted.promise]).finally(() => signal.removeEventListener("abort", abort));
}
