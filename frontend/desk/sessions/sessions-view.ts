/** The part of the page "People" about one's own sessions. */

import { html, nothing, type TemplateResult } from "lit";
import type { OpenSession } from "../api/types.ts";
import type { SessionState } from "../app/session-state.ts";
import { gettext, ngettext } from "../i18n.ts";
import { loadFailedView, loadingView, visuallyHidden } from "../ui/elements.ts";
import { formValue, onSubmit } from "../ui/forms.ts";
import type { Sessions } from "./sessions.ts";

const LABEL_CHARACTERS_MAX = 60;

export function sessionsView(desk: SessionState): TemplateResult {
  const { sessions } = desk;
  return html`<h2 id="sessions">${gettext("Your sessions")}</h2>
    <p class="small">
      ${gettext(
        "Where you are signed in. Only the slot in which a session began is stored, and nothing about the browser. If a device is lost, end its session here, and tell a lead.",
      )}
    </p>
    ${messagesView(sessions)} ${listView(sessions, () => void desk.signOut())}
    ${desk.keyring.keys.isPersisted ? pinView(desk) : nothing}`;
}

function messagesView({ error, result, phase }: Sessions): TemplateResult {
  return html`${
    error === null || phase === "failed"
      ? nothing
      : html`<p class="error" id="sessions-error" role="alert" tabindex="-1">${error}</p>`
  }
  ${result === null ? nothing : html`<p class="summary" id="sessions-result" role="status" tabindex="-1">${result}</p>`}`;
}

function listView(sessions: Sessions, signOut: () => void): TemplateResult {
  if (sessions.phase === "loading") return loadingView(gettext("Loading the list…"));
  if (sessions.phase === "failed") {
    return loadFailedView(sessions.error ?? "", () => void sessions.load());
  }
  const current = sessions.own.find(({ is_current }) => is_current);
  return html`<ul class="people sessions">
      ${sessions.own.map((session) => sessionView(sessions, session, signOut))}
    </ul>
    ${sessions.own.length > 1 ? endOthersView(sessions) : nothing}
    ${current === undefined ? nothing : renameView(sessions, current)}`;
}

function sessionView(
  sessions: Sessions,
  session: OpenSession,
  signOut: () => void,
): TemplateResult {
  const { device_label, begun, expires, is_current, is_locked } = session;
  const end = () => (is_current ? signOut() : void sessions.end(session));
  return html`<li class="member">
    <span>
      <b><bdi>${device_label || gettext("Unnamed device")}</bdi></b>
      <span class="small">
        ${is_current ? html`${gettext("this one")} · ` : nothing}
        ${is_locked ? html`${gettext("locked")} · ` : nothing}
        ${gettext("began after %(begun)s, ends at %(expires)s", {
          begun: begun.label,
          expires: expires.label,
        })}
      </span>
    </span>
    <button type="button" class="plain" ?disabled=${sessions.isBusy} @click=${end}>
      ${is_current ? gettext("Sign out") : gettext("End")} ${visuallyHidden(device_label)}
    </button>
  </li>`;
}

/** For a device that is lost, if it is not clear which one of them it is. */
function endOthersView(sessions: Sessions): TemplateResult {
  if (!sessions.isAsking) {
    return html`<p class="actions">
      <button
        type="button"
        class="secondary"
        id="ask-to-end-others"
        ?disabled=${sessions.isBusy}
        @click=${() => sessions.askToEndOthers(true)}
      >
        ${gettext("End all other sessions…")}
      </button>
    </p>`;
  }
  const count = sessions.own.length - 1;
  return html`<section class="removal-form" id="end-others" aria-label=${gettext("End all other sessions")}>
    <p class="small">
      ${gettext(
        "You stay signed in here only. On the other devices you can sign in again with your words or a passkey.",
      )}
    </p>
    <p class="actions">
      <button type="button" ?disabled=${sessions.isBusy} @click=${() => void sessions.endOthers()}>
        ${ngettext("End %(count)s other session", "End %(count)s other sessions", count)}
      </button>
      <button type="button" class="secondary" @click=${() => sessions.askToEndOthers(false)}>
        ${gettext("Cancel")}
      </button>
    </p>
  </section>`;
}

function renameView(sessions: Sessions, current: OpenSession): TemplateResult {
  const submit = (form: HTMLFormElement) => void sessions.rename(formValue(form, "device-label"));
  return html`<form class="fields" @submit=${onSubmit(submit)}>
    <label for="device-label">${gettext("Name of this device")}</label>
    <p class="hint" id="device-label-hint">
      ${gettext("Only you see it. Choose a name that does not reveal whose device it is.")}
    </p>
    <input
      id="device-label"
      name="device-label"
      autocomplete="off"
      required
      maxlength=${LABEL_CHARACTERS_MAX}
      aria-describedby="device-label-hint"
      .value=${current.device_label}
    />
    <button type="submit" class="secondary" ?disabled=${sessions.isBusy}>
      ${gettext("Rename")}
    </button>
  </form>`;
}

function pinView({ sessions, session }: SessionState): TemplateResult {
  const submit = (form: HTMLFormElement) => {
    void sessions.setPin(formValue(form, "new-pin"));
    form.reset();
  };
  return html`<form class="fields" @submit=${onSubmit(submit)}>
      <label for="new-pin">
        ${sessions.isPinSet ? gettext("Another PIN for this session") : gettext("A PIN for this session")}
      </label>
      <p class="hint" id="new-pin-hint">
        ${gettext(
          "The desk locks after %(minutes)s minutes without a key press or touch, and at once with Ctrl+Shift+L. The PIN reopens it here until you sign out. After five wrong tries it is gone, and you sign in with your seven words or a passkey. Choose a PIN that you use nowhere else.",
          { minutes: session.idle_lock_minutes },
        )}
      </p>
      <input
        id="new-pin"
        name="new-pin"
        type="password"
        inputmode="numeric"
        autocomplete="off"
        required
        aria-describedby="new-pin-hint"
      />
      <button type="submit" class="secondary" ?disabled=${sessions.isBusy}>
        ${gettext("Set the PIN")}
      </button>
    </form>`;
}
