/** How a session calls its device in the list: as its owner chose, or only how it is operated. */

import { gettext } from "../i18n.ts";

const SETTING = "yobal-device-label";

/** Nothing that tells one phone from another: browsers and models are not looked at. */
export function deviceLabel(): string {
  const isTouchScreen = matchMedia("(pointer: coarse)").matches;
  const plain = isTouchScreen ? gettext("Phone or tablet") : gettext("Computer");
  return localStorage.getItem(SETTING) ?? plain;
}

/** For later sessions of this browser. */
export function storeDeviceLabel(label: string): void {
  localStorage.setItem(SETTING, label);
}
