import { expect, test } from "bun:test";
import { createProfanityCheck } from "../../src/users/profanity";
import { suggestNames } from "../../src/users/suggested-names";
import { parseUsername } from "../../src/users/username";
import { goodNames } from "../fixtures/hostile-strings";

const isProfane = createProfanityCheck(["en"]);

test.each([
  "fuck",
  "FUCK",
  "Mr Fucker 27",
  "xXfuckXx",
  "fuuuuck",
  "fvck",
  "f\u00FCck",
  "f.u.c.k",
  "f_u_c_k",
  "F-U-C-K",
  "f u c k",
  "Big f.u.c.k 27",
  "sh1t",
  "5hit",
  "Bullshit",
  "b1tch",
  "c.u.n.t",
  "n1gg3r",
  "n_i_g_g_a",
  "a55hole",
  "D1ckhead",
  "wanker",
])("%s is profane", (name) => {
  expect(isProfane(name)).toBe(true);
});

test.each(
  (
    "Scunthorpe,Penistone,Essex,Middlesex,Clitheroe,Assassin,Dickens,Dickinson,Cockburn,Hancock,Hitchcock,Peacock," +
    "Cassandra,Class Act,Grass,Bass Player,Titanic,Cummings,Cumberland,Document,Raccoon,Analyst,Therapist,Shuttlecock," +
    "Gy\u00F6rgy,GY\u00D6RGY,Ars\u00E8ne,Fu Shan,Fukuda,Fukushima,Matsushita,Takeshita,Harshit,Dikshit,Rishit,Shital," +
    "Ng\u1ECDc B\u00EDch,Liebich,Anu\u0161ka,Hanu\u0161,Vodi\u010Dka,Airlangga,Rangga,Kikelomo,Negr\u00F3n,Montenegro," +
    "Fagan,Turda,Cumhur,Annalena,Assmus,A b c,X Y Z,Ada 455,455 Ada 5,J. R. R. T.,\u0413\u043B\u0456\u0431"
  ).split(","),
)("%s is not", (name) => {
  expect(isProfane(name)).toBe(false);
});

test("S48 no good name is profane, and no invented one", () => {
  expect(goodNames.map(([, name]) => name).filter(isProfane)).toEqual([]);
  const invented = suggestNames(null).take(4_000);
  expect(
    invented
      .map(({ name }) => name)
      .filter(isProfane)
      .toArray(),
  ).toEqual([]);
});

test("a given name that is profane is not suggested, nor anything made of it", () => {
  const policy = (input: string) => {
    const parsed = parseUsername(input);
    return parsed.ok && isProfane(parsed.name)
      ? { ok: false as const, reason: "profane" as const, message: "" }
      : parsed;
  };
  const [name] = suggestNames("Fucker", Math.random, policy).map(({ name }) => name);
  expect(name).toMatch(/^[A-Z][a-z]{2,5} [A-Z][a-z]{2,5}$/);
});
