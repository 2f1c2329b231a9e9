export type { CheckedToken } from "./check-token.ts";
export { AccountServerError, type AccountServerErrorDetails } from "./error.ts";
export { GameServer, type GameServerOptions, type MatchOptions, type UpdateOptions } from "./game-server.ts";
export type {
  JoinedPlayer,
  MatchChanges,
  PlayerProgress,
  ProgressChanges,
  PublicProfile,
  Stats,
} from "./types.ts";
