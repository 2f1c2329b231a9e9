import { expect, test } from "bun:test";
import { isReserved } from "../../src/users/reserved-names";
import names from "../../src/users/reserved-names.json" with { type: "json" };

test.each(["as it stands", "in capitals", "with separators", "in capitals that are look-alikes"] as const)(
  "S48 every reserved name is reserved %s",
  (how) => {
    const changed = {
      "as it stands": (name: string) => name,
      "in capitals": (name: string) => name.toUpperCase(),
      "with separators": (name: string) => `_${[...name].join(".")}-`,
      "in capitals that are look-alikes": (name: string) =>
        name.toUpperCase().replaceAll("I", "l").replaceAll("O", "0"),
    }[how];
    expect(names.filter((name) => !isReserved(changed(name)))).toEqual([]);
  },
);

test.each(["Admiral", "Modest", "Chef Admin 27", "Devi", "Appie", "Rooth", "Steamer", "Me and you"])(
  "S48 %s is free",
  (name) => {
    expect(isReserved(name)).toBe(false);
  },
);
