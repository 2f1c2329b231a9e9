const DESCRIPTION = `Sign-in, sessions and profiles for games.

Press **Sign in** above: the requests you send from here then carry your access token. Every answer is JSON with
\`status\` \`success\` or \`error\`; an error has a stable \`code\`, a sentence and the \`request_id\` to quote. A client
ignores what it does not know: members and codes may be added.`;

const TAGS = [
  { name: "Session", description: "Sign in, stay signed in, sign out." },
  { name: "Profile", description: "The signed-in player." },
  {
    name: "Ways in",
    description: "What a player signs in with: to list, to add, to take away and to take back.",
  },
  { name: "Players", description: "What everybody may see of players." },
  { name: "Game servers", description: "Who joins, and what players have won." },
  { name: "Devices", description: "Where the player is signed in." },
  { name: "Sign-in page", description: "The server as a provider's OAuth client. Open these in a browser." },
  {
    name: "OAuth",
    description: "The server as an authorization server and OpenID provider, for any OAuth library.",
  },
  {
    name: "Keys",
    description: "Public keys of id tokens, and of access tokens that are signed with a private one.",
  },
  { name: "Health", description: "For load balancers." },
];

const SECURITY_SCHEMES = {
  serverKey: {
    type: "http" as const,
    scheme: "bearer",
    description: "A key of a server of the studio's, `sk_…`.",
  },
  bearer: {
    type: "http" as const,
    scheme: "bearer",
    bearerFormat: "JWT",
    description:
      "An access token. One that is bound to a key is sent as `DPoP`, with a proof (RFC 9449 §7.1).",
  },
};

/** What the document says of the server as a whole. */
export const ABOUT = {
  openapi: "3.1.0",
  info: {
    title: "Account server",
    version: "1",
    description: DESCRIPTION,
    license: { name: "MIT", url: "https://opensource.org/license/mit" },
  },
  tags: TAGS,
  components: { securitySchemes: SECURITY_SCHEMES },
};
