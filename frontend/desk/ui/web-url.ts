/** Which URLs the desk links to. The same rule as the server's, in `core/web_url.py`. */

const NEVER = '\\p{White_Space}\\p{Cc}\\p{Cs}\\p{Bidi_Control}<>"\\\\';
const HOST = `(?:[^${NEVER}/?#@:\\[\\]]+|\\[[0-9A-Fa-f:.]+\\])`;
const WEB_URL = new RegExp(
  `^[Hh][Tt][Tt][Pp][Ss]?://${HOST}(?::[0-9]{1,5})?(?:[/?#][^${NEVER}]*)?$`,
  "u",
);

export function isWebUrl(url: string): boolean {
  return WEB_URL.test(url);
}
