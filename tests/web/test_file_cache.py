"""Reading: files come from memory, plain or gzipped, and only public files can be read."""

import gzip
import os
from collections.abc import Callable
from email.utils import formatdate
from pathlib import Path

import pytest

from tests.harness import SITE_ID, START, NewsroomHarness
from tests.in_process_client import THREAD, Intake
from yobal.adapters.public_files import GZIP_STEP_BYTES, PublicFiles
from yobal.web import file_cache
from yobal.web.file_cache import FileCache
from yobal.web.http import policies

GZIP = [("accept-encoding", "br, gzip;q=0.9")]
KINDS = {
    THREAD: "text/html; charset=utf-8",
    THREAD + "index.html": "text/html; charset=utf-8",
    THREAD + "index.json": "application/json",
    THREAD + "thread.fragment.html": "text/html; charset=utf-8",
    THREAD + "form.fragment.html": "text/html; charset=utf-8",
    THREAD + "page/1.html": "text/html; charset=utf-8",
    f"/{SITE_ID}/@/comments.css": "text/css; charset=utf-8",
    THREAD + "form.frame.html": "text/html; charset=utf-8",
    f"/{SITE_ID}/@/embed.js": "text/javascript; charset=utf-8",
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
    plain, gzipped = sqlite_intake.get(path), sqlite_intake.get(path, GZIP)
    assert (plain.status, gzipped.status) == (200, 200)
    assert plain.body == content == gzip.decompress(gzipped.body)
    assert plain.header("content-encoding") is None
    assert gzipped.header("content-encoding") == "gzip"
    for response in (plain, gzipped):
        assert response.header("content-type") == KINDS[path]
        assert response.header("content-length") == str(len(response.body))
        assert response.header("cache-control") == "public, max-age=60, must-revalidate"
        assert response.header("vary") == "accept-encoding"
        assert response.header("x-content-type-options") == "nosniff"
        assert response.header("accept-ranges") is None
    assert plain.header("etag") != gzipped.header("etag")


@pytest.mark.parametrize(
    "accept_encoding", ["gzip;q=0", "br;q=1, gzip; q=0.0", "identity", "x-gzipped", ""]
)
def test_a_browser_that_does_not_accept_gzip_gets_the_plain_file(
    sqlite_intake: Intake, accept_encoding: str
) -> None:
    assert (
        sqlite_intake.get(headers=[("accept-encoding", accept_encoding)]).header("content-encoding")
        is None
    )


@pytest.mark.parametrize(
    "accept_encoding", ["gzip", "GZIP", "deflate,gzip", "gzip;q=1.0", "x, gzip ;q=0.5"]
)
def test_a_browser_that_accepts_gzip_gets_the_gzipped_file(
    sqlite_intake: Intake, accept_encoding: str
) -> None:
    assert (
        sqlite_intake.get(headers=[("accept-encoding", accept_encoding)]).header("content-encoding")
        == "gzip"
    )


def test_the_only_time_in_a_response_is_a_slots(
    sqlite_intake: Intake, sqlite_newsroom: NewsroomHarness
) -> None:
    sqlite_newsroom.publish_new("A letter.")
    slot = int(sqlite_newsroom.now) // 21_600 * 21_600
    assert slot > START
    response = sqlite_intake.get()
    assert response.header("last-modified") == formatdate(slot, usegmt=True)
    assert response.header("date") is None


@pytest.mark.parametrize("headers", [[], GZIP])
def test_a_matching_etag_is_answered_without_a_body(
    sqlite_intake: Intake, sqlite_newsroom: NewsroomHarness, headers: list[tuple[str, str]]
) -> None:
    first = sqlite_intake.get(headers=headers)
    tag = first.header("etag") or ""
    for if_none_match in (tag, f"W/{tag}", f'"other", {tag}', "*", " * "):
        again = sqlite_intake.get(headers=[*headers, ("if-none-match", if_none_match)])
        assert (again.status, again.body) == (304, b"")
        assert again.header("etag") == tag
        assert again.header("content-length") is None
        assert again.header("content-encoding") is None
        assert again.header("cache-control") == first.header("cache-control")
    for other in ('"other"', tag.strip('"'), tag[:-1], "", tag.replace('"', "'"), '"*"'):
        assert sqlite_intake.get(headers=[*headers, ("if-none-match", other)]).status == 200
    sqlite_newsroom.publish_new("Something new.")
    changed = sqlite_intake.get(headers=[*headers, ("if-none-match", tag)])
    assert changed.status == 200
    assert changed.header("etag") != tag


def test_any_etag_does_not_match_a_file_that_does_not_exist(sqlite_intake: Intake) -> None:
    assert sqlite_intake.get("/nothing", headers=[("if-none-match", "*")]).status == 404


def test_the_plain_and_the_gzipped_file_have_different_etags(sqlite_intake: Intake) -> None:
    tag = sqlite_intake.get().header("etag") or ""
    assert sqlite_intake.get(headers=[*GZIP, ("if-none-match", tag)]).status == 200


def test_head_is_get_without_the_body(sqlite_intake: Intake) -> None:
    for path in (THREAD, "/nothing", THREAD[:-1]):
        for headers in ([], GZIP):
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
    response = sqlite_intake.get(THREAD.rstrip("/"))
    assert (response.status, response.header("location")) == (308, THREAD)


def test_a_range_is_ignored(sqlite_intake: Intake) -> None:
    response = sqlite_intake.get(headers=[("range", "bytes=0-1,0-1,0-1")])
    assert response.status == 200
    assert len(response.body) > 1_000


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
    (folder / "uncompressed.html").write_bytes(
        b"left behind"
    )  # without its `.gz` it is not finished
    (folder / "folder.html").mkdir()
    paths = [f"{THREAD}{file.name}" for file in folder.iterdir() if file.is_file()]
    served = [path for path in paths if b"left behind" in sqlite_intake.get(path).body]
    assert served == [f"{THREAD}two\\parts.html"]  # a name like any other, inside the folder
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
        response = sqlite_intake.get(path)
        assert (response.status, "This page does not exist" in response.text) == (404, True), path
        assert response.header("location") is None, path
        assert str(sqlite_newsroom.files_dir) not in response.text
    assert FileCache(sqlite_newsroom.files_dir, policies(())).get("/\ud800") is None


def test_a_deleted_file_is_not_found(
    sqlite_intake: Intake, sqlite_newsroom: NewsroomHarness
) -> None:
    path = THREAD + "index.json"
    assert sqlite_intake.get(path).status == 200
    on_disk(sqlite_newsroom, path).unlink()
    assert sqlite_intake.get(path).status == 404


def test_the_address_of_a_removed_comment_says_so_and_leads_to_the_thread(
    sqlite_intake: Intake, sqlite_newsroom: NewsroomHarness
) -> None:
    sent = sqlite_newsroom.publish_new("Soon gone.", edition="km")
    path = f"/{SITE_ID}/ferry/km/comment/{sent.id}.html"
    assert sqlite_intake.get(path).status == 200
    sqlite_newsroom.remove(sent.id)
    removed = sqlite_intake.get(path)
    assert (removed.status, removed.header("cache-control")) == (404, "no-store")
    assert "យោបល់\u200bនេះ\u200bមិន\u200bមាន\u200bនៅ\u200bទីនេះ\u200bទេ" in removed.text
    assert f'href="/{SITE_ID}/ferry/km/"' in removed.text
    assert removed.text == sqlite_intake.get(path.replace(sent.id, "a" * 26)).text
    elsewhere = sqlite_intake.get(f"/{SITE_ID}/nothing/km/comment/{sent.id}.html")
    assert "យោបល់\u200bនេះ\u200bមិន" not in elsewhere.text


SLOT = 1_794_980_800


@pytest.fixture
def public_files(tmp_path: Path) -> PublicFiles:
    created = PublicFiles(tmp_path / "public")
    created.write({"a.html": b"The old words."}, slot=SLOT)
    return created


@pytest.mark.parametrize("was_cached", [True, False], ids=["cached before", "not cached before"])
@pytest.mark.parametrize("step", range(3))
def test_a_read_between_two_renames_never_caches_the_old_text(
    public_files: PublicFiles, monkeypatch: pytest.MonkeyPatch, step: int, *, was_cached: bool
) -> None:
    """The removed text is in the gzipped file too, and most browsers get that one."""
    files = FileCache(public_files.folder, policies(()))
    if was_cached:
        files.get("/a.html")
    rename = os.rename
    renamed: list[str] = []

    def read_between(temporary: str, target: str) -> None:
        if len(renamed) == step:
            files.get("/a.html")
        rename(temporary, target)
        renamed.append(target)
        if len(renamed) == step:
            files.get("/a.html")

    monkeypatch.setattr(os, "rename", read_between)
    public_files.write({"a.html": b"The new ones, after a removal."}, slot=SLOT)
    assert [target.endswith(".gz") for target in renamed] == [True, False]
    cached = files.get("/a.html")
    assert cached is not None
    assert (
        cached.plain.body
        == gzip.decompress(cached.gzipped.body)
        == b"The new ones, after a removal."
    )


def _write_anew(public_files: PublicFiles) -> None:
    public_files.write({"a.html": b"The new ones."}, slot=SLOT)


def _remove(public_files: PublicFiles) -> None:
    public_files.remove(["a.html"])


@pytest.mark.parametrize("change", [_write_anew, _remove])
def test_a_sweep_drops_changed_and_deleted_files_that_are_not_requested(
    public_files: PublicFiles, change: Callable[[PublicFiles], None]
) -> None:
    public_files.write({"b.html": b"Stays."}, slot=SLOT)
    files = FileCache(public_files.folder, policies(()))
    files.get("/a.html")
    stays = files.get("/b.html")
    change(public_files)
    assert files.drop_outdated() == 1
    assert files._files == {"/b.html": stays}
    assert files._size_bytes == len(b"Stays.") + GZIP_STEP_BYTES
    assert files.drop_outdated() == 0


def test_repeated_sweeps_check_every_file(
    public_files: PublicFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_cache, "CHECKED_FILES_MAX", 2)
    public_files.write({f"{number}.html": b"Words." for number in range(5)}, slot=SLOT)
    files = FileCache(public_files.folder, policies(()))
    for number in range(5):
        files.get(f"/{number}.html")
    public_files.remove([f"{number}.html" for number in range(5)])
    assert [files.drop_outdated() for _ in range(4)] == [2, 2, 1, 0]


def test_requesting_a_deleted_file_drops_it_from_memory(
    public_files: PublicFiles,
) -> None:
    files = FileCache(public_files.folder, policies(()))
    files.get("/a.html")
    public_files.remove(["a.html"])
    assert files.get("/a.html") is None
    assert (files._files, files._size_bytes) == ({}, 0)
