/** What the element needs besides the stylesheet of Yobal's own pages, which is fetched. */

// Nothing of the page's own fonts and spaces comes in, except the scheme and the language's direction.
const RULES = `:host{all:initial;color-scheme:inherit;display:block}
:host([hidden]){display:none}
.waiting{min-height:100vh}
.form{display:grid;min-height:1000px;margin-block-start:32px}
.form>*{grid-area:1/1;align-self:start}
.form.is-shown{min-height:0}
.form[hidden]{display:none}
iframe{width:100%;height:100%;border:0;visibility:hidden}
.is-shown>iframe{visibility:visible}
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
    loading = fetch(url, { credentials: "omit" })
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
  for (const [theirs, ours] of Object.entries(COLOURS)) {
    if (computed.getPropertyValue(`--yobal-${theirs}`).trim()) {
      thread.style.setProperty(`--${ours}`, `var(--yobal-${theirs})`);
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
