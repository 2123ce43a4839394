// Runs tests/*.test.ts: bundles each with esbuild, then starts node's own test runner.
// `node test.mjs [VECTORS]`; VECTORS is the folder of the vectors shared with the Python tests.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));
const folder = mkdtempSync(join(here, "node_modules", ".tests-"));
const vectors = process.argv[2] ?? join(here, "..", "tests", "vectors");
const sources = readdirSync(join(here, "tests")).filter((name) => name.endsWith(".test.ts"));

try {
  await build({
    entryPoints: sources.map((name) => join(here, "tests", name)),
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    logLevel: "warning",
    define: {
      "import.meta.desk": JSON.stringify(join(here, "desk")),
      "import.meta.vectors": JSON.stringify(vectors),
    },
  });
  const files = readdirSync(folder).map((name) => join(folder, name));
  process.exitCode = spawnSync(process.execPath, ["--test", ...files], { stdio: "inherit" }).status;
} finally {
  rmSync(folder, { recursive: true });
}
