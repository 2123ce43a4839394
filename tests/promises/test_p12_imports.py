"""P12: what was changed or added in the database after a lead signed an import is found and not shown."""

from collections.abc import Callable
from typing import Any, Final

import pytest
import sqlalchemy as sa

from tests.harness import NewsroomHarness, moderator_of
from tests.imports.importing import bring_in, manifest_of, published, sign, the_import
from yobal.actions import import_verifier, sign_import
from yobal.core import import_manifest
from yobal.core.errors import Forbidden, ImportChanged, SignatureInvalid
from yobal.core.import_manifest import ImportedPublication
from yobal.doctor import imports as imports_check
from yobal.doctor import signatures
from yobal.server.rebuild import rebuild_all

FORGED: Final = "Written into the database."
CHANGED: Final = "They never do."
GENUINE: Final = "Except on paydays."


def _change(newsroom: NewsroomHarness, statement: str, **values: Any) -> None:
    with newsroom.database.writing() as conn:
        conn.execute(sa.text(statement), values)


def _another_text(newsroom: NewsroomHarness, table: str) -> None:
    _change(newsroom, f"update {table} set text = :t where text = :g", t=FORGED, g=CHANGED)


def _another_name(newsroom: NewsroomHarness, table: str) -> None:
    _change(newsroom, f"update {table} set name = :t where text = :g", t=FORGED, g=CHANGED)


def _another_day(newsroom: NewsroomHarness, table: str) -> None:
    _another_text(newsroom, table)
    _change(newsroom, f"update {table} set slot = slot - 86400 where text = :t", t=FORGED)


def _insert(newsroom: NewsroomHarness, table: str, row: dict[str, Any]) -> None:
    names = ", ".join(row)
    values = ", ".join(f":{name}" for name in row)
    _change(newsroom, f"insert into {table} ({names}) values ({values})", **row)


def _new_row(newsroom: NewsroomHarness, table: str) -> None:
    row = next(row for row in newsroom.read_table(table) if row["parent_id"] is None)
    key = "comment_id" if table == "staged_comments" else "id"
    ends = {"position": 9} if table == "published_comments" else {"number": 99}
    _insert(newsroom, table, dict(row) | {key: "b" * 26, "text": FORGED} | ends)


def _new_row_with_its_hash(newsroom: NewsroomHarness, table: str) -> None:
    """A writer who knows the formats, too: then the hash over all rows is another."""
    _new_row(newsroom, table)
    row = next(row for row in newsroom.read_table(table) if row["text"] == FORGED)
    names = ImportedPublication.__struct_fields__
    publication = ImportedPublication(**{name: row[name] for name in names})
    hash_ = import_manifest.row_hash(bytes(row["publication_nonce"]), publication)
    old = newsroom.read_table("imported_comments")[0]
    _insert(newsroom, "imported_comments", dict(old) | {"comment_id": "b" * 26, "row_hash": hash_})


ONE_ROW: Final[dict[str, Callable[[NewsroomHarness, str], None]]] = {
    "another text": _another_text,
    "another name": _another_name,
    "another day": _another_day,
    "a new row": _new_row,
}


@pytest.fixture
def imported(newsroom: NewsroomHarness) -> NewsroomHarness:
    bring_in(newsroom, "disqus.xml")
    sign(newsroom)
    newsroom.pass_slots()
    return newsroom


def test_unchanged_comments_verify(imported: NewsroomHarness) -> None:
    before = imported.read_all_files()
    assert rebuild_all(imported.components).withheld == 0
    assert imported.read_all_files() == before
    assert [item.status for item in signatures.examine(imported.components.settings)] == [
        "ok",
        "ok",
    ]


@pytest.mark.parametrize("name", ONE_ROW)
def test_a_changed_published_row_is_withheld_and_found(
    imported: NewsroomHarness, name: str
) -> None:
    ONE_ROW[name](imported, "published_comments")
    assert rebuild_all(imported.components).withheld == 1
    assert not imported.shows(FORGED)
    assert imported.shows(GENUINE)
    assert signatures.examine(imported.components.settings)[1].status == "fail"


