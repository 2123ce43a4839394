"""The intake and the desk of a newsroom on both databases, with the lead signed in."""

from collections.abc import Iterator

import pytest

from tests.harness import NewsroomHarness
from tests.in_process_client import DeskClient, Intake, intake_of


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
    assert made.sign_in().status == 200
    return made
