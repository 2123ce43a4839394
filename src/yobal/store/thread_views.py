"""Reads what one public file of a thread shows."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec
from sqlalchemy.engine import Connection

from yobal.core.language import UNKNOWN
from yobal.core.schedule import Schedule, day_of
from yobal.core.site_rules import SiteRules
from yobal.core.stale_files import StaleFile
from yobal.core.thread import (
    FEED_ENTRIES_MAX,
    PAGE_COMMENTS,
    REPLIES_SHOWN,
    CommentLink,
    CommentLocation,
    CommentPageView,
    Edition,
    EditorTexts,
    FormState,
    NewestView,
    PageView,
    PublishedComment,
    RepliesView,
    ThreadRef,
    form_state,
    page_of,
    replies_page_of,
)
from yobal.store import epochs, published_comments, stories
from yobal.store.published_comments import PublishedCommentRow
from yobal.store.stories import Story

View = NewestView | PageView | RepliesView | CommentPageView


class ThreadFile(msgspec.Struct, frozen=True):
    """What a file shows. The comments are the same in every edition; title and links are not."""

    view: View
    story_editions: "StoryEditions"

    def in_editions(self) -> Iterator[View]:
        """The file in each edition that has it: the page of one comment is only in its own."""
        editions = self.story_editions.editions
        for edition in editions:
            if isinstance(self.view, CommentPageView) and self.view.comment.edition != edition.tag:
                continue
            thread = msgspec.structs.replace(
                self.view.thread,
                edition=edition,
                other_editions=tuple(other for other in editions if other.tag != edition.tag),
                editor_texts=self.story_editions.editor_texts[edition.tag],
            )
            yield msgspec.structs.replace(self.view, thread=thread)


class StoryEditions(msgspec.Struct, frozen=True):
    """What all files of a story share: its editions, what the newsroom says in each, and its form."""

    editions: Sequence[Edition]
    editor_texts: Mapping[str, EditorTexts]
    story: Story
    form: FormState


def read_editions(conn: Connection, site_id: str, story_id: str) -> StoryEditions | None:
    """None for a story that is not declared any more."""
    rows = stories.editions_with_texts(conn, site_id, story_id)
    if not rows:
        return None
    story = stories.get(conn, site_id, story_id)
    return StoryEditions(
        [edition for edition, _ in rows],
        {edition.tag: texts for edition, texts in rows},
        story,
        form_state(has_epoch=epochs.newest_id(conn, site_id) is not None, is_open=story.is_open),
    )


def read(
    conn: Connection,
    rules: SiteRules,
    story_editions: StoryEditions,
    files: Iterable[StaleFile],
) -> Iterator[tuple[StaleFile, ThreadFile | None]]:
    """None for the replies of a comment that was deleted, and for the page of one without its text."""
    story, schedule = story_editions.story, rules.schedule
    thread = ThreadRef(
        site_id=rules.site_id,
        story_id=story.story_id,
        edition=story_editions.editions[0],
        closes_slot=story.closes_slot,
        form=story_editions.form,
    )
    files = list(files)
    single = [file.comment_id for file in files if file.file_kind == "comment"]
    comment_pages = _comment_pages(conn, schedule, thread, single) if single else {}
    for file in files:
        view: View | None
        match file.file_kind:
            case "newest":
                view = _newest(conn, schedule, thread, story)
            case "page":
                view = _page(conn, schedule, thread, story, file.number)
            case "comment":
                view = comment_pages.get(file.comment_id)
            case _:
                view = _replies(conn, schedule, thread, file)
        yield file, ThreadFile(view, story_editions) if view is not None else None


def _newest(conn: Connection, schedule: Schedule, thread: ThreadRef, story: Story) -> NewestView:
    roots = published_comments.newest_roots(
        conn, thread.site_id, thread.story_id, limit=PAGE_COMMENTS
    )
    older = published_comments.newest_before(
        conn, thread.site_id, thread.story_id, position=roots[-1].position if roots else 0
    )
    return NewestView(
        thread=thread,
        comments=_with_replies(conn, schedule, thread, roots),
        comments_total=story.comments_total,
        older=CommentLocation(comment_id=older.id, number=page_of(older.position))
        if older
        else None,
        feed=tuple(
            comment_of(schedule, row)
            for row in published_comments.newest_of_story(
                conn, thread.site_id, thread.story_id, limit=FEED_ENTRIES_MAX
            )
        ),
    )


def _page(
    conn: Connection, schedule: Schedule, thread: ThreadRef, story: Story, number: int
) -> PageView:
    end = number * PAGE_COMMENTS
    roots = published_comments.roots_between(
        conn, thread.site_id, thread.story_id, first=end - PAGE_COMMENTS, last=end - 1
    )
    return PageView(
        thread=thread,
        number=number,
        last_position=min(end, story.next_position),
        has_newer=story.next_position > end,
        comments=_with_replies(conn, schedule, thread, roots),
    )


def _replies(
    conn: Connection, schedule: Schedule, thread: ThreadRef, file: StaleFile
) -> RepliesView | None:
    root = published_comments.get(conn, file.comment_id)
    if root is None:
        return None
    end = REPLIES_SHOWN + file.number * PAGE_COMMENTS
    replies = published_comments.replies_between(
        conn,
        [root.id],
        site_id=thread.site_id,
        story_id=thread.story_id,
        first=end - PAGE_COMMENTS,
        last=end - 1,
    )
    names = _names_of_parents(conn, replies)
    return RepliesView(
        thread=thread,
        root=comment_of(schedule, root),
        root_page=page_of(root.position),
        number=file.number,
        last_position=min(end, root.next_reply_position),
        has_more=root.next_reply_position > end,
        comments=tuple(comment_of(schedule, reply, names) for reply in replies),
    )


def _comment_pages(
    conn: Connection, schedule: Schedule, thread: ThreadRef, comment_ids: Sequence[str]
) -> dict[str, CommentPageView]:
    """By comment, without those that have no page. Together: a statement for each took longer than its page."""
    rows = {
        row.id: row
        for row in published_comments.get_many(conn, comment_ids).values()
        if row.removal is None and not row.is_withheld
    }
    parents = published_comments.get_many(
        conn, {row.parent_id for row in rows.values() if row.parent_id}
    )
    roots = [row for row in rows.values() if row.root_id is None]
    comments = {comment.id: comment for comment in _with_replies(conn, schedule, thread, roots)}
    more_replies: dict[str, CommentLocation] = {}
    replies = [row for row in rows.values() if row.root_id is not None]
    by_parent = _first_replies(conn, replies)
    for row in replies:
        own = by_parent[row.id]
        shown = tuple(comment_of(schedule, reply) for reply in own[:REPLIES_SHOWN])
        comments[row.id] = comment_of(schedule, row, replies=shown)
        if len(own) > REPLIES_SHOWN:
            more_replies[row.id] = _location_of_reply(own[REPLIES_SHOWN])
    return {
        row.id: CommentPageView(
            thread=thread,
            comment=comments[row.id],
            parent=_link_to(parents.get(row.parent_id or "")),
            more_replies=more_replies.get(row.id),
        )
        for row in rows.values()
    }


def _first_replies(
    conn: Connection, rows: Sequence[PublishedCommentRow]
) -> dict[str | None, list[PublishedCommentRow]]:
    """Those that a reply's own page shows, and the next, by the reply."""
    by_parent: dict[str | None, list[PublishedCommentRow]] = defaultdict(list)
    if rows:
        ids, limit = [row.id for row in rows], REPLIES_SHOWN + 1
        for reply in published_comments.first_replies_to(conn, ids, limit=limit):
            by_parent[reply.parent_id].append(reply)
    return by_parent


