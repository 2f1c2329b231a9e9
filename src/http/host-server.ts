/** What the host knows of its port and its connections. Elysia hands it to handlers as `server`. */
export type HostServer = {
  readonly port?: number | undefined;
  requestIP(request: Request): { address: string } | null;
  /** Lets the connection be idle for so many seconds while this request is answered. */
  timeout(request: Request, seconds: number): void;
};
