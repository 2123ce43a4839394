/** Reads the test vectors that are shared with the Python tests. */

import { readFileSync } from "node:fs";
import { join } from "node:path";

declare global {
  interface ImportMeta {
    desk: string; // the folder of the desk's sources
    vectors: string; // the folder, filled in by test.mjs
  }
}

export function readVectors<T>(name: string): T {
  return JSON.parse(readFileSync(join(import.meta.vectors, name), "utf8")) as T;
}
