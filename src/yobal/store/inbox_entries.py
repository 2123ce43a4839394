"""What the inbox holds: entries with a kind, a key that is unique for the kind, and their content.

A new kind of thing that readers send needs a kind here, and a case in `read`.
"""

from collections.abc import Iterable
from datetime import date
from typing import Final, Literal, get_args

import msgspec

from yobal.core import ids
from yobal.core.ids import RandomBytes
from yobal.store.arrivals import Arrival, ReceiptArrival
from yobal.store.withdrawal_requests import RequestKind, WithdrawalRequest

EntryKind = Literal["comment", "receipt", "receipt_copy"] | RequestKind
COMMENT: Final = "comment"  # the key is its idempotency hash
RECEIPT: Final = "receipt"  # the key is its hash
COPY: Final = "receipt_copy"  # the key is an idempotency hash and a number: one receipt of a repeat
CONTENT_BYTES_MAX: Final = 65_536  # more than the largest envelope needs
REQUEST_KINDS: Final = get_args(RequestKind)  # the key is the hash of a receipt


class InboxEntry(msgspec.Struct, frozen=True):
    """`story_id` is in clear so that comments can be counted by story."""

    kind: str
    key: bytes
    story_id: str = ""
    content: bytes = b""


class Outcome(msgspec.Struct, frozen=True):
    """What became of a comment."""

    status: Literal["new", "repeat"]
    has_receipt: bool = False


class Contents(msgspec.Struct):
    """What entries say. Nothing of Yobal writes an unreadable one."""

    comments: list[Arrival] = []
    receipts: list[ReceiptArrival] = []
    requests: list[WithdrawalRequest] = []
    unreadable_count: int = 0


def comment_entry(arrival: Arrival) -> InboxEntry:
    content = msgspec.msgpack.encode(arrival)
    return InboxEntry(COMMENT, arrival.idempotency_hash, arrival.story_id, content)


def receipt_entry(arrival: Arrival) -> InboxEntry | None:
    receipt = arrival.receipt
    if receipt is None:
        return None
    content = msgspec.msgpack.encode(receipt)
    return InboxEntry(RECEIPT, receipt.hash, arrival.story_id, content)


def copy_entry(arrival: Arrival, copy: int) -> InboxEntry:
    return InboxEntry(COPY, arrival.idempotency_hash + bytes([copy]))


def read(entries: Iterable[InboxEntry], *, site_id: str, random: RandomBytes) -> Contents:
    """The contents of entries. One that cannot be read does not affect the others."""
    contents = Contents()
    for entry in entries:
        try:
            _read_into(contents, entry, site_id=site_id, random=random)
        except (msgspec.DecodeError, ValueError):
            contents.unreadable_count += 1
    return contents


def _read_into(contents: Contents, entry: InboxEntry, *, site_id: str, random: RandomBytes) -> None:
    if entry.kind == COMMENT:
        arrival = msgspec.msgpack.decode(entry.content, type=Arrival)
        if not ids.is_id(arrival.id) or arrival.site_id != site_id:
            raise ValueError(entry.kind)
        contents.comments.append(arrival)
    elif entry.kind == RECEIPT:
        receipt = msgspec.msgpack.decode(entry.content, type=ReceiptArrival)
        date.fromisoformat(receipt.week)
        contents.receipts.append(receipt)
    elif entry.kind in REQUEST_KINDS:
        request_kind = msgspec.convert(entry.kind, RequestKind)
        contents.requests.append(
            WithdrawalRequest(
                id=ids.new_id(random),
                site_id=site_id,
                receipt_hash=entry.key,
                request_kind=request_kind,
            )
        )
    elif entry.kind != COPY:
        raise ValueError(entry.kind)
