import { Gaxios, type GaxiosOptionsPrepared, type GaxiosResponse } from "gaxios";
import { ANSWER_TIMEOUT_MS, boundedFetch, MAXIMUM_ANSWER_BYTES } from "./bounded-fetch";
import type { Fetch } from "./provider";

/**
 * Google's libraries over one plain request: 5 s and 64 KiB in all, no retry, no redirect followed, a JSON object or
 * nothing.
 */
export class SingleRequestTransport extends Gaxios {
  private readonly fetchImplementation: Fetch;

  constructor(fetch: Fetch) {
    super();
    this.fetchImplementation = boundedFetch(fetch, MAXIMUM_ANSWER_BYTES);
  }

  override async request<T = unknown>(
    options: Parameters<Gaxios["request"]>[0] = {},
  ): Promise<GaxiosResponse<T>> {
    const { retryConfig: _, ...once } = options as Partial<GaxiosOptionsPrepared>;
    const response = await super.request<T>({
      ...once,
      retry: false,
      redirect: "manual",
      timeout: ANSWER_TIMEOUT_MS,
      responseType: "json",
      validateStatus: (status: number) => status === 200,
      fetchImplementation: this.fetchImplementation as typeof fetch,
    });
    if (typeof response.data !== "object" || response.data === null) {
      throw Object.assign(new TypeError("not a JSON object"), { code: "not_json" });
    }
    return response;
  }
}
