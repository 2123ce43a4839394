"""The files of a thread: what they show, and which files a change rewrites or deletes."""

import gzip
import json
import shutil
from typing import Any

import pytest

from tests.harness import SITE_ID, STORY_ID, NewsroomHarness, SentComment
from yobal.actions import declare_story
from yobal.core.thread import PAGE_COMMENTS, REPLIES_SHOWN, Edition
from yobal.server.rebuild import rebuild_all
from yobal.store import stale_files


def _many(
    newsroom: NewsroomHarness, count: int, *, parent_id: str | None = None, words: str = "Number"
) -> list[str]:
    """Publish so many comments in one release; their ids by position."""
    sent = [
        newsroom.send(f"{words} {number}.", parent_id=parent_id, receipt=False).id
        for number in range(count)
    ]
    for comment_id in sent:
        newsroom.publish(comment_id)
    newsroom.pass_slots()
    positions = {row["id"]: row["position"] for row in newsroom.read_table("published_comments")}
    return sorted(sent, key=positions.__getitem__)


def _json(newsroom: NewsroomHarness, key: str) -> Any:
    return json.loads(newsroom.read_file(key))


def _ids(newsroom: NewsroomHarness, key: str) -> list[str]:
    return [comment["id"] for comment in _json(newsroom, key)["comments"]]


def _thread(newsroom: NewsroomHarness) -> dict[str, bytes]:
    return {key: content for key, content in newsroom.read_all_files().items() if "/ferry/" in key}


def _rebuilt(newsroom: NewsroomHarness) -> dict[str, bytes]:
    shutil.rmtree(newsroom.files_dir)
    rebuild_all(newsroom.components)
    return newsroom.read_all_files()


def test_declaring_a_story_writes_an_empty_thread(
    newsroom: NewsroomHarness,
) -> None:
    keys = {key.removeprefix(f"{SITE_ID}/{STORY_ID}/") for key in _thread(newsroom)}
    for edition in ("km", "en"):
        for name in (
            "index.html",
            "thread.fragment.html",
            "index.json",
            "form.fragment.html",
            "form.frame.html",
        ):
            assert {f"{edition}/{name}", f"{edition}/{name}.gz"} <= keys
    assert _json(newsroom, "en/index.json")["comments"] == []


def test_every_file_has_a_gz_file_with_the_same_content(newsroom: NewsroomHarness) -> None:
    _many(newsroom, 2)
    files = newsroom.read_all_files()
    plain = {key for key in files if not key.endswith(".gz")}
    assert {key + ".gz" for key in plain} == set(files) - plain
    assert all(gzip.decompress(files[key + ".gz"]) == files[key] for key in plain)


def test_pages_hold_fifty_comments_from_the_oldest_and_are_never_reflowed(
    newsroom: NewsroomHarness,
) -> None:
    ordered_ids = _many(newsroom, PAGE_COMMENTS + 3)
    assert _ids(newsroom, "en/page/1.json") == ordered_ids[:PAGE_COMMENTS][::-1]
    assert _ids(newsroom, "en/page/2.json") == ordered_ids[PAGE_COMMENTS:][::-1]
    newest = _json(newsroom, "en/index.json")
    assert [comment["id"] for comment in newest["comments"]] == ordered_ids[:2:-1]
    assert (newest["total"], newest["older"]) == (PAGE_COMMENTS + 3, 1)

    before = _thread(newsroom)
    newsroom.remove(ordered_ids[10])
    newsroom.pass_slots(2)  # its line goes when its text is destroyed
    assert _ids(newsroom, "en/page/1.json") == [
        comment_id
        for comment_id in ordered_ids[:PAGE_COMMENTS][::-1]
        if comment_id != ordered_ids[10]
    ]
    changed = {key for key, content in _thread(newsroom).items() if before.get(key) != content}
    assert not {key for key in changed if "/page/2" in key}, "a page that does not show it"
    assert _json(newsroom, "en/index.json")["total"] == PAGE_COMMENTS + 2
    assert len(_ids(newsroom, "en/index.json")) == PAGE_COMMENTS

    newsroom.publish_new("One more.")
    assert len(_ids(newsroom, "en/page/1.json")) == PAGE_COMMENTS - 1, "its position stays empty"
    assert len(_ids(newsroom, "en/page/2.json")) == 4
    before = newsroom.read_all_files()
    assert _rebuilt(newsroom) == before


