"""P12: what somebody with the database alone accepted, edited or moved is not released."""

import secrets
from collections.abc import Callable
from functools import partial
from typing import Any, Final

import pytest
import sqlalchemy as sa

from tests.harness import SITE_ID, NewsroomHarness
from yobal.actions import declare_story, release
from yobal.core import held_text
from yobal.core.decision_mac import text_hash
from yobal.core.held_text import HeldText
from yobal.core.thread import Edition
from yobal.store import cells, decisions
from yobal.store.tables import comments, held_texts
from yobal.store.tables import decisions as decision_rows

FORGED: Final = "Written into the database."


def _accept(newsroom: NewsroomHarness, words: str = "Genuine.") -> str:
    sent = newsroom.send(words)
    newsroom.publish(sent.id)
    return sent.id


def _held_without_a_decision(newsroom: NewsroomHarness) -> str:
    comment_id = newsroom.send("Sealed and pending.").id
    with newsroom.database.writing() as conn:
        _hold(conn, newsroom, comment_id)
    return comment_id


def _with_a_decision_of_its_own(newsroom: NewsroomHarness) -> str:
    comment_id = _held_without_a_decision(newsroom)
    with newsroom.database.writing() as conn:
        conn.execute(
            decision_rows.insert().values(**_decision(comment_id), mac=secrets.token_bytes(32))
        )
    return comment_id


def _with_the_code_of_another_decision(newsroom: NewsroomHarness) -> str:
    genuine_id = _accept(newsroom)
    comment_id = _held_without_a_decision(newsroom)
    with newsroom.database.writing() as conn:
        genuine = decisions.current(conn, genuine_id)
        assert genuine is not None
        conn.execute(decision_rows.insert().values(**_decision(comment_id), mac=genuine.mac))
    return comment_id


def _with_another_text(newsroom: NewsroomHarness) -> str:
    comment_id = _accept(newsroom)
    with newsroom.database.writing() as conn:
        of_comment = held_texts.c.comment_id == comment_id
        conn.execute(held_texts.update().where(of_comment).values(**_forged(newsroom, comment_id)))
    return comment_id


def _under_another_story(newsroom: NewsroomHarness) -> str:
    edition = Edition(tag="en", title="Other", url="https://news.example/other")
    declare_story.add(newsroom.database, newsroom.rules, "other", edition)
    comment_id = _accept(newsroom, FORGED)
    with newsroom.database.writing() as conn:
        moved = comments.update().where(comments.c.id == comment_id).values(story_id="other")
        conn.execute(moved)
    return comment_id


ATTACKS: Final[dict[str, Callable[[NewsroomHarness], str]]] = {
    "held without a decision": _held_without_a_decision,
    "with a decision of its own": _with_a_decision_of_its_own,
    "with the code of another decision": _with_the_code_of_another_decision,
    "with another text": _with_another_text,
    "under another story": _under_another_story,
}


def _hold(conn: Any, newsroom: NewsroomHarness, comment_id: str) -> None:
    due_slot = int(newsroom.now)
    held = {"state": "held", "due_slot": due_slot, "decided_slot": due_slot}
    conn.execute(comments.update().where(comments.c.id == comment_id).values(**held))
    conn.execute(held_texts.insert().values(**_forged(newsroom, comment_id)))


def _forged(newsroom: NewsroomHarness, comment_id: str) -> dict[str, Any]:
    """An attacker who also has the cells: without them the text could not be read, and is not released."""
    forged = HeldText(comment_id=comment_id, text=FORGED, name="", lang="en")
    find_used = partial(cells.find_used, newsroom.database)
    with newsroom.components.cell_file.allocate(1, find_used=find_used) as (cell,):
        plain = held_text.encode(forged)
        ciphertext = cell.encrypt(plain, purpose="held text", comment_id=comment_id)
    return {"comment_id": comment_id, "cell": cell.number, "ciphertext": ciphertext}


def _decision(comment_id: str) -> dict[str, Any]:
    return {
        "id": "b" * 26,
        "site_id": SITE_ID,
        "comment_id": comment_id,
        "verdict": "publish",
        "decided_by": "Heron",
        "slot": 0,
        "terms_version": 1,
    }


def _published(newsroom: NewsroomHarness) -> set[str]:
    return {row["text"] for row in newsroom.read_table("published_comments")}


@pytest.mark.parametrize("name", ATTACKS)
def test_a_forged_acceptance_is_refused_and_reported(newsroom: NewsroomHarness, name: str) -> None:
    _accept(newsroom, "Accepted by a moderator.")
    comment_id = ATTACKS[name](newsroom)
    newsroom.now += 6 * 3_600
    released = newsroom.run_scheduler()
    assert released is not None
    assert released.refused == 1
    assert "Accepted by a moderator." in _published(newsroom)
    assert FORGED not in _published(newsroom)
    assert newsroom.state(comment_id) == "held"
    assert not any(FORGED.encode() in content for content in newsroom.read_all_files().values())


@pytest.mark.parametrize("name", ATTACKS)
def test_control_without_the_check_a_forged_acceptance_is_published(
    newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(release, "is_authentic", lambda *_: True)
    monkeypatch.setattr(release, "_is_authentic", lambda *_: True)
    ATTACKS[name](newsroom)
    newsroom.now += 6 * 3_600
    newsroom.run_scheduler()
    assert FORGED in _published(newsroom)


def test_an_acceptance_under_another_key_is_refused(newsroom: NewsroomHarness) -> None:
    """As after a restore without `secrets/`."""
    sent = newsroom.send()
    decided = newsroom.publish(sent.id)
    keyring = newsroom.components.keyring
    path = keyring._path("decisions", None)
    path.write_bytes(secrets.token_bytes(32))
    keyring._cache.clear()
    newsroom.now += 6 * 3_600
    released = newsroom.run_scheduler()
    assert released is not None
    assert (released.comments, released.refused) == (0, 1)
    newsroom.undo(decided)
    newsroom.publish(sent.id)
    newsroom.pass_slots()
    assert newsroom.state(sent.id) == "published"


def test_a_decision_stores_no_hash_that_could_confirm_a_text(newsroom: NewsroomHarness) -> None:
    """The code is keyed: the database alone does not tell whether a guess at a withdrawn text is right."""
    _accept(newsroom, "yes")
    (row,) = newsroom.read_table("decisions")
    assert bytes(row["mac"]) != text_hash(text="yes", name="", lang="en")
    with newsroom.database.reading() as conn:
        assert conn.execute(sa.select(decision_rows.c.mac)).scalar_one() == row["mac"]
