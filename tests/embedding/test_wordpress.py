"""The plugin for WordPress in a real WordPress on MariaDB, with a theme of blocks and a classic one."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.embedding.tries import (
    EXAMPLES,
    address_of,
    check_link_without_script,
    check_nothing_is_shown,
    check_thread_and_form,
    framed_by,
    one_free_port,
    running,
)
from tests.embedding.wordpress import install_wordpress, mariadb, run_php
from tests.serving import Served, needed

THEMES: Final = ("twentytwentythree", "twentytwentyone")  # of blocks, and of PHP templates
EDITION: Final = "en-US"  # the language that the feed of a new WordPress names
# Prints the numbers of two posts.
SET_UP: Final = """<?php
require __DIR__ . '/wp-load.php';
require ABSPATH . 'wp-admin/includes/plugin.php';
$failed = activate_plugin( 'yobal-comments/yobal-comments.php' );
if ( $failed ) { die( $failed->get_error_message() ); }
update_option( 'yobal_address', $argv[1] . '/' );
foreach ( array( 'Ferry workers', 'Closed by WordPress' ) as $title ) {
    echo wp_insert_post( array( 'post_title' => $title, 'post_content' => 'The raise did not come.',
        'post_status' => 'publish', 'post_type' => 'post',
        'comment_status' => $title === 'Ferry workers' ? 'open' : 'closed' ) ), "\\n";
}
"""


@dataclass(frozen=True)
class WordPress:
    """A blog that runs; its two posts are declared by `yobal story sync`, its first example is not."""

    folder: Path
    origin: str
    post: int
    closed_post: int

    def url(self, post: int) -> str:
        return f"{self.origin}/?p={post}"

    def php(self, source: str, *arguments: str) -> str:
        return run_php(self.folder, source, *arguments)


@pytest.fixture(scope="module")
def blog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[WordPress, Served]]:
    folder = tmp_path_factory.mktemp("wp")
    port = one_free_port()
    origin = f"http://localhost:{port}"
    with framed_by(folder / "yobal", port) as served, mariadb(folder / "db") as socket:
        files = folder / "wordpress"
        install_wordpress(files, socket, origin)
        shutil.copytree(
            EXAMPLES / "wordpress/yobal-comments", files / "wp-content/plugins/yobal-comments"
        )
        unfinished = WordPress(files, origin, 0, 0)
        posts = unfinished.php(SET_UP, address_of(served)).split()
        made = WordPress(files, origin, *map(int, posts))
        command = [needed("php", "php-cli"), "-S", f"localhost:{port}", "-t", str(files)]
        workers = {**os.environ, "PHP_CLI_SERVER_WORKERS": "3"}
        with running(command, files, port=port, environment=workers):
            _declare_posts(made, served)
            yield made, served


def _declare_posts(made: WordPress, served: Served) -> None:
    """As docs/stories.md says it for WordPress."""
    pattern = f"p=({made.post}|{made.closed_post})$"
    command = [sys.executable, "-m", "yobal", "story", "sync", f"{made.origin}/?feed=rss2"]
    command += ["--edition", EDITION, "--id-from", "guid", "--id-pattern", pattern]
    subprocess.run(command, cwd=served.folder, check=True, capture_output=True)


@pytest.mark.slow
@pytest.mark.parametrize("theme", THEMES)
def test_a_post_shows_its_thread_in_place_of_the_comments_of_wordpress(
    blog: tuple[WordPress, Served], page: Page, browser_here: Browser, theme: str
) -> None:
    made, served = blog
    made.php("<?php require __DIR__ . '/wp-load.php'; switch_theme( $argv[1] );", theme)
    story = str(made.post)
    for row in served.newsroom.read_table("comments"):
        if row["state"] == "pending":  # from the other theme
            served.newsroom.reject(row["id"])
    check_thread_and_form(page, made.url(made.post), served, story, edition=EDITION)
    expect(page.locator("form[action*='wp-comments-post'], .wp-block-comments")).to_have_count(0)
    check_link_without_script(browser_here, made.url(made.post), served, story, edition=EDITION)
    check_nothing_is_shown(page, made.url(1))  # WordPress's own first post
    page.goto(made.url(made.closed_post))
    expect(page.locator("yobal-comments section.yobal")).to_be_attached()
    page.goto(made.origin)
    expect(page.locator("yobal-comments")).to_have_count(0)


@pytest.mark.slow
def test_wordpress_itself_takes_no_comment(blog: tuple[WordPress, Served], page: Page) -> None:
    made, _ = blog
    answer = page.request.post(
        f"{made.origin}/wp-comments-post.php",
        form={
            "comment": "Past the moderators.",
            "author": "Dara",
            "email": "dara@news.example",
            "comment_post_ID": str(made.post),
        },
    )
    assert answer.status == 403
    count = "<?php require __DIR__ . '/wp-load.php'; echo wp_count_comments()->total_comments;"
    assert made.php(count) == "1", "only the comment that WordPress brings along"


@pytest.mark.slow
def test_the_address_is_written_on_the_page_of_settings(
    blog: tuple[WordPress, Served], page: Page
) -> None:
    made, served = blog
    page.goto(f"{made.origin}/wp-login.php")
    page.get_by_label("Username or Email Address").fill("admin")
    page.locator("#user_pass").fill("only-for-this-test")
    page.get_by_role("button", name="Log In").click()
    page.wait_for_url("**/wp-admin/**")
    page.goto(f"{made.origin}/wp-admin/options-discussion.php")
    field = page.get_by_label("Address of your Yobal comments")
    expect(field).to_have_value(address_of(served))
    page.get_by_role("button", name="Save Changes").click()
    expect(page.get_by_text("Settings saved.")).to_be_visible()
    expect(field).to_have_value(address_of(served))
