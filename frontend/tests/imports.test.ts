import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { test } from "node:test";

type Imports = ReadonlyMap<string, string[]>;

const IMPORT = /(?:from|import) "(\.[^"]+)"/g;

/** Each source file with the files that it imports, type imports included. */
function readImports(folder: string): Imports {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const files = names.filter((name) => name.endsWith(".ts")).map((name) => join(folder, name));
  const importsOf = (file: string) =>
    Array.from(readFileSync(file, "utf8").matchAll(IMPORT), ([, path]) =>
      join(dirname(file), path ?? ""),
    );
  return new Map(files.map((file) => [file, importsOf(file)]));
}

/** The first circle as a path that ends where it begins; empty if there is none. */
function findCircle(imports: Imports): string[] {
  const finished = new Set<string>();
  const visit = (file: string, path: string[]): string[] => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (finished.has(file)) return [];
    for (const imported of imports.get(file) ?? []) {
      const circle = visit(imported, [...path, file]);
      if (circle.length > 0) return circle;
    }
    finished.add(file);
    return [];
  };
  for (const file of imports.keys()) {
    const circle = visit(file, []);
    if (circle.length > 0) return circle;
  }
  return [];
}

test("no modules import each other in a circle", () => {
  const desk = import.meta.desk;
  const imports = readImports(desk);
  assert.ok(imports.get(join(desk, "main.ts"))?.includes(join(desk, "app", "app.ts")));
  assert.deepEqual(
    findCircle(imports).map((file) => relative(desk, file)),
    [],
  );
});

test("a circle of imports is found", () => {
  const circle = new Map([
    ["start", ["a"]],
    ["a", ["b", "c"]],
    ["b", []],
    ["c", ["a"]],
  ]);
  assert.deepEqual(findCircle(circle), ["a", "c", "a"]);
  circle.set("c", ["b"]);
  assert.deepEqual(findCircle(circle), []);
});
