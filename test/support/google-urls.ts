/** The variables that point a server at another Google's endpoints. */
export function googleUrlVariables(
  urls: Record<"auth" | "token" | "tokenInfo" | "userinfo" | "certs", string>,
): Record<string, string> {
  return {
    GOOGLE_AUTH_URL: urls.auth,
    GOOGLE_TOKEN_URL: urls.token,
    GOOGLE_TOKEN_INFO_URL: urls.tokenInfo,
    GOOGLE_USERINFO_URL: urls.userinfo,
    GOOGLE_CERTS_URL: urls.certs,
  };
}
