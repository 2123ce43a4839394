"""The intake and the desk of a newsroom on both databases, with the lead signed in."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import pyrage
import pytest

from tests.harness import SITE_ID, NewsroomHarness
from tests.in_process_client import DeskClient, Intake, intake_of
from yobal.demo.keys import from_passphrase


@pytest.fixture
def intake(newsroom: NewsroomHarness) -> Iterator[Intake]:
    with intake_of(newsroom) as made:
        yield made


@pytest.fixture
def sqlite_intake(sqlite_newsroom: NewsroomHarness) -> Iterator[Intake]:
    """For tests that do not depend on the database."""
    with intake_of(sqlite_newsroom) as made:
        yield made


@pytest.fixture
def desk(newsroom: NewsroomHarness) -> DeskClient:
    return signed_in(newsroom)


@pytest.fixture
def sqlite_desk(sqlite_newsroom: NewsroomHarness) -> DeskClient:
    return signed_in(sqlite_newsroom)


def signed_in(newsroom: NewsroomHarness) -> DeskClient:
    made = DeskClient(newsroom)
    assert made.sign_in(secret=_secret(newsroom.pseudonym, newsroom.passphrase)).status == 200
    return made


@cache
def _secret(pseudonym: str, passphrase: str) -> str:
    return from_passphrase(SITE_ID, pseudonym, passphrase)[0].hex()


def newcomer(token: str, **fields: Any) -> dict[str, Any]:
    recipient = str(pyrage.x25519.Identity.generate().to_public())
    body: dict[str, Any] = {
        "token": token,
        "pseudonym": "Egret",
        "secret": "22" * 32,
        "recipient": recipient,
        "identity": "",
        "recovery_recipient": recipient,
        "recovery_identity": "",
        "wraps": [],
        "epoch": None,
    }
    return body | fields
