"""Signed decisions, with the vectors that the browser's code is tested with, too."""

import hashlib
import json
from typing import Any

import msgspec
import pytest

from tests.core.test_roster import VECTORS as ROSTER_VECTORS
from tests.core.test_roster import _signed
from tests.core.test_vectors import FOLDER
from yobal.core import decision_signature, roster, text
from yobal.core.decision_signature import (
    DECISION_DOMAIN,
    DecisionDocument,
    Publication,
    Signers,
    message,
    publication_hash,
    signers_of,
)
from yobal.demo import signing

VECTORS = json.loads((FOLDER / "decisions.json").read_text(encoding="utf-8"))
SEED, SIGNING_KEY = bytes.fromhex(VECTORS["seed"]), VECTORS["signing_key"]
VALID = [pytest.param(vector, id=vector["name"]) for vector in VECTORS["valid"]]
BROKEN = [pytest.param(vector, id=vector["name"]) for vector in VECTORS["broken"]]


def _document(vector: dict[str, Any]) -> DecisionDocument:
    return msgspec.convert(vector["document"], DecisionDocument)


@pytest.mark.parametrize("vector", VALID)
def test_a_decision_has_the_bytes_and_the_signature_of_the_vector(vector: dict[str, Any]) -> None:
    document = _document(vector)
    assert message(document) == DECISION_DOMAIN + vector["canonical"].encode()
    signature = signing.sign(SEED, message(document))
    assert signature.hex() == vector["signature"]
    assert roster.is_signed(message(document), signature=signature, by=SIGNING_KEY)


@pytest.mark.parametrize("vector", BROKEN)
def test_a_signature_is_of_one_decision_only(vector: dict[str, Any]) -> None:
    document, signature = _document(vector), bytes.fromhex(vector["signature"])
    assert not roster.is_signed(message(document), signature=signature, by=document.by)


@pytest.mark.parametrize("vector", VECTORS["publications"], ids=range(4))
def test_the_hash_covers_everything_that_will_appear(vector: dict[str, Any]) -> None:
    publication = msgspec.convert(vector["publication"], Publication)
    nonce = bytes.fromhex(vector["nonce"])
    assert msgspec.json.encode(publication, order="sorted").decode() == vector["canonical"]
    assert publication_hash(nonce, publication) == vector["hash"]
    assert publication_hash(bytes(32), publication) != vector["hash"]
    for field in publication.__struct_fields__:
        changed = msgspec.structs.replace(publication, **{field: "other"})
        assert publication_hash(nonce, changed) != vector["hash"], field


def test_an_envelope_has_the_hash_of_the_vector() -> None:
    age_file = bytes.fromhex(VECTORS["envelope"]["age_file"])
    assert decision_signature.envelope_hash(age_file) == VECTORS["envelope"]["hash"]


@pytest.mark.parametrize("vector", VECTORS["cleaned"], ids=range(len(VECTORS["cleaned"])))
def test_a_text_is_cleaned_as_in_a_browser(vector: dict[str, str]) -> None:
    assert text.clean(vector["raw"]) == vector["text"]


@pytest.mark.parametrize("vector", VECTORS["cleaned_names"], ids=range(6))
def test_a_name_is_cleaned_as_in_a_browser(vector: dict[str, str]) -> None:
    assert text.clean_name(vector["raw"]) == vector["name"]


# Who may sign

CHAINS = {vector["name"]: vector for vector in ROSTER_VECTORS["valid"]}


def _signers(*names: str) -> Signers:
    """Of the last roster; the others are former ones."""
    *former, current = (_signed(CHAINS[name]) for name in names)
    verified = roster.verify(current, site_id=ROSTER_VECTORS["site_id"])
    return signers_of(verified, current, former)


def _heads(name: str) -> list[str]:
    return [roster.statement_hash(item.statement) for item in _signed(CHAINS[name])]


def _accepted_at(
    monkeypatch: pytest.MonkeyPatch, signers: Signers, key: str, heads: list[str]
) -> list[bool]:
    """At which heads a decision counts. The keys of these members are unknown here."""
    monkeypatch.setattr(roster, "is_signed", lambda *_, **__: True)
    document = _document(VECTORS["valid"][0])
    return [
        signers.is_genuine(msgspec.structs.replace(document, head=head, by=key), b"s" * 64)
        for head in heads
    ]


def test_a_member_signs_from_the_statement_that_added_them_to_the_one_that_removed_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    name = "a member leaves by their own statement"
    statements = [json.loads(item.statement) for item in _signed(CHAINS[name])]
    added = next(at for at, item in enumerate(statements) if item["kind"] == "add")
    removed = next(at for at, item in enumerate(statements) if item["kind"] == "remove")
    member = statements[added]["member"]
    accepted = _accepted_at(monkeypatch, _signers(name), member, _heads(name))
    assert accepted == [added <= at < removed for at in range(len(statements))]
    assert True in accepted
    assert False in accepted


def test_a_decision_under_a_former_roster_still_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = "the first lead and an epoch", "a removed member's pseudonym is free again"
    lead = json.loads(_signed(CHAINS[old])[0].statement)["by"]
    heads = [_heads(old)[-1], hashlib.sha256(b"unknown").hexdigest()]
    assert _accepted_at(monkeypatch, _signers(old, new), lead, heads) == [True, False]
    assert heads[0] not in _heads(new)
    assert _accepted_at(monkeypatch, _signers(new), lead, heads) == [False, False]


def test_a_stranger_and_another_site_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    name = "every kind of statement"
    signers, head = _signers(name), _heads(name)[-1]
    assert _accepted_at(monkeypatch, signers, SIGNING_KEY, [head]) == [False]
    lead = json.loads(_signed(CHAINS[name])[0].statement)["by"]
    monkeypatch.setattr(roster, "is_signed", lambda *_, **__: True)
    document = msgspec.structs.replace(_document(VECTORS["valid"][0]), head=head, by=lead)
    other_site = msgspec.structs.replace(document, site_id="other")
    assert not signers.is_genuine(other_site, b"s" * 64)
    assert not signers.is_genuine(document, None)
