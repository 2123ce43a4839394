/** The only module that calls the server: it POSTs JSON to the desk's own origin. */

import { gettext } from "../i18n.ts";
import { localTokenHeader } from "./local-token.ts";

/** Longer than any request takes; a dead connection must not leave "sending" on screen forever. */
const TIMEOUT_MS = 20_000;

/** The server stored the change, but has not finished its consequences. */
const STORED_CODES = ["purge_pending", "files_pending"];

/** The server rejected the request. `message` is for people, `code` for programs. */
export class RequestRejected extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly details: Record<string, unknown>,
  ) {
    super(message);
  }
}

/** No usable response, or a server error. Repeating the request is safe: nothing is done twice. */
export class NetworkError extends Error {
  /** `code` is the server's; null without a response: the request may or may not have arrived. */
  constructor(
    message: string,
    readonly code: string | null = null,
  ) {
    super(message);
  }
}

/** The server refuses its own roster: `statementCount` statements of it are there. */
export class RosterRefused extends NetworkError {
  constructor(
    message: string,
    readonly reason: string,
    readonly statementCount: number,
  ) {
    super(message, "roster_invalid");
  }
}

/** Whether the change is stored in spite of the error, whose message says what is still missing. */
export function isStored(error: unknown): boolean {
  return error instanceof NetworkError && STORED_CODES.includes(error.code ?? "");
}

/** Access has ended: the person was removed or suspended, or the passkey that opened this desk was removed. */
const ACCESS_ENDED_CODES = ["no_longer_member", "suspended", "passkey_removed"];

/** The server opens nothing for this session until its owner unlocks it or signs in. */
const LOCKED_CODES = ["session_locked", "session_ended"];

let rosterRefused = (_refused: RosterRefused) => {};
let accessEnded = (_message: string) => {};
let locked = () => {};

/** Called whenever a request finds the session locked or ended from another device. */
export function onLocked(listener: () => void): void {
  locked = listener;
}

/** Called with the server's sentence, whatever the request was. */
export function onAccessEnded(listener: (message: string) => void): void {
  accessEnded = listener;
}

/** Called whenever the server refuses its own roster, whatever the request was. */
export function onRosterRefused(listener: (refused: RosterRefused) => void): void {
  rosterRefused = listener;
}

export type Post = <T>(path: string, body: object) => Promise<T>;

/** Throws only `RequestRejected` and `NetworkError`. */
export async function post<T>(path: string, body: object): Promise<T> {
  const response = await send(path, body);
  const content = await readJson(response);
  if (response.ok && content !== null) return content as T;
  if (response.ok || response.status >= 500) {
    const error = networkError(content);
    if (error instanceof RosterRefused) rosterRefused(error);
    throw error;
  }
  const message = messageOf(content) ?? unreadableResponse();
  if (ACCESS_ENDED_CODES.includes(String(content?.error))) accessEnded(message);
  if (LOCKED_CODES.includes(String(content?.error))) locked();
  throw new RequestRejected(response.status, String(content?.error ?? ""), message, content ?? {});
}

async function send(path: string, body: object): Promise<Response> {
  try {
    return await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json", ...localTokenHeader() },
      body: JSON.stringify(body),
      cache: "no-store",
      credentials: "same-origin",
      redirect: "error",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch {
    throw new NetworkError(
      gettext(
        "The server could not be reached. Nothing is lost. Check your connection and try again.",
      ),
    );
  }
}

async function readJson(response: Response): Promise<Record<string, unknown> | null> {
  try {
    const content: unknown = await response.json();
    const isObject = typeof content === "object" && content !== null;
    return isObject ? (content as Record<string, unknown>) : null;
  } catch {
    return null; // a proxy's error page, or a connection that broke half-way
  }
}

/** Quotes the server where it explains the cause, which then is not the connection. */
function networkError(content: Record<string, unknown> | null): NetworkError {
  const message = messageOf(content);
  if (message === null) return new NetworkError(unreadableResponse());
  if (content?.error === "roster_invalid") {
    const { reason, statement_count } = content;
    return new RosterRefused(message, String(reason), Number(statement_count));
  }
  return new NetworkError(message, String(content?.error ?? ""));
}

function messageOf(content: Record<string, unknown> | null): string | null {
  return typeof content?.message === "string" ? content.message : null;
}

function unreadableResponse(): string {
  return gettext(
    "The server's response could not be read. Nothing is lost. Check your connection and try again.",
  );
}

export function pageFaultMessage(): string {
  return gettext(
    "An error occurred on this page. What you typed is still here: copy it, then reload the page. If this happens again, tell your technician.",
  );
}

/** The message for a person about anything that was thrown. Reports errors of this page itself. */
export function errorMessage(error: unknown): string {
  if (error instanceof RequestRejected || error instanceof NetworkError) return error.message;
  globalThis.reportError?.(error);
  return pageFaultMessage();
}
