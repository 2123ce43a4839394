/** `<yobal-count story="…">`: how many comments a story has, for lists of stories. */

const DIGITS: Record<string, string> = { km: "០១២៣៤៥៦៧៨៩" }; // as on Yobal's own pages

export function defineCount(siteUrl: string): void {
  let counts: Promise<Record<string, number>> | undefined; // one file for all of a page
  class YobalCount extends HTMLElement {
    async connectedCallback(): Promise<void> {
      counts ??= fetch(`${siteUrl}@/counts.json`, { credentials: "omit" }).then((response) =>
        response.json(),
      );
      try {
        const count = (await counts)[this.getAttribute("story") ?? ""];
        const lang = this.closest("[lang]")?.getAttribute("lang") || "en";
        if (count !== undefined) this.textContent = inDigitsOf(lang, count);
      } catch {
        // What stands in the element stays.
      }
    }
  }
  customElements.define("yobal-count", YobalCount);
}

function inDigitsOf(lang: string, count: number): string {
  const digits = DIGITS[lang];
  const number = count.toLocaleString(lang);
  return digits ? number.replace(/\d/g, (digit) => digits[Number(digit)] ?? digit) : number;
}