def test_a_release_rewrites_only_the_pages_that_change(newsroom: NewsroomHarness) -> None:
    _many(newsroom, PAGE_COMMENTS)
    before = {key: path.stat().st_ino for key, path in _paths(newsroom).items()}
    newsroom.publish_new("On the second page.")
    now = {key: path.stat().st_ino for key, path in _paths(newsroom).items()}
    rewritten = {key for key in now if before.get(key) != now[key]}
    assert any("/page/2.html" in key for key in rewritten)
    newsroom.publish_new("Beside it.")
    later = {key: path.stat().st_ino for key, path in _paths(newsroom).items()}
    assert {key for key in now if later[key] != now[key]} == {
        key
        for key in later
        if key.endswith(("index.html", "fragment.html", "frame.html", "/page/2.html"))
    } - {key for key in now if "/page/1." in key}
    assert len(set(later) - set(now)) == 1, "the page of the new comment, in one edition"


def test_a_page_links_to_the_newer_one_as_soon_as_there_is_one(newsroom: NewsroomHarness) -> None:
    _many(newsroom, PAGE_COMMENTS)
    thread = f"/{SITE_ID}/{STORY_ID}/en/"
    assert f'<a href="{thread}" rel="prev">Newer</a>' in newsroom.read_file("en/page/1.html")
    newsroom.publish_new("On the second page.")
    first, second = newsroom.read_file("en/page/1.html"), newsroom.read_file("en/page/2.html")
    assert f'<a href="{thread}page/2.html" rel="prev">Newer</a>' in first
    assert "<span>Comments 1 to 50</span>" in first
    assert ">Older<" not in first
    assert f'<a href="{thread}" rel="prev">Newer</a>' in second
    assert "<span>Comment 51</span>" in second
    assert f'<a href="{thread}page/1.html" rel="next">Older</a>' in second


def test_older_comments_begin_with_the_first_that_was_not_shown(newsroom: NewsroomHarness) -> None:
    ordered_ids = _many(newsroom, PAGE_COMMENTS + 27)
    first_unread = ordered_ids[26]
    assert first_unread not in _ids(newsroom, "en/index.json")
    assert f'page/1.html#c-{first_unread}"' in newsroom.read_file("en/index.html")
    newsroom.remove(first_unread)
    newsroom.pass_slots(2)
    assert f'page/1.html#c-{ordered_ids[25]}"' in newsroom.read_file("en/index.html")


def test_closing_and_opening_a_story_changes_every_page_of_it(newsroom: NewsroomHarness) -> None:
    root = newsroom.publish_new("Root.").id
    _many(newsroom, REPLIES_SHOWN + 1, parent_id=root, words="Reply")
    keys = ("index.html", "page/1.html", f"replies/{root}/1.html", f"comment/{root}.html")
    opened = newsroom.read_all_files()
    declare_story.set_open(newsroom.database, newsroom.rules, STORY_ID, is_open=False)
    newsroom.run_scheduler()
    for key in keys:
        page = newsroom.read_file(f"en/{key}")
        assert "Reply</button>" not in page, key
        assert "Write " not in page, key
    before = newsroom.read_all_files()
    assert _rebuilt(newsroom) == before
    declare_story.set_open(newsroom.database, newsroom.rules, STORY_ID, is_open=True)
    newsroom.run_scheduler()
    assert newsroom.read_all_files() == opened


def test_a_thread_does_not_wait_for_the_pages_of_its_single_comments(
    newsroom: NewsroomHarness,
) -> None:
    _many(newsroom, 3)
    declare_story.set_open(newsroom.database, newsroom.rules, STORY_ID, is_open=False)
    with newsroom.database.writing() as conn:
        rows = stale_files.next_batch(conn, SITE_ID, limit=4)
        stale_files.remove(conn, rows[:2])
        single = stale_files.next_batch(conn, SITE_ID, limit=1, single_limit=3)
    assert [row.file.file_kind for row in rows] == ["newest", "page", "comment", "comment"]
    assert [row.file.file_kind for row in single] == ["comment"] * 3


# The page of one comment


def test_a_comment_has_a_page_of_its_own_only_in_its_own_edition(newsroom: NewsroomHarness) -> None:
    sent = newsroom.publish_new("ប្រាក់ឈ្នួល។", edition="km")
    pages = [key for key in newsroom.read_all_files() if "/comment/" in key]
    page = f"{SITE_ID}/{STORY_ID}/km/comment/{sent.id}.html"
    assert pages == [page, f"{page}.gz"]
    assert page in newsroom.read_file("en/index.html")


def test_the_page_of_a_root_shows_five_replies_and_leads_to_the_rest(
    newsroom: NewsroomHarness,
) -> None:
    root = newsroom.publish_new("Root.").id
    replies = _many(newsroom, REPLIES_SHOWN, parent_id=root, words="Reply")
    assert "More replies" not in newsroom.read_file(f"en/comment/{root}.html")
    sixth = newsroom.publish_new("The sixth.", parent_id=root).id
    page = newsroom.read_file(f"en/comment/{root}.html")
    assert [reply for reply in [*replies, sixth] if f'id="c-{reply}"' in page] == replies
    assert f'/en/replies/{root}/1.html">More replies' in page
    before = newsroom.read_all_files()
    assert _rebuilt(newsroom) == before


