"""`yobal roster` names the members, says why a roster is refused, and accepts a restored one."""

import sqlalchemy as sa

from tests.harness import NewsroomHarness, lead_of
from yobal.cli import roster_report


def test_the_roster_is_described_with_its_members_and_fingerprints(
    newsroom: NewsroomHarness,
) -> None:
    lines, is_ok = roster_report.report(newsroom.components)
    assert is_ok
    assert "lead: Heron" in lines
    assert "epochs: 1" in lines
    pin = newsroom.components.roster_pin.read()
    printed = "".join(lines).replace(" ", "")
    assert (pin.first or "?") in printed
    assert (pin.head or "?") in printed


def test_a_restore_without_secrets_is_refused_until_it_is_accepted(
    newsroom: NewsroomHarness,
) -> None:
    (newsroom.components.settings.secrets_dir / "roster").unlink()
    newsroom.components.roster_reader._verified = None  # as after a restart
    lines, is_ok = roster_report.report(newsroom.components)
    assert not is_ok
    assert "rule: founder" in lines[0]
    assert roster_report.accept(newsroom.components)[0] == "accepted"
    assert roster_report.report(newsroom.components)[1]
    with newsroom.database.reading() as conn:
        roster = newsroom.components.roster_reader.read(conn)
    assert roster is not None
    assert roster.named("Heron") == roster.members[lead_of(newsroom).signing_key]


def test_an_altered_roster_cannot_be_accepted(newsroom: NewsroomHarness) -> None:
    with newsroom.database.writing() as conn:
        altered = "update statements set keys = replace(keys, 'Heron', 'Eagle') where number = 0"
        assert conn.execute(sa.text(altered)).rowcount == 1
    newsroom.components.roster_reader._verified = None
    lines, is_ok = roster_report.report(newsroom.components)
    assert not is_ok
    assert "rule: keys_hash" in lines[0]