@pytest.mark.parametrize("name", ONE_ROW)
def test_control_without_the_hash_a_changed_row_is_shown(
    imported: NewsroomHarness, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(
        import_verifier.ImportVerifier,
        "genuine_ids",
        lambda _self, _conn, rows: {row.comment_id for row in rows},
    )
    ONE_ROW[name](imported, "published_comments")
    assert rebuild_all(imported.components).withheld == 0
    assert imported.shows(FORGED)


def test_a_row_that_was_added_with_its_hash_changes_the_hash_over_all(
    imported: NewsroomHarness,
) -> None:
    _new_row_with_its_hash(imported, "published_comments")
    assert rebuild_all(imported.components).withheld == 5  # which one is not known
    assert not imported.shows(FORGED)


def test_control_without_the_leads_signature_such_a_row_is_shown(
    imported: NewsroomHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_verifier.ImportVerifier, "is_signed", lambda *_: True)
    _new_row_with_its_hash(imported, "published_comments")
    assert rebuild_all(imported.components).withheld == 0
    assert imported.shows(FORGED)


@pytest.mark.parametrize("name", [*ONE_ROW, "with its hash"])
def test_a_comment_that_is_changed_between_signature_and_slot_does_not_appear(
    newsroom: NewsroomHarness, name: str
) -> None:
    bring_in(newsroom, "disqus.xml")
    sign(newsroom)
    change = ONE_ROW.get(name, _new_row_with_its_hash)
    change(newsroom, "staged_comments")
    newsroom.pass_slots()
    assert FORGED not in published(newsroom)
    assert not newsroom.shows(FORGED)
    (finding,) = imports_check.examine(newsroom.components.settings)
    assert finding.status == "fail"
    assert FORGED not in str(finding)


def test_a_comment_that_is_put_back_appears_with_a_later_slot(newsroom: NewsroomHarness) -> None:
    bring_in(newsroom, "disqus.xml")
    sign(newsroom)
    _another_text(newsroom, "staged_comments")
    newsroom.pass_slots()
    assert set(published(newsroom)) == {"The ferry was late again.", "Not rude at all."}
    _change(newsroom, "update staged_comments set text = :g where text = :t", t=FORGED, g=CHANGED)
    newsroom.pass_slots()
    rows = published(newsroom)
    assert rows[GENUINE]["parent_id"] == rows[CHANGED]["id"]
    (finding,) = imports_check.examine(newsroom.components.settings)
    assert finding.status == "ok"


def test_a_removed_comment_leaves_the_others_verified(imported: NewsroomHarness) -> None:
    imported.remove(published(imported)[CHANGED]["id"])
    imported.pass_slots()
    assert rebuild_all(imported.components).withheld == 0
    assert imported.shows(GENUINE)


def test_a_lead_brings_an_imported_comment_back(imported: NewsroomHarness) -> None:
    removed = imported.remove(published(imported)[CHANGED]["id"])
    assert not imported.shows(CHANGED)
    assert not imported.bring_back(removed).is_withheld
    assert imported.shows(CHANGED)
    assert rebuild_all(imported.components).withheld == 0


def _sign_as(newsroom: NewsroomHarness, pseudonym: str, **changed: Any) -> None:
    item = the_import(newsroom)
    manifest = manifest_of(newsroom, item, seed=moderator_of(pseudonym).signing_seed)
    sign_import.sign(
        newsroom.database,
        newsroom.rules,
        newsroom.components.roster_reader,
        item.id,
        pseudonym=changed.get("as_", pseudonym),
        manifest=manifest,
        now=newsroom.now,
    )


def test_only_a_leads_signature_counts(newsroom: NewsroomHarness) -> None:
    bring_in(newsroom, "disqus.xml")
    newsroom.signer("Dara")  # a moderator from now on
    with pytest.raises(Forbidden):
        _sign_as(newsroom, "Dara")
    with pytest.raises(SignatureInvalid):
        _sign_as(newsroom, "Dara", as_=newsroom.pseudonym)


def test_a_moderators_signature_in_the_database_publishes_nothing(
    newsroom: NewsroomHarness,
) -> None:
    bring_in(newsroom, "disqus.xml")
    newsroom.signer("Dara")
    dara = moderator_of("Dara")
    manifest = manifest_of(newsroom, the_import(newsroom), seed=dara.signing_seed)
    _change(
        newsroom,
        "update imports set state = 'signed', due_slot = 0, signed_by = 'Dara', head = :head,"
        " signing_key = :key, signature = :signature",
        head=manifest.head,
        key=dara.signing_key,
        signature=manifest.signature,
    )
    newsroom.pass_slots()
    assert published(newsroom) == {}


def test_rows_that_changed_since_they_were_shown_cannot_be_signed(
    newsroom: NewsroomHarness,
) -> None:
    bring_in(newsroom, "disqus.xml")
    item = the_import(newsroom)
    manifest = manifest_of(newsroom, item)
    _new_row_with_its_hash(newsroom, "staged_comments")
    with pytest.raises(ImportChanged):
        sign_import.sign(
            newsroom.database,
            newsroom.rules,
            newsroom.components.roster_reader,
            item.id,
            pseudonym=newsroom.pseudonym,
            manifest=manifest,
            now=newsroom.now,
        )
