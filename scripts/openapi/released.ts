import { join } from "node:path";
import type { OpenApiDocument } from "../../src/explorer/document";

/** The document of the last release, without what differs from server to server. */
export const RELEASED = join(import.meta.dirname, "../../test/explorer/released.openapi.json");

export function readReleased(): Promise<Partial<OpenApiDocument>> {
  return Bun.file(RELEASED).json();
}

/** The document as it would be released. */
export function toRelease({ servers: _, info, ...document }: OpenApiDocument): Partial<OpenApiDocument> {
  const { contact: _ofServer, ...rest } = info;
  return { ...document, info: rest };
}
