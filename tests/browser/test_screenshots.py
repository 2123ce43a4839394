"""`make screenshots` says which package brings a font that is not there, and begins nothing."""

import os
from pathlib import Path

import pytest

from tests.browser import screenshots


def test_a_missing_font_is_named_by_its_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lister = tmp_path / "fc-list"
    lister.write_text("#!/bin/sh\n", encoding="utf-8")
    lister.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert screenshots.main() == 1
    assert "apt-get install fonts-noto-cjk fonts-noto-core" in capsys.readouterr().err


def test_this_machine_has_every_font() -> None:
    assert screenshots.missing_fonts() == []
