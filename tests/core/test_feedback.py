"""Feedback to authors, with the vectors that the browser's code is tested with, too."""

import base64
import json
from typing import Any

import msgspec
import pyrage
import pytest

from tests.core.test_vectors import FOLDER
from yobal.core import feedback as feedback_format
from yobal.core import receipts
from yobal.core.feedback import (
    FEEDBACK_BYTES,
    NOTE_BYTES,
    SEALED_BYTES,
    SEALED_NOTE_BYTES,
    Feedback,
    SealedFeedback,
)
from yobal.core.submission import Limits

VECTORS = json.loads((FOLDER / "feedback.json").read_text(encoding="utf-8"))
VALID = [pytest.param(vector, id=vector["name"]) for vector in VECTORS["valid"]]
INVALID = [pytest.param(vector, id=vector["name"]) for vector in VECTORS["invalid"]]
PEPPER, CODE = bytes.fromhex(VECTORS["pepper"]), VECTORS["code"]


def test_a_code_makes_the_key_of_the_vector_only_with_the_pepper() -> None:
    assert str(receipts.identity(PEPPER, CODE)) == VECTORS["identity"]
    assert receipts.recipient(PEPPER, CODE) == VECTORS["recipient"]
    assert receipts.recipient(bytes(32), CODE) != VECTORS["recipient"]


def test_a_recipient_is_bound_to_one_comment() -> None:
    key, mac = bytes.fromhex(VECTORS["feedback_key"]), bytes.fromhex(VECTORS["recipient_mac"])
    assert feedback_format.recipient_mac(key, VECTORS["recipient"]) == mac
    assert feedback_format.recipient_mac(bytes(32), VECTORS["recipient"]) != mac


def test_what_the_desk_has_sealed_can_be_opened() -> None:
    sealed, note = (base64.b64decode(VECTORS[name]) for name in ("sealed", "sealed_note"))
    assert (len(sealed), len(note)) == (SEALED_BYTES, SEALED_NOTE_BYTES)
    plain = pyrage.decrypt(sealed, [receipts.identity(PEPPER, CODE)])
    assert plain == VECTORS["valid"][0]["plain"].encode().ljust(FEEDBACK_BYTES)
    epoch = pyrage.x25519.Identity.from_str(VECTORS["epoch"]["identity"])
    plain_note = pyrage.decrypt(note, [epoch])
    written = feedback_format.read(plain, Limits())
    assert written is not None
    assert plain_note == feedback_format.pad_note(written.note)
    assert SealedFeedback(sealed, note).hash == VECTORS["hash"]
    assert SealedFeedback(note, sealed).hash != VECTORS["hash"]
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(sealed, [epoch])


@pytest.mark.parametrize("vector", VALID)
def test_feedback_has_the_bytes_of_the_vector(vector: dict[str, Any]) -> None:
    padded = vector["plain"].encode().ljust(FEEDBACK_BYTES)
    written = feedback_format.read(padded, Limits())
    assert written is not None
    assert feedback_format.pad(written) == padded


@pytest.mark.parametrize("vector", INVALID)
def test_feedback_that_breaks_a_limit_is_not_read(vector: dict[str, Any]) -> None:
    assert feedback_format.read(vector["plain"].encode(), Limits()) is None


def test_the_longest_feedback_that_a_site_may_allow_fits_the_one_size() -> None:
    largest, escaped = "a" + "\u0301" * 4 + "\u20d0", '"'  # JSON escapes a quotation mark
    graphemes = next(
        number for number in range(3_000, 0, -1) if Limits(number, 60).fit_an_envelope()
    )
    parts = [("deleted", largest * 4), ("inserted", (escaped + largest[1:]) * 5)] * 25
    rest = graphemes - sum(4 for kind, _ in parts if kind == "deleted")
    written = Feedback(
        note=(escaped + largest[1:]) * 300,
        changes=tuple(
            msgspec.convert({"kind": kind, "text": text}, feedback_format.Change)
            for kind, text in [("same", (escaped + largest[1:]) * rest), *parts]
        ),
        former_name=largest * 60,
        name=largest * 60,
        lang="en",
    )
    assert len(feedback_format.pad(written)) == FEEDBACK_BYTES
    assert len(feedback_format.pad_note(written.note)) == NOTE_BYTES
