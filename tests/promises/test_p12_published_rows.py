"""P12: a published row that was changed in the database is not shown after `yobal rebuild`, and is counted."""

from collections.abc import Callable
from typing import Any, Final

import msgspec
import pytest
import sqlalchemy as sa

from tests.harness import SITE_ID, NewsroomHarness, add_lead
from yobal.actions import accept_roster, verify_published
from yobal.adapters.roster_pin import Pin
from yobal.core.errors import RosterInvalid
from yobal.core.roster import statement_hash
from yobal.doctor import signatures
from yobal.server.rebuild import rebuild_all
from yobal.store import statements

FORGED: Final = "Written into the database."
GENUINE: Final = "Approved by a moderator."


def _change(newsroom: NewsroomHarness, statement: str, **values: Any) -> None:
    with newsroom.database.writing() as conn:
        conn.execute(sa.text(statement), values)


def _another_text(newsroom: NewsroomHarness) -> None:
    _change(newsroom, "update published_comments set text = :t where text = :g", t=FORGED, g="Old.")


def _another_name(newsroom: NewsroomHarness) -> None:
    _change(newsroom, "update published_comments set name = :t where text = :g", t=FORGED, g="Old.")


def _as_if_edited(newsroom: NewsroomHarness) -> None:
    _another_text(newsroom)
    _change(
        newsroom,
        "update published_comments set edit_kind = 'reworded', edited_clause = 'spam'"
        " where text = :t",
        t=FORGED,
    )


def _with_a_decision_of_another(newsroom: NewsroomHarness) -> None:
    _another_text(newsroom)
    genuine = next(
        row for row in newsroom.read_table("published_comments") if row["text"] == GENUINE
    )
    forged = next(row for row in newsroom.read_table("published_comments") if row["text"] == FORGED)
    stolen = next(
        row for row in newsroom.read_table("decisions") if row["comment_id"] == genuine["id"]
    )
    _change(
        newsroom,
        "update decisions set publication_hash = :hash, envelope_hash = :envelope,"
        " signature = :signature where comment_id = :id",
        hash=stolen["publication_hash"],
        envelope=stolen["envelope_hash"],
        signature=stolen["signature"],
        id=forged["id"],
    )


def _new_row(newsroom: NewsroomHarness) -> None:
    row = dict(newsroom.read_table("published_comments")[0])
    changed = row | {"id": "b" * 26, "text": FORGED, "position": 2}
    names = ", ".join(changed)
    values = ", ".join(f":{name}" for name in changed)
    _change(newsroom, f"insert into published_comments ({names}) values ({values})", **changed)


ATTACKS: Final[dict[str, Callable[[NewsroomHarness], None]]] = {
    "another text": _another_text,
    "another name": _another_name,
    "as if edited": _as_if_edited,
    "with a decision of another": _with_a_decision_of_another,
    "a new row": _new_row,
}


@pytest.fixture
def published(newsroom: NewsroomHarness) -> NewsroomHarness:
    newsroom.publish_new("Old.")
    newsroom.publish_new(GENUINE)
    return newsroom


@pytest.mark.parametrize("name", ATTACKS)
def test_a_changed_row_is_withheld_counted_and_found(published: NewsroomHarness, name: str) -> None:
    ATTACKS[name](published)
    rebuilt = rebuild_all(published.components)
    assert rebuilt.withheld == 1
    assert not published.shows(FORGED)
    assert published.shows(GENUINE)
    assert "its approval could not be verified" in published.read_file("en/index.html")
    (held, shown) = signatures.examine(published.components.settings)
    assert (held.status, shown.status) == ("ok", "fail")
    assert FORGED not in str(shown)


