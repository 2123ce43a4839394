/** `/@/frame.js`, the script of the form in a frame: it tells the page around it one number, a height.
 *
 * In steps, and never less than before: so the page cannot tell one answer from another that fits.
 * The frame's name holds what has to survive an answer: the scheme, and the height.
 */

const STEP = 120;
const [scheme, before] = window.name.split(" ");
let height = Number(before) || 0;

function tell(): void {
  const needed = Math.ceil(document.body.scrollHeight / STEP) * STEP;
  if (needed > height) {
    height = needed;
    window.name = `${scheme} ${height}`;
  }
  parent.postMessage(height, "*");
}

if (scheme === "dark" || scheme === "light") document.documentElement.style.colorScheme = scheme;
tell(); // at once: a browser does not observe a frame that is out of sight
new ResizeObserver(tell).observe(document.body);

// The address of a reply's frame names the comment: ask for the form of that reply.
const parentId = location.hash.slice(1);
const reply = document.querySelector("form")?.cloneNode();
if (reply instanceof HTMLFormElement && /^[a-z2-7]{26}$/.test(parentId)) {
  for (const [name, value] of Object.entries({ step: "reply", parent_id: parentId })) {
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = name;
    field.value = value;
    reply.append(field);
  }
  document.body.append(reply);
  reply.submit();
}
const start = document.querySelector<HTMLElement>(".yobal-errors, .yobal-response h1");
if (start) {
  start.tabIndex = -1;
  start.focus();
}

export {};
