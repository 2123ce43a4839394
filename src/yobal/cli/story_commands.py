"""What each `yobal story …` does. `story_app.py` reads the arguments."""

import secrets
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import msgspec

from yobal.actions import (
    change_story,
    declare_story,
    purge_deleted,
    remove_story,
    rename_story,
    write_public_files,
)
from yobal.actions.change_story import StoryChanges
from yobal.cli import closing_time
from yobal.cli import story_list as story_list_file
from yobal.cli.site import open_site, write_files
from yobal.core.thread import Edition, EditorTexts
from yobal.server.wiring import Components
from yobal.store import stories, story_contents
from yobal.store.stories import Story
from yobal.store.story_contents import StoryContents
from yobal.web.thread_status import CACHE_SECONDS

DECLARED_TOGETHER_MAX: Final = 500  # in one transaction, and between two lines of progress


def add(path: Path, story_id: str, *, edition: str, title: str, url: str) -> str:
    with open_site(path) as components:
        declare_story.add(
            components.database,
            components.rules,
            story_id,
            Edition(tag=edition, title=title, url=url),
        )
        write_files(components)
        site_url = f"{components.settings.public_url}/{components.rules.site_id}"
    return f"{story_id} ({edition}): {site_url}/{story_id}/{edition}/"


def add_many(path: Path, file: Path, *, show: Callable[[str], None]) -> str:
    """Safe to repeat: what was declared already is skipped, and pages not yet written are written."""
    declarations = story_list_file.read(file)
    with open_site(path) as components:
        changed_count = 0
        for start in range(0, len(declarations), DECLARED_TOGETHER_MAX):
            batch = declarations[start : start + DECLARED_TOGETHER_MAX]
            changed_count += len(
                declare_story.add_many(components.database, components.rules, batch)
            )
            write_public_files.write_stale(components.file_writer)
            show(f"{start + len(batch)} of {len(declarations)} declared, and their pages written")
        write_files(components)
    unchanged = len(declarations) - changed_count
    return f"{changed_count} declared or changed, {unchanged} unchanged"


def set_open(path: Path, story_id: str, *, is_open: bool) -> str:
    with open_site(path) as components:
        declare_story.set_open(components.database, components.rules, story_id, is_open=is_open)
        write_files(components)
    return f"{story_id} is {'open' if is_open else 'closed'}"


class SetOptions(msgspec.Struct, frozen=True, kw_only=True):
    """The options of `yobal story set`; None for those that are left out."""

    closes: str | None = None
    edition: str | None = None
    question: str | None = None
    note: str | None = None


def change(path: Path, story_id: str, options: SetOptions) -> str:
    with open_site(path) as components:
        schedule = components.rules.schedule
        closes = (
            closing_time.parse(options.closes, schedule, now=time.time())
            if options.closes is not None
            else None
        )
        changes = StoryChanges(
            closes=closes,
            edition=options.edition,
            question=options.question,
            pinned_note=options.note,
        )
        change_story.change(components.database, components.rules, story_id, changes)
        write_files(components)
        with components.database.reading() as conn:
            story = stories.get(conn, components.rules.site_id, story_id)
        what = [f"{story_id} is {_state(story, components)}"]
        for name, text in (("question", options.question), ("note", options.note)):
            if text is not None:
                what.append(f"its {name} is {'set' if text else 'removed'}")
        return "; ".join(what)


class ListedEdition(msgspec.Struct, frozen=True, kw_only=True):
    edition: str
    title: str
    url: str
    question: str
    pinned_note: str


class ListedStory(msgspec.Struct, frozen=True, kw_only=True):
    """One line of `yobal story list --json`."""

    story_id: str
    is_open: bool
    closes_at: str | None
    comments: int
    editions: list[ListedEdition]


def list_all(path: Path) -> list[str]:
    with open_site(path) as components:
        return [
            f"{story.story_id}  {_state(story, components)}  {story.comments_total} comments  "
            + " ".join(tag for tag, _, _ in editions)
            for story, editions in _read_stories(components)
        ]


def list_as_json(path: Path) -> list[str]:
    with open_site(path) as components:
        schedule = components.rules.schedule
        return [
            msgspec.json.encode(
                ListedStory(
                    story_id=story.story_id,
                    is_open=story.is_open,
                    closes_at=closing_time.show_with_offset(story.closes_slot, schedule),
                    comments=story.comments_total,
                    editions=[
                        ListedEdition(
                            edition=tag,
                            title=edition.title,
                            url=edition.url,
                            question=editor_texts.question,
                            pinned_note=editor_texts.pinned_note,
                        )
                        for tag, edition, editor_texts in editions
                    ],
                )
            ).decode()
            for story, editions in _read_stories(components)
        ]