@pytest.mark.parametrize("name", ATTACKS)
def test_control_without_the_check_a_changed_row_is_shown(
    published: NewsroomHarness, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(verify_published, "is_genuine", lambda *_: True)
    ATTACKS[name](published)
    assert rebuild_all(published.components).withheld == 0
    assert published.shows(FORGED)


def test_a_comment_that_is_put_back_is_shown_again(published: NewsroomHarness) -> None:
    _another_text(published)
    rebuild_all(published.components)
    _change(published, "update published_comments set text = 'Old.' where text = :t", t=FORGED)
    assert rebuild_all(published.components).withheld == 0
    assert published.shows("Old.")


def test_comments_that_a_removed_member_published_stay(newsroom: NewsroomHarness) -> None:
    sent = newsroom.send(GENUINE)
    newsroom.publish(sent.id, decided_by="Dara")
    newsroom.pass_slots()
    newsroom.remove_member("Dara")
    assert rebuild_all(newsroom.components).withheld == 0
    assert newsroom.shows(GENUINE)


def test_comments_that_were_published_under_a_former_roster_stay(
    published: NewsroomHarness,
) -> None:
    add_lead(published, "Egret")
    published.publish_new("Under the new roster.")
    add_lead(published, "Dara")
    assert rebuild_all(published.components).withheld == 0
    published.components.roster_reader._verified = None  # another process
    assert rebuild_all(published.components).withheld == 0


def test_a_former_roster_that_was_put_back_does_not_stop_a_new_one(
    published: NewsroomHarness,
) -> None:
    with published.database.reading() as conn:
        old = statements.list_all(conn, SITE_ID)
    add_lead(published, "Egret")
    with published.database.writing() as conn:
        statements.delete_all(conn, SITE_ID)
        for number, signed in enumerate(old):
            statements.append(conn, SITE_ID, signed, number=number)
    published.components.roster_reader._verified = None  # another process
    add_lead(published, "Dara")
    assert rebuild_all(published.components).withheld == 0


def test_a_former_roster_that_was_changed_verifies_nothing(published: NewsroomHarness) -> None:
    add_lead(published, "Egret")
    published.publish_new("Under the new roster.")
    _change(published, "update former_statements set signature = :s", s=bytes(64))
    published.components.roster_reader._verified = None  # another process
    assert rebuild_all(published.components).withheld == 2
    assert published.shows("Under the new roster.")


def _confirmed(pin: Pin) -> Pin:
    """As when the lead has confirmed who is a member: test_p13_restores.py."""
    return msgspec.structs.replace(pin, resumption=None)


def test_after_a_restore_each_roster_is_accepted_by_its_fingerprint(
    published: NewsroomHarness,
) -> None:
    """The present roster does not vouch for a former one: anyone could have put it into the database."""
    add_lead(published, "Egret")
    (published.components.settings.secrets_dir / "roster").unlink()
    reader, pin = published.components.roster_reader, published.components.roster_pin
    reader._verified = None
    withheld = []
    with published.database.reading() as conn:
        newest = statements.list_all(conn, SITE_ID)[0].statement
        firsts = [statement_hash(newest), *statements.former_firsts(conn, SITE_ID)]
    for first in firsts:
        with published.database.reading() as conn:
            accept_roster.accept(conn, SITE_ID, pin, first, lead="Egret")
        pin.update(_confirmed)
        reader._verified = None  # another process
        withheld.append(rebuild_all(published.components).withheld)
    assert withheld[0] > 0
    assert withheld[-1] == 0


def test_a_roster_that_does_not_verify_stops_the_rebuild(published: NewsroomHarness) -> None:
    before = published.read_all_files()
    _change(published, "update statements set signature = :s", s=bytes(64))
    published.components.roster_reader._verified = None  # another process
    with pytest.raises(RosterInvalid):
        rebuild_all(published.components)
    assert published.read_all_files() == before


def test_replies_verify_wherever_release_has_put_them(newsroom: NewsroomHarness) -> None:
    """What they replied to may have been removed while they waited."""
    root = newsroom.publish_new("A root.")
    reply = newsroom.publish_new("A reply.", parent_id=root.id)
    to_reply = newsroom.send("To the reply.", parent_id=reply.id)
    to_root = newsroom.send("To the root.", parent_id=root.id)
    newsroom.remove(reply.id)
    newsroom.pass_slots()
    newsroom.publish(to_reply.id)
    newsroom.pass_slots()
    newsroom.remove(to_reply.id)
    newsroom.remove(root.id)
    newsroom.pass_slots(2)
    newsroom.publish(to_root.id)
    newsroom.pass_slots()
    assert rebuild_all(newsroom.components).withheld == 0
    assert newsroom.shows("To the root.")
    _change(newsroom, "update published_comments set parent_id = id, root_id = id")
    assert rebuild_all(newsroom.components).withheld == 1
