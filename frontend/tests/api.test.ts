import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { isStored, post, Refusal, sentenceFor, Unreachable } from "../desk/api/client.ts";

const realFetch = globalThis.fetch;
afterEach(() => {
  globalThis.fetch = realFetch;
});

/** What a page thinks that was answered so; null for a line that is cut. */
async function thrown(status: number, body: string | null): Promise<unknown> {
  globalThis.fetch = async () => {
    if (body === null) throw new TypeError("Failed to fetch");
    return new Response(body, { status });
  };
  return post("/api/desk/decide", {}).then(
    () => assert.fail("it did not throw"),
    (error: unknown) => error,
  );
}

test("a server that knows the cause is quoted, and the connection is not blamed", async () => {
  const error = await thrown(503, '{"error":"unavailable","message":"The database is full."}');
  assert.ok(error instanceof Unreachable && error.code === "unavailable");
  assert.equal(sentenceFor(error), "The database is full.");
});

test("where no answer came, or half of one, nobody knows whether we were heard", async () => {
  for (const body of [null, '{"decision":"d', "<html>proxy</html>"]) {
    const error = await thrown(200, body);
    assert.ok(error instanceof Unreachable && error.code === null);
    assert.match(sentenceFor(error), /look at your connection/);
  }
});

test("a refusal keeps its code, and its sentence", async () => {
  const error = await thrown(422, '{"error":"invalid","message":"No."}');
  assert.ok(error instanceof Refusal && error.code === "invalid");
  assert.equal(sentenceFor(error), "No.");
});

test("what is stored but not finished is told from what is not stored", async () => {
  assert.equal(isStored(await thrown(503, '{"error":"purge_pending","message":"."}')), true);
  assert.equal(isStored(await thrown(503, '{"error":"unavailable","message":"."}')), false);
  assert.equal(isStored(await thrown(503, "")), false);
});

test("no request waits for ever", async () => {
  let signal: AbortSignal | null | undefined;
  globalThis.fetch = async (_, init) => {
    signal = init?.signal;
    return new Response("{}");
  };
  await post("/api/desk/session", {});
  assert.ok(signal instanceof AbortSignal);
});

test("a fault of the page is said to be one, and reported", () => {
  assert.match(sentenceFor(new TypeError("x is not a function")), /mistake of its own/);
});
