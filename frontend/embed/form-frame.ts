/** The form in a frame of Yobal's own: the page around it learns how high it is, and nothing else. */

import { el } from "./dom.ts";

export interface FormFrame {
  src: string;
  title: string;
  isDark: boolean; // a browser tells a frame the scheme of the system, not that of the page around it
  link: HTMLElement; // to the form on Yobal's own page
}

// The sandbox also keeps a service worker of the page's own host from seeing what is sent.
const SANDBOX = "allow-forms allow-scripts allow-popups allow-popups-to-escape-sandbox";
const HEIGHT_MAX = 20_000;

/** The link is seen until the frame tells its height: if the browser or the server refuses the frame,
 * there is still a way to write. */
export function formFrame({ src, title, isDark, link }: FormFrame): HTMLElement {
  const frame = el("iframe", {
    src,
    title,
    name: isDark ? "dark" : "light",
    sandbox: SANDBOX,
    referrerpolicy: "no-referrer",
    loading: "lazy",
  });
  const box = el("div", { class: "form", part: "form" }, link, frame);
  const onMessage = ({ source, data }: MessageEvent) => {
    if (!box.isConnected) removeEventListener("message", onMessage);
    if (source !== frame.contentWindow || typeof data !== "number") return;
    frame.style.height = `${Math.min(data, HEIGHT_MAX)}px`;
    box.classList.add("is-shown");
    link.remove();
  };
  addEventListener("message", onMessage);
  let isFirst = true;
  frame.addEventListener("load", () => {
    // An answer begins at its top, and the button that sent the form was at the end.
    if (!isFirst && box.getBoundingClientRect().top < 0) box.scrollIntoView();
    isFirst = false;
  });
  return box;
}
