import assert from "node:assert/strict";
import { test } from "node:test";
import { isWebUrl } from "../desk/ui/web-url.ts";
import { readVectors } from "./vectors.ts";

test("only a full address of the web is linked, by the server's rule", () => {
  const vectors = readVectors<{ linked: string[]; refused: string[] }>("urls.json");
  for (const url of vectors.linked) assert.ok(isWebUrl(url), url);
  for (const url of vectors.refused) assert.ok(!isWebUrl(url), url);
});