def test_the_page_of_a_reply_shows_its_own_replies_and_leads_to_the_rest(
    newsroom: NewsroomHarness,
) -> None:
    root = newsroom.publish_new("Root.").id
    reply = newsroom.publish_new("Reply.", parent_id=root).id
    own = _many(newsroom, REPLIES_SHOWN + 2, parent_id=reply, words="Own")
    other = newsroom.publish_new("Of another.", parent_id=root).id
    page = newsroom.read_file(f"en/comment/{reply}.html")
    assert [comment_id for comment_id in [*own, other] if f'id="c-{comment_id}"' in page] == own[
        :REPLIES_SHOWN
    ]
    assert f'/en/replies/{root}/1.html#c-{own[REPLIES_SHOWN]}">More replies' in page
    newsroom.remove(own[0])
    newsroom.pass_slots(2)
    page = newsroom.read_file(f"en/comment/{reply}.html")
    assert f'id="c-{own[0]}"' not in page
    assert f'#c-{own[REPLIES_SHOWN + 1]}">More replies' in page
    before = newsroom.read_all_files()
    assert _rebuilt(newsroom) == before


@pytest.mark.parametrize("how", ["removed", "withdrawn"])
def test_the_page_of_a_removed_comment_is_deleted_and_its_replies_still_lead_to_its_address(
    newsroom: NewsroomHarness, how: str
) -> None:
    parent = newsroom.publish_new("Parent.", name="Unmistakable", edition="km")
    reply = newsroom.publish_new("Reply.", parent_id=parent.id)
    before = newsroom.read_file(f"en/comment/{reply.id}.html")
    assert f'/km/comment/{parent.id}.html">In reply to another comment' in before
    assert "Unmistakable" not in before
    assert "Parent." not in before
    _go(newsroom, parent, how)
    assert not [key for key in newsroom.read_all_files() if f"/comment/{parent.id}" in key]
    assert newsroom.read_file(f"en/comment/{reply.id}.html") == before
    all_files = newsroom.read_all_files()
    assert _rebuilt(newsroom) == all_files


def test_a_removed_reply_disappears_from_the_pages_of_its_parent_and_root(
    newsroom: NewsroomHarness,
) -> None:
    root = newsroom.publish_new("Root.").id
    reply = newsroom.publish_new("Reply.", parent_id=root).id
    removed = newsroom.publish_new("Soon gone.", parent_id=reply).id
    pages = [f"en/comment/{comment_id}.html" for comment_id in (root, reply)]
    assert all("Soon gone." in newsroom.read_file(page) for page in pages)
    newsroom.remove(removed)
    assert not any("Soon gone." in newsroom.read_file(page) for page in pages)
    before = newsroom.read_all_files()
    assert _rebuilt(newsroom) == before


def test_a_changed_title_is_on_the_page_of_every_comment(newsroom: NewsroomHarness) -> None:
    sent = newsroom.publish_new()
    edition = Edition(tag="en", title="A new headline", url="https://news.example/en/ferry")
    declare_story.add(newsroom.database, newsroom.rules, STORY_ID, edition)
    newsroom.run_scheduler()
    assert "A new headline" in newsroom.read_file(f"en/comment/{sent.id}.html")


def _paths(newsroom: NewsroomHarness) -> dict[str, Any]:
    return {str(path): path for path in newsroom.files_dir.rglob("*.html")}


def test_a_comment_shows_five_replies_and_the_others_have_their_own_pages(
    newsroom: NewsroomHarness,
) -> None:
    root = newsroom.publish_new("Root.", name="Rachana").id
    replies = _many(newsroom, REPLIES_SHOWN, parent_id=root, words="Reply")
    (shown,) = _json(newsroom, "en/page/1.json")["comments"]
    assert [reply["id"] for reply in shown["replies"]] == replies
    assert shown["has_more_replies"] is False
    assert not (newsroom.files_dir / SITE_ID / STORY_ID / "en" / "replies").exists()

    more = _many(newsroom, PAGE_COMMENTS, parent_id=root, words="More")
    (shown,) = _json(newsroom, "en/page/1.json")["comments"]
    assert [reply["id"] for reply in shown["replies"]] == replies
    assert shown["has_more_replies"] is True
    assert _ids(newsroom, f"en/replies/{root}/1.json") == more
    assert "Later</a>" not in newsroom.read_file(f"en/replies/{root}/1.html")

    last = _many(newsroom, 1, parent_id=root, words="Last")
    assert _ids(newsroom, f"en/replies/{root}/2.json") == last
    assert "Later</a>" in newsroom.read_file(f"en/replies/{root}/1.html")
    assert _json(newsroom, "en/index.json")["total"] == PAGE_COMMENTS + 7

    before = newsroom.read_all_files()
    assert _rebuilt(newsroom) == before
    newsroom.remove(more[3])
    newsroom.pass_slots(2)
    assert more[3] not in _ids(newsroom, f"en/replies/{root}/1.json")
    assert _ids(newsroom, f"en/replies/{root}/2.json") == last


