import { type AuthorizationServer, allowInsecureRequests, customFetch, discoveryRequest } from "oauth4webapi";
import type { Clock } from "../clock";
import type { OpenIdIssuer } from "../config/config";
import { isLoopback } from "../config/fields";
import type { OpenIdFetch } from "./openid-fetch";
import { refusal } from "./refusals";

const FRESH_MS = 3_600_000;
/** Between an attempt that failed and the next. */
const FAILURE_PAUSE_MS = 30_000;
/** For how long after its hour an answer is used while there is no newer one, as keys are (`ProviderKeys`). */
const OUTAGE_MS = 86_400_000;

const ENDPOINTS = ["authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"] as const;
type Endpoint = (typeof ENDPOINTS)[number];

/** What an issuer says of itself (OpenID Connect Discovery §4), asked for with the first sign-in and kept for an hour. */
export class Discovery {
  private known: AuthorizationServer | null = null;
  private freshUntil = Number.NEGATIVE_INFINITY;
  private failed: { at: number; error: unknown } | null = null;
  private pending: Promise<void> | null = null;

  /** @param fetch asks in the discovery's own time, for many sign-ins wait for one answer */
  constructor(
    private readonly settings: Pick<OpenIdIssuer, "id" | "issuer">,
    private readonly fetch: () => OpenIdFetch,
    private readonly clock: Clock,
  ) {}

  /** @throws {ApiError} provider_unavailable_now when there is no answer, or one that cannot be used */
  async find(): Promise<AuthorizationServer> {
    const now = this.clock.monotonic();
    if (this.known && now < this.freshUntil) return this.known;
    const usable = now < this.freshUntil + OUTAGE_MS ? this.known : null;
    if (this.failed && now - this.failed.at < FAILURE_PAUSE_MS) {
      if (usable) return usable;
      throw this.failed.error;
    }
    // Once the issuer is known to be down, who has a usable answer does not wait for it.
    const isDown = this.failed !== null;
    this.pending ??= this.ask(now).finally(() => {
      this.pending = null;
    });
    const asked = this.pending.catch((error) => {
      if (!usable) throw error;
    });
    if (!usable || !isDown) await asked;
    return this.known ?? this.unusable("no_metadata");
  }

  /** @throws {ApiError} provider_unavailable_now when the issuer names none */
  async endpoint(name: Endpoint): Promise<string> {
    const { [name]: address } = await this.find();
    return address ?? this.unusable(`no_${name}`);
  }

  private async ask(now: number): Promise<void> {
    try {
      this.known = await this.read();
      this.freshUntil = now + FRESH_MS;
      this.failed = null;
    } catch (error) {
      this.failed = { at: now, error };
      throw error;
    }
  }

  private async read(): Promise<AuthorizationServer> {
    const url = new URL(this.settings.issuer);
    const onThisMachine = isLoopback(url);
    const response = await discoveryRequest(url, {
      [customFetch]: this.fetch(),
      [allowInsecureRequests]: onThisMachine,
    });
    if (response.status !== 200) this.unusable(`http_${response.status}`);
    const metadata = (await response.json()) as AuthorizationServer;
    if (metadata.issuer !== this.settings.issuer) this.unusable("another_issuer");
    for (const name of ENDPOINTS) {
      const address: unknown = metadata[name];
      if (address !== undefined && !isSafe(address, onThisMachine)) this.unusable(`unsafe_${name}`);
    }
    return metadata;
  }

  /** @param cause for the log */
  private unusable(cause: string): never {
    throw refusal(this.settings.id, "unavailable", { cause, setting: "openid.issuers" });
  }
}

/** Over TLS; only an issuer on this machine may do without, and only an issuer here has anything here. */
function isSafe(address: unknown, onThisMachine: boolean): boolean {
  if (typeof address !== "string" || !URL.canParse(address)) return false;
  const url = new URL(address);
  return isLoopback(url) ? onThisMachine && /^https?:$/.test(url.protocol) : url.protocol === "https:";
}