def _read_stories(
    components: Components,
) -> Iterator[tuple[Story, list[tuple[str, Edition, EditorTexts]]]]:
    """Every story with its editions, in three queries."""
    site_id = components.rules.site_id
    with components.database.reading() as conn:
        listed = stories.list_all(conn, site_id)
        editor_texts = stories.all_editor_texts(conn, site_id)
        by_story: dict[str, list[tuple[str, Edition, EditorTexts]]] = {}
        for (story_id, tag), edition in sorted(stories.all_editions(conn, site_id).items()):
            row = (tag, edition, editor_texts[story_id, tag])
            by_story.setdefault(story_id, []).append(row)
    for story in listed:
        yield story, by_story.get(story.story_id, [])


def _state(story: Story, components: Components) -> str:
    if not story.is_open:
        return "closed"
    if story.closes_slot is None:
        return "open"
    return f"open until {closing_time.show(story.closes_slot, components.rules.schedule)}"


def describe_rename(path: Path, story_id: str, new_id: str) -> list[str]:
    """What goes with the old id. Raises InvalidInput if it cannot be renamed."""
    with open_site(path) as components:
        rename_story.check(
            components.database, components.inbox, components.rules, story_id, new_id
        )
        contents = _contents(components, story_id)
    return [
        f"{story_id} becomes {new_id} in {', '.join(contents.editions)}.",
        (
            f"{contents.published_count} published comments stay. Their addresses change: links to the old"
            " ones lead nowhere, and feed readers show them again."
        ),
        *_originals(contents),
        f"Change it in your pages, too: they name the story {story_id}.",
    ]


def rename(path: Path, story_id: str, new_id: str) -> str:
    with open_site(path) as components:
        _wait_for_intakes()
        rename_story.rename(
            components.database,
            components.inbox,
            components.rules,
            story_id,
            new_id,
            moves_file=components.moves_file,
            random=secrets.token_bytes,
        )
        _finish(components)
    return f"{story_id} is now {new_id}, and closed: `yobal story open {new_id}` opens it"


def describe_removal(path: Path, story_id: str, edition: str | None) -> list[str]:
    """What goes. Raises NoSuchStory, InvalidInput."""
    with open_site(path) as components:
        contents = _contents(components, story_id)
        if edition is not None:
            remaining = remove_story.check_edition(
                components.database, components.inbox, components.rules, story_id, edition
            )
            return [
                f"The edition {edition} of {story_id} goes, with its pages.",
                (
                    f"Comments stay in the other editions. The own pages of those that were written in"
                    f" {edition} move to {remaining}: links to the old addresses lead nowhere."
                ),
                *_originals(contents),
            ]
    return [
        f"{story_id} goes in {', '.join(contents.editions)}, for good, with:",
        f"  {contents.published_count} published comments",
        f"  {contents.waiting_count} comments that wait for a moderator or for a release",
        f"  {contents.receipt_count} receipts, which then open nothing",
        "and with everything that readers are sending to it now.",
    ]


def remove(path: Path, story_id: str, edition: str | None) -> str:
    with open_site(path) as components:
        if edition is None:
            remove_story.remove(
                components.database, components.rules, story_id, random=secrets.token_bytes
            )
        else:
            _wait_for_intakes()
            remove_story.remove_edition(
                components.database,
                components.inbox,
                components.rules,
                story_id,
                edition,
                moves_file=components.moves_file,
                random=secrets.token_bytes,
            )
        _finish(components)
    return f"{story_id}{f' ({edition})' if edition else ''} is removed"


def _contents(components: Components, story_id: str) -> StoryContents:
    with components.database.reading() as conn:
        return story_contents.count(conn, components.rules.site_id, story_id)


def _originals(contents: StoryContents) -> list[str]:
    if not contents.original_count:
        return []
    return [
        (
            f"{contents.original_count} sealed originals of edited, rejected or removed comments are"
            " destroyed: they name their story and edition inside, so no key could open them here."
        )
    ]


def _wait_for_intakes() -> None:
    """Wait until no intake process has the closed story cached as open."""
    time.sleep(2 * CACHE_SECONDS)


def _finish(components: Components) -> None:
    write_files(components)
    purge_deleted.purge_deleted(components.database, components.cell_file, components.rules.site_id)
