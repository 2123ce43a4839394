"""`yobal roster` names the members, says why a roster is refused, and accepts a restored one."""

import pytest
import sqlalchemy as sa

from tests.cli.command import run
from tests.cli.test_main import fail
from tests.harness import SITE_ID, NewsroomHarness
from yobal.cli import roster_report
from yobal.core.errors import RosterInvalid, RosterNotAccepted
from yobal.core.roster import fingerprint


def _forget(newsroom: NewsroomHarness) -> str:
    """As on a new machine, whose server has verified nothing. The fingerprint, as a lead has it."""
    first = newsroom.components.roster_pin.read().first or ""
    (newsroom.components.settings.secrets_dir / "roster").unlink()
    newsroom.components.roster_reader._verified = None
    return fingerprint(first)


def _alter_keys(newsroom: NewsroomHarness) -> None:
    with newsroom.database.writing() as conn:
        altered = "update statements set keys = replace(keys, 'Heron', 'Eagle') where number = 0"
        assert conn.execute(sa.text(altered)).rowcount == 1
    newsroom.components.roster_reader._verified = None


def test_the_roster_is_described_with_its_members_and_fingerprints(
    newsroom: NewsroomHarness,
) -> None:
    lines, is_ok = roster_report.report(newsroom.components)
    assert is_ok
    assert "lead: Heron" in lines
    assert "epochs: 1" in lines
    pin = newsroom.components.roster_pin.read()
    assert f"first statement   {fingerprint(pin.first or '?')}" in lines
    assert f"newest statement  {fingerprint(pin.head or '?')} (number 2)" in lines


def test_a_restore_without_secrets_is_refused_until_it_is_accepted(
    newsroom: NewsroomHarness,
) -> None:
    read_out = _forget(newsroom)
    lines, is_ok = roster_report.report(newsroom.components)
    assert not is_ok
    assert "rule: founder" in lines[0]
    assert f"first statement   {read_out}" in lines, "what the technician compares"
    assert "lead: Heron" in lines
    with pytest.raises(RosterNotAccepted, match="--lead PSEUDONYM"):
        roster_report.accept(newsroom.components, read_out)
    with pytest.raises(RosterNotAccepted, match="no lead of this pseudonym"):
        roster_report.accept(newsroom.components, read_out, lead="Egret")
    accepted = roster_report.accept(newsroom.components, read_out.upper(), lead=" Heron ")
    assert accepted[0] == "accepted"
    assert "to be confirmed by lead: Heron" in accepted
    lines, is_ok = roster_report.report(newsroom.components)
    assert not is_ok
    assert "rule: resume" in lines[0]


def test_what_is_missing_at_the_end_is_waited_for(newsroom: NewsroomHarness) -> None:
    first = newsroom.components.roster_pin.read().first or ""
    with newsroom.database.writing() as conn:
        conn.execute(sa.text("delete from statements where number = 1"))
    newsroom.components.roster_reader._verified = None
    lines = roster_report.accept(newsroom.components, first)
    assert "missing at its end: 1" in lines
    assert any("in a browser that has seen them" in line for line in lines)
    assert "rule: older" in roster_report.report(newsroom.components)[0][0]


def test_an_altered_roster_cannot_be_accepted(newsroom: NewsroomHarness) -> None:
    first = newsroom.components.roster_pin.read().first or ""
    _alter_keys(newsroom)
    lines, is_ok = roster_report.report(newsroom.components)
    assert not is_ok
    assert "rule: keys_hash" in lines[0]
    assert not [line for line in lines if line.startswith("first statement")]
    with pytest.raises(RosterInvalid, match="keys_hash"):
        roster_report.accept(newsroom.components, first)


def test_the_fingerprint_is_typed_in_groups_or_in_one_word(
    sqlite_newsroom: NewsroomHarness,
) -> None:
    folder = sqlite_newsroom.components.settings.folder.parent
    settings = f'site_id = "{SITE_ID}"\nsite_name = "The River Post"\n'
    database = sqlite_newsroom.components.settings.database_url
    (folder / "yobal.toml").write_text(f'{settings}database = "{database}"\n', encoding="utf-8")
    groups = _forget(sqlite_newsroom).split()
    assert run(folder, "roster").returncode == 1
    assert "not the fingerprint" in fail(folder, "roster", "--accept", *groups[:4])
    assert run(folder, "roster", "--accept").returncode == 2
    assert run(folder, "roster", *groups).returncode == 2
    for words in (groups, [" ".join(groups)], ["".join(groups)]):
        accepted = run(folder, "roster", "--accept", *words, "--lead", "Heron")
        assert (accepted.returncode, accepted.stdout.splitlines()[0]) == (0, "accepted")
    assert "rule: resume" in run(folder, "roster").stdout
