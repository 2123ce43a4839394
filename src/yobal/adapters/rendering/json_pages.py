"""The same comments as JSON, for programs: exactly the keys below, and none that tells of a sender.

Newest (`index.json`) and numbered page (`page/N.json`)::

    {"site", "story", "edition", "title", "url",    strings; where the story stands
     "editions": [{"edition", "title", "url"}],     its other editions        (only newest)
     "form": "open" | "closed" | "not_open_yet",                               (only newest)
     "total": 23,                                   published, replies included (only newest)
     "page": 2,                                     its number                (only numbered)
     "older": 1 | null,                             the page to read on with
     "comments": [Comment, …]}                      newest first

Replies (`replies/ID/N.json`): `site`, `story`, `edition`, `title`, `url`, `root` (id), `root_page`,
`page`, `comments` (oldest first).

Comment::

    {"id", "name", "text", "lang", "edition", "day",  strings; name is empty for "Anonymous"
     "edited": "personal-data" | null,                the clause a moderator edited it under
     "to": "ID" | null, "to_name": "…" | null,        whom it answers
     "gone": "withdrawn" | "removed" | null, "gone_clause": "…" | null,   text and name are then empty
     "link": "https://…",                             its address, which never changes
     "replies": [Comment, …], "has_more_replies": false}

`day` is `YYYY-MM-DD` in the site's zone; no finer time exists. The order of keys is as above.
"""

from typing import Any

import msgspec

from yobal.adapters.rendering.comment_presenter import CommentPresenter, CommentView
from yobal.core.thread import NewestView, PageView, RepliesView, ThreadRef

Plain = dict[str, Any]


def newest(view: NewestView, presenter: CommentPresenter) -> bytes:
    others = [msgspec.structs.asdict(one) for one in view.thread.others]
    return _encode(
        _place(view.thread)
        | {"editions": others, "form": view.thread.form, "total": view.comments_total}
        | {"older": view.older_page, "comments": [_comment(one) for one in presenter.newest(view)]}
    )


def page(view: PageView, presenter: CommentPresenter) -> bytes:
    older = view.number - 1 or None
    return _encode(
        _place(view.thread)
        | {"page": view.number, "older": older}
        | {"comments": [_comment(one) for one in presenter.page(view)]}
    )


def replies(view: RepliesView, presenter: CommentPresenter) -> bytes:
    return _encode(
        _place(view.thread)
        | {"root": view.root.id, "root_page": view.root_page, "page": view.number}
        | {"comments": [_comment(one) for one in presenter.replies(view)]}
    )


def _place(thread: ThreadRef) -> Plain:
    edition = thread.edition
    return {
        "site": thread.site,
        "story": thread.story,
        "edition": edition.edition,
        "title": edition.title,
        "url": edition.url,
    }


def _comment(shown: CommentView) -> Plain:
    one = shown.letter
    return {
        "id": one.id,
        "name": one.name,
        "text": one.text,
        "lang": one.lang,
        "edition": one.edition,
        "day": one.day,
        "edited": one.edited_clause,
        "to": one.to,
        "to_name": one.to_name,
        "gone": one.gone,
        "gone_clause": one.gone_clause,
        "link": shown.share.permalink,
        "replies": [_comment(reply) for reply in shown.replies],
        "has_more_replies": one.has_more_replies,
    }


def _encode(plain: Plain) -> bytes:
    return msgspec.json.encode(plain)
