"""Published comments as JSON, for programs and `embed.js`. These types are the whole format.

Keys are in the order of the fields. A day is `YYYY-MM-DD` in the site's time zone; no finer time
is stored, and no key describes the sender.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from yobal.adapters.rendering.comment_presenter import CommentView
from yobal.adapters.rendering.i18n import Translator
from yobal.adapters.rendering.words import Words, words_for
from yobal.core.schedule import Schedule, Slot
from yobal.core.terms import EditKind
from yobal.core.thread import (
    Edition,
    EmbeddedForm,
    FormState,
    NewestView,
    PageView,
    Removal,
    RepliesView,
    ThreadRef,
)


class PublicComment(msgspec.Struct, frozen=True):
    """One comment. A removed comment keeps its id and position; text and name are empty."""

    id: str
    name: str  # empty for "Anonymous"
    text: str
    lang: str
    dir: str  # the direction of the text: "ltr" or "rtl"
    is_long: bool  # folded in lists of comments
    edition: str  # the tag of the edition it was sent under
    day: str
    edit_kind: EditKind | None  # how a moderator edited it
    edited_clause: str | None  # the clause that a moderator edited it by
    parent_id: str | None
    parent_name: str | None
    removal: Removal | None
    removal_clause: str | None
    link: str  # the permalink
    replies: list["PublicComment"]
    has_more_replies: bool


class NewestFile(msgspec.Struct, frozen=True, kw_only=True):
    """`index.json`: the newest comments, newest first. `url` is the story's address."""

    site_id: str
    story_id: str
    edition: str
    title: str
    url: str
    editions: tuple[Edition, ...]  # the story's other editions
    form: FormState
    closes_at: str | None  # when an open form closes, with the offset of the site's time zone
    question: str  # what the newsroom asks above the form; empty if nothing
    pinned_note: str  # what it says above the thread; empty if nothing
    embedded_form: EmbeddedForm
    total: int  # published comments, replies included
    older: int | None  # the number of the page with older comments
    comments: list[PublicComment]
    words: Words


class PageFile(msgspec.Struct, frozen=True, kw_only=True):
    """`page/N.json`: one numbered page, newest first."""

    site_id: str
    story_id: str
    edition: str
    title: str
    url: str
    page: int
    older: int | None
    comments: list[PublicComment]
    words: Words


class RepliesFile(msgspec.Struct, frozen=True, kw_only=True):
    """`replies/ID/N.json`: the replies of one comment after the first five, oldest first."""

    site_id: str
    story_id: str
    edition: str
    title: str
    url: str
    root_id: str
    root_page: int
    page: int
    has_more: bool  # there is a page after this one
    comments: list[PublicComment]
    words: Words


class _ThreadFields(msgspec.Struct, frozen=True):
    """What a `NewestFile` says about its thread."""

    site_id: str
    story_id: str
    edition: str
    title: str
    url: str
    editions: tuple[Edition, ...]
    form: FormState


def parse_thread(file: bytes) -> ThreadRef:
    """The thread of an `index.json`."""
    fields = msgspec.json.decode(file, type=_ThreadFields)
    return ThreadRef(
        site_id=fields.site_id,
        story_id=fields.story_id,
        edition=Edition(tag=fields.edition, title=fields.title, url=fields.url),
        other_editions=fields.editions,
        form=fields.form,
    )


def newest(
    view: NewestView,
    comments: Sequence[CommentView],
    translator: Translator,
    *,
    schedule: Schedule,
    embedded_form: EmbeddedForm,
) -> bytes:
    edition = view.thread.edition
    file = NewestFile(
        site_id=view.thread.site_id,
        story_id=view.thread.story_id,
        edition=edition.tag,
        title=edition.title,
        url=edition.url,
        editions=view.thread.other_editions,
        form=view.thread.form,
        closes_at=_moment(view.thread.closes_slot, schedule),
        question=view.thread.editor_texts.question,
        pinned_note=view.thread.editor_texts.pinned_note,
        embedded_form=embedded_form,
        total=view.comments_total,
        older=view.older.number if view.older else None,
        comments=[_comment(comment) for comment in comments],
        words=words_for(translator, edition.tag, comments, total=view.comments_total),
    )
    return msgspec.json.encode(file)


def page(view: PageView, comments: Sequence[CommentView], translator: Translator) -> bytes:
    edition = view.thread.edition
    file = PageFile(
        site_id=view.thread.site_id,
        story_id=view.thread.story_id,
        edition=edition.tag,
        title=edition.title,
        url=edition.url,
        page=view.number,
        older=view.number - 1 or None,
        comments=[_comment(comment) for comment in comments],
        words=words_for(translator, edition.tag, comments),
    )
    return msgspec.json.encode(file)


def replies(view: RepliesView, comments: Sequence[CommentView], translator: Translator) -> bytes:
    edition = view.thread.edition
    file = RepliesFile(
        site_id=view.thread.site_id,
        story_id=view.thread.story_id,
        edition=edition.tag,
        title=edition.title,
        url=edition.url,
        root_id=view.root.id,
        root_page=view.root_page,
        page=view.number,
        has_more=view.has_more,
        comments=[_comment(comment) for comment in comments],
        words=words_for(translator, edition.tag, comments),
    )
    return msgspec.json.encode(file)


def _moment(slot: Slot | None, schedule: Schedule) -> str | None:
    return None if slot is None else datetime.fromtimestamp(slot, schedule.zone).isoformat()


def _comment(view: CommentView) -> PublicComment:
    comment = view.comment
    return PublicComment(
        id=comment.id,
        name=comment.name,
        text=comment.text,
        lang=comment.lang,
        dir=view.text_dir,
        is_long=view.is_long,
        edition=comment.edition,
        day=comment.day,
        edit_kind=comment.edit_kind,
        edited_clause=comment.edited_clause,
        parent_id=comment.parent_id,
        parent_name=comment.parent_name,
        removal=comment.removal,
        removal_clause=comment.removal_clause,
        link=view.share.permalink,
        replies=[_comment(reply) for reply in view.replies],
        has_more_replies=comment.has_more_replies,
    )
