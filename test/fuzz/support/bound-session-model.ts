/** From the end of a refresh token: its MAC, and before it the generation. */
const MAC_BYTES = 32;

/** What is known of the tokens of one session: there is one of each generation, and none but its owner makes more. */
export class BoundSessionModel {
  /** Times that the owner has asked for a refresh, whatever came of it. */
  attempts = 0;
  /** The generation that the owner has been told last. */
  newest = 0;
  private readonly tokens = new Map<number, string>();

  /** A token that the owner has got. @param floor the newest generation that they had when they asked */
  seen(token: string, floor: number): void {
    const generation = generationOf(token);
    if (generation < floor) throw new Error(`generation ${generation} after ${floor}: a step back`);
    if (generation > this.attempts)
      throw new Error(`generation ${generation} after ${this.attempts} refreshes: somebody else has rotated`);
    const known = this.tokens.get(generation);
    if (known !== undefined && known !== token) throw new Error(`two tokens of generation ${generation}`);
    this.tokens.set(generation, token);
    this.newest = Math.max(this.newest, generation);
  }

  /** One of those that there have been, so many before the newest. */
  token(back: number): string {
    const tokens = [...this.tokens.entries()].sort(([one], [other]) => one - other);
    const [, token = ""] = tokens[Math.max(0, tokens.length - 1 - back)] ?? [];
    return token;
  }
}

function generationOf(token: string): number {
  const bytes = Buffer.from(token, "base64url");
  return bytes.readUInt32BE(bytes.length - MAC_BYTES - 4);
}
