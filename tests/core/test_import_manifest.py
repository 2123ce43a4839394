"""What a lead signs for an import has the same bytes as in the desk's page, and is of this import only."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.harness import NewsroomHarness, lead_of
from yobal.core import import_manifest
from yobal.core.import_manifest import ImportDocument, ImportedPublication, RowsSummary
from yobal.core.roster import is_signed
from yobal.demo import signing

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "vectors" / "imports.json").read_text(encoding="utf-8")
)
DOCUMENT = msgspec.convert(VECTORS["document"], ImportDocument)


def test_the_bytes_and_the_signature_are_those_of_the_vectors() -> None:
    message = import_manifest.message(DOCUMENT)
    assert message == import_manifest.IMPORT_DOMAIN + VECTORS["canonical"].encode()
    assert is_signed(message, signature=bytes.fromhex(VECTORS["signature"]), by=DOCUMENT.by)


def test_the_hashes_are_those_of_the_vectors() -> None:
    row_hashes = [
        (
            row["comment_id"],
            import_manifest.row_hash(
                bytes.fromhex(row["nonce"]),
                msgspec.convert(row["publication"], ImportedPublication),
            ),
        )
        for row in VECTORS["comments"]
    ]
    assert [hash_.hex() for _, hash_ in row_hashes] == [row["hash"] for row in VECTORS["comments"]]
    expected = RowsSummary(2, VECTORS["rows_hash"])
    assert import_manifest.summarize(row_hashes) == expected
    assert import_manifest.summarize(row_hashes[:1]) != expected


@pytest.mark.parametrize(
    "change",
    [
        {"site_id": "other"},
        {"import_id": "b" * 26},
        {"comments": 6},
        {"rows_hash": "d" * 64},
        {"head": "d" * 64},
    ],
)
def test_a_signature_is_valid_for_one_import_only(
    sqlite_newsroom: NewsroomHarness, change: dict[str, Any]
) -> None:
    seed = lead_of(sqlite_newsroom).signing_seed
    with sqlite_newsroom.database.reading() as conn:
        signers = sqlite_newsroom.components.roster_reader.signers(conn)
    assert signers is not None
    document = ImportDocument(
        site_id=sqlite_newsroom.rules.site_id,
        import_id="a" * 26,
        comments=5,
        rows_hash="b" * 64,
        head=sqlite_newsroom.signer().head(),
        by=signing.public_key(seed),
    )
    signature = signing.sign(seed, import_manifest.message(document))
    assert import_manifest.is_genuine(document, signature, signers)
    changed = msgspec.structs.replace(document, **change)
    assert not import_manifest.is_genuine(changed, signature, signers)
    assert not import_manifest.is_genuine(document, None, signers)
