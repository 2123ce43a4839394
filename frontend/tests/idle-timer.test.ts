/** When the notice before a lock comes and goes, and when the desk locks itself. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { IdleTimer } from "../desk/lock/idle-timer.ts";

const MINUTE_MS = 60_000;

let page: EventTarget;
let events: string[];
let timer: IdleTimer;

beforeEach(() => {
  mock.timers.enable({ apis: ["Date", "setInterval"] });
  page = new EventTarget();
  const addEventListener = page.addEventListener.bind(page);
  Object.assign(globalThis, { addEventListener, document: page });
  events = [];
});

afterEach(() => {
  timer.stop();
  mock.timers.reset();
});

function start(idleMs: number): void {
  timer = new IdleTimer(idleMs, {
    reportUse: () => {},
    onNear: (isNear) => events.push(isNear ? "near" : "not near"),
    onIdle: () => events.push("idle"),
  });
  timer.start();
}

/** In steps, because one long tick would show the timer only the end. */
function pass(ms: number): void {
  for (let passed = 0; passed < ms; passed += 1_000) mock.timers.tick(1_000);
}

const press = () => page.dispatchEvent(new Event("keydown"));

test("the notice comes a minute before the lock, and goes at once when a key is pressed", () => {
  start(10 * MINUTE_MS);
  pass(9 * MINUTE_MS - 1_000);
  assert.deepEqual(events, []);
  pass(1_000);
  assert.deepEqual(events, ["near"]);
  press();
  assert.deepEqual(events, ["near", "not near"]);
  pass(10 * MINUTE_MS);
  assert.deepEqual(events, ["near", "not near", "near", "idle"]);
});

test("what is done in another tab counts", () => {
  start(10 * MINUTE_MS);
  pass(9 * MINUTE_MS);
  timer.extend();
  assert.deepEqual(events, ["near", "not near"]);
});

test("with an idle lock of one minute the notice does not stand there all the time", () => {
  start(MINUTE_MS);
  pass(40_000);
  assert.deepEqual(events, []);
  pass(5_000);
  assert.deepEqual(events, ["near"]);
});

/** Timers do not run while a computer sleeps. */
function sleep(ms: number): void {
  mock.timers.reset();
  mock.timers.enable({ apis: ["Date"] });
  start(10 * MINUTE_MS);
  mock.timers.setTime(ms);
}

test("a key press after sleep locks the desk instead of keeping it open", () => {
  sleep(11 * MINUTE_MS);
  press();
  press();
  assert.deepEqual(events, ["idle"]);
});

test("another tab that is used after sleep does not keep this one open", () => {
  sleep(11 * MINUTE_MS);
  timer.extend();
  press();
  assert.equal(events.at(-1), "idle");
});
