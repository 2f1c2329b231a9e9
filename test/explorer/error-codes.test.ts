import { expect, test } from "bun:test";
import { ERRORS, type ErrorCode } from "../../src/errors";
import { type OpenApiDocument, operationsOf } from "../../src/explorer/document";
import { get } from "../support/requests";
import { onEmbedded } from "../support/suite";

/** Codes that no operation of the document declares, each with its reason. */
const UNDECLARED: Partial<Record<ErrorCode, string>> = {
  user_banned: "answers what is asked about a player, at the command line; no operation asks so",
  redirect_uri_invalid: "shown as a page in the browser's sign-in, never as JSON of an operation",
  header_too_large: "answers before a route is looked for, whatever the operation",
};

onEmbedded((at) => {
  /** Every code of ours in the document with the status that it stands under. */
  const declared = async () => {
    const document = JSON.parse((await get(at.server, "/swagger/json")).text) as OpenApiDocument;
    return operationsOf(document)
      .filter(({ path }) => !path.startsWith("/oauth/"))
      .flatMap(({ operation }) => [...operation.description.matchAll(/^- (\d{3}): (.*)$/gm)])
      .flatMap(([, status, codes = ""]) =>
        [...codes.matchAll(/`(\w+)`/g)].map(([, code]) => ({ code, status: Number(status) })),
      );
  };

  test("every code in the document is an error of the table, under the table's status", async () => {
    const inDocument = await declared();
    expect(inDocument.length).toBeGreaterThan(0);
    for (const { code, status } of inDocument)
      expect(ERRORS[code as ErrorCode]?.[0], code).toBe(status as never);
  });

  test("every error of the table is declared by an operation, or has a reason why not", async () => {
    const codes = new Set((await declared()).map(({ code }) => code));
    const missing = Object.keys(ERRORS).filter((code) => !codes.has(code));
    expect(missing.sort()).toEqual(Object.keys(UNDECLARED).sort());
  });
});
