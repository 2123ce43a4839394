/**
 * The language of a comment: the server's guess from the script, made better by the words where several
 * languages share a script. It stays `und` where the words do not decide.
 */

import { isScriptOf } from "./language.ts";
import type { Candidate } from "./language-detector.ts";

export type Detect = (text: string) => Candidate[];

export interface LanguageGuess {
  lang: string;
  /** Other languages that it may be, for the top of the menu. */
  alternatives: string[];
}

const UNKNOWN = "und";
// Found with the sentences of the Universal Declaration of Human Rights in 60 languages that the
// detector knows and in 340 that it does not: one in a hundred, or one in twenty-five, is wrong.
const SCORE_MIN = 0.76;
const LEAD_MIN = 0.04;
/** So far ahead of all others that a lower score will do, as in a short comment in Chinese. */
const LEAD_CLEAR = 0.3;
const ALTERNATIVES_MAX = 3;
/** The detector does not tell them apart: Malay and Indonesian. */
const SAME: Record<string, string[]> = { ms: ["id"] };

/** `serverGuess` is the edition's language if it uses the text's script, else the script's only language. */
export function guessLanguage(
  text: string,
  edition: string,
  serverGuess: string,
  detect: Detect,
): LanguageGuess {
  // The detector learned from composed characters.
  const candidates = detect(text.normalize("NFC")).filter(({ lang }) => isScriptOf(lang, text));
  const [first, second] = candidates;
  const alternatives = candidates
    .slice(0, ALTERNATIVES_MAX)
    .flatMap(({ lang }) => [lang, ...(SAME[lang] ?? [])]);
  if (first === undefined) return { lang: serverGuess, alternatives };
  if (alternativesOf(first).includes(primary(edition))) return { lang: edition, alternatives };
  const lead = first.score - (second?.score ?? 0);
  const isCertain = lead >= LEAD_CLEAR || (first.score >= SCORE_MIN && lead >= LEAD_MIN);
  if (isCertain && SAME[first.lang] === undefined) return { lang: first.lang, alternatives };
  const isOnlyLanguage = primary(serverGuess) !== primary(edition);
  return { lang: isOnlyLanguage ? serverGuess : UNKNOWN, alternatives };
}

function alternativesOf({ lang }: Candidate): string[] {
  return [lang, ...(SAME[lang] ?? [])];
}

function primary(lang: string): string {
  return lang.split("-")[0] ?? lang;
}

const DETECTOR_URL: string = "/assets/language-detector.js";
let detector: Promise<Detect> | null = null;

/** Loads the detector once. Without it the server's guess has to do where it is certain. */
export function loadDetector(): Promise<Detect> {
  detector ??= (import(DETECTOR_URL) as Promise<{ detectLanguages: Detect }>).then(
    ({ detectLanguages }) => detectLanguages,
    () => {
      detector = null; // the next page tries again
      return () => [];
    },
  );
  return detector;
}
