/** An error as RFC 6749 §5.2 has it; `description` is for a developer's eyes and repeats no credential. */
export class OAuthError extends Error {
  constructor(
    readonly code: string,
    readonly description: string,
    readonly status: number = 400,
    readonly headers: Record<string, string> = {},
  ) {
    super(description);
    this.name = "OAuthError";
  }

  toResponse(headers: Record<string, string> = {}): Response {
    return Response.json(
      { error: this.code, error_description: this.description },
      { status: this.status, headers: { "cache-control": "no-store", ...headers, ...this.headers } },
    );
  }
}