def _link_to(row: PublishedCommentRow | None) -> CommentLink | None:
    return CommentLink(comment_id=row.id, edition=row.edition) if row is not None else None


def _location_of_reply(reply: PublishedCommentRow) -> CommentLocation:
    """Where a reply after the first five under its root is."""
    number = replies_page_of(reply.position) or 1
    return CommentLocation(comment_id=reply.id, number=number, root_id=reply.root_id)


def _with_replies(
    conn: Connection, schedule: Schedule, thread: ThreadRef, roots: Sequence[PublishedCommentRow]
) -> tuple[PublishedComment, ...]:
    root_ids = [root.id for root in roots if root.next_reply_position]
    if not root_ids:
        return tuple(comment_of(schedule, root) for root in roots)
    replies = published_comments.replies_between(
        conn,
        root_ids,
        site_id=thread.site_id,
        story_id=thread.story_id,
        first=0,
        last=REPLIES_SHOWN - 1,
    )
    names = _names_of_parents(conn, replies)
    by_root: dict[str | None, list[PublishedComment]] = defaultdict(list)
    for reply in replies:
        by_root[reply.root_id].append(comment_of(schedule, reply, names))
    return tuple(comment_of(schedule, root, replies=tuple(by_root[root.id])) for root in roots)


def _names_of_parents(conn: Connection, replies: Sequence[PublishedCommentRow]) -> dict[str, str]:
    return published_comments.names_of(
        conn, {reply.parent_id for reply in replies if reply.parent_id}
    )


def comment_of(
    schedule: Schedule,
    row: PublishedCommentRow,
    names: dict[str, str] | None = None,
    replies: tuple[PublishedComment, ...] = (),
) -> PublishedComment:
    if row.is_withheld or row.removal is not None:
        # A tombstone has no text. One that somebody has written into its row is in no signature.
        row = msgspec.structs.replace(
            row,
            text="",
            name="",
            lang=UNKNOWN,
            edit_kind=None,
            edited_clause=None,
            removal=row.removal or "withheld",
        )
    parent_name = (names or {}).get(row.parent_id or "") if row.parent_id != row.root_id else None
    return PublishedComment(
        id=row.id,
        name=row.name,
        text=row.text,
        lang=row.lang,
        edition=row.edition,
        day=day_of(schedule, row.slot).isoformat(),
        edit_kind=row.edit_kind,
        edited_clause=row.edited_clause,
        parent_id=row.parent_id,
        parent_name=parent_name,
        removal=row.removal,
        removal_clause=row.removal_clause,
        replies=replies,
        has_more_replies=row.root_id is None and row.next_reply_position > REPLIES_SHOWN,
    )
