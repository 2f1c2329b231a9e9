import { expect, test } from "bun:test";
import { escapeFormula, unescapeFormula } from "../../src/player-files/formula";

test.each(["=1+1", "+49 170", "-Ann", "@SUM(A1)", "\t=1", "\r=1", "＝1", "＠x"])(
  "%j is no formula with an apostrophe before it, and itself again without",
  (text) => {
    expect(escapeFormula(text)).toBe(`'${text}`);
    expect(unescapeFormula(escapeFormula(text))).toBe(text);
  },
);

test.each(["Ann", "'=x", "''=x", "'tis", "", "ann@players.example", "a=b"])(
  "%j comes back as it was",
  (text) => {
    expect(unescapeFormula(escapeFormula(text))).toBe(text);
  },
);
