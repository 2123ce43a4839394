/** `<yobal-count story="…">`: how many comments a story has, for lists of stories. */

const DIGITS = new Map([["km", "០១២៣៤៥៦៧៨៩"]]); // as on Yobal's own pages

export function defineCount(siteUrl: string): void {
  let counts: Promise<Map<string, number>> | undefined; // one file for all of a page
  class YobalCount extends HTMLElement {
    static observedAttributes = ["story"];

    connectedCallback(): void {
      void this.#show();
    }

    attributeChangedCallback(_name: string, before: string | null, after: string | null): void {
      if (this.isConnected && before !== after) void this.#show();
    }

    async #show(): Promise<void> {
      counts ??= loadCounts(siteUrl);
      try {
        const loaded = await counts;
        const count = loaded.get(this.getAttribute("story") ?? "");
        const lang = this.closest("[lang]")?.getAttribute("lang") || "en";
        if (count !== undefined) this.textContent = inDigitsOf(lang, count);
      } catch {
        // The element keeps its content.
      }
    }
  }
  customElements.define("yobal-count", YobalCount);
}

/** A map, because an object also has what every object has: a story may be called `constructor`. */
async function loadCounts(siteUrl: string): Promise<Map<string, number>> {
  const response = await fetch(`${siteUrl}@/counts.json`, { credentials: "omit" });
  return new Map(Object.entries((await response.json()) as Record<string, number>));
}

function inDigitsOf(lang: string, count: number): string {
  const digits = DIGITS.get(lang);
  const number = count.toLocaleString(lang);
  return digits ? number.replace(/\d/g, (digit) => digits[Number(digit)] ?? digit) : number;
}
