/** A bundle of its own, because it is as large as the desk: guesses a language from a text's words. */

import { eld } from "eld/extrasmall";

/** A language that a text may be in, with its score from 0 to 1. */
export interface Candidate {
  lang: string;
  score: number;
}

/** The likeliest language first; none for a script that the detector does not know, or for one or two letters. */
export function detectLanguages(text: string): Candidate[] {
  return Object.entries(eld.detect(text).getScores())
    .map(([lang, score]) => ({ lang: canonical(lang), score }))
    .sort((a, b) => b.score - a.score);
}

/** CLDR's tag: `fil` for `tl`. */
function canonical(lang: string): string {
  return Intl.getCanonicalLocales(lang)[0] ?? lang;
}
