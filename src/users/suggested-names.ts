import type { NamePolicy } from "./name-policy";
import { FORBIDDEN, parseUsername, USERNAME_MAX_LENGTH, type Username } from "./username";

// Six letters at most, so that two words leave room for a number of six digits.
const MANNERS = (
  "Brave Breezy Bright Bubbly Cheery Clever Cosy Crispy Dandy Fluffy Fresh Frosty Gentle Golden Happy Honey " +
  "Jolly Lemony Lively Lucky Mellow Merry Mighty Minty Nimble Peppy Quick Rosy Smoky Snappy Speedy Spicy Sturdy " +
  "Sunny Sweet Tangy Toasty Witty Zesty Zippy"
).split(" ");
const CREATURES = (
  "Badger Bagel Basil Bunny Cashew Clover Cookie Falcon Ferret Garlic Gecko Ginger Heron Kiwi Koala Ladle Lemur " +
  "Lentil Mango Maple Noodle Nutmeg Olive Otter Owl Panda Papaya Pepper Puffin Quinoa Radish Raven Robin Sesame " +
  "Scone Teapot Turnip Turtle Waffle Walrus"
).split(" ");

/** Digits of the number behind each invented name; six from there on. */
const DIGITS = [0, 0, 2, 2, 3, 4, 5];

/**
 * Names for a new player, best first and without end: the given name that the provider tells, the same with a number,
 * then invented ones ("Crispy Otter", "Crispy Otter 27"). All are valid; the caller keeps the first whose keys
 * are free. Names are no secret, so `random` need not be a cryptographic source.
 */
export function* suggestNames(
  givenName: string | null,
  random = Math.random,
  policy: NamePolicy = parseUsername,
): Generator<Username> {
  for (const candidate of candidates(cleaned(givenName ?? ""), random)) {
    const username = policy(candidate);
    if (username.ok) yield username;
  }
}

function* candidates(given: string, random: () => number): Generator<string> {
  if (given) {
    yield given;
    yield `Chef ${given}`;
    for (const digits of [2, 3, 4]) yield withNumber(given, digits, random);
  }
  for (let attempt = 0; ; attempt++) {
    const name = `${pick(MANNERS, random)} ${pick(CREATURES, random)}`;
    yield withNumber(name, DIGITS[attempt] ?? 6, random);
  }
}

/** What of a given name can be in a name here; nothing of an email address. */
function cleaned(givenName: string): string {
  if (givenName.includes("@")) return "";
  const usable = givenName
    .slice(0, 256)
    .normalize("NFC")
    .replaceAll(/\s/g, " ")
    .replaceAll(new RegExp(FORBIDDEN, "gv"), "")
    .replaceAll(/ +/g, " ")
    .trim();
  return shortened(usable, USERNAME_MAX_LENGTH);
}

function withNumber(name: string, digits: number, random: () => number): string {
  if (digits === 0) return name;
  const smallest = 10 ** (digits - 1);
  const number = smallest + Math.floor(random() * 9 * smallest);
  return `${shortened(name, USERNAME_MAX_LENGTH - 1 - digits)} ${number}`;
}

const GRAPHEMES = new Intl.Segmenter();

/** Cuts between graphemes to at most so many code points, and leaves no separator dangling. */
function shortened(text: string, maximum: number): string {
  let short = "";
  for (const { segment } of GRAPHEMES.segment(text)) {
    if (Array.from(short + segment).length > maximum) break;
    short += segment;
  }
  return short.replace(/[ ._-]+$/, "");
}

function pick(words: string[], random: () => number): string {
  return words[Math.floor(random() * words.length)] ?? "";
}
