"""Reading: files from memory, plain or packed, and no way to anything that is not a public file."""

import gzip
from collections.abc import Callable
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest

from tests.harness import SITE_ID, START, NewsroomHarness
from tests.in_process_client import THREAD, Intake
from yobal.adapters.public_files import PublicFiles
from yobal.web import file_cache
from yobal.web.file_cache import FileCache

PACKED = [("accept-encoding", "br, gzip;q=0.9")]
KINDS = {
    THREAD: "text/html; charset=utf-8",
    THREAD + "index.html": "text/html; charset=utf-8",
    THREAD + "index.json": "application/json",
    THREAD + "thread.fragment.html": "text/html; charset=utf-8",
    THREAD + "form.fragment.html": "text/html; charset=utf-8",
    THREAD + "page/1.html": "text/html; charset=utf-8",
    f"/{SITE_ID}/@/comments.css": "text/css; charset=utf-8",
    f"/{SITE_ID}/@/icon.svg": "image/svg+xml",
    f"/{SITE_ID}/@/terms/km.html": "text/html; charset=utf-8",
}


def on_disk(newsroom: NewsroomHarness, path: str) -> Path:
    return newsroom.files_dir / (path[1:] + ("index.html" if path.endswith("/") else ""))


def test_every_kind_of_file_is_served_unchanged_plain_and_gzipped(
    sqlite_intake: Intake, sqlite_newsroom: NewsroomHarness
) -> None:
    sqlite_newsroom.publish_new("A letter.")
    for path in KINDS:
        _check_kind(sqlite_intake, sqlite_newsroom, path)


def _check_kind(sqlite_intake: Intake, sqlite_newsroom: NewsroomHarness, path: str) -> None:
    content = on_disk(sqlite_newsroom, path).read_bytes()
    plain, packed = sqlite_intake.get(path), sqlite_intake.get(path, PACKED)
    assert (plain.status, packed.status) == (200, 200)
    assert plain.body == content == gzip.decompress(packed.body)
    assert plain.header("content-encoding") is None
    assert packed.header("content-encoding") == "gzip"
    for answer in (plain, packed):
        assert answer.header("content-type") == KINDS[path]
        assert answer.header("content-length") == str(len(answer.body))
        assert answer.header("cache-control") == "public, max-age=60, must-revalidate"
        assert answer.header("vary") == "accept-encoding"
        assert answer.header("x-content-type-options") == "nosniff"
        assert answer.header("accept-ranges") is None
    assert plain.header("etag") != packed.header("etag")


@pytest.mark.parametrize("asked", ["gzip;q=0", "br;q=1, gzip; q=0.0", "identity", "x-gzipped", ""])
def test_a_browser_that_does_not_accept_gzip_gets_the_plain_file(
    sqlite_intake: Intake, asked: str
) -> None:
    assert (
        sqlite_intake.get(headers=[("accept-encoding", asked)]).header("content-encoding") is None
    )


@pytest.mark.parametrize("asked", ["gzip", "GZIP", "deflate,gzip", "gzip;q=1.0", "x, gzip ;q=0.5"])
def test_a_browser_that_accepts_gzip_gets_the_gzipped_file(
    sqlite_intake: Intake, asked: str
) -> None:
    assert (
        sqlite_intake.get(headers=[("accept-encoding", asked)]).header("content-encoding") == "gzip"
    )


def test_the_only_time_in_a_response_is_a_slots(
    sqlite_intake: Intake, sqlite_newsroom: NewsroomHarness
) -> None:
    sqlite_newsroom.publish_new("A letter.")
    slot = int(sqlite_newsroom.now) // 21_600 * 21_600
    assert slot > START
    answer = sqlite_intake.get()
    assert answer.header("last-modified") == formatdate(slot, usegmt=True)
    assert answer.header("date") is None


