/**
 * The token with which this tab may use `yobal desk`, from the address that it printed. The server's own desk has none.
 *
 * In this tab's storage and not in a cookie: browsers send a cookie of 127.0.0.1 to every port, so also to the
 * programs of other people who use this computer.
 */

const FRAGMENT = /^#token=([\w-]{43})$/;
const STORED = "yobal-local-token";

/** Takes the token out of the address, and with it out of the tab's history. */
export function takeLocalToken(): void {
  const token = FRAGMENT.exec(location.hash)?.[1];
  if (token === undefined) return;
  sessionStorage.setItem(STORED, token);
  history.replaceState(null, "", location.pathname);
}

export function localTokenHeader(): Record<string, string> {
  const token = globalThis.sessionStorage?.getItem(STORED);
  return token ? { "Yobal-Token": token } : {};
}
