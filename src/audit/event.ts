/** Who did something: a player, one of the studio's people, whoever runs the server, a game server, or the server itself. */
export type Actor =
  | { kind: "player" | "staff"; id: number }
  /** At the command line; the account of the operating system. */
  | { kind: "operator"; id: string }
  /** The id of its key. */
  | { kind: "server"; id: string }
  | { kind: "system" };

/** Who did something, why, and in which request. */
export type By = {
  actor: Actor;
  /** What the one who did it said. */
  reason?: string;
  requestId?: string;
};

/** What can be done, to a player but for those of keys, webhooks, the door and files. Letters and underscores; a name is for ever. */
export const AUDIT_ACTIONS = [
  "rename",
  "link",
  "unlink",
  "merge",
  "undo",
  "ban",
  "unban",
  "end_sessions",
  "roles",
  "note",
  "transfer",
  "delete",
  "restore",
  "purge",
  "terms",
  "age_band",
  "guardian_consent",
  "view_as",
  "export",
  "key_create",
  "key_revoke",
  "signing_key_rotate",
  "webhook_add",
  "webhook_remove",
  "webhook_disable",
  "webhook_enable",
  "webhook_replay",
  "maintenance",
  "client_version",
  "import_players",
  "export_players",
] as const;

export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/** What of these a player sees of themselves; the rest is the studio's own. */
export const PLAYER_SEES: readonly AuditAction[] = [
  "rename",
  "link",
  "unlink",
  "merge",
  "undo",
  "ban",
  "unban",
  "end_sessions",
  "roles",
  "transfer",
  "delete",
  "restore",
  "terms",
  "age_band",
  "guardian_consent",
];

/** Something that was done. `before` and `after` hold what changed and nothing else, never an email or a secret. */
export type NewAuditEvent = By & {
  action: AuditAction;
  /** The player it was done to; null where none is concerned. */
  userId: number | null;
  before?: Record<string, unknown>;
  after?: Record<string, unknown>;
};
