"""The newsroom declares, opens and closes its stories. The caller writes the public files."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

import msgspec

from yobal.core import ids, language_tag, submission
from yobal.core import text as texts
from yobal.core.answer_size import TITLE_GRAPHEMES_MAX, URL_BYTES_MAX
from yobal.core.errors import InvalidInput, Reason
from yobal.core.export_rows import ExportedStory
from yobal.core.schedule import Slot, slot_from
from yobal.core.site_rules import SiteRules
from yobal.core.stale_files import NEWEST
from yobal.core.thread import Edition, EditorTexts
from yobal.core.web_url import is_web_url
from yobal.store import sites, stale_files, stories
from yobal.store.database import Connection, Database

NO_SLOTS: Final[Mapping[str, Slot]] = MappingProxyType({})


def add(database: Database, rules: SiteRules, story_id: str, edition: Edition) -> None:
    """Declare an edition of a story, or change its title and URL. Raises InvalidInput.

    Every file of the story names all its editions, so every file becomes stale.
    """
    check(story_id, edition)
    with database.writing() as conn:
        stories.add_edition(conn, rules.site_id, story_id, edition)
        stale_files.add_all_of_thread(conn, rules.site_id, story_id)


def set_open(database: Database, rules: SiteRules, story_id: str, *, is_open: bool) -> None:
    """Open or close a story for new comments. Raises NoSuchStory.

    Every file of the story has buttons to reply, or must lose them, so every file becomes stale.
    """
    with database.writing() as conn:
        stories.set_open(conn, rules.site_id, story_id, is_open=is_open)
        stale_files.add_all_of_thread(conn, rules.site_id, story_id)


class Declaration(msgspec.Struct, frozen=True):
    """An edition of a story, as the newsroom declares it."""

    story_id: str
    edition: Edition


def add_many(
    database: Database,
    rules: SiteRules,
    declarations: Sequence[Declaration],
    *,
    closes_slots: Mapping[str, Slot] = NO_SLOTS,
) -> list[Declaration]:
    """Declare all of them in one transaction; returns those that were new or changed.

    The caller has checked them. An edition that has this title and URL already is left alone.
    `closes_slots` are when stories close, by their ids; a story that is declared already keeps its own.
    """
    with database.writing() as conn:
        current = stories.all_editions(conn, rules.site_id)
        old_ids = {story_id for story_id, _ in current}
        changed = [
            declaration
            for declaration in declarations
            if current.get((declaration.story_id, declaration.edition.tag)) != declaration.edition
        ]
        for declaration in changed:
            stories.add_edition(conn, rules.site_id, declaration.story_id, declaration.edition)
        for story_id in dict.fromkeys(declaration.story_id for declaration in changed):
            if story_id in old_ids:
                stale_files.add_all_of_thread(conn, rules.site_id, story_id)
                continue
            stale_files.add(conn, rules.site_id, story_id, {NEWEST})
            if story_id in closes_slots:
                _set_closes_slot(conn, rules, story_id, closes_slots[story_id])
    return changed


def add_exported(
    database: Database, rules: SiteRules, exported_stories: Sequence[ExportedStory]
) -> None:
    """Declare stories as an export of Yobal has them, if no story has their ids. The caller has checked them."""
    with database.writing() as conn:
        ids_here = stories.existing(
            conn, rules.site_id, [story.story_id for story in exported_stories]
        )
        for story in exported_stories:
            if story.story_id not in ids_here:
                _add_exported(conn, rules, story)


def _add_exported(conn: Connection, rules: SiteRules, story: ExportedStory) -> None:
    site_id, story_id = rules.site_id, story.story_id
    for item in story.editions:
        edition = Edition(tag=item.tag, title=item.title, url=item.url)
        stories.add_edition(conn, site_id, story_id, edition)
        editor_texts = EditorTexts(question=item.question, pinned_note=item.pinned_note)
        stories.set_editor_texts(conn, site_id, story_id, item.tag, editor_texts)
    if not story.is_open:
        stories.set_open(conn, site_id, story_id, is_open=False)
    elif story.closes_slot is not None:
        # The other site may have other slots, and nothing that readers see changes between those of this one.
        _set_closes_slot(conn, rules, story_id, slot_from(rules.schedule, story.closes_slot))
    if not story.comments:  # the pages of what is gone would come with the first comment
        stories.add_to_counters(conn, site_id, story_id, next_position=story.next_position)
    stale_files.add_all_of_thread(conn, site_id, story_id)


def _set_closes_slot(conn: Connection, rules: SiteRules, story_id: str, slot: Slot) -> None:
    """A new story whose time is past never opens."""
    if slot <= sites.released_slot(conn, rules.site_id):
        stories.set_open(conn, rules.site_id, story_id, is_open=False)
    else:
        stories.set_closes_slot(conn, rules.site_id, story_id, slot)


def check(story_id: str, edition: Edition) -> None:
    """Raises InvalidInput."""
    if not ids.is_story_id(story_id):
        raise InvalidInput(
            "a story id has 1 to 128 characters of A-Z a-z 0-9 . _ ~ - and is not . or .."
        )
    _check_tag(edition.tag)
    if problem := texts.line_problem(edition.title):
        raise InvalidInput(f"the title {problem}: a title is one line of plain text")
    if not is_web_url(edition.url):
        raise InvalidInput("a story's URL is a full address such as https://news.example/en/ferry")
    if (
        submission.has_too_many_marks(edition.title, TITLE_GRAPHEMES_MAX)
        or texts.excess_length(edition.title, TITLE_GRAPHEMES_MAX)
        or len(edition.url.encode()) > URL_BYTES_MAX
    ):
        raise InvalidInput(
            Reason(
                "a title has at most %(title)s characters and a URL %(url)s bytes",
                {"title": TITLE_GRAPHEMES_MAX, "url": URL_BYTES_MAX},
            )
        )


def _check_tag(tag: str) -> None:
    if not ids.is_language_tag(tag):
        raise InvalidInput("an edition is a language tag such as km, en or zh-Hant")
    if not language_tag.is_known(tag):
        raise InvalidInput(
            Reason(
                "“%(tag)s” is not a language tag that Unicode's CLDR knows, such as km, en or zh-Hant",
                {"tag": tag},
            )
        )
    canonical_tag = ids.canonical_language_tag(tag)
    if tag != canonical_tag:  # or one language could have two editions
        raise InvalidInput(Reason("write the language tag as “%(tag)s”", {"tag": canonical_tag}))
