"""P12: what somebody with the database and the cells accepted, edited or moved is not released."""

import hashlib
import secrets
from collections.abc import Callable
from functools import partial
from typing import Any, Final

import msgspec
import pytest
import sqlalchemy as sa

from tests.harness import SITE_ID, NewsroomHarness, add_lead, moderator_of
from yobal.actions import declare_story, release
from yobal.core import decision_signature, held_text, roster
from yobal.core.decision_signature import DecisionDocument, Publication, message, publication_hash
from yobal.core.held_text import HeldText
from yobal.core.thread import Edition
from yobal.demo import signing
from yobal.store import cells, comments, decisions
from yobal.store.tables import comments as comment_rows
from yobal.store.tables import decisions as decision_rows
from yobal.store.tables import held_texts

FORGED: Final = "Written into the database."
NONCE: Final = bytes(32)


def _accept(newsroom: NewsroomHarness, words: str = "Genuine.", **fields: Any) -> str:
    sent = newsroom.send(words)
    newsroom.publish(sent.id, **fields)
    return sent.id


def _held_without_a_decision(newsroom: NewsroomHarness) -> str:
    comment_id = newsroom.send("Sealed and pending.").id
    with newsroom.database.writing() as conn:
        _hold(conn, newsroom, comment_id)
    return comment_id


def _signed_by(newsroom: NewsroomHarness, seed: bytes, *, head: str, decided_by: str) -> str:
    comment_id = _held_without_a_decision(newsroom)
    _insert_decision(newsroom, comment_id, seed=seed, head=head, decided_by=decided_by)
    return comment_id


def _signed_by_a_stranger(newsroom: NewsroomHarness) -> str:
    head = newsroom.signer().head()
    return _signed_by(newsroom, secrets.token_bytes(32), head=head, decided_by="Heron")


def _signed_by_a_removed_member(newsroom: NewsroomHarness) -> str:
    """Dara kept the key, and signs as of a time at which Dara was a member."""
    head = newsroom.signer("Dara").head()
    newsroom.remove_member("Dara")
    seed = moderator_of("Dara").signing_seed
    return _signed_by(newsroom, seed, head=head, decided_by="Heron")


def _signed_at_an_unknown_head(newsroom: NewsroomHarness) -> str:
    seed = moderator_of("Heron").signing_seed
    return _signed_by(newsroom, seed, head="a" * 64, decided_by="Heron")


def _with_the_decision_on_another_comment(newsroom: NewsroomHarness) -> str:
    """With its signature, its random bytes and its text."""
    genuine_id = _accept(newsroom, FORGED)
    genuine_text = newsroom.held_texts()[genuine_id]
    newsroom.pass_slots()
    assert genuine_text is not None
    newsroom.remove(genuine_id)
    comment_id = newsroom.send("Sealed and pending.").id
    with newsroom.database.writing() as conn:
        _hold(conn, newsroom, comment_id, nonce=bytes.fromhex(genuine_text.nonce))
        (genuine,) = conn.execute(
            sa.select(decision_rows).where(decision_rows.c.verdict == "publish")
        ).mappings()
        moved = dict(genuine) | {"id": "b" * 26, "comment_id": comment_id}
        conn.execute(decision_rows.insert().values(**moved))
    return comment_id


def _with_another_text(newsroom: NewsroomHarness) -> str:
    comment_id = _accept(newsroom)
    genuine = newsroom.held_texts()[comment_id]
    assert genuine is not None
    forged = _forged(newsroom, comment_id, nonce=bytes.fromhex(genuine.nonce))
    with newsroom.database.writing() as conn:
        of_comment = held_texts.c.comment_id == comment_id
        conn.execute(held_texts.update().where(of_comment).values(**forged))
    return comment_id


def _with_another_text_and_its_hash(newsroom: NewsroomHarness) -> str:
    comment_id = _with_another_text(newsroom)
    forged = newsroom.held_texts()[comment_id]
    assert forged is not None
    with newsroom.database.writing() as conn:
        comment = comments.get(conn, comment_id)
        assert comment is not None
        hashed = decisions.publication_hash_of(comment, forged)
        conn.execute(decision_rows.update().values(publication_hash=hashed))
    return comment_id


def _with_another_clause(newsroom: NewsroomHarness) -> str:
    comment_id = newsroom.send("Words of the author.").id
    newsroom.publish_edited(comment_id, FORGED)
    genuine = newsroom.held_texts()[comment_id]
    assert genuine is not None
    changed = msgspec.structs.replace(genuine, clause="threats")
    with newsroom.database.writing() as conn:
        of_comment = held_texts.c.comment_id == comment_id
        row = _encrypted(newsroom, changed)
        conn.execute(held_texts.update().where(of_comment).values(**row))
        conn.execute(decision_rows.update().values(clause="threats"))
    return comment_id