@pytest.mark.parametrize("headers", [[], PACKED])
def test_a_matching_etag_is_answered_without_a_body(
    sqlite_intake: Intake, sqlite_newsroom: NewsroomHarness, headers: list[tuple[str, str]]
) -> None:
    first = sqlite_intake.get(headers=headers)
    tag = first.header("etag") or ""
    for known in (tag, f"W/{tag}", f'"other", {tag}'):
        again = sqlite_intake.get(headers=[*headers, ("if-none-match", known)])
        assert (again.status, again.body) == (304, b"")
        assert again.header("etag") == tag
        assert again.header("content-length") is None
        assert again.header("content-encoding") is None
        assert again.header("cache-control") == first.header("cache-control")
    for other in ('"other"', tag.strip('"'), tag[:-1], "", tag.replace('"', "'")):
        assert sqlite_intake.get(headers=[*headers, ("if-none-match", other)]).status == 200
    sqlite_newsroom.publish_new("Something new.")
    changed = sqlite_intake.get(headers=[*headers, ("if-none-match", tag)])
    assert changed.status == 200
    assert changed.header("etag") != tag


def test_the_plain_and_the_gzipped_file_have_different_etags(sqlite_intake: Intake) -> None:
    tag = sqlite_intake.get().header("etag") or ""
    assert sqlite_intake.get(headers=[*PACKED, ("if-none-match", tag)]).status == 200


def test_head_is_get_without_the_body(sqlite_intake: Intake) -> None:
    for path in (THREAD, "/nothing", THREAD[:-1]):
        for headers in ([], PACKED):
            head, whole = (sqlite_intake.get(path, headers, method) for method in ("HEAD", "GET"))
            assert (head.status, head.headers, head.body) == (whole.status, whole.headers, b"")


def test_a_release_is_served_at_once_and_a_removed_comment_not_at_all(
    sqlite_intake: Intake, sqlite_newsroom: NewsroomHarness
) -> None:
    before = sqlite_intake.get().header("etag") or ""
    sent = sqlite_newsroom.publish_new("New words.")
    after = sqlite_intake.get(headers=[("if-none-match", before)])
    assert (after.status, b"New words." in after.body) == (200, True)
    sqlite_newsroom.remove(sent.id)
    for path in (THREAD, f"{THREAD}page/1.html", f"{THREAD}index.json"):
        assert b"New words." not in sqlite_intake.get(path).body


def test_a_thread_without_its_last_slash_redirects_to_the_thread(sqlite_intake: Intake) -> None:
    answer = sqlite_intake.get(THREAD.rstrip("/"))
    assert (answer.status, answer.header("location")) == (308, THREAD)


def test_a_range_is_ignored(sqlite_intake: Intake) -> None:
    answer = sqlite_intake.get(headers=[("range", "bytes=0-1,0-1,0-1")])
    assert answer.status == 200
    assert len(answer.body) > 1_000


def test_reading_never_touches_the_database(
    sqlite_intake: Intake, sqlite_newsroom: NewsroomHarness
) -> None:
    sqlite_newsroom.database.close()
    (sqlite_newsroom.files_dir.parent.parent / "yobal.sqlite").unlink()
    assert sqlite_intake.get().status == 200
    assert sqlite_intake.get(f"/{SITE_ID}/@/comments.css").status == 200


def test_only_finished_public_files_are_served(
    sqlite_intake: Intake, sqlite_newsroom: NewsroomHarness
) -> None:
    folder = sqlite_newsroom.files_dir / SITE_ID / "ferry" / "en"
    for name in (".yobal-1.html", "notes.txt", "noext", "HTML.HTML", "two\\parts.html"):
        (folder / name).write_bytes(b"left behind")
        (folder / f"{name}.gz").write_bytes(b"left behind")
    (folder / "unpacked.html").write_bytes(b"left behind")  # without its `.gz` it is not finished
    (folder / "folder.html").mkdir()
    paths = [f"{THREAD}{one.name}" for one in folder.iterdir() if one.is_file()]
    left = [path for path in paths if b"left behind" in sqlite_intake.get(path).body]
    assert left == [f"{THREAD}two\\parts.html"]  # a name like any other, inside the folder
    for path in (
        f"{THREAD}folder.html",
        f"{THREAD}folder.html/",
        f"/{SITE_ID}/ferry/",
        "/",
        f"/{SITE_ID}/FERRY/en/",
        "/proc/self/environ",
        f"\\{SITE_ID}\\ferry\\en\\",
        f"{SITE_ID}/ferry/en/",
        f"/{SITE_ID}/..{THREAD}",
        f"/..{sqlite_newsroom.files_dir}{THREAD}",
        str(sqlite_newsroom.files_dir) + THREAD,
        "/../yobal.sqlite",
        f"{THREAD}../../../../yobal.sqlite",
        f"{THREAD}index.html.gz",
        f"/{SITE_ID}/../../secrets/session",
        f"{THREAD}index.html\0.json",
        f"{THREAD}./index.html",
        f"/{THREAD}index.html",
        f"{THREAD}/index.html",
        f"{THREAD}%2e%2e/en/index.html",
        f"{THREAD}index.html/",
        "//evil.example/",
        "",
        f"/{SITE_ID}/ferry/en\\..\\en/",
        f"{THREAD}page",
        "/" + "a" * 5_000,
    ):
        answer = sqlite_intake.get(path)
        assert (answer.status, "This page does not exist" in answer.text) == (404, True), path
        assert answer.header("location") is None, path
        assert str(sqlite_newsroom.files_dir) not in answer.text
    assert FileCache(sqlite_newsroom.files_dir, "").get("/\ud800") is None


