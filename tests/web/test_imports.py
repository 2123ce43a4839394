"""Imports at the desk: what a lead sees, a sample, signing and refusing; and nothing of it for moderators."""

import base64
from typing import Any

import pytest

from tests.harness import NewsroomHarness
from tests.imports.importing import bring_in, manifest_of, published, the_import
from tests.in_process_client import DeskClient


def signed_body(newsroom: NewsroomHarness) -> dict[str, Any]:
    item = the_import(newsroom)
    manifest = manifest_of(newsroom, item)
    return {
        "import_id": item.id,
        "comments": manifest.comments,
        "rows_hash": manifest.rows_hash,
        "head": manifest.head,
        "signature": base64.b64encode(manifest.signature).decode(),
    }


def test_a_lead_sees_how_many_comments_under_which_stories_and_from_which_days(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    bring_in(newsroom, "wordpress.xml", "wordpress")
    bring_in(newsroom, "disqus.xml", edition="en")
    disqus, wordpress = desk.post("imports", {}).json["imports"]
    assert (disqus["state"], disqus["comments"], disqus["sealed_count"]) == ("waiting", 6, 0)
    assert (wordpress["comments"], wordpress["sealed_count"]) == (3, 1)
    assert disqus["stories"][0] == {
        "story_id": "ferry",
        "title": "Ferry workers",
        "comments": 4,
        "first_day": "2019-05-02",
        "last_day": "2019-05-03",
    }
    assert disqus["story_count"] == 2


def test_the_desk_counts_imports_without_a_signature(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    assert desk.post("session", {}).json["unsigned_imports_count"] == 0
    bring_in(newsroom, "disqus.xml")
    assert desk.post("session", {}).json["unsigned_imports_count"] == 1
    assert desk.post("sign-import", signed_body(newsroom)).status == 200
    assert desk.post("session", {}).json["unsigned_imports_count"] == 0


def test_a_sample_has_comments_of_all_stories_or_of_one_story(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    bring_in(newsroom, "disqus.xml", edition="en")
    import_id = the_import(newsroom).id
    whole = desk.post("import-sample", {"import_id": import_id}).json["comments"]
    assert len(whole) == 6
    request = {"import_id": import_id, "story_id": "bridge"}
    of_story = desk.post("import-sample", request).json["comments"]
    assert {row["story_id"] for row in of_story} == {"bridge"}
    assert [row["is_reply"] for row in of_story].count(True) == 1


def test_a_signed_import_appears_with_the_slot_that_the_desk_names(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    bring_in(newsroom, "disqus.xml")
    response = desk.post("sign-import", signed_body(newsroom))
    assert response.status == 200
    assert response.json["appears"]["label"] == "18:00"
    (shown,) = desk.post("imports", {}).json["imports"]
    assert (shown["state"], shown["signed_by"]) == ("signed", newsroom.pseudonym)
    newsroom.pass_slots()
    assert len(published(newsroom)) == 4
    (shown,) = desk.post("imports", {}).json["imports"]
    assert (shown["state"], shown["waiting_count"]) == ("published", 0)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"comments": 5}, "import_changed"),
        ({"rows_hash": "a" * 64}, "import_changed"),
        ({"head": "a" * 64}, "signature_invalid"),
        ({"signature": base64.b64encode(bytes(64)).decode()}, "signature_invalid"),
        ({"import_id": "a" * 26}, "no_such_import"),
    ],
)
def test_a_signature_of_anything_else_is_refused(
    desk: DeskClient, newsroom: NewsroomHarness, change: dict[str, Any], error: str
) -> None:
    bring_in(newsroom, "disqus.xml")
    response = desk.post("sign-import", signed_body(newsroom) | change)
    assert response.json["error"] == error
    assert the_import(newsroom).state == "waiting"


def test_a_signed_import_cannot_be_signed_or_refused_again(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    bring_in(newsroom, "disqus.xml")
    body = signed_body(newsroom)
    assert desk.post("sign-import", body).status == 200
    assert desk.post("sign-import", body).json["error"] == "import_changed"
    refusal = desk.post("refuse-import", {"import_id": body["import_id"]})
    assert refusal.json["error"] == "import_changed"


def test_a_refused_import_is_deleted(desk: DeskClient, newsroom: NewsroomHarness) -> None:
    bring_in(newsroom, "disqus.xml")
    response = desk.post("refuse-import", {"import_id": the_import(newsroom).id})
    assert (response.status, response.json) == (200, {})
    assert desk.post("imports", {}).json == {"imports": []}
    assert newsroom.read_table("staged_comments") == []


def test_an_imported_comment_is_found_by_its_link_and_can_be_removed(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    bring_in(newsroom, "disqus.xml")
    assert desk.post("sign-import", signed_body(newsroom)).status == 200
    newsroom.pass_slots()
    comment_id = published(newsroom)["They never do."]["id"]
    request = {"cursor": None, "comment_id": comment_id}
    (entry,) = desk.post("history", request).json["entries"]
    assert (entry["text"], entry["decided_by"]) == ("They never do.", newsroom.pseudonym)
    assert (entry["can_remove"], entry["can_undo"]) == (True, False)
    newsroom.remove(comment_id)
    (entry,) = desk.post("history", request).json["entries"]
    assert (entry["verdict"], entry["can_remove"]) == ("remove", False)
