import { ApiError } from "../errors";

const TAG = String.raw`(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"`;
const TAGS = new RegExp(`^${TAG}(?:[ \\t]*,[ \\t]*${TAG})*$`);
const STRONG_VERSION = /(?:^|,)[ \t]*"(0|[1-9][0-9]{0,9})"/g;

/** A version as an entity tag (RFC 9110 §8.8.3). */
export function entityTag(version: number): string {
  return `"${version}"`;
}

/**
 * Reads an If-Match (RFC 9110 §13.1.1): one or several versions, or `*` for any. A weak tag matches nothing.
 * @returns the versions, or null for any
 * @throws {ApiError} precondition_failed without one, and for what no version can ever match
 */
export function readIfMatch(header: string | null): readonly number[] | null {
  const text = header?.trim() ?? "";
  if (text === "*") return null;
  const versions = TAGS.test(text) ? [...text.matchAll(STRONG_VERSION)].map(([, tag]) => Number(tag)) : [];
  if (versions.length === 0) throw new ApiError("precondition_failed");
  return versions;
}