def test_a_reply_to_a_reply_is_under_the_root_and_names_its_parent(
    newsroom: NewsroomHarness,
) -> None:
    root = newsroom.publish_new("Root.", name="Rachana")
    first = newsroom.publish_new("First.", parent_id=root.id, name="Sokha")
    newsroom.publish_new("Second.", parent_id=first.id)
    (shown,) = _json(newsroom, "en/page/1.json")["comments"]
    assert [(reply["parent_id"], reply["parent_name"]) for reply in shown["replies"]] == [
        (root.id, None),
        (first.id, "Sokha"),
    ]


@pytest.mark.parametrize("how", ["removed", "withdrawn"])
def test_the_name_of_a_removed_comment_disappears_from_every_file(
    newsroom: NewsroomHarness, how: str
) -> None:
    root = newsroom.publish_new("Root.")
    _many(newsroom, REPLIES_SHOWN - 1, parent_id=root.id, words="Filler")
    named = newsroom.publish_new("Named.", parent_id=root.id, name="Unmistakable")
    newsroom.publish_new("Answers on a page of replies.", parent_id=named.id)
    assert "Unmistakable" in newsroom.read_file(f"en/replies/{root.id}/1.html")
    _go(newsroom, named, how)
    for key, content in newsroom.read_all_files().items():
        plain = gzip.decompress(content) if key.endswith(".gz") else content
        assert b"Unmistakable" not in plain, key
        assert b"Named." not in plain, key
    assert ("Removed by a moderator (" in newsroom.read_file("en/page/1.html")) == (
        how == "removed"
    )
    before = newsroom.read_all_files()
    assert _rebuilt(newsroom) == before


@pytest.mark.parametrize("how", ["removed", "withdrawn"])
def test_a_comment_without_replies_leaves_no_trace_after_the_release_that_destroys_it(
    newsroom: NewsroomHarness, how: str
) -> None:
    before = _thread(newsroom)
    sent = newsroom.publish_new("Without a trace.", name="Nobody")
    _go(newsroom, sent, how)
    newsroom.pass_slots(1 if how == "withdrawn" else 2)  # a removed one is hidden first
    after = _thread(newsroom)
    assert {key: after[key] for key in before} == before
    assert sent.id.encode() not in b"".join(after.values())


def test_the_replies_pages_of_a_deleted_root_are_deleted(newsroom: NewsroomHarness) -> None:
    root = newsroom.publish_new("Root.")
    ordered_ids = _many(newsroom, REPLIES_SHOWN + 1, parent_id=root.id)
    _go(newsroom, root, "withdrawn")
    for comment_id in ordered_ids:
        newsroom.remove(comment_id)
    newsroom.pass_slots(2)
    assert newsroom.read_table("published_comments") == []
    assert not [key for key in _thread(newsroom) if "/replies/" in key]
    before = newsroom.read_all_files()
    assert _rebuilt(newsroom) == before


def test_a_removal_is_in_the_files_when_it_returns(newsroom: NewsroomHarness) -> None:
    sent = newsroom.publish_new("To be removed.")
    newsroom.remove(sent.id, clause="threats")
    assert "To be removed." not in newsroom.read_file("en/index.html")
    assert newsroom.state(sent.id) == "removed"
    assert newsroom.receipt_state(sent.code) == "removed"


def test_a_rebuild_deletes_stray_files(newsroom: NewsroomHarness) -> None:
    newsroom.publish_new()
    before = newsroom.read_all_files()
    stray = newsroom.files_dir / SITE_ID / STORY_ID / "en" / "page" / "7.html"
    stray.write_text("Left by a crash long ago.")
    rebuild_all(newsroom.components)
    assert newsroom.read_all_files() == before


def _go(newsroom: NewsroomHarness, sent: SentComment, how: str) -> None:
    if how == "removed":
        newsroom.remove(sent.id)
    else:
        newsroom.request_withdrawal(sent.code)
        newsroom.run_scheduler()
