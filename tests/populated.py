"""A newsroom with a row in every table, made by the real actions: what a migration must bring over whole.

There is no release yet, so the first schema still changes in place. With the first release, its store is written
to a file that is never changed any more, and CI migrates that file instead.
"""

import tempfile
from pathlib import Path

import sqlalchemy as sa

from tests.exports.exporting import export
from tests.harness import STORY_ID, NewsroomHarness, add_lead, lead_of
from tests.imports.importing import bring_in, sign
from tests.web.conftest import signed_in
from tests.web.desk_keys import invite, join_by_invitation, moderator_of, register
from tests.web.passkey_device import Device, add_passkey, sign_in_with
from yobal.actions import mark_all_stale
from yobal.store.tables import metadata

INBOX_TABLES = ("inbox_a", "inbox_b")  # on PostgreSQL; SQLite's inbox is a file of its own


def populate(newsroom: NewsroomHarness) -> NewsroomHarness:
    """Leaves the newsroom between a decision and the slot at which it takes effect."""
    add_lead(newsroom, "Plover")  # a roster that replaced another
    _imports(newsroom)
    _comments(newsroom)
    _members(newsroom)  # what they leave expires with slots
    undone = newsroom.publish(newsroom.send("Accepted, and undone.").id)
    purge = newsroom.purge
    newsroom.purge = lambda: None  # type: ignore[method-assign]  # a crash before it: the cell stays listed
    newsroom.undo(undone)
    newsroom.purge = purge  # type: ignore[method-assign]  # put back
    mark_all_stale.mark_site_stale(newsroom.database, newsroom.rules)
    newsroom.send("In the inbox.", waits_for_round=True)
    return newsroom


def _members(newsroom: NewsroomHarness) -> None:
    desk = signed_in(newsroom)
    join_by_invitation(desk, "Egret", role="moderator")
    register(desk, invite(desk), moderator_of("Ibis"))
    invite(desk)
    device = Device(origin=desk.url)
    add_passkey(desk, lead_of(newsroom), device)
    assert sign_in_with(desk.browser_of(None), device).status == 200


def _comments(newsroom: NewsroomHarness) -> None:
    root = newsroom.publish_new("A root. ស្រុកខ្មែរ")
    newsroom.publish_new("A reply.", parent_id=root.id)
    edited = newsroom.send("With a number.")
    newsroom.publish_edited(edited.id, "With ▮▮▮▮▮▮▮▮.")
    withdrawn = newsroom.publish_new("Its author takes it back.")
    newsroom.request_withdrawal(withdrawn.code, "next")  # a row until the next release
    hidden = newsroom.publish_new("Removed, and not destroyed yet.")
    newsroom.request_withdrawal(hidden.code, "next")
    newsroom.remove(hidden.id, clause="spam")
    newsroom.reject(newsroom.send("Rejected.").id, note="Why.")
    newsroom.publish(newsroom.send("Held.").id)
    newsroom.send("Waits.")


def _imports(newsroom: NewsroomHarness) -> None:
    bring_in(newsroom, "disqus.xml", edition="en")
    sign(newsroom)
    _import_of_an_export(newsroom)
    bring_in(newsroom, "wordpress.xml", "wordpress")


def _import_of_an_export(newsroom: NewsroomHarness) -> None:
    """A thread that is empty here keeps the places of its comments."""
    exported = newsroom.publish_new("Comes again, from a file.")
    with tempfile.TemporaryDirectory() as folder:
        file = export(newsroom, "jsonl", Path(folder) / "site.jsonl")
        lines = file.read_bytes().replace(exported.id.encode(), b"b" * len(exported.id))
        file.write_bytes(lines.replace(f'"{STORY_ID}"'.encode(), b'"from-a-file"'))
        bring_in(newsroom, file, "jsonl")
    sign(newsroom)


def all_rows(newsroom: NewsroomHarness) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, in an order of its own; a column that came later is left out."""
    rows: dict[str, list[tuple[object, ...]]] = {}
    with newsroom.database.reading() as conn:
        for table in metadata.sorted_tables:
            chosen = sa.select(*table.columns)
            rows[str(table.name)] = sorted(map(tuple, conn.execute(chosen)), key=repr)
        if not newsroom.database.is_sqlite:
            for name in INBOX_TABLES:
                rows[name] = sorted(
                    map(tuple, conn.execute(sa.text(f"select * from {name}"))), key=repr
                )
    return rows


def empty_tables(newsroom: NewsroomHarness) -> set[str]:
    return {name for name, rows in all_rows(newsroom).items() if not rows} - {*INBOX_TABLES}


def inbox_is_used(newsroom: NewsroomHarness) -> bool:
    return bool(newsroom.inbox.count_comments().get(STORY_ID) == 1)
