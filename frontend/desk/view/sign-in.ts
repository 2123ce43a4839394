/** Signing in: the page, and the same form over the desk when a session has ended. */

import { html, type TemplateResult } from "lit";
import type { SignIn } from "../model/sign-in.ts";
import { errorSentence, onSubmit, textOf } from "./parts.ts";

export function signInPage(signIn: SignIn, siteName: string): TemplateResult {
  return html`<main class="sheet-page">
    <p class="where"><bdi>${siteName}</bdi> · desk</p>
    <h1>Sign in</h1>
    ${signInForm(signIn)}
    <p class="small">
      Passphrase lost? <a href="/recover">Come in with your recovery sheet</a>. New here? Open the
      link that a lead gave you.
    </p>
  </main>`;
}

export function signInForm(signIn: SignIn): TemplateResult {
  const submit = (form: HTMLFormElement) =>
    void signIn.submit(textOf(form, "pseudonym"), textOf(form, "passphrase"));
  return html`<form class="fields" method="post" @submit=${onSubmit(submit)}>
    <label for="pseudonym">Pseudonym</label>
    <input
      id="pseudonym"
      name="pseudonym"
      autocomplete="username"
      autocapitalize="none"
      spellcheck="false"
      required
      .value=${signIn.pseudonym ?? ""}
      ?readonly=${signIn.pseudonym !== null}
    />
    <label for="passphrase">Passphrase, seven words</label>
    <input
      id="passphrase"
      name="passphrase"
      type="password"
      autocomplete="current-password"
      ?autofocus=${signIn.pseudonym !== null}
      required
      aria-describedby="sign-in-error"
    />
    ${showWords("#passphrase")} ${errorSentence(signIn.error, "sign-in-error")}
    <button type="submit" ?disabled=${signIn.isBusy}>
      ${signIn.isBusy ? "Opening your keys…" : "Sign in"}
    </button>
  </form>`;
}

/** A passphrase of words is easier to type when one sees it. */
export function showWords(selector: string): TemplateResult {
  const toggle = (event: Event) => {
    const field = document.querySelector<HTMLInputElement>(selector);
    if (field) field.type = (event.currentTarget as HTMLInputElement).checked ? "text" : "password";
  };
  return html`<label class="tick"
    ><input type="checkbox" @change=${toggle} /> Show the words as I type</label
  >`;
}
