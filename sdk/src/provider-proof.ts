/** What a provider's own SDK, or an engine, hands over to prove who the player is. */
export type ProviderProof =
  /** Steam: the ticket for web APIs in hex, made for the account server's identity string. */
  | { ticket: string }
  /** Google Play Games. */
  | { server_auth_code: string }
  /** Google, Apple, Discord, an OpenID issuer; with the nonce that the token was asked for with. */
  | { id_token: string; nonce?: string | undefined }
  /** With the PKCE verifier and the redirect that the code was issued to, where there were any. */
  | {
      code: string;
      code_verifier?: string | undefined;
      redirect_uri?: string | undefined;
      nonce?: string | undefined;
    }
  | { access_token: string };
