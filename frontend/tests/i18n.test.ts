import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { type Catalogue, gettext, loadCatalogue, ngettext, setCatalogue } from "../desk/i18n.ts";

afterEach(() => setCatalogue({}, "en"));

/** A page with this text in its data block; null for a page without one. */
function pageWith(block: string | null, lang: string): Document {
  const getElementById = () => (block === null ? null : { textContent: block });
  return { documentElement: { lang }, getElementById } as unknown as Document;
}

const countComments = (count: number) => ngettext("%(count)s comment", "%(count)s comments", count);

test("a message without a translation is shown in English", () => {
  setCatalogue({ Queue: "" }, "km");
  assert.equal(gettext("Queue"), "Queue");
  assert.equal(gettext("constructor"), "constructor");
  assert.equal(gettext("next slot %(time)s", { time: "18:00" }), "next slot 18:00");
  assert.equal(countComments(1), "1 comment");
  assert.equal(countComments(2), "2 comments");
});

test("a translation may put the placeholders in another order", () => {
  setCatalogue({ "%(count)s of %(max)s characters": "%(max)s / %(count)s" }, "km");
  assert.equal(gettext("%(count)s of %(max)s characters", { count: 3, max: 9 }), "9 / 3");
});

test("the language of the page chooses the plural form", () => {
  const forms = { one: "%(count)s eins", few: "%(count)s wenige", many: "%(count)s viele" };
  setCatalogue({ "%(count)s comment": forms }, "ru");
  assert.deepEqual([1, 3, 5, 21].map(countComments), ["1 eins", "3 wenige", "5 viele", "21 eins"]);
  setCatalogue({ "%(count)s comment": { other: "%(count)s មតិ" } }, "km");
  assert.deepEqual([1, 2].map(countComments), ["1 មតិ", "2 មតិ"]);
});

test("a value is not searched for placeholders", () => {
  const note = "%(story)s";
  const message = gettext("Comment %(position)s of %(total)s, %(language)s, %(story)s", {
    ...{ position: 1, total: 2, language: note, story: "Ferry" },
  });
  assert.equal(message, "Comment 1 of 2, %(story)s, Ferry");
});

test("the catalogue is read from the page, and may be empty or missing", () => {
  const catalogue: Catalogue = { Queue: "បញ្ជី" };
  loadCatalogue(pageWith(JSON.stringify(catalogue), "km"));
  assert.equal(gettext("Queue"), "បញ្ជី");
  for (const block of [null, "", " \n", "{}"]) {
    loadCatalogue(pageWith(block, "km"));
    assert.equal(gettext("Queue"), "Queue");
  }
});
