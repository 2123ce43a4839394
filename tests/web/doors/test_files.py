"""Public files as they are served: compared with the disk, packed, tagged, and nothing else."""

import gzip

import pytest

from tests.room import SITE, STORY
from tests.web.doors.call import call
from tests.web.doors.conftest import ADDRESS, Face
from yobal.web.files import Files


def test_a_thread_is_served_as_it_lies_on_the_disk(sqlite_face: Face) -> None:
    sqlite_face.room.published("Served.")
    got = sqlite_face.get()
    assert got.body == (sqlite_face.room.files / SITE / STORY / "en" / "index.html").read_bytes()
    assert got.header("cache-control") == "public, max-age=60, must-revalidate"
    assert got.header("set-cookie") is None
    assert "frame-ancestors 'self'" in (got.header("content-security-policy") or "")
    packed = sqlite_face.get(accept_encoding="br, gzip")
    assert packed.header("content-encoding") == "gzip"
    assert gzip.decompress(packed.body) == got.body
    assert packed.header("etag") != got.header("etag")
    assert got.header("vary") == packed.header("vary") == "accept-encoding"


@pytest.mark.parametrize("encoding", ["", "gzip"])
def test_what_is_known_is_not_sent_again(sqlite_face: Face, encoding: str) -> None:
    got = sqlite_face.get(accept_encoding=encoding)
    again = sqlite_face.get(accept_encoding=encoding, if_none_match=got.header("etag") or "")
    assert (again.status, again.body) == (304, b"")
    assert again.header("etag") == got.header("etag")
    assert sqlite_face.get(accept_encoding=encoding, if_none_match='"other"').status == 200


def test_head_has_the_headers_and_no_body(sqlite_face: Face) -> None:
    got, head = sqlite_face.get(), sqlite_face.get(method="HEAD")
    assert (head.status, head.body, head.headers) == (200, b"", got.headers)
    missing = sqlite_face.get("/nowhere", method="HEAD")
    assert (missing.status, missing.body) == (404, b"")


def test_a_release_is_served_at_once(sqlite_face: Face) -> None:
    before = sqlite_face.get()
    sqlite_face.room.published("New words.")
    after = sqlite_face.get(if_none_match=before.header("etag") or "")
    assert (after.status, b"New words." in after.body) == (200, True)


def test_a_removed_comment_is_served_to_nobody_from_memory(sqlite_face: Face) -> None:
    sent = sqlite_face.room.published("Removed words.")
    assert b"Removed words." in sqlite_face.get().body
    sqlite_face.room.remove(sent.id)
    for path in (ADDRESS, f"{ADDRESS}page/1.html", f"{ADDRESS}index.json"):
        assert b"Removed words." not in sqlite_face.get(path).body


def test_a_thread_without_its_last_slash_leads_to_the_one_with_it(sqlite_face: Face) -> None:
    got = sqlite_face.get(ADDRESS.rstrip("/"))
    assert (got.status, got.header("location")) == (308, ADDRESS)


@pytest.mark.parametrize(
    "path",
    ["/../yobal.sqlite", f"{ADDRESS}../../../../yobal.sqlite", "/river-post/../../secrets/session",
     f"{ADDRESS}index.html.gz", f"{ADDRESS}index.html\0.json", f"{ADDRESS}.yobal-0123.html",
     f"{ADDRESS}./index.html", f"/{ADDRESS}index.html", f"{ADDRESS}/index.html",
     f"{ADDRESS}%2e%2e/en/index.html", f"{ADDRESS}index.html/", "//evil.example/", "",
     "/river-post/ferry/en\\..\\en/", f"{ADDRESS}page", "/" + "a" * 5_000, "/\ud800"],
)  # fmt: skip
def test_no_path_leads_out_of_the_folder_or_to_what_is_not_published(
    sqlite_face: Face, path: str
) -> None:
    unfinished = sqlite_face.room.files / SITE / STORY / "en" / ".yobal-0123.html"
    unfinished.write_text("Half a page.")
    (unfinished.parent / ".yobal-0123.html.gz").write_bytes(b"")
    if "\ud800" in path:
        assert Files(sqlite_face.room.files, b"").get(path) is None
        return
    got = sqlite_face.get(path)
    assert got.status == 404
    assert got.header("location") is None


def test_a_range_is_not_honoured(sqlite_face: Face) -> None:
    got = sqlite_face.get(range="bytes=0-1,0-1,0-1")
    assert got.status == 200
    assert len(got.body) > 1_000


def test_reading_never_touches_the_database(sqlite_face: Face) -> None:
    sqlite_face.room.database.close()
    (sqlite_face.room.files.parent.parent / "yobal.sqlite").unlink()
    assert sqlite_face.get().status == 200
    assert call(sqlite_face.app, "GET", f"/{SITE}/@/letters.css").status == 200
