"""`docs/http-desk.md` describes the desk's routes, errors and types, and nothing else."""

import re
from functools import cache
from pathlib import Path

import msgspec
import pytest
from tools.generate_api_types import EMPTY, own_fields, route_types, structs, type_name

from yobal.web.errors import FRAMEWORK_ERRORS, TABLE, UNEXPECTED
from yobal.web.routes import ASSETS, DESK_ROUTES, PAGES

PAGE = Path(__file__).parents[2] / "docs" / "http-desk.md"


@cache
def text() -> str:
    return PAGE.read_text(encoding="utf-8")


def section(heading: str) -> str:
    """The text under a heading, up to the next heading of any level."""
    parts = re.split(r"^#+ (.+)$", text(), flags=re.MULTILINE)
    headings = dict(zip(parts[1::2], parts[2::2], strict=True))
    return headings[heading]


def table(source: str) -> list[tuple[str, ...]]:
    """The rows of the tables in a piece of Markdown, without their headings."""
    lines = [line for line in source.splitlines() if line.startswith("| `")]
    return [tuple(cell.strip() for cell in line.strip("|").split(" | ")) for line in lines]


def test_pages_and_files_are_described() -> None:
    described = set(re.findall(r"`(?:GET )?(/[a-z/.-]*)`", section("Pages and files")))
    assert described == {*PAGES, *(f"/assets/{name}" for name in ASSETS)}


def test_every_route_is_described_with_its_access_and_types() -> None:
    routes = zip(DESK_ROUTES, route_types(), strict=True)
    expected = [
        (f"`{route.path}`", route.access, _code(types.request), _code(types.response))
        for route, types in routes
    ]
    headings = ("Signing in and people", "Moderating", "Imports")
    assert [row for heading in headings for row in table(section(heading))] == expected


def _code(name: str) -> str:
    return "`{}`" if name == EMPTY else f"`{name}`"


def test_every_error_is_described_with_its_status() -> None:
    codes = {(code, status) for status, code, _ in (*TABLE.values(), UNEXPECTED)}
    codes |= {(code, status) for status, (code, _) in FRAMEWORK_ERRORS.items()}
    described = [(row[0].strip("`"), int(row[1])) for row in table(section("Errors"))]
    assert set(described) == codes
    assert [status for _, status in described] == sorted(status for _, status in described)


@pytest.mark.parametrize("name", structs())
def test_every_field_of_a_type_is_described_with_its_type(name: str) -> None:
    base, fields = own_fields(structs()[name])
    expected = [
        (f"`{field.name}`", type_name(field.type).replace(" | ", " or ")) for field in fields
    ]
    tag = structs()[name].__struct_config__.tag
    if tag is not None:
        expected.insert(0, ("`verdict`", f'`"{tag}"`'))
    described = table(section(f"`{name}`"))
    assert [row[:2] for row in described] == expected
    assert (f"Has the fields of `{base}`, and:" in section(f"`{name}`")) is (base is not None)
    assert all(row[2] for row in described if row[0] != "`verdict`"), "a meaning"


def test_no_type_is_described_that_does_not_exist() -> None:
    assert set(re.findall(r"^### `(\w+)`$", text(), re.MULTILINE)) == set(structs())


def test_control_a_new_field_is_missed_in_the_description() -> None:
    class Terms(msgspec.Struct):
        version: int
        accepted: bool

    _, fields = own_fields(Terms)
    names = [f"`{field.name}`" for field in fields]
    assert names != [row[0] for row in table(section("`Terms`"))]
