"""Names and texts follow `docs/glossary.md`: its third column lists the words that are not used."""

import ast
import io
import re
import tokenize
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec
import pytest
from babel.messages import pofile

from yobal.server.settings import Settings
from yobal.store.tables import metadata
from yobal.web.errors import FRAMEWORK_ERRORS, TABLE, UNEXPECTED

ROOT = Path(__file__).parent.parent
GLOSSARY = ROOT / "docs" / "glossary.md"
CHANGELOG = ROOT / "CHANGELOG.md"
PYTHON = [
    *(ROOT / "src").rglob("*.py"),
    *(ROOT / "tests").rglob("*.py"),
    *(ROOT / "bench").rglob("*.py"),
]
TYPESCRIPT = [
    path
    for folder in ("desk", "embed", "tests")
    for path in (ROOT / "frontend" / folder).rglob("*.ts")
]
STYLES = [
    *(path for path in (ROOT / "frontend").glob("*.css")),
    *(ROOT / "frontend" / "desk").rglob("*.css"),
]
DOCUMENTS = sorted(
    {*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "frontend" / "README.md"}
    - {GLOSSARY, CHANGELOG}  # both must spell old names
)
# Tests that check the refusal of old names, and this file's own control, must spell them.
SPELLS_OLD_NAMES = {"tests/test_glossary.py"}
NOT_AN_ID = frozenset({"comment", "decision", "epoch", "story", "site", "root", "parent"})

Scope = Literal["names", "text", "exactly", "stored"]
_PART = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_TS_DEFINITION = re.compile(
    r"\b(?:const|let|function|class|interface|type|enum)\s+#?(\w+)"
    r"|^\s+(?:(?:private|protected|readonly|static|async|get|set)\s+)*#?(\w+)[?!]?(?:\(|: )",
    re.MULTILINE,
)
_TS_STRING_ID = re.compile(r"\b(\w+)\??: string\b")
_TS_CODE_ONLY = re.compile(r"/\*.*?\*/|//[^\n]*|`(?:\\.|[^`\\])*`", re.DOTALL)


class Forbidden(msgspec.Struct, frozen=True):
    """One word of the third column."""

    scope: Scope
    word: str
    use: str


def parse(glossary: str) -> list[Forbidden]:
    """Every word that the table rules out, with the word to use instead."""
    words = []
    for line in glossary.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|") or len(cells) != 3:
            continue
        for scope, listed in re.findall(r"(names|text|exactly|stored): ([^;]+)", cells[2]):
            words += [Forbidden(scope, word, cells[0]) for word in re.findall(r"`([^`]+)`", listed)]
    return words


@cache
def forbidden() -> tuple[Forbidden, ...]:
    return tuple(parse(GLOSSARY.read_text(encoding="utf-8")))


def parts(name: str) -> list[str]:
    """`textLettersMax`, `text_letters_max` and `text-letters-max` have the same three parts."""
    return [part.lower() for part in _PART.findall(name)]


def problem(name: str, *, is_stored: bool = False) -> str | None:
    """Why a name breaks the glossary; None if it does not."""
    pieces = parts(name)
    scopes: set[Scope] = {"names", "stored"} if is_stored else {"names"}
    for rule in forbidden():
        wanted = parts(rule.word)
        spans = [pieces[at : at + len(wanted)] for at in range(len(pieces))]
        is_exact = rule.scope == "exactly" and pieces == wanted
        if is_exact or (rule.scope in scopes and wanted in spans):
            return f"{name}: not “{rule.word}”, use “{rule.use}”"
    return None


def problems(names: Iterable[str], *, is_stored: bool = False) -> list[str]:
    reasons = {problem(name, is_stored=is_stored) for name in names}
    return sorted(reason for reason in reasons if reason is not None)


def text_problems(texts: Iterable[str]) -> list[str]:
    rules = [rule for rule in forbidden() if rule.scope == "text"]
    return [
        f"{text!r}: not “{rule.word}”, use “{rule.use}”"
        for text in texts
        for rule in rules
        if re.search(rf"\b{rule.word}\b", text, re.IGNORECASE)
    ]


