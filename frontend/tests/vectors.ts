/** Reads the vectors that the Python tests read too. */

import { readFileSync } from "node:fs";
import { join } from "node:path";

declare global {
  interface ImportMeta {
    vectors: string; // the folder, written in by test.mjs
  }
}

export function readVectors<T>(name: string): T {
  return JSON.parse(readFileSync(join(import.meta.vectors, name), "utf8")) as T;
}
