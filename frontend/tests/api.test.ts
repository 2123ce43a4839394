import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { errorMessage, isStored, NetworkError, post, RequestRejected } from "../desk/api/client.ts";

const realFetch = globalThis.fetch;
afterEach(() => {
  globalThis.fetch = realFetch;
});

/** The error after this response; a null body is a broken connection. */
async function errorAfter(status: number, body: string | null): Promise<unknown> {
  globalThis.fetch = async () => {
    if (body === null) throw new TypeError("Failed to fetch");
    return new Response(body, { status });
  };
  return post("/api/desk/decide", {}).then(
    () => assert.fail("no error was thrown"),
    (error: unknown) => error,
  );
}

test("the server's message is shown if it explains the cause", async () => {
  const error = await errorAfter(503, '{"error":"unavailable","message":"The database is full."}');
  assert.ok(error instanceof NetworkError && error.code === "unavailable");
  assert.equal(errorMessage(error), "The database is full.");
});

test("without a complete response it is unknown whether the request arrived", async () => {
  for (const body of [null, '{"decision":"d', "<html>proxy</html>"]) {
    const error = await errorAfter(200, body);
    assert.ok(error instanceof NetworkError && error.code === null);
    assert.match(errorMessage(error), /Check your connection/);
  }
});

test("a rejected request keeps its code and its message", async () => {
  const error = await errorAfter(422, '{"error":"invalid","message":"No."}');
  assert.ok(error instanceof RequestRejected && error.code === "invalid");
  assert.equal(errorMessage(error), "No.");
});

test("an error tells whether the change was stored", async () => {
  assert.equal(isStored(await errorAfter(503, '{"error":"purge_pending","message":"."}')), true);
  assert.equal(isStored(await errorAfter(503, '{"error":"unavailable","message":"."}')), false);
  assert.equal(isStored(await errorAfter(503, "")), false);
});

test("every request has a timeout", async () => {
  let signal: AbortSignal | null | undefined;
  globalThis.fetch = async (_, init) => {
    signal = init?.signal;
    return new Response("{}");
  };
  await post("/api/desk/session", {});
  assert.ok(signal instanceof AbortSignal);
});

test("a fault of the page is reported as one", () => {
  assert.match(errorMessage(new TypeError("x is not a function")), /error occurred on this page/);
});
