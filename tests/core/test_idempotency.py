"""The same form with the same submission has one hash; any difference changes it."""

import hashlib
import re
import secrets
from datetime import date, timedelta

import msgspec
import pytest

from yobal.core import idempotency
from yobal.core.submission import Submission

TODAY = date(2026, 11, 22)
KEYS = {TODAY: b"k" * 32, TODAY - timedelta(days=1): b"y" * 32}
SENT = Submission(
    site_id="river", story_id="ferry", edition="en", parent_id=None, text="Words.", name="Name"
)


def hash_of(form: str, submission: Submission = SENT) -> bytes:
    return idempotency.idempotency_hash(KEYS, form, submission, today=TODAY)


def test_a_key_has_its_day_and_128_random_bits() -> None:
    form = idempotency.new_idempotency_key(lambda size: bytes(range(size)), today=TODAY)
    assert form == f"{TODAY.toordinal():06d}.AAECAwQFBgcICQoLDA0ODw"
    assert idempotency.is_idempotency_key(form)
    assert idempotency.new_idempotency_key(secrets.token_bytes, today=TODAY) != form


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "1.a",
        "739577",
        "739577." + "a" * 21,
        "739577." + "a" * 23,
        "739577." + "a" * 22 + "\n",
        "７39577." + "a" * 22,
        "-39577." + "a" * 22,
    ],
)
def test_other_text_is_not_an_idempotency_key(wrong: str) -> None:
    assert not idempotency.is_idempotency_key(wrong)
    if wrong:
        with pytest.raises(ValueError, match=re.escape(wrong.strip())):
            hash_of(wrong)


def test_the_same_form_with_the_same_submission_has_the_same_hash() -> None:
    form = idempotency.new_idempotency_key(secrets.token_bytes, today=TODAY)
    assert hash_of(form) == hash_of(form)
    assert len(hash_of(form)) == hashlib.sha256().digest_size


@pytest.mark.parametrize("field", ["site_id", "story_id", "edition", "parent_id", "text", "name"])
def test_a_change_in_any_field_changes_the_hash(field: str) -> None:
    form = idempotency.new_idempotency_key(secrets.token_bytes, today=TODAY)
    assert hash_of(form) != hash_of(form, msgspec.structs.replace(SENT, **{field: "other"}))


def test_moving_a_character_between_fields_changes_the_hash() -> None:
    form = idempotency.new_idempotency_key(secrets.token_bytes, today=TODAY)
    longer_name = msgspec.structs.replace(SENT, name="ab", text="c")
    longer_text = msgspec.structs.replace(SENT, name="a", text="bc")
    assert hash_of(form, longer_name) != hash_of(form, longer_text)


def test_two_forms_have_different_hashes() -> None:
    first, second = (
        idempotency.new_idempotency_key(secrets.token_bytes, today=TODAY) for _ in range(2)
    )
    assert hash_of(first) != hash_of(second)


def test_the_hash_uses_the_key_of_the_forms_day() -> None:
    form = idempotency.new_idempotency_key(secrets.token_bytes, today=TODAY - timedelta(days=1))
    changed = KEYS | {TODAY: b"other" * 6}
    assert idempotency.idempotency_hash(changed, form, SENT, today=TODAY) == hash_of(form)
    without_yesterday = {TODAY: KEYS[TODAY]}
    assert idempotency.idempotency_hash(without_yesterday, form, SENT, today=TODAY) != hash_of(form)


@pytest.mark.parametrize("days", [-30, 30, 10**5])
def test_a_form_from_a_day_without_a_key_uses_todays_key(days: int) -> None:
    form = f"{TODAY.toordinal() + days:06d}.{'a' * 22}"
    assert len(hash_of(form)) == 32
