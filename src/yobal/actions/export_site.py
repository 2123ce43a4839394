"""Reads a whole site for an export, some comments at a time: only what is public.

Each part is read in a transaction of its own, so that a purge does not wait for an export. Whether something is
public is decided in that moment: what is removed meanwhile may be in the file.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from yobal.core.export_rows import ExportedComment, ExportedStory, StoryExport
from yobal.core.site_rules import SiteRules
from yobal.store import exported_rows, stories
from yobal.store.database import Database
from yobal.store.published_comments import PublishedCommentRow

ROOTS_PER_PART: Final = 500


class SiteReader:
    """`total` is how many comments there were when it was opened."""

    def __init__(self, database: Database, rules: SiteRules) -> None:
        self._database, self._rules = database, rules
        with database.reading() as conn:
            self._story_ids = [story.story_id for story in stories.list_all(conn, rules.site_id)]
            counts = exported_rows.comment_counts(conn, rules.site_id)
        self._by_edition: dict[str, dict[str, int]] = {}
        for (story_id, edition), comments in counts.items():
            self._by_edition.setdefault(story_id, {})[edition] = comments
        self.total = sum(counts.values())

    def stories(self) -> Iterator[StoryExport]:
        """Every story, by id. Its comments are read when they are asked for."""
        for story_id in self._story_ids:
            with self._database.reading() as conn:
                if not stories.exists(conn, self._rules.site_id, story_id):
                    continue  # removed meanwhile
                comments = sum(self._by_edition.get(story_id, {}).values())
                story = exported_rows.story(conn, self._rules.site_id, story_id, comments=comments)
            yield StoryExport(story, self._main_edition(story), self._comments(story_id))

    def _main_edition(self, story: ExportedStory) -> str:
        counts = self._by_edition.get(story.story_id, {})
        tags = [edition.tag for edition in story.editions]
        return max(tags, key=lambda tag: counts.get(tag, 0))

    def _comments(self, story_id: str) -> Iterator[ExportedComment]:
        """Parents before their replies."""
        first = 0
        while True:
            with self._database.reading() as conn:
                roots = exported_rows.roots(
                    conn, self._rules.site_id, story_id, first=first, limit=ROOTS_PER_PART
                )
            for part in exported_rows.parts(roots):
                yield from map(exported_rows.comment_of, self._with_replies(part))
            if len(roots) < ROOTS_PER_PART:
                return
            first = roots[-1].position + 1

    def _with_replies(self, roots: Sequence[PublishedCommentRow]) -> Iterator[PublishedCommentRow]:
        """No transaction is open while the caller works on a row."""
        if len(roots) > 1:
            with self._database.reading() as conn:
                by_root = exported_rows.replies(conn, roots)
            for row in roots:
                yield row
                yield from by_root.get(row.id, ())
            return
        (root,) = roots
        yield root
        for first in range(0, root.next_reply_position, exported_rows.REPLIES_MAX):
            with self._database.reading() as conn:
                by_root = exported_rows.replies(
                    conn, roots, first=first, last=first + exported_rows.REPLIES_MAX - 1
                )
            yield from by_root.get(root.id, ())