def names_in_python(source: str) -> Iterator[str]:
    """Names that the source defines; names of other libraries are only used, never defined."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case (
                ast.FunctionDef(name=name)
                | ast.AsyncFunctionDef(name=name)
                | ast.ClassDef(name=name)
            ):
                yield name
            case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()):
                yield name
            case ast.Attribute(attr=name, ctx=ast.Store()):
                yield name
            case ast.alias(asname=str(name)):
                yield name
            case _:
                pass


def string_ids_in_python(source: str) -> list[str]:
    """Parameters and fields of type str that hold an id but are named like the thing itself."""
    annotated = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.arg(arg=name, annotation=ast.expr() as annotation):
                annotated.append((name, annotation))
            case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation):
                annotated.append((name, annotation))
            case _:
                pass
    return sorted(
        name
        for name, annotation in annotated
        if name in NOT_AN_ID and ast.unparse(annotation) in ("str", "str | None")
    )


def names_in_typescript(source: str) -> list[str]:
    code = _TS_CODE_ONLY.sub("", source).replace("once: true", "")
    return [first or second for first, second in _TS_DEFINITION.findall(code)]


def string_ids_in_typescript(source: str) -> list[str]:
    return sorted(NOT_AN_ID & set(_TS_STRING_ID.findall(_TS_CODE_ONLY.sub("", source))))


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def each(paths: list[Path]) -> pytest.MarkDecorator:
    checked = sorted(path for path in paths if relative(path) not in SPELLS_OLD_NAMES)
    return pytest.mark.parametrize("path", checked, ids=relative)


@each(PYTHON)
def test_python_names_follow_the_glossary(path: Path) -> None:
    names = [*names_in_python(path.read_text(encoding="utf-8")), path.stem, path.parent.name]
    assert not problems(names)


@each(PYTHON)
def test_python_strings_that_hold_an_id_end_in_id(path: Path) -> None:
    assert not string_ids_in_python(path.read_text(encoding="utf-8"))


@each(TYPESCRIPT)
def test_typescript_names_follow_the_glossary(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert not problems([*names_in_typescript(source), path.stem, path.parent.name])


@each(TYPESCRIPT)
def test_typescript_strings_that_hold_an_id_end_in_id(path: Path) -> None:
    assert not string_ids_in_typescript(path.read_text(encoding="utf-8"))


def fillers() -> set[str]:
    section = GLOSSARY.read_text(encoding="utf-8").split("## Names that say nothing")[1]
    return set(re.findall(r"`([a-z]+)`", section.split("not used as names:")[1]))


def test_names_say_what_they_hold() -> None:
    words = fillers()
    assert {"one", "found"} <= words
    empty_names = [
        (relative(path), name)
        for path in PYTHON
        for name in names_in_python(path.read_text(encoding="utf-8"))
        if name.strip("_") in ({"one"} if relative(path).startswith("tests/") else words)
    ]
    empty_names += [
        (relative(path), name)
        for path in TYPESCRIPT
        for name in names_in_typescript(path.read_text(encoding="utf-8"))
        if name in words
    ]
    assert not empty_names


def phrases() -> list[str]:
    section = GLOSSARY.read_text(encoding="utf-8").split("## Phrases that are not used")[1]
    return re.findall(r"`([^`]+)`", section)


def stiff_phrases(text: str) -> list[str]:
    words = re.sub(r"\s+(?:# |\* |// )?", " ", text).lower()
    return [phrase for phrase in phrases() if re.search(rf"(?:\b|(?=\W)){phrase}\b", words)]


def comments_and_docstrings(source: str) -> str:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    comments = [token.string for token in tokens if token.type == tokenize.COMMENT]
    docstrings = [
        ast.get_docstring(node) or ""
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    return "\n".join([*comments, *docstrings])


@pytest.mark.parametrize("path", [*DOCUMENTS, CHANGELOG], ids=relative)
def test_documents_are_plain_english(path: Path) -> None:
    assert not stiff_phrases(path.read_text(encoding="utf-8"))


@each(PYTHON)
def test_comments_in_python_are_plain_english(path: Path) -> None:
    assert not stiff_phrases(comments_and_docstrings(path.read_text(encoding="utf-8")))


@each([path for path in TYPESCRIPT if "tests" not in path.parts])
def test_comments_and_screens_in_typescript_are_plain_english(path: Path) -> None:
    assert not stiff_phrases(path.read_text(encoding="utf-8"))


def test_only_the_public_side_and_the_pages_speak_of_a_reader() -> None:
    """In the store and in actions `reader` once meant a moderator."""
    speaking = [
        relative(path)
        for folder in ("store", "actions")
        for path in (ROOT / "src/yobal" / folder).rglob("*.py")
        if "reader" in names_in_python(path.read_text(encoding="utf-8"))
    ]
    assert not speaking


def test_tables_and_columns_follow_the_glossary() -> None:
    names = [*metadata.tables]
    names += [column.name for table in metadata.tables.values() for column in table.columns]
    assert len(names) > 100
    assert not problems(names, is_stored=True)
    assert not NOT_AN_ID & set(names)


def test_settings_follow_the_glossary() -> None:
    names = [field.name for field in msgspec.structs.fields(Settings)]
    assert not problems(names, is_stored=True)


def test_error_codes_follow_the_glossary() -> None:
    codes = [code for _, code, _ in TABLE.values()]
    codes += [code for code, _ in FRAMEWORK_ERRORS.values()] + [UNEXPECTED[1]]
    assert not problems(codes)


def test_routes_follow_the_glossary() -> None:
    source = (ROOT / "src/yobal/web/routes.py").read_text(encoding="utf-8")
    routes = re.findall(r'"(/[a-z/-]+)"', source)
    assert len(routes) > 15
    assert not problems(part for route in routes for part in route.split("/"))


def test_css_classes_follow_the_glossary() -> None:
    templates = [*(ROOT / "src/yobal/templates").rglob("*.html")]
    classes = {
        name
        for path in templates
        for listed in re.findall(r'class="([^"{]*)', path.read_text(encoding="utf-8"))
        for name in listed.split()
    }
    for path in STYLES:
        classes |= set(re.findall(r"\.([a-z][\w-]*)", path.read_text(encoding="utf-8")))
    assert len(classes) > 20
    assert not problems(classes)


@pytest.mark.parametrize(
    "catalogue",
    sorted(ROOT.glob("src/yobal/locales/en/LC_MESSAGES/*.po")),
    ids=lambda path: path.stem,
)
def test_texts_on_screen_follow_the_glossary(catalogue: Path) -> None:
    with catalogue.open("rb") as file:
        messages = pofile.read_po(file)
    texts: list[str] = []
    for message in messages:
        texts += message.id if isinstance(message.id, list | tuple) else [message.id]
    assert len(texts) > 20
    assert not text_problems(texts)
    assert not [text for text in texts if stiff_phrases(text)]


def test_messages_of_errors_follow_the_glossary() -> None:
    assert not text_problems(message for _, _, message in TABLE.values())
    assert not stiff_phrases("\n".join(message for _, _, message in TABLE.values()))


@pytest.mark.parametrize("path", DOCUMENTS, ids=relative)
def test_code_in_documents_follows_the_glossary(path: Path) -> None:
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    names = re.findall(r"`([\w./-]+)`", text)
    assert not problems(part for name in names for part in re.split(r"[./]", name))


def test_the_glossary_defines_no_word_twice() -> None:
    lines = re.findall(r"^\| ([^|]+) \|", GLOSSARY.read_text(encoding="utf-8"), re.MULTILINE)
    words = [word for word in lines if word not in ("word", "---")]
    assert len(words) > 60
    assert len(words) == len(set(words))


@pytest.mark.parametrize(
    "source",
    [
        "def carry_out(wish): ...",
        "text_letters_max = 1",
        "class Bucket: ...",
        "self.once = 1",
        "from yobal import store as drawer",
        "for tending in (): ...",
    ],
)
def test_control_a_bad_python_name_is_found(source: str) -> None:
    assert problems(names_in_python(source))


def test_control_a_name_of_another_library_is_not_held_against_us() -> None:
    assert not problems(names_in_python("page.keyboard.press('j', once=True)"))
    assert not problems(names_in_python("run_once = 1"))


def test_control_a_word_is_forbidden_in_its_scope_only() -> None:
    assert problems(["cluster"], is_stored=True)
    assert not problems(["cluster"])


def test_control_a_string_named_like_the_thing_itself_is_found() -> None:
    assert string_ids_in_python("def get(conn, story: str | None) -> None: ...") == ["story"]
    assert string_ids_in_python("class Row:\n    comment: str") == ["comment"]
    assert string_ids_in_typescript("interface Row { comment: string }") == ["comment"]


def test_control_a_bad_typescript_name_is_found() -> None:
    assert problems(names_in_typescript("class Queue {\n  #doors: string[] = [];\n}"))
    assert problems(names_in_typescript("export function lettersOf(text: string) {}"))
    assert not problems(names_in_typescript("element.addEventListener('x', f, { once: true })"))


def test_control_a_bad_word_on_screen_is_found() -> None:
    assert text_problems(["at most 300 letters"])
    assert not text_problems(["at most 300 characters"])


def test_control_a_stiff_phrase_is_found_across_lines() -> None:
    assert stiff_phrases("Nobody decides.") == ["nobody"]
    assert stiff_phrases("It is stored for\n    # ever.") == ["for ever"]
    assert stiff_phrases("Two newsrooms, of which one is killed.") == [", of which"]
    assert not stiff_phrases("The sentences, each of which fits, stay forever.")
    assert comments_and_docstrings('"""Nobody."""\nNAME = "whoever"  # anew\n') == "# anew\nNobody."
