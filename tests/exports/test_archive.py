"""The archive: complete pages whose links all lead somewhere, without a form and without a server."""

import posixpath
import re
import zipfile
from pathlib import Path
from urllib.parse import urldefrag

from tests.exports.exporting import export, fill
from tests.harness import NewsroomHarness

LINK = re.compile(r'(?:href|src|action)="([^"]*)"')


def _archive(newsroom: NewsroomHarness, folder: Path) -> dict[str, str]:
    with zipfile.ZipFile(export(newsroom, "archive", folder / "site.zip")) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_every_link_in_an_archive_leads_to_a_page_and_an_element_in_it(
    newsroom: NewsroomHarness, tmp_path: Path
) -> None:
    fill(newsroom, tmp_path)
    files = _archive(newsroom, tmp_path)
    pages = {name: page for name, page in files.items() if name.endswith(".html")}
    assert {"river-post/dam/en/page/1.html", "river-post/ferry/km/index.html"} < set(pages)
    assert any("/replies/" in name for name in pages)
    inner = 0
    for name, page in pages.items():
        for link in LINK.findall(page):
            if link.startswith("https://news.example/"):  # the stories
                continue
            path, fragment = urldefrag(link)
            target = posixpath.normpath(
                posixpath.join(posixpath.dirname(name), path or posixpath.basename(name))
            )
            assert target in files, (name, link)
            assert not fragment or f'id="{fragment}"' in files[target], (name, link)
            inner += 1
    assert inner > 30
    reached = {posixpath.normpath(link) for link in LINK.findall(files["index.html"])}
    assert "river-post/dam/en/index.html" in reached


def test_an_archive_has_every_comment_and_no_form(
    newsroom: NewsroomHarness, tmp_path: Path
) -> None:
    fill(newsroom, tmp_path)
    files = _archive(newsroom, tmp_path)
    everything = "".join(files.values())
    for number in range(58):
        assert f"Old comment {number}." in everything
    for name, page in files.items():
        assert not re.search("<(form|button|input|textarea|script|iframe)", page), name
    assert "Comments on this story are closed" in files["river-post/ferry/en/index.html"]
