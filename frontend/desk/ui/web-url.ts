/** Which URLs the desk links to. The same rule as the server's, in `core/web_url.py`. */

const NEVER = '\\p{White_Space}\\p{Cc}\\p{Cs}\\p{Bidi_Control}<>"\\\\';
const HOST = `(?:[^${NEVER}/?#@:\\[\\]]+|\\[[0-9A-Fa-f:.]+\\])`;
// 1 to 65535
const PORT =
  "(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])";
const WEB_URL = new RegExp(
  `^[Hh][Tt][Tt][Pp][Ss]?://${HOST}(?::${PORT})?(?:[/?#][^${NEVER}]*)?$`,
  "u",
);

export function isWebUrl(url: string): boolean {
  return WEB_URL.test(url) && canParse(url);
}

/** `URL.canParse` is missing in browsers of 2023. */
function canParse(url: string): boolean {
  try {
    return new URL(url).host !== "";
  } catch {
    return false; // such as a host whose compatibility form has a slash
  }
}