def _under_another_story(newsroom: NewsroomHarness) -> str:
    edition = Edition(tag="en", title="Other", url="https://news.example/other")
    declare_story.add(newsroom.database, newsroom.rules, "other", edition)
    comment_id = _accept(newsroom, FORGED)
    with newsroom.database.writing() as conn:
        of_comment = comment_rows.c.id == comment_id
        conn.execute(comment_rows.update().where(of_comment).values(story_id="other"))
    return comment_id


def _in_the_name_of_another(newsroom: NewsroomHarness) -> str:
    newsroom.signer("Dara")
    comment_id = _accept(newsroom, FORGED)
    with newsroom.database.writing() as conn:
        conn.execute(decision_rows.update().values(decided_by="Dara"))
    return comment_id


ATTACKS: Final[dict[str, Callable[[NewsroomHarness], str]]] = {
    "held without a decision": _held_without_a_decision,
    "signed by a stranger": _signed_by_a_stranger,
    "signed by a removed member": _signed_by_a_removed_member,
    "signed at an unknown head": _signed_at_an_unknown_head,
    "with the decision on another comment": _with_the_decision_on_another_comment,
    "with another text": _with_another_text,
    "with another text and its hash": _with_another_text_and_its_hash,
    "with another clause": _with_another_clause,
    "under another story": _under_another_story,
    "in the name of another": _in_the_name_of_another,
}


def _hold(conn: Any, newsroom: NewsroomHarness, comment_id: str, *, nonce: bytes = NONCE) -> None:
    due_slot = int(newsroom.now)
    held = {"state": "held", "due_slot": due_slot, "decided_slot": due_slot}
    conn.execute(comment_rows.update().where(comment_rows.c.id == comment_id).values(**held))
    conn.execute(held_texts.insert().values(**_forged(newsroom, comment_id, nonce=nonce)))


def _forged(newsroom: NewsroomHarness, comment_id: str, *, nonce: bytes) -> dict[str, Any]:
    text = HeldText(comment_id=comment_id, text=FORGED, name="", lang="en", nonce=nonce.hex())
    return _encrypted(newsroom, text)


def _encrypted(newsroom: NewsroomHarness, text: HeldText) -> dict[str, Any]:
    """An attacker who also has the cells: without them the text could not be read, and is not released."""
    find_used = partial(cells.find_used, newsroom.database)
    with newsroom.components.cell_file.allocate(1, find_used=find_used) as (cell,):
        plain, comment_id = held_text.encode(text), text.comment_id
        ciphertext = cell.encrypt(plain, purpose="held text", row_id=comment_id)
    return {"comment_id": comment_id, "cell": cell.number, "ciphertext": ciphertext}


def _insert_decision(
    newsroom: NewsroomHarness, comment_id: str, *, seed: bytes, head: str, decided_by: str
) -> None:
    publication = Publication(
        text=FORGED,
        name="",
        lang="en",
        story_id="ferry",
        edition="en",
        root_id=None,
        parent_id=None,
    )
    document = DecisionDocument(
        site_id=SITE_ID,
        comment_id=comment_id,
        verdict="publish",
        publication_hash=publication_hash(NONCE, publication),
        head=head,
        by=signing.public_key(seed),
    )
    row = {
        "id": "b" * 26,
        "site_id": SITE_ID,
        "comment_id": comment_id,
        "verdict": "publish",
        "decided_by": decided_by,
        "slot": 0,
        "terms_version": 1,
        "publication_hash": document.publication_hash,
        "head": head,
        "signing_key": document.by,
        "signature": signing.sign(seed, message(document)),
    }
    with newsroom.database.writing() as conn:
        conn.execute(decision_rows.insert().values(**row))


def _published(newsroom: NewsroomHarness) -> set[str]:
    return {row["text"] for row in newsroom.read_table("published_comments")}


@pytest.mark.parametrize("name", ATTACKS)
def test_a_forged_acceptance_is_refused_and_reported(newsroom: NewsroomHarness, name: str) -> None:
    comment_id = ATTACKS[name](newsroom)
    _accept(newsroom, "Accepted by a moderator.")
    newsroom.now += 6 * 3_600
    released = newsroom.run_scheduler()
    assert released is not None
    assert "Accepted by a moderator." in _published(newsroom)
    assert FORGED not in _published(newsroom)
    assert not any(FORGED.encode() in content for content in newsroom.read_all_files().values())
    if name == "signed by a removed member":  # as what Dara had decided before
        assert (newsroom.state(comment_id), released.refused) == ("pending", 0)
    else:
        assert (newsroom.state(comment_id), released.refused) == ("held", 1)


