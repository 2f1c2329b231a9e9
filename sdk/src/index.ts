export type { AccountEvents, LoginStatus } from "./callbacks.ts";
export type { Clock } from "./clock.ts";
export { AccountError, type AccountErrorCode, accountErrorCodes } from "./errors.ts";
export type { FetchLike } from "./http.ts";
export { OAuthManager } from "./oauth-manager.ts";
export type { ListenOptions, LoginOptions, OAuthManagerOptions } from "./options.ts";
export type { SignedInDevice } from "./signed-in-device.ts";
export type { AccountStorage } from "./storage/storage.ts";
export type { UserInfo } from "./user.ts";
