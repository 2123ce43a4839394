"""A signed pin is the member's own, of this site, and has one form."""

import pytest

from tests.core.test_roster import SITE_ID, VECTORS
from yobal.core import signed_pin

VECTOR = VECTORS["signed_pin"]
STORED = bytes.fromhex(VECTOR["stored"])


def test_a_signed_pin_is_what_the_vector_says() -> None:
    assert signed_pin.is_genuine(STORED, site_id=SITE_ID, by=VECTOR["signing_key"])
    assert VECTOR["head"].encode() in STORED


@pytest.mark.parametrize(
    "changed",
    [
        b"",
        STORED[:64],
        bytes(64) + STORED[64:],
        STORED.replace(b'"length":"4"', b'"length":"3"'),
        STORED.replace(b'{"first"', b'{ "first"'),
        STORED[:-1],
    ],
)
def test_an_altered_pin_is_not_genuine(changed: bytes) -> None:
    assert not signed_pin.is_genuine(changed, site_id=SITE_ID, by=VECTOR["signing_key"])


def test_a_pin_counts_for_its_owner_and_its_site_only() -> None:
    other = VECTORS["signing_keys"][0]["signing_key"]
    assert not signed_pin.is_genuine(STORED, site_id=SITE_ID, by=other)
    assert not signed_pin.is_genuine(STORED, site_id="other", by=VECTOR["signing_key"])
