/** A modal dialog. */

import { html, type TemplateResult } from "lit";
import { ref } from "lit/directives/ref.js";

interface Dialog {
  title: string;
  content: TemplateResult;
  close: () => void;
}

export function dialog({ title, content, close }: Dialog): TemplateResult {
  const show = (element?: Element) => {
    // showModal needs an element that is already in the document.
    queueMicrotask(() => {
      const rendered = element as HTMLDialogElement | undefined;
      if (rendered?.isConnected && !rendered.open) rendered.showModal();
    });
  };
  const cancel = (event: Event) => {
    event.preventDefault();
    close();
  };
  return html`<dialog aria-labelledby="dialog-title" ${ref(show)} @cancel=${cancel} @close=${close}>
    <h2 id="dialog-title">${title}</h2>
    ${content}
  </dialog>`;
}
