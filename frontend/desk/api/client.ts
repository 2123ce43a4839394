/** The only place that speaks to the server: a POST of JSON to the desk's own origin. */

const NOTHING_TO_SAY = "The desk's server answered in a way this page does not understand.";
const NO_ANSWER = "The desk's server could not be reached.";
const LOOK = "Nothing is lost: look at your connection and try again.";
export const FAULT =
  "This page made a mistake of its own. What you typed is still here: copy it, then load the page again. If it happens again, tell your technician.";

/** Longer than any act takes; a line that swallows everything must not leave "sending" for ever. */
const ANSWER_MS_MAX = 20_000;

/** The server was reached and said no; `sentence` is for people, `code` for us. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly sentence: string,
    readonly details: Record<string, unknown>,
  ) {
    super(sentence);
  }
}

/** No answer, or one that says "not now". Trying again is safe: nothing is done twice. */
export class Unreachable extends Error {
  /** `code` is the server's; without an answer it is null, and nobody knows whether we were heard. */
  constructor(
    sentence: string,
    readonly code: string | null = null,
  ) {
    super(sentence);
  }
}

const STORED = ["purge_pending", "files_pending"];

/** Whether the act is done all the same, and the sentence says what is still missing. */
export function isStored(error: unknown): boolean {
  return error instanceof Unreachable && STORED.includes(error.code ?? "");
}

export type Post = <T>(path: string, body: object) => Promise<T>;

/** Throws `Refusal` or `Unreachable`, nothing else. */
export async function post<T>(path: string, body: object): Promise<T> {
  const answer = await send(path, body);
  const said = await readJson(answer);
  if (answer.ok && said !== null) return said as T;
  if (answer.ok || answer.status >= 500) throw unreachable(said);
  throw new Refusal(answer.status, String(said?.error ?? ""), sentenceOf(said), said ?? {});
}

async function send(path: string, body: object): Promise<Response> {
  try {
    return await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
      cache: "no-store",
      credentials: "same-origin",
      redirect: "error",
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
    });
  } catch {
    throw new Unreachable(`${NO_ANSWER} ${LOOK}`);
  }
}

async function readJson(answer: Response): Promise<Record<string, unknown> | null> {
  try {
    const said: unknown = await answer.json();
    return typeof said === "object" && said !== null ? (said as Record<string, unknown>) : null;
  } catch {
    return null; // a proxy's own page, or a connection cut in the middle
  }
}

/** The server's own words where it has some: it knows the cause, which is then not the connection. */
function unreachable(said: Record<string, unknown> | null): Unreachable {
  if (typeof said?.message !== "string") return new Unreachable(`${NOTHING_TO_SAY} ${LOOK}`);
  return new Unreachable(said.message, String(said.error ?? ""));
}

function sentenceOf(said: Record<string, unknown> | null): string {
  return typeof said?.message === "string" ? said.message : NOTHING_TO_SAY;
}

/** What to show a person for anything that was thrown. A fault of this page is said to be one. */
export function sentenceFor(error: unknown): string {
  if (error instanceof Refusal) return error.sentence;
  if (error instanceof Unreachable) return error.message;
  globalThis.reportError?.(error);
  return FAULT;
}
