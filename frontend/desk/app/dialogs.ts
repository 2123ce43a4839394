/** The dialog over the desk, if one is open. */

import { html, type TemplateResult } from "lit";
import { gettext } from "../i18n.ts";
import { memberRemovalDialog } from "../people/member-removal-dialog.ts";
import { bulkRejectDialog } from "../queue/bulk-reject-dialog.ts";
import { shortcutsDialog } from "../shortcuts/shortcuts-dialog.ts";
import type { SignIn } from "../sign-in/sign-in.ts";
import { signInForm } from "../sign-in/sign-in-view.ts";
import { dialog } from "../ui/dialog.ts";
import type { SessionState } from "./session-state.ts";

export function openDialogView(desk: SessionState): TemplateResult {
  if (desk.reauth !== null) return reauthDialog(desk, desk.reauth);
  if (desk.dialog === "shortcuts") return shortcutsDialog(desk);
  if (desk.dialog === "remove-member") return memberRemovalDialog(desk);
  return desk.dialog === "bulk-reject" ? bulkRejectDialog(desk) : html``;
}

function reauthDialog(desk: SessionState, reauth: SignIn): TemplateResult {
  return dialog({
    title: gettext("Sign in again"),
    content: html`<p>
        ${gettext("Your session has expired. Your decisions and your text are still here.")}
      </p>
      ${signInForm(reauth)}`,
    close: () => desk.dom.requestRender(), // opens it again
  });
}
