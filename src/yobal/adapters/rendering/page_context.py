"""What pages are drawn from, besides the views of `core.thread`."""

from typing import Literal

import msgspec

from yobal.core.schedule import Schedule
from yobal.core.submission import Limits
from yobal.core.terms import EditKind

Problem = Literal[
    "closed",
    "unknown_story",
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
    "gone_comment",
]
ReceiptState = Literal["waiting", "accepted", "published", "rejected", "removed", "withdrawn"]


class SiteContext(msgspec.Struct, frozen=True, kw_only=True):
    """What all pages of a site share. `public_url` is `scheme://host` of the intake, no slash."""

    site_id: str
    site_name: str
    public_url: str
    schedule: Schedule
    limits: Limits
    receipt_days: int
    is_demo: bool


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What a reader wrote and has not sent yet: given back with every refusal."""

    text: str = ""
    name: str = ""
    wants_receipt: bool = False


class ReceiptDetails(msgspec.Struct, frozen=True, kw_only=True):
    """What a receipt's owner may know. `day` is ISO 8601; text, name and lang as readers see them."""

    code: str
    state: ReceiptState
    clause: str | None = None
    edit_kind: EditKind | None = None
    note: str | None = None
    text: str | None = None
    name: str | None = None
    lang: str | None = None
    day: str | None = None
    can_withdraw: bool = False
