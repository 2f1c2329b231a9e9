/** Seconds. */
export const GRACE = 60;
export const ACCESS = 3_600;
export const IDLE = 30 * 86_400;
export const CAP = 365 * 86_400;
export const MAXIMUM_SESSIONS = 3;

type Session = { generation: number; opened: number; rotated: number; order: number; revoked: boolean };

/** What the sessions of one player must do, told as plainly as possible. Time is in seconds. */
export class SessionModel {
  now = 0;
  replays = 0;
  private order = 0;
  readonly sessions: Session[] = [];

  login(): number {
    const { now } = this;
    this.sessions.push({ generation: 0, opened: now, rotated: now, order: this.order++, revoked: false });
    const living = this.sessions.filter(({ revoked }) => !revoked).sort((a, b) => b.order - a.order);
    for (const idlest of living.slice(MAXIMUM_SESSIONS)) idlest.revoked = true;
    return this.sessions.length - 1;
  }

  /** @returns the generation that the answer's token has, or null for DEAD */
  refresh(id: number, generation: number): number | null {
    const session = this.sessions[id] as Session;
    const { now } = this;
    const alive = !session.revoked && now - session.rotated < IDLE && now - session.opened < CAP;
    const steps = session.generation - generation;
    const inGrace = now - session.rotated < GRACE;
    if (alive && steps === 0) Object.assign(session, { rotated: now, order: this.order++ }).generation++;
    if (alive && (steps === 0 || (steps === 1 && inGrace))) return session.generation;
    if (!session.revoked && (steps > 1 || (steps === 1 && !inGrace))) {
      session.revoked = true;
      this.replays++;
    }
    return null;
  }

  accessWorks(id: number, issued: number): boolean {
    const { revoked, opened } = this.sessions[id] as Session;
    return !revoked && this.now - issued < ACCESS && this.now - opened < CAP;
  }

  /** @returns whether there was anything to revoke */
  revoke(id: number): boolean {
    const session = this.sessions[id] as Session;
    const revoked = !session.revoked;
    session.revoked = true;
    return revoked;
  }

  revokeAll(): void {
    for (const session of this.sessions) session.revoked = true;
  }
}
