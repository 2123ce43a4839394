/** What lies over the desk: all keys, the question before rejecting many, signing in again. */

import { html, nothing, type TemplateResult } from "lit";
import { ref } from "lit/directives/ref.js";
import { counted } from "../decisions/messages.ts";
import { areKeysOn, switchKeys } from "../shortcuts/keyboard.ts";
import { signInForm } from "../sign-in/sign-in-view.ts";
import { clauseChips, key } from "../ui/elements.ts";
import type { Desk } from "./session-state.ts";

const KEYS: [string[], string][] = [
  [["j", "k"], "next and previous comment; j at the end loads more; in the list also ↓ and ↑"],
  [["a"], "publish; after an edit, publish edited"],
  [["e"], "edit in place"],
  [["m"], "mask what is selected"],
  [["d"], "reject; once more, or Enter on the clause, to send"],
  [["1", "…", "8"], "clause of the terms"],
  [["Ctrl", "Enter"], "send the edit or the rejection, from its fields as well"],
  [["z"], "undo the last decision, until its slot"],
  [["Esc"], "leave the field, then the panel"],
  [["?"], "these keys"],
];

export function overView(desk: Desk): TemplateResult {
  if (desk.again !== null) {
    return dialog({
      title: "Sign in again",
      content: html`<p>Your session has ended. What you decided and typed is still here.</p>
        ${signInForm(desk.again)}`,
      close: () => desk.host.changed(), // drawn again, it opens again
    });
  }
  if (desk.over === "help") return helpView(desk);
  return desk.over === "reject-all" ? rejectAllView(desk) : html``;
}

function helpView(desk: Desk): TemplateResult {
  return dialog({
    title: "All keys",
    content: html`<p class="small">
        A key is meant by its place on the keyboard, in every layout. Nothing happens while you
        write in a field.
      </p>
      <dl class="all">
        ${KEYS.map(([keys, does]) => html`<dt>${keys.map((one) => html`<kbd>${one}</kbd> `)}</dt><dd>${does}</dd>`)}
      </dl>
      <label class="tick"
        ><input
          type="checkbox"
          .checked=${areKeysOn()}
          @change=${(event: Event) => switchKeys((event.currentTarget as HTMLInputElement).checked)}
        />
        Single keys act</label
      >
      <button type="button" class="second" @click=${() => desk.show(null)}>Close</button>`,
    close: () => desk.show(null),
  });
}

function rejectAllView(desk: Desk): TemplateResult {
  const items = desk.asked;
  const left = desk.queue.open.length - items.length;
  const send = () => {
    const clause = desk.rejectAllClause;
    if (clause === null) return;
    desk.show(null);
    void desk.decisions.rejectAll(items, clause);
  };
  return dialog({
    title: `Reject ${counted(items.length, "comment")}?`,
    content: html`<p>
        ${left > 0 ? "These" : `All ${items.length} that wait on this page`} are rejected for the same
        clause, without a note. You can undo it until ${desk.queue.nextSlot.label}.
        ${left > 0 ? `${counted(left, "comment stays", "comments stay")} out of it: you have begun something there, or they are more than fifty.` : nothing}
      </p>
      ${clauseChips(desk.session.terms.clauses, desk.rejectAllClause, {
        group: "all-clause",
        legend: "Clause of the terms",
        choose: (clause) => {
          desk.rejectAllClause = clause;
          desk.host.changed();
        },
      })}
      <div class="acts">
        <button type="button" ?disabled=${desk.rejectAllClause === null} @click=${send}>
          Reject ${counted(items.length, "comment")}
        </button>
        <button type="button" class="second" @click=${() => desk.show(null)}>
          Keep them waiting ${key("Esc")}
        </button>
      </div>`,
    close: () => desk.show(null),
  });
}

interface Over {
  title: string;
  content: TemplateResult;
  close: () => void;
}

function dialog({ title, content, close }: Over): TemplateResult {
  const open = (element?: Element) => {
    // Drawn first, then shown: showModal wants an element of the document.
    queueMicrotask(() => {
      const shown = element as HTMLDialogElement | undefined;
      if (shown?.isConnected && !shown.open) shown.showModal();
    });
  };
  const cancel = (event: Event) => {
    event.preventDefault();
    close();
  };
  return html`<dialog aria-labelledby="over-title" ${ref(open)} @cancel=${cancel} @close=${close}>
    <h2 id="over-title">${title}</h2>
    ${content}
  </dialog>`;
}
