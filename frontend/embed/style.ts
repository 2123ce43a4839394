/** What the element needs besides the stylesheet of Yobal's own pages, which is fetched. */

// The height of the frame does not depend on what it shows: one that followed an answer would tell the page about it.
// The form fits, in the languages and widths that were tried; longer answers scroll. On a dark page the frame is higher
// by ten pixels, and `comments.css` reads the scheme from that, because the frame has no script.
// Nothing of the page's own fonts and spaces comes in, except the scheme and the language's direction: rules of the
// page for `*` match the host, so everything that the thread would inherit from it is reset below it. The thread's size is that of
// the reader's browser, also where the page has made `rem` smaller; so `comments.css` has no `rem` below it.
const RULES = `:host{all:initial;color-scheme:inherit;display:block}
:host([hidden]){display:none}
.waiting{min-height:100vh}
.outer{all:initial;color-scheme:inherit;display:block;visibility:inherit}
.outer>.yobal-fragment{font-size:1.0625em}
.form{display:grid;margin-block-start:32px;container-type:inline-size}
.form>*{grid-area:1/1;align-self:start}
.form[hidden],.is-shown>a{display:none}
iframe{width:100%;height:1520px;border:0;visibility:hidden}
iframe.dark{height:1530px}
@container (min-width:560px){iframe{height:1250px}iframe.dark{height:1260px}}
.is-shown>iframe{visibility:visible}
.form.is-refused>iframe{height:0}
.yobal-fragment{padding-inline:var(--yobal-padding,12px)}`;

// What a newsroom's stylesheet calls the colours of tokens.css.
const COLOURS = {
  background: "paper",
  text: "ink",
  quiet: "quiet",
  line: "line",
  border: "edge",
  panel: "sheet",
  accent: "accent",
  "on-accent": "on-accent",
};

const own = sheetOf(RULES);
const fetched = new Map<string, Promise<CSSStyleSheet | null>>();

/** Sheets made by a script are allowed under every policy of a page. Old browsers cannot make them. */
function sheetOf(rules: string): CSSStyleSheet | null {
  if (!("replaceSync" in CSSStyleSheet.prototype)) return null;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(rules);
  return sheet;
}

export function addOwnStyle(root: ShadowRoot): void {
  if (own) root.adoptedStyleSheets = [own];
}

/** Adds the stylesheet of Yobal's own pages, which all threads on a page share. */
export async function addStyle(root: ShadowRoot, url: string): Promise<void> {
  if (!own) {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = url;
    root.append(link);
    return;
  }
  let loading = fetched.get(url);
  if (!loading) {
    loading = fetch(url) // as a preload asks for it
      .then((response) => response.text())
      .then(sheetOf);
    fetched.set(url, loading);
  }
  const sheet = await loading;
  if (sheet) root.adoptedStyleSheets = [sheet, own];
}

/** The page's `--yobal-text` takes the place of our `--ink`, and so on. */
export function applyTheme(host: HTMLElement, thread: HTMLElement): void {
  const computed = getComputedStyle(host);
  for (const [property, token] of Object.entries(COLOURS)) {
    if (computed.getPropertyValue(`--yobal-${property}`).trim()) {
      thread.style.setProperty(`--${token}`, `var(--yobal-${property})`);
    }
  }
}

/** Whether the page is dark where an element stands. */
export function isDark(element: HTMLElement): boolean {
  element.style.color = "light-dark(#000,#fff)";
  const colour = getComputedStyle(element).color;
  element.style.color = "";
  return colour === "rgb(255, 255, 255)";
}
