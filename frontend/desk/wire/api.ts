/** The only place that speaks to the server: a POST of JSON to the desk's own origin. */

const NOTHING_TO_SAY = "The desk's server answered in a way this page does not understand.";

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

/** No answer, or one that says "not now": nothing was taken, trying again is safe. */
export class Unreachable extends Error {}

export type Post = <T>(path: string, body: object) => Promise<T>;

/** Throws `Refusal` or `Unreachable`, nothing else. */
export async function post<T>(path: string, body: object): Promise<T> {
  const answer = await send(path, body);
  const said = await readJson(answer);
  if (answer.ok && said !== null) return said as T;
  if (answer.status >= 500) throw new Unreachable(sentenceOf(said));
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
    });
  } catch {
    throw new Unreachable("The desk's server could not be reached.");
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

function sentenceOf(said: Record<string, unknown> | null): string {
  return typeof said?.sentence === "string" ? said.sentence : NOTHING_TO_SAY;
}

/** What to show a person for anything that was thrown. */
export function sentenceFor(error: unknown): string {
  if (error instanceof Refusal) return error.sentence;
  if (error instanceof Unreachable) {
    return `${error.message} Nothing is lost: look at your connection and try again.`;
  }
  throw error; // a fault of this page must not hide behind a kind sentence
}
