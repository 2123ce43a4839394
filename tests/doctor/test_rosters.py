"""`yobal doctor` says whether the server would believe the roster."""

import sqlalchemy as sa

from tests.harness import NewsroomHarness
from yobal.doctor import rosters


def test_a_roster_that_the_server_refuses_is_a_failure(newsroom: NewsroomHarness) -> None:
    settings = newsroom.components.settings
    (finding,) = rosters.examine(settings)
    assert finding.status == "ok"
    with newsroom.database.writing() as conn:
        conn.execute(sa.text("delete from statements where number = 1"))
    (finding,) = rosters.examine(settings)
    assert finding.is_failure
    assert "rule “older”" in finding.advice
    assert "yobal roster" in finding.advice


def test_the_doctor_does_not_change_what_the_server_has_verified(
    newsroom: NewsroomHarness,
) -> None:
    pin = newsroom.components.roster_pin
    pin.update(lambda before: type(before)(first=before.first, length=1, head=before.first))
    before = pin.read()
    (finding,) = rosters.examine(newsroom.components.settings)
    assert finding.status == "ok"
    assert pin.read() == before