@pytest.mark.parametrize("name", ATTACKS)
def test_control_without_the_check_a_forged_acceptance_is_published(
    newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(release, "_is_authentic", lambda *_: True)
    monkeypatch.setattr(decisions, "of_held", lambda *_: [])
    ATTACKS[name](newsroom)
    newsroom.now += 6 * 3_600
    newsroom.run_scheduler()
    assert FORGED in _published(newsroom)


# What each part of the check is for: without it, this attack works.
PARTS: Final = {
    "signed by a stranger": "_was_member",
    "with another text and its hash": "is_signed",
    "with another clause": "is_signed",
    "with the decision on another comment": "is_signed",
}


@pytest.mark.parametrize("name", PARTS)
def test_control_without_a_part_of_the_check_its_attack_works(
    newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    if PARTS[name] == "is_signed":
        monkeypatch.setattr(roster, "is_signed", lambda *_, **__: True)
    else:
        monkeypatch.setattr(decision_signature.Signers, "_was_member", lambda *_: True)
        monkeypatch.setattr(decision_signature.Signers, "current", _Anyone(newsroom))
        monkeypatch.setattr(decisions, "of_held", lambda *_: [])
    ATTACKS[name](newsroom)
    newsroom.now += 6 * 3_600
    newsroom.run_scheduler()
    assert FORGED in _published(newsroom)


class _Anyone:
    """Takes the key of the newest decision for its moderator's."""

    def __init__(self, newsroom: NewsroomHarness) -> None:
        self._newsroom = newsroom

    def get(self, _pseudonym: str) -> str:
        return str(self._newsroom.read_table("decisions")[-1]["signing_key"])

    def values(self) -> list[str]:
        return [self.get("")]


def test_a_roster_that_does_not_verify_releases_nothing(newsroom: NewsroomHarness) -> None:
    comment_id = _accept(newsroom)
    with newsroom.database.writing() as conn:
        conn.execute(sa.text("update statements set signature = :s"), {"s": bytes(64)})
    newsroom.components.roster_reader._verified = None  # another process
    newsroom.now += 6 * 3_600
    released = newsroom.run_scheduler()
    assert released is not None
    assert (released.comments, released.refused) == (0, 1)
    assert newsroom.state(comment_id) == "held"


def test_comments_that_a_removed_member_had_accepted_return_to_the_queue(
    newsroom: NewsroomHarness,
) -> None:
    held_id = _accept(newsroom, "Accepted by Dara.", decided_by="Dara")
    others_id = _accept(newsroom, "Accepted by Heron.")
    newsroom.remove_member("Dara")
    newsroom.pass_slots()
    assert (newsroom.state(held_id), newsroom.state(others_id)) == ("pending", "published")
    assert newsroom.held_texts() == {}
    (undo,) = (row for row in newsroom.read_table("decisions") if row["verdict"] == "undo")
    assert (undo["decided_by"], undo["signature"]) == ("", None)
    newsroom.publish(held_id)
    newsroom.pass_slots()
    assert newsroom.state(held_id) == "published"


def test_a_new_roster_publishes_nothing_that_its_predecessor_held(
    newsroom: NewsroomHarness,
) -> None:
    """It could not be decided again either, because no key opens its envelope."""
    comment_id = _accept(newsroom)
    add_lead(newsroom, "Egret")
    newsroom.pass_slots()
    assert newsroom.state(comment_id) == "lost"


@pytest.mark.parametrize("end", ["remove", "withdraw", "undo"])
def test_nothing_confirms_a_guess_at_a_text_that_is_gone(
    newsroom: NewsroomHarness, end: str
) -> None:
    """The random bytes are destroyed with the text, so its hash cannot be made again."""
    sent = newsroom.send("yes")
    decided = newsroom.publish(sent.id)
    (held,) = newsroom.held_texts().values()
    assert held is not None
    nonce = bytes.fromhex(held.nonce)
    if end == "undo":
        newsroom.undo(decided)
    else:
        newsroom.pass_slots()
        (row,) = newsroom.read_table("published_comments")
        assert bytes(row["publication_nonce"]) == nonce
    if end == "remove":
        newsroom.remove(sent.id)
    elif end == "withdraw":
        newsroom.request_withdrawal(sent.code)
        newsroom.run_scheduler()
    newsroom.pass_slots()
    tables = ("decisions", "comments", "held_texts", "published_comments")
    tables_text = repr([newsroom.read_table(table) for table in tables]).encode()
    assert nonce.hex().encode() not in tables_text
    assert repr(nonce)[2:-1].encode() not in tables_text
    assert hashlib.sha256(b"yes").hexdigest().encode() not in tables_text
    stored = next(row for row in newsroom.read_table("decisions") if row["verdict"] == "publish")
    publication = Publication(
        text="yes",
        name="",
        lang=held.lang,
        story_id="ferry",
        edition="en",
        root_id=None,
        parent_id=None,
    )
    assert publication_hash(nonce, publication) == stored["publication_hash"], "with the bytes"
    assert publication_hash(NONCE, publication) != stored["publication_hash"], "without them"
