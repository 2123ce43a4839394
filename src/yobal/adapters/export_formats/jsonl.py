"""Yobal's own format: a line of JSON for the site, for each story, and for each comment. `docs/export.md` describes it."""

from collections.abc import Iterable, Iterator

import msgspec

from yobal.core.export_rows import ExportHead, StoryExport


def write(head: ExportHead, stories: Iterable[StoryExport]) -> Iterator[bytes]:
    encode = msgspec.json.Encoder().encode
    yield encode(head) + b"\n"
    for story, _, comments in stories:
        yield encode(story) + b"\n"
        for comment in comments:
            yield encode(comment) + b"\n"
