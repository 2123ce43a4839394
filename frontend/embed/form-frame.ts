/** The form in a frame of Yobal's own. It has no script and one height, so the page around it cannot measure it. */

import { el } from "./dom.ts";

export interface FormFrame {
  url: string; // that the form and the answers in the frame have
  title: string;
  isDark: boolean; // a browser tells a frame the scheme of the system, not that of the page around it
  link: HTMLElement; // to the form on Yobal's own page
}

// The response has the same sandbox. The attribute also keeps a service worker of the page's own host from
// seeing what is sent.
const SANDBOX = "allow-forms allow-popups allow-popups-to-escape-sandbox";

let frameCount = 0;

/** The form for a comment. */
export function formFrame(options: FormFrame): HTMLElement {
  const { box, frame } = emptyFrame(options);
  frame.loading = "lazy";
  frame.src = options.url;
  watch(box, frame);
  return box;
}

/** Puts the form for a reply below `place`, asked for as the button on a comment's own page asks for it: with a
 * POST, so that no address names the comment. The page's policy can forbid that (`form-action`). */
export function addReplyFrame(place: Element, parentId: string, options: FormFrame): HTMLElement {
  const { box, frame } = emptyFrame(options);
  const field = (name: string, value: string) => el("input", { type: "hidden", name, value });
  const form = el(
    "form",
    { method: "post", action: options.url, target: frame.name, rel: "noreferrer" },
    field("step", "reply"),
    field("parent_id", parentId),
  );
  place.after(box);
  watch(box, frame); // after the empty page that a new frame has
  const onViolation = ({ effectiveDirective }: SecurityPolicyViolationEvent) => {
    if (effectiveDirective === "form-action") box.classList.add("is-refused");
  };
  document.addEventListener("securitypolicyviolation", onViolation);
  frame.addEventListener("load", () => {
    document.removeEventListener("securitypolicyviolation", onViolation);
  });
  box.append(form);
  form.submit();
  form.remove();
  return box;
}

function emptyFrame({ title, isDark, link }: FormFrame) {
  frameCount += 1;
  const frame = el("iframe", {
    title,
    name: `yobal-${frameCount}`,
    class: isDark ? "dark" : "light",
    sandbox: SANDBOX,
    referrerpolicy: "no-referrer",
  });
  const box = el("div", { class: "form", part: "form" }, link, frame);
  return { box, frame };
}

/** The link is seen until the frame has a page of ours. A browser's own page, which says that it or the server
 * refused the frame, has no frames in it: then there is only the link. */
function watch(box: HTMLElement, frame: HTMLIFrameElement): void {
  frame.addEventListener("load", () => {
    if (box.classList.contains("is-shown")) {
      // An answer begins at its top, and the button that sent the form was at the end.
      if (box.getBoundingClientRect().top < 0) box.scrollIntoView();
      return;
    }
    const isOurs = frame.contentWindow?.length === 1;
    box.classList.toggle("is-shown", isOurs);
    box.classList.toggle("is-refused", !isOurs);
  });
}
