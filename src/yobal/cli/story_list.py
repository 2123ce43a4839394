"""Reads stories from a file with one JSON object on each line, for `yobal story add --from`."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import msgspec

from yobal.actions import declare_story
from yobal.actions.declare_story import Declaration
from yobal.core.errors import InvalidInput
from yobal.core.thread import Edition

STANDARD_INPUT: Final = Path("-")
_PROBLEMS_SHOWN_MAX: Final = 10


class _Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    story_id: str
    edition: str
    title: str
    url: str


_EXAMPLE: Final = '{"story_id": "ferry-2026", "edition": "en", "title": "…", "url": "https://news.example/en/ferry"}'


def read(path: Path) -> list[Declaration]:
    """Every line, checked. Raises InvalidInput with the numbers of the lines that are wrong."""
    content = sys.stdin.buffer.read() if path == STANDARD_INPUT else path.read_bytes()
    declarations: dict[tuple[str, str], Declaration] = {}
    problems: list[str] = []
    for number, line in _numbered(content.splitlines()):
        try:
            declaration = _parse(line)
        except InvalidInput as error:
            problems.append(f"line {number}: {error}")
            continue
        key = declaration.story_id, declaration.edition.tag
        if declarations.setdefault(key, declaration) != declaration:
            problems.append(
                f"line {number}: an earlier line gives {' '.join(key)} another title or URL"
            )
    if problems:
        more = len(problems) - _PROBLEMS_SHOWN_MAX
        shown = [*problems[:_PROBLEMS_SHOWN_MAX], *([f"and {more} more lines"] if more > 0 else [])]
        raise InvalidInput(f"nothing was declared; {'; '.join(shown)}")
    return list(declarations.values())


def _numbered(lines: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """Empty lines are skipped and counted."""
    return ((number, line) for number, line in enumerate(lines, start=1) if line.strip())


def _parse(line: bytes) -> Declaration:
    try:
        parsed = msgspec.json.decode(line.removeprefix(b"\xef\xbb\xbf"), type=_Line)
    except UnicodeDecodeError:
        raise InvalidInput(f"not in UTF-8 (a line is like {_EXAMPLE})") from None
    except msgspec.DecodeError as error:
        raise InvalidInput(f"{error} (a line is like {_EXAMPLE})") from None
    edition = Edition(tag=parsed.edition, title=parsed.title, url=parsed.url)
    declare_story.check(parsed.story_id, edition)
    return Declaration(parsed.story_id, edition)
