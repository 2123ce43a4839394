"""A real WordPress writes the same kind of file as `yobal export wordpress`, and Yobal reads what it writes.

The plugin "WordPress Importer" is in no package of Debian, PyPI or npm. So a script stands in for it, which gives
WordPress the posts and comments of our file through WordPress's own functions.
"""

import json
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any, Final

import pytest

from tests.embedding.wordpress import install_wordpress, mariadb, run_php
from tests.exports.exporting import HARD_TEXT, empty_copy, export, fill, take_over
from tests.exports.test_other_formats import WP, shown
from tests.harness import NewsroomHarness

pytestmark = pytest.mark.slow

ORIGIN: Final = "http://localhost"
# As the importer: by ascending numbers, each with the number of its new parent, through WordPress's filters.
TAKE_IN: Final = """<?php
require __DIR__ . '/wp-load.php';
wp_set_current_user( 1 );
kses_init();
update_option( 'permalink_structure', '/%postname%/' );
wp_delete_post( 1, true );
$numbers = array();
foreach ( json_decode( file_get_contents( $argv[1] ), true ) as $post ) {
    $new = wp_insert_post( wp_slash( array( 'post_title' => $post['title'], 'post_status' => 'publish',
        'post_name' => $post['post_name'] ) ), true );
    if ( is_wp_error( $new ) ) { die( $new->get_error_message() ); }
    foreach ( $post['comments'] as $given ) {
        $number = $given['comment_id'];
        unset( $given['comment_id'] );
        $given['comment_post_ID'] = $new;
        $given['comment_parent'] = $numbers[ $given['comment_parent'] ] ?? 0;
        $given['comment_agent'] = '';
        $numbers[ $number ] = wp_insert_comment( wp_filter_comment( wp_slash( $given ) ) );
    }
}
"""
WRITE: Final = """<?php
require __DIR__ . '/wp-load.php';
require ABSPATH . 'wp-admin/includes/export.php';
export_wp( array( 'content' => 'post' ) );
"""
# What WordPress has and Yobal does not, in a post and in a comment.
NOT_OURS: Final = {f"{WP}post_modified", f"{WP}post_modified_gmt", "category", f"{WP}postmeta"}
COMMENT: Final = f"{WP}comment"
NUMBERS: Final = {f"{WP}comment_id", f"{WP}comment_parent"}  # each file has its own


def test_wordpress_writes_the_same_elements_and_yobal_reads_its_file(
    sqlite_newsroom: NewsroomHarness, tmp_path_factory: pytest.TempPathFactory
) -> None:
    newsroom, folder = sqlite_newsroom, tmp_path_factory.mktemp("wp")
    fill(newsroom, folder, comments=20)
    before = shown(newsroom)
    assert HARD_TEXT in before
    ours, theirs = export(newsroom, "wordpress", folder / "ours.xml"), folder / "theirs.xml"
    with mariadb(folder / "db") as socket:
        install_wordpress(folder / "wordpress", socket, ORIGIN)
        (folder / "posts.json").write_text(json.dumps(_posts(ours)), encoding="utf-8")
        assert run_php(folder / "wordpress", TAKE_IN, str(folder / "posts.json")) == ""
        theirs.write_text(run_php(folder / "wordpress", WRITE), encoding="utf-8")

    our_posts, their_posts = (ET.parse(file).findall("channel/item") for file in (ours, theirs))
    assert len(our_posts) == len(their_posts) == 2
    by_title = {post.findtext("title"): post for post in their_posts}
    for post in our_posts:
        _check_elements(post, by_title[post.findtext("title")])

    copy = empty_copy(newsroom, folder / "copy", None)
    take_over(copy, theirs, "wordpress", edition="en")
    after = {text.replace("\n<b>", "\n  <b>"): value for text, value in shown(copy).items()}
    copy.close()
    assert after == before


def _posts(file: Path) -> list[dict[str, Any]]:
    """What stands in a file, for PHP, which has no parser of XML in Debian's package."""
    return [
        {
            "title": post.findtext("title"),
            "post_name": post.findtext(f"{WP}post_name"),
            "comments": [
                {item.tag.removeprefix(WP): item.text or "" for item in comment}
                for comment in post.findall(COMMENT)
            ],
        }
        for post in ET.parse(file).findall("channel/item")
    ]


def _check_elements(ours: ET.Element, theirs: ET.Element) -> None:
    """The same in the same order, beside what Yobal has not; and comments that say the same."""
    tags = [[item.tag for item in post if item.tag not in NOT_OURS] for post in (ours, theirs)]
    assert tags[0] == tags[1]
    comments = [post.findall(COMMENT) for post in (ours, theirs)]
    for our_comment, their_comment in zip(*comments, strict=True):
        assert [item.tag for item in our_comment] == [item.tag for item in their_comment]
        for item in our_comment:
            if item.tag not in NUMBERS:
                assert their_comment.findtext(item.tag) == (item.text or ""), item.tag
    for post_comments in comments:
        numbers = [int(comment.findtext(f"{WP}comment_id") or "") for comment in post_comments]
        assert numbers == sorted(numbers)