def test_a_deleted_file_is_not_found(
    sqlite_intake: Intake, sqlite_newsroom: NewsroomHarness
) -> None:
    path = THREAD + "index.json"
    assert sqlite_intake.get(path).status == 200
    on_disk(sqlite_newsroom, path).unlink()
    assert sqlite_intake.get(path).status == 404


SLOT = 1_794_980_800


@pytest.fixture
def bucket(tmp_path: Path) -> PublicFiles:
    made = PublicFiles(tmp_path / "public")
    made.write({"a.html": b"The old words."}, at=SLOT)
    return made


@pytest.mark.parametrize("was_kept", [True, False], ids=["kept before", "not kept before"])
@pytest.mark.parametrize("moment", range(3))
def test_a_read_between_two_renames_never_caches_the_old_text(
    bucket: PublicFiles, monkeypatch: pytest.MonkeyPatch, moment: int, *, was_kept: bool
) -> None:
    """The words that were taken away are in the packed file as well, and most browsers get that."""
    files = FileCache(bucket.folder, "")
    if was_kept:
        files.get("/a.html")
    real = Path.rename
    renamed: list[Path] = []

    def read_between(self: Path, target: Any) -> Path:
        if len(renamed) == moment:
            files.get("/a.html")
        renamed.append(real(self, target))
        if len(renamed) == moment:
            files.get("/a.html")
        return renamed[-1]

    monkeypatch.setattr(Path, "rename", read_between)
    bucket.write({"a.html": b"The new ones, after a removal."}, at=SLOT)
    kept = files.get("/a.html")
    assert kept is not None
    assert (
        kept.plain.body == gzip.decompress(kept.gzipped.body) == b"The new ones, after a removal."
    )


def _write_anew(bucket: PublicFiles) -> None:
    bucket.write({"a.html": b"The new ones."}, at=SLOT)


def _remove(bucket: PublicFiles) -> None:
    bucket.remove(["a.html"])


@pytest.mark.parametrize("change", [_write_anew, _remove])
def test_a_sweep_drops_changed_and_deleted_files_that_are_not_requested(
    bucket: PublicFiles, change: Callable[[PublicFiles], None]
) -> None:
    bucket.write({"b.html": b"Stays."}, at=SLOT)
    files = FileCache(bucket.folder, "")
    files.get("/a.html")
    stays = files.get("/b.html")
    change(bucket)
    assert files.sweep() == 1
    assert files._files == {"/b.html": stays}
    assert files._size_bytes == len(b"Stays.") + len(gzip.compress(b"Stays.", 9, mtime=0))
    assert files.sweep() == 0


def test_repeated_sweeps_check_every_file(
    bucket: PublicFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_cache, "SWEEP_FILES_MAX", 2)
    bucket.write({f"{number}.html": b"Words." for number in range(5)}, at=SLOT)
    files = FileCache(bucket.folder, "")
    for number in range(5):
        files.get(f"/{number}.html")
    bucket.remove([f"{number}.html" for number in range(5)])
    assert [files.sweep() for _ in range(4)] == [2, 2, 1, 0]


def test_requesting_a_deleted_file_drops_it_from_memory(
    bucket: PublicFiles,
) -> None:
    files = FileCache(bucket.folder, "")
    files.get("/a.html")
    bucket.remove(["a.html"])
    assert files.get("/a.html") is None
    assert (files._files, files._size_bytes) == ({}, 0)
