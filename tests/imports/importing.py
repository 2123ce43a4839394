"""What a technician and a lead do with an import, each in one call."""

import secrets
from pathlib import Path
from typing import Any, Final

import msgspec

from tests.harness import SITE_ID, NewsroomHarness, lead_of
from yobal.actions import sign_import
from yobal.actions.sign_import import ManifestSignature
from yobal.cli import import_commands
from yobal.cli.import_commands import ImportRequest
from yobal.core import import_manifest
from yobal.core.import_manifest import ImportDocument
from yobal.demo import signing
from yobal.store import imports
from yobal.store.imports import Import

SAMPLES: Final = Path(__file__).parent


class ImportOutput(msgspec.Struct, frozen=True):
    printed: list[str]
    warned: list[str]

    @property
    def summary(self) -> str:
        return self.printed[0]


def bring_in(
    newsroom: NewsroomHarness, file: str | Path, format_: str = "disqus", **options: Any
) -> ImportOutput:
    """Written unless `is_written` says otherwise."""
    warned: list[str] = []
    defaults: dict[str, Any] = {"names": "keep", "is_written": True}
    request = ImportRequest(format=format_, file=SAMPLES / file, **(defaults | options))
    lines = import_commands.read_into(newsroom.components, request, warn=warned.append)
    return ImportOutput(list(lines), warned)


def the_import(newsroom: NewsroomHarness) -> Import:
    """The newest that a lead has not signed, or the only one."""
    with newsroom.database.reading() as conn:
        items = imports.list_all(conn, SITE_ID)
    waiting = [item for item in items if item.state == "waiting"]
    return (waiting or items)[0]


def manifest_of(newsroom: NewsroomHarness, item: Import, *, seed: bytes = b"") -> ManifestSignature:
    """As the lead's browser signs it."""
    seed = seed or lead_of(newsroom).signing_seed
    document = ImportDocument(
        site_id=SITE_ID,
        import_id=item.id,
        comments=item.comments_total,
        rows_hash=item.rows_hash or "",
        head=newsroom.signer().head(),
        by=signing.public_key(seed),
    )
    return ManifestSignature(
        comments=document.comments,
        rows_hash=document.rows_hash,
        head=document.head,
        signature=signing.sign(seed, import_manifest.message(document)),
    )


def sign(newsroom: NewsroomHarness) -> Import:
    item = the_import(newsroom)
    sign_import.sign(
        newsroom.database,
        newsroom.rules,
        newsroom.components.roster_reader,
        item.id,
        pseudonym=newsroom.pseudonym,
        manifest=manifest_of(newsroom, item),
        now=newsroom.now,
    )
    return item


def refuse(newsroom: NewsroomHarness) -> None:
    item = the_import(newsroom)
    sign_import.refuse(newsroom.database, newsroom.rules, item.id, random=secrets.token_bytes)
    newsroom.purge()


def published(newsroom: NewsroomHarness) -> dict[str, dict[str, Any]]:
    """Published rows by the beginning of their text."""
    return {row["text"].split("\n")[0]: row for row in newsroom.read_table("published_comments")}
