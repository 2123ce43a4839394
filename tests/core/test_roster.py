"""Every rule of the roster, with the vectors that the browser's code is tested with, too."""

import json
from typing import Any

import pytest

from tests.core.test_vectors import FOLDER
from yobal.core import roster
from yobal.core.errors import RosterInvalid
from yobal.core.roster import SignedStatement
from yobal.demo.signing import public_key

VECTORS = json.loads((FOLDER / "roster.json").read_text(encoding="utf-8"))
SITE_ID = VECTORS["site_id"]
VALID = [pytest.param(vector, id=vector["name"]) for vector in VECTORS["valid"]]
BROKEN = [pytest.param(vector, id=vector["name"]) for vector in VECTORS["broken"]]
RULES = {
    "format",
    "site",
    "signature",
    "first",
    "previous",
    "not_a_member",
    "not_a_lead",
    "member_again",
    "no_such_member",
    "last_lead",
    "keys_hash",
    "keys_signature",
    "keys_owner",
    "pseudonym_again",
    "epoch_again",
    "passkey_again",
    "no_such_passkey",
}


def _signed(vector: dict[str, Any]) -> list[SignedStatement]:
    return [
        SignedStatement(
            row["statement"],
            bytes.fromhex(row["signature"]),
            row["keys"],
            bytes.fromhex(row["keys_signature"]) if row["keys_signature"] else None,
        )
        for row in vector["statements"]
    ]


@pytest.mark.parametrize("vector", VALID)
def test_a_valid_roster_says_what_the_vector_says(vector: dict[str, Any]) -> None:
    verified = roster.verify(_signed(vector), site_id=SITE_ID)
    expected = vector["roster"]
    assert (verified.first, verified.head) == (expected["first"], expected["head"])
    assert [
        {
            "signing_key": member.signing_key,
            "role": member.role,
            "pseudonym": member.keys and member.keys.pseudonym,
            "recipient": member.keys and member.keys.recipient,
            "sign_in_key": member.keys and member.keys.sign_in_key,
            "passkeys": list(member.passkeys),
        }
        for member in verified.members.values()
    ] == expected["members"]
    assert [
        {"epoch_id": epoch.epoch_id, "recipient": epoch.recipient} for epoch in verified.epochs
    ] == expected["epochs"]


@pytest.mark.parametrize("vector", BROKEN)
def test_a_broken_roster_is_refused(vector: dict[str, Any]) -> None:
    with pytest.raises(RosterInvalid) as raised:
        roster.verify(_signed(vector), site_id=SITE_ID)
    assert raised.value.rule == vector["rule"]


@pytest.mark.parametrize("vector", VECTORS["passkeys"])
def test_a_passkey_has_the_hash_that_the_vector_says(vector: dict[str, str]) -> None:
    assert roster.passkey_hash(vector["passkey"]) == vector["passkey_hash"]
    assert roster.encode(roster.read_passkey(vector["passkey"])) == vector["passkey"]
    for altered in (vector["passkey"] + " ", vector["passkey"].replace('"v":1', '"v":2')):
        with pytest.raises(RosterInvalid):
            roster.read_passkey(altered)


def test_each_rule_has_a_broken_roster() -> None:
    assert {vector["rule"] for vector in VECTORS["broken"]} == RULES


@pytest.mark.parametrize("vector", VALID)
def test_without_the_keys_the_epochs_are_the_same(vector: dict[str, Any]) -> None:
    withheld = [SignedStatement(signed.statement, signed.signature) for signed in _signed(vector)]
    verified = roster.verify(withheld, site_id=SITE_ID, with_keys=False)
    assert [epoch.recipient for epoch in verified.epochs] == [
        epoch["recipient"] for epoch in vector["roster"]["epochs"]
    ]
    with pytest.raises(RosterInvalid):
        roster.verify(withheld, site_id=SITE_ID)


def test_a_fingerprint_is_accepted_as_it_is_spoken_but_not_half_of_it() -> None:
    first = "0123456789abcdef" * 4
    spoken = "0123 4567 89ab cdef 0123 4567 89ab cdef"
    assert roster.fingerprint(first) == spoken
    for typed in (spoken, spoken.upper(), spoken.replace(" ", ""), f"  {first} "):
        assert roster.is_fingerprint_of(first, typed)
    other = spoken.replace("f", "0")
    for typed in ("", "0123 4567 89ab cdef", spoken[:-1], other, f"{first}0"):
        assert not roster.is_fingerprint_of(first, typed)


def test_keys_and_macs_are_the_same_as_in_the_browser() -> None:
    founder, sign_in = VECTORS["founder"], VECTORS["sign_in"]
    mac = roster.founder_mac(bytes.fromhex(founder["key"]), founder["signing_key"])
    assert mac == founder["mac"]
    seed = bytes.fromhex(sign_in["secret"])
    assert public_key(seed) == sign_in["sign_in_key"]
    message = roster.sign_in_message(
        site_id=sign_in["site_id"],
        pseudonym=sign_in["pseudonym"],
        challenge=sign_in["challenge"],
    )
    signature = bytes.fromhex(sign_in["signature"])
    assert roster.is_signed(message, signature=signature, by=sign_in["sign_in_key"])
    assert not roster.is_signed(message + b"x", signature=signature, by=sign_in["sign_in_key"])
