"""CSV with a line of titles that `yobal import csv` knows. Comments without their text are left out.

A cell that a spreadsheet would take for a formula begins with an apostrophe, and the last column names it, so that
an import gives back the text as it was.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from yobal.core.csv_cells import GUARDED, guard
from yobal.core.export_rows import ExportHead, StoryExport

_COLUMNS: Final = (
    "id",
    "parent",
    "story",
    "edition",
    "url",
    "title",
    "time",
    "lang",
    "name",
    "text",
)
TITLES: Final = (*_COLUMNS, "state", GUARDED)
_STATE: Final = "public"


def write(head: ExportHead, stories: Iterable[StoryExport]) -> Iterator[bytes]:
    zone = ZoneInfo(head.time_zone)
    yield _line(TITLES)
    for story, _, comments in stories:
        editions = {edition.tag: edition for edition in story.editions}
        removed_ids: set[str] = set()
        for comment in comments:
            edition = editions.get(comment.edition)
            if comment.removal is not None or edition is None:
                removed_ids.add(comment.id)
                continue
            parent_id = comment.parent_id if comment.parent_id not in removed_ids else None
            day = datetime.fromtimestamp(comment.slot, zone).date().isoformat()
            cells = {
                "id": comment.id,
                "parent": parent_id or "",
                "story": comment.story_id,
                "edition": comment.edition,
                "url": edition.url,
                "title": edition.title,
                "time": day,
                "lang": comment.lang,
                "name": comment.name,
                "text": comment.text,
            }
            guarded = [name for name, cell in cells.items() if guard(cell) != cell]
            values = [guard(cells[name]) for name in _COLUMNS]
            yield _line([*values, _STATE, " ".join(guarded)])


def _line(values: Iterable[str]) -> bytes:
    file = io.StringIO()
    csv.writer(file, quoting=csv.QUOTE_ALL).writerow(values)
    return file.getvalue().encode()
