"""The vectors that the browser's code is tested with, too: envelopes, commitments, keys."""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import msgspec
import pyrage
import pytest

from yobal.core import tokens
from yobal.core.age_keys import identity_of
from yobal.core.envelope import Envelope, Sealer, commitment, pad
from yobal.core.errors import EnvelopeTooLarge
from yobal.core.schedule import Schedule
from yobal.demo.keys import from_passphrase

FOLDER = Path(__file__).parent.parent / "vectors"
ENVELOPES = json.loads((FOLDER / "envelopes.json").read_text(encoding="utf-8"))
KEYS = json.loads((FOLDER / "keys.json").read_text(encoding="utf-8"))
_EPOCH = pyrage.x25519.Identity.from_str(ENVELOPES["epoch"]["identity"])


@pytest.mark.parametrize("vector", ENVELOPES["envelopes"], ids=range(len(ENVELOPES["envelopes"])))
def test_an_envelope_has_the_bytes_of_the_vector(vector: dict[str, Any]) -> None:
    envelope = msgspec.json.decode(vector["plain"], type=Envelope)
    plain, kib = pad(envelope)
    assert plain.rstrip(b" ").decode() == vector["plain"]
    assert kib == vector["padded_kib"]
    assert hashlib.sha256(plain).hexdigest() == vector["plain_sha256"]


@pytest.mark.parametrize("vector", ENVELOPES["envelopes"], ids=range(len(ENVELOPES["envelopes"])))
def test_only_the_epochs_key_decrypts_an_envelope(vector: dict[str, Any]) -> None:
    plain = pyrage.decrypt(base64.b64decode(vector["sealed"]), [_EPOCH])
    assert hashlib.sha256(plain).hexdigest() == vector["plain_sha256"]
    sealed, kib = Sealer(ENVELOPES["epoch"]["recipient"]).seal(
        msgspec.json.decode(plain, type=Envelope)
    )
    assert pyrage.decrypt(sealed, [_EPOCH]) == plain
    assert kib == vector["padded_kib"]
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(sealed, [pyrage.x25519.Identity.generate()])


@pytest.mark.parametrize(
    "vector", ENVELOPES["commitments"], ids=range(len(ENVELOPES["commitments"]))
)
def test_a_commitment_binds_nonce_name_and_text(vector: dict[str, str]) -> None:
    nonce, name, text = bytes.fromhex(vector["nonce"]), vector["name"], vector["text"]
    assert commitment(nonce=nonce, name=name, text=text).hex() == vector["commitment"]
    assert commitment(nonce=bytes(32), name=name, text=text).hex() != vector["commitment"]


def test_all_envelopes_of_a_size_have_the_same_length() -> None:
    sealer = Sealer(ENVELOPES["epoch"]["recipient"])

    def envelope_of(length: int) -> Envelope:
        return Envelope(
            comment_id="a" * 26,
            site_id="s",
            story_id="k",
            edition="en",
            root_id=None,
            parent_id=None,
            text="x" * length,
            name="",
            lang="en",
            nonce="0" * 64,
            feedback_key="0" * 64,
        )

    sizes = {
        kib: {len(pad(envelope_of(n))[0]) for n in lengths}
        for kib, lengths in {1: (1, 700), 2: (1_000, 1_700), 4: (2_000, 3_700)}.items()
    }
    assert sizes == {1: {1_024}, 2: {2_048}, 4: {4_096}}
    assert sealer.seal(envelope_of(20_000))[1] == 32
    with pytest.raises(EnvelopeTooLarge):
        sealer.seal(envelope_of(33_000))


@pytest.mark.parametrize("vector", KEYS["passphrases"], ids=lambda vector: vector["site"])
def test_a_passphrase_gives_the_same_keys_as_in_a_browser(vector: dict[str, str]) -> None:
    pseudonym = vector["pseudonym"].strip()  # a browser trims it before it stretches the words
    seed, identity = from_passphrase(vector["site"], pseudonym, vector["passphrase"])
    assert seed.hex() == vector["sign_in_seed"]
    assert str(identity) == vector["identity"]
    assert str(identity.to_public()) == vector["recipient"]


@pytest.mark.parametrize("vector", KEYS["links"], ids=range(len(KEYS["links"])))
def test_a_link_gives_the_same_token_and_key_as_in_a_browser(vector: dict[str, str]) -> None:
    secret = base64.urlsafe_b64decode(vector["link_secret"] + "=")
    assert len(secret) == tokens.INVITATION_SECRET_BYTES
    assert tokens.encode_invitation_secret(secret) == vector["link_secret"]
    assert tokens.invitation_token(secret).hex() == vector["token"]
    assert tokens.founder_key(secret).hex() == vector["founder_key"]


@pytest.mark.parametrize("vector", KEYS["sheets"], ids=range(len(KEYS["sheets"])))
def test_a_recovery_sheet_gives_the_same_key_as_in_a_browser(vector: dict[str, str]) -> None:
    raw = bytes.fromhex(vector["bytes"])
    identity = identity_of(hashlib.sha256(b"yobal recovery" + raw).digest())
    assert (str(identity), str(identity.to_public())) == (vector["identity"], vector["recipient"])


def test_a_passkey_gives_the_same_key_as_in_a_browser() -> None:
    vector = KEYS["passkey"]
    assert f"yobal passkey 1\0{vector['site_id']}".encode().hex() == vector["prf_input"]
    output = bytes.fromhex(vector["prf_output"])
    identity = identity_of(hashlib.sha256(b"yobal passkey" + output).digest())
    assert str(identity) == vector["identity"]


DAILY = Schedule(release_times=("00:00",))
DEMONSTRATION = Schedule(release_interval_seconds=20)


@pytest.mark.parametrize("hours", [1, 12, 24, 100])
@pytest.mark.parametrize(
    ("schedule", "slot_seconds"), [(Schedule(), 21_600), (DAILY, 86_400), (DEMONSTRATION, 20)]
)
@pytest.mark.parametrize("past_midnight", [-60.0, -0.5, 0.0, 0.5, 46_800.0])
def test_sessions_and_invitations_last_their_hours_and_expire_with_the_next_slot(
    hours: int, schedule: Schedule, slot_seconds: int, past_midnight: float
) -> None:
    now = 1_795_305_600.0 + past_midnight
    until = tokens.session_expiry(schedule, now, hours=hours)
    assert until % slot_seconds == 0
    assert hours * 3_600 <= until - now < hours * 3_600 + slot_seconds
    if hours == tokens.INVITATION_HOURS:
        assert tokens.invitation_expiry(schedule, now) == until
