"""What pages are rendered from, besides the views of `core.thread`."""

from typing import Literal

import msgspec

from yobal.core import observers
from yobal.core.feedback import Change
from yobal.core.schedule import Schedule
from yobal.core.states import State
from yobal.core.submission import Limits
from yobal.core.terms import EditKind
from yobal.core.thread import EmbeddedForm

Problem = Literal[
    "closed",
    "unknown_story",
    "unknown_comment",
    "not_open_yet",
    "story_full",
    "site_full",
    "unavailable",
    "method",
    "type",
    "too_large",
    "bad_form",
    "unknown_receipt",
    "cannot_withdraw",
    "parent_removed",
]


class SiteContext(msgspec.Struct, frozen=True, kw_only=True):
    """What all pages of a site share. `public_url` is the intake's `scheme://host`, without a slash."""

    site_id: str
    site_name: str
    site_names: dict[str, str] = {}  # by edition, where it is another
    site_url: str = ""  # the newsroom's own front page, if it is set
    public_url: str
    schedule: Schedule
    limits: Limits
    receipt_days: int
    pending_days: int
    is_demo: bool
    embedded_form: EmbeddedForm = "frame"
    is_archive: bool = False  # pages that need no server: no form, and no link to one

    @property
    def hides_authors(self) -> bool:
        """If the schedule does not, the form says so."""
        return observers.hides_authors(self.schedule)

    def in_edition(self, tag: str) -> "SiteContext":
        """With the site's name in an edition: of its tag, else of its language, else the usual one."""
        names = self.site_names
        name = names.get(tag) or names.get(tag.partition("-")[0]) or self.site_name
        return msgspec.structs.replace(self, site_name=name)


class ServerFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What the page about stored data says of the server that renders it, besides the site's settings."""

    database: Literal["sqlite", "postgresql"]
    original_retention_days: int
    is_memory_wiped: bool


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What a reader wrote. Every page that refuses a comment gives it back."""

    text: str = ""
    name: str = ""
    wants_receipt: bool = False


class ReceiptDetails(msgspec.Struct, frozen=True, kw_only=True):
    """What a receipt shows its owner. `day` is ISO 8601; text, name and lang are as published.

    `is_hidden`: removed, and a lead can still bring it back. `is_withheld`: published, and not shown.
    """

    code: str
    state: State
    clause: str | None = None
    edit_kind: EditKind | None = None
    note: str = ""
    changes: tuple[Change, ...] = ()  # what a moderator struck and added, in place of the text
    former_name: str | None = None
    is_abridged: bool = False  # too much was changed to show it
    is_feedback_closed: bool = False  # a moderator wrote something that this code does not open
    text: str | None = None
    name: str | None = None
    lang: str | None = None
    day: str | None = None
    can_withdraw: bool = False
    is_hidden: bool = False
    is_withheld: bool = False
    is_unconfirmed: bool = False  # no member's signature of the decision verifies
