"""Arrivals for tests that need no text behind them."""

import secrets
from typing import Any

from tests.harness import SITE_ID, STORY_ID
from yobal.core import ids
from yobal.store.arrivals import Arrival, ReceiptArrival


def receipt_arrival(**fields: Any) -> ReceiptArrival:
    """The same, of a receipt."""
    defaults: dict[str, Any] = {
        "hash": secrets.token_bytes(32),
        "idempotency_hash": secrets.token_bytes(32),
        "week": "2026-11-16",
        "recipient": "age1",
        "recipient_mac": bytes(32),
    }
    return ReceiptArrival(**defaults | fields)


def arrival(**fields: Any) -> Arrival:
    """An arrival with random ids and hashes; arguments replace its fields."""
    hash_ = fields.get("idempotency_hash", secrets.token_bytes(32))
    defaults: dict[str, Any] = {
        "id": ids.new_id(secrets.token_bytes),
        "site_id": SITE_ID,
        "story_id": STORY_ID,
        "edition": "en",
        "root_id": None,
        "parent_id": None,
        "epoch_id": "e",
        "size_kib": 1,
        "lang": "en",
        "idempotency_hash": hash_,
        "commitment": bytes(32),
        "sealed": b"sealed",
        "receipt": receipt_arrival(idempotency_hash=hash_),
    }
    return Arrival(**defaults | fields)
