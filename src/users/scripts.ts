/** Scripts that are written together (UTS 39 §5.2): Latin among Japanese, Chinese with Bopomofo, and Korean. */
const MIXES = ["Latn Hani Hira Kana", "Latn Hani Bopo", "Latn Hani Hang"];

/** Every other script of Unicode 17, by its code in ISO 15924; those that most names are in come first. */
const SCRIPTS = (
  "Cyrl Arab Grek Hebr Deva Thai Beng Armn Geor Taml Telu Adlm Aghb Ahom Armi Avst Bali Bamu Bass Batk Berf Bhks " +
  "Brah Brai Bugi Buhd Cakm Cans Cari Cham Cher Chrs Copt Cpmn Cprt Diak Dogr Dsrt Dupl Egyp Elba Elym Ethi Gara " +
  "Glag Gong Gonm Goth Gran Gujr Gukh Guru Hano Hatr Hluw Hmng Hmnp Hung Ital Java Kali Kawi Khar Khmr Khoj Kits " +
  "Knda Krai Kthi Lana Laoo Lepc Limb Lina Linb Lisu Lyci Lydi Mahj Maka Mand Mani Marc Medf Mend Merc Mero Mlym " +
  "Modi Mong Mroo Mtei Mult Mymr Nagm Nand Narb Nbat Newa Nkoo Nshu Ogam Olck Onao Orkh Orya Osge Osma Ougr Palm " +
  "Pauc Perm Phag Phli Phlp Phnx Plrd Prti Rjng Rohg Runr Samr Sarb Saur Sgnw Shaw Shrd Sidd Sidt Sind Sinh Sogd " +
  "Sogo Sora Soyo Sund Sunu Sylo Syrc Tagb Takr Tale Talu Tang Tavt Tayo Tfng Tglg Thaa Tibt Tirh Tnsa Todr Tols " +
  "Toto Tutg Ugar Vaii Vith Wara Wcho Xpeo Xsux Yezi Yiii Zanb"
).split(" ");

const covers = new Map<string, RegExp>();

/**
 * Whether a name is in one script, or in a mix that is common (UTS 39 §5.2, "highly restrictive"). By script
 * extensions, so that "ー" is as much hiragana as katakana; what all scripts share, digits say, goes with any.
 */
export function isHighlyRestrictive(name: string): boolean {
  return [...MIXES, ...SCRIPTS].some((scripts) => cover(scripts).test(name));
}

/** Matches what the scripts cover between them (UTS 39 §5.1). Made on first use: most names need the first only. */
function cover(scripts: string): RegExp {
  let made = covers.get(scripts);
  if (!made) {
    const classes = [...scripts.split(" "), "Zyyy", "Zinh"].map((script) => `\\p{scx=${script}}`);
    made = new RegExp(`^[${classes.filter(isKnown).join("")}]*$`, "u");
    covers.set(scripts, made);
  }
  return made;
}

/** A runtime of an older Unicode has no letters of newer scripts either. */
function isKnown(scriptClass: string): boolean {
  try {
    new RegExp(scriptClass, "u");
    return true;
  } catch {
    return false;
  }
}
