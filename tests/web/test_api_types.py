"""The desk's TypeScript types are the ones that Python's request and response types give."""

from tools.generate_api_types import TYPES_FILE, generate


def test_the_committed_typescript_types_are_the_generated_ones() -> None:
    assert TYPES_FILE.read_text(encoding="utf-8") == generate(), (
        "the types of the desk's JSON have changed: run `.venv/bin/python -m tools.generate_api_types`"
    )


def test_bytes_are_strings_literals_are_unions_and_none_is_null() -> None:
    lines = generate().splitlines()
    assert 'export type Role = "lead" | "moderator";' in lines
    assert "  wrap: string | null;" in lines, "bytes, or None"
    assert "  edit_kind: EditKind | null;" in lines
    assert "  cursor?: string | null;" in lines, "a field with a default may be left out"
    assert '  verdict: "publish_edited";' in lines
    assert "export interface Session extends QueueStatus {" in lines
