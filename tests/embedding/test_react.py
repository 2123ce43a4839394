"""The component for React: drawn in the browser, drawn on the server first, and moved to another story."""

import json
import shutil
import subprocess
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.embedding.tries import (
    EXAMPLES,
    address_of,
    check_link_without_script,
    check_nothing_is_shown,
    check_thread_and_form,
    declare,
    framed_by,
    one_free_port,
    static_site,
)
from tests.serving import ROOT

FRONTEND = ROOT / "frontend"
# An application that changes the story without leaving the page, in the strict mode, which mounts twice.
APPLICATION = """
import { StrictMode, useState } from "react";
import { YobalComments } from "./yobal-comments.jsx";
const address = ADDRESS;
export function Application({ first }) {
  const [story, setStory] = useState(first);
  return <StrictMode><h1>Ferry workers</h1>
    <button onClick={() => setStory("other")}>Another story</button>
    <YobalComments address={address} story={story} edition="en" /></StrictMode>;
}
"""
IN_BROWSER = """
import { createRoot, hydrateRoot } from "react-dom/client";
import { Application } from "./application.jsx";
const root = document.getElementById("root");
const application = <Application first={document.body.dataset.story} />;
root.childElementCount ? hydrateRoot(root, application) : createRoot(root).render(application);
"""
ON_SERVER = """
import { renderToString } from "react-dom/server";
import { Application } from "./application.jsx";
console.log(renderToString(<Application first="ferry" />));
"""
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Ferry workers</title>
<body data-story="{story}"><div id="root">{html}</div><script src="/in-browser.js"></script>"""
BUILD = """
import { build } from "esbuild";
const shared = { bundle: true, jsx: "automatic", logLevel: "warning", outdir: "built" };
await build({ ...shared, entryPoints: ["in-browser.jsx"] });
await build({ ...shared, entryPoints: ["on-server.jsx"], platform: "node" });
"""


def _build(folder: Path, address: str) -> Path:
    folder.mkdir()
    (folder / "node_modules").symlink_to(FRONTEND / "node_modules")
    shutil.copy(EXAMPLES / "react/yobal-comments.jsx", folder)
    application = APPLICATION.replace("ADDRESS", json.dumps(address))
    for name, source in {
        "application.jsx": application,
        "in-browser.jsx": IN_BROWSER,
        "on-server.jsx": ON_SERVER,
        "build.mjs": BUILD,
    }.items():
        (folder / name).write_text(source, encoding="utf-8")
    subprocess.run(["node", "build.mjs"], cwd=folder, check=True)
    html = subprocess.run(
        ["node", "built/on-server.js"], cwd=folder, check=True, capture_output=True, text=True
    ).stdout.strip()
    for name, story, markup in (
        ("ferry.html", "ferry", ""),
        ("undeclared.html", "undeclared", ""),
        ("from-server.html", "ferry", html),
    ):
        (folder / "built" / name).write_text(PAGE.format(story=story, html=markup))
    return folder / "built"


def test_a_component_shows_the_thread_and_follows_the_story(
    tmp_path: Path, browser_here: Browser, page: Page
) -> None:
    port = one_free_port()
    with framed_by(tmp_path / "yobal", port) as served:
        built = _build(tmp_path / "react", address_of(served))
        with static_site(built, port) as origin:
            for story in ("ferry", "other"):
                declare(served, story, f"{origin}/{story}.html")
            served.newsroom.publish_new("In the other thread.", story_id="other")
            check_thread_and_form(page, f"{origin}/ferry.html", served, "ferry")
            page.get_by_role("button", name="Another story").press(
                "Enter"
            )  # the page scrolls, a click could miss
            thread = page.locator("yobal-comments")
            expect(thread.get_by_text("In the other thread.")).to_be_visible()
            expect(thread.get_by_text("They have carried us")).to_have_count(0)
            assert page.locator('script[src*="/@/embed.js"]').count() == 1
            check_nothing_is_shown(page, f"{origin}/undeclared.html")
            page.goto(f"{origin}/from-server.html")
            thread.scroll_into_view_if_needed()
            expect(thread.get_by_text("They have carried us")).to_be_visible()
            check_link_without_script(browser_here, f"{origin}/from-server.html", served, "ferry")
