"""Documentation says what the code does: settings, routes, steps, errors, commands, links, verbs."""

import json
import re
import shlex
from functools import cache
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
import typer.main

from yobal.adapters.rendering import json_pages, words
from yobal.cli.main import app
from yobal.core import paths
from yobal.core.submission import FieldErrorCode
from yobal.core.terms import CLAUSES, EDIT_KINDS, NOTE_GRAPHEMES_MAX
from yobal.server import health
from yobal.server.settings import PREFIX, Settings
from yobal.store.tables import metadata
from yobal.web.handlers.context import PROBLEM_STATUSES

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
FRONT_END = ROOT / "frontend" / "README.md"
PAGES = sorted(
    [*ROOT.glob("*.md"), *DOCS.rglob("*.md"), FRONT_END],
    key=lambda path: path.relative_to(ROOT).as_posix(),
)
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]+")
CUSTOM_PROPERTY = "--yobal-"  # of a newsroom's stylesheet
OLD_OPTIONS = {"--site", "--again", "--clock-is-right"}  # the changelog says what replaced them
FOREIGN_OPTIONS = {  # of pip, uv, pipx, adduser, systemctl, certbot, curl and the like, in the technicians' commands
    "--require-hashes",
    "--system",
    "--group",
    "--home",
    "--now",
    "--data-urlencode",
    "--omit",
    "--ignore-scripts",
    "--no-deps",
    "--force-reinstall",
    "--since",
    "--python",
    "--constraints",
    "--reinstall",
    "--force",
    "--standalone",
}


@cache
def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def doc(name: str) -> str:
    return read(DOCS / name)


def rows(text: str) -> dict[str, list[str]]:
    """Lines of tables by the word in code that their first cell begins with."""
    cells_by_word: dict[str, list[str]] = {}
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and cells[0].startswith("`"):
            for word in re.findall(r"`([^`]+)`", cells[0]):
                cells_by_word[word] = cells[1:]
    return cells_by_word


def commands() -> dict[str, Any]:
    """Every command with its click object: `story add`, `serve`, …"""
    by_name = {}
    for name, command in typer.main.get_command(app).commands.items():  # type: ignore[attr-defined]  # a group
        subcommands = getattr(command, "commands", None)
        if subcommands is None:
            by_name[name] = command
        else:
            by_name |= {
                f"{name} {subname}": subcommand for subname, subcommand in subcommands.items()
            }
    return by_name


@pytest.mark.parametrize("field", msgspec.structs.fields(Settings), ids=lambda field: field.name)
def test_every_setting_is_in_settings_md_with_its_default(field: Any) -> None:
    described = rows(doc("settings.md"))
    assert field.name in described
    default = described[field.name][0]
    if field.required:
        assert "must be set" in default
    else:
        assert default == f"`{json.dumps(getattr(Settings(site_id='', site_name=''), field.name))}`"


def test_settings_md_describes_only_settings() -> None:
    names = {field.name for field in msgspec.structs.fields(Settings)}
    assert set(rows(doc("settings.md"))) <= names
    for page in PAGES:
        for variable in re.findall(rf"\b{PREFIX}[A-Z_]+\b", read(page)):
            allowed = {"YOBAL_CONFIG", "YOBAL_MEMORY_HARDENED"}
            assert variable in allowed or variable.removeprefix(PREFIX).lower() in names, page


def test_every_step_of_a_reader_is_described_and_no_other() -> None:
    source = read(ROOT / "src/yobal/web/handlers/dispatch.py")
    steps = set(re.findall(r'^ {12}"(\w+)": ', source, re.MULTILINE))
    assert {"send", "receipt"} <= steps
    section = doc("http.md").split("## Writing")[1].split("## When")[0]
    assert set(rows(section)) - {"step"} == steps


def test_every_problem_that_a_reader_may_meet_is_described_with_its_status() -> None:
    described = rows(doc("http.md").split("## When it cannot be done")[1])
    assert {word: cells[0] for word, cells in described.items()} == {
        problem: str(status) for problem, status in PROBLEM_STATUSES.items()
    }
    assert all(f"`{code}`" in doc("http.md") for code in get_args(FieldErrorCode))


def test_every_kind_of_public_file_is_described() -> None:
    text = doc("http.md")
    own = (paths.style("SITE"), paths.icon("SITE"), paths.terms("SITE", "EDITION"))
    for name in (paths.NEWEST_FRAGMENT, paths.NEWEST_JSON, paths.FORM, *own):
        assert name in text
        assert name in doc("file-formats.md")
    assert paths.what_we_keep("SITE", "EDITION") in text


def test_exactly_the_keys_of_the_public_json_are_described() -> None:
    text = doc("file-formats.md").split("### JSON")[1].split("## Vectors")[0]
    tables = {*json_pages.NewestFile.__struct_fields__, *json_pages.PublicComment.__struct_fields__}
    others = {*json_pages.PageFile.__struct_fields__, *json_pages.RepliesFile.__struct_fields__}
    assert set(rows(text)) == tables
    assert all(f"`{key}`" in text for key in others)


def test_the_threat_model_says_what_every_table_contains() -> None:
    section = doc("threat-model.md").split("## What a seizure shows")[1].split("## Limits")[0]
    assert set(rows(section)) >= set(metadata.tables)


def test_every_clause_and_edit_kind_is_described() -> None:
    text = doc("for-moderators.md")
    for number, clause in enumerate(CLAUSES, start=1):
        assert f"| {number} | {clause.title} | {clause.sentence} |" in text
        assert f"`{clause.key}`" in doc("file-formats.md")
    assert all(f"`{kind}`" in text for kind in EDIT_KINDS)
    assert str(NOTE_GRAPHEMES_MAX) in text


@pytest.mark.parametrize("command", commands())
def test_every_command_is_described(command: str) -> None:
    assert f"yobal {command}" in doc("operate.md")


def code_blocks(page: str) -> list[str]:
    return re.findall(r"^```\n(.*?)^```", doc(page), re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize(
    "page", ["install.md", "stories.md", "move.md", "operate.md", "trouble.md"]
)
def test_every_command_for_technicians_is_whole_and_can_be_copied(page: str) -> None:
    """No part is left out, and each command of Yobal has words and options that it takes."""
    blocks = code_blocks(page)
    assert blocks
    for line in "".join(blocks).splitlines():
        assert "…" not in line, line
        assert not line.startswith(("yobal ", "$ ", "# ")), line
        words = shlex.split(line) if "/bin/yobal " in line else []
        if words and words[-1] != "--version":
            at = next(index for index, word in enumerate(words) if word.endswith("/bin/yobal")) + 1
            group = typer.main.get_command(app)
            assert takes(group, words[at:]), line


def takes(command: Any, words: list[str]) -> bool:
    """Whether a command, or the subcommand that the words name, can be called with these words."""
    subcommands = getattr(command, "commands", None)
    if subcommands is not None:
        return bool(words) and words[0] in subcommands and takes(subcommands[words[0]], words[1:])
    try:
        command.make_context("yobal", list(words), resilient_parsing=False)
    except SystemExit:
        return False
    except Exception:  # noqa: BLE001  # any error of usage
        return False
    return True


def test_control_a_command_with_a_word_left_out_is_noticed() -> None:
    group = typer.main.get_command(app)
    assert takes(group, ["story", "open", "ferry"])
    assert not takes(group, ["story", "open"])
    assert not takes(group, ["story", "nosuch"])
    assert not takes(group, ["release", "--nosuch"])


def test_the_help_of_every_command_has_an_example_that_it_takes() -> None:
    group = typer.main.get_command(app)
    for name, command in commands().items():
        examples = re.sub(r"^Examples?[^:]*: ", "", command.epilog or "").split("; ")
        for example in examples:
            words = shlex.split(example.split(" | ")[0].split(" > ")[0])
            assert words[: 1 + len(name.split())] == ["yobal", *name.split()], (name, example)
            assert takes(group, words[1:]), example


def test_the_table_of_troubles_has_every_task_of_the_probe() -> None:
    tasks = [health.STORE_TASK, health.FILES_TASK, health.KEYS_TASK, health.READ_TASK]
    tasks.append(health.ROSTER_TASK)
    assert all(f"| `cannot {task}" in doc("trouble.md") for task in tasks)


def test_only_commands_and_options_that_exist_are_named() -> None:
    by_name = commands()
    words = {name.split()[0] for name in by_name}
    params = [param for command in by_name.values() for param in command.params]
    options = {option for param in params for option in param.opts} | {"--version", "--help"}
    for page in PAGES:
        text = read(page)
        for command in re.findall(r"(?:`|/bin/|^)yobal ([a-z][a-z-]*)", text, re.MULTILINE):
            assert command in words, (page, command)
        allowed = (
            options | FOREIGN_OPTIONS | (OLD_OPTIONS if page.name == "CHANGELOG.md" else set())
        )
        named = {name for name in OPTION.findall(text) if not name.startswith(CUSTOM_PROPERTY)}
        assert named <= allowed, page


def test_exactly_the_colours_that_a_page_can_set_are_named() -> None:
    style = read(ROOT / "frontend" / "embed" / "style.ts")
    block = style.split("const COLOURS = {")[1].split("}")[0]
    colours = {name.strip('"') for name in re.findall(r"^  (\S+):", block, re.MULTILINE)}
    named = {name for name in OPTION.findall(doc("embed.md")) if name.startswith(CUSTOM_PROPERTY)}
    assert named == {CUSTOM_PROPERTY + colour for colour in colours | {"padding"}}


def test_exactly_the_keys_that_are_needed_to_draw_are_in_the_public_json() -> None:
    """`frontend/embed/types.ts` is written by hand."""
    types = read(ROOT / "frontend" / "embed" / "types.ts")
    for struct in (json_pages.PublicComment, words.Words):
        (block,) = re.findall(rf"interface {struct.__name__} {{(.*?)\n}}", types, re.DOTALL)
        assert set(re.findall(r"^  (\w+):", block, re.MULTILINE)) <= set(struct.__struct_fields__)
    assert set(re.findall(r'^  \| "(\w+)"', types, re.MULTILINE)) == set(words.SENTENCES)


def test_only_the_ports_of_the_settings_are_named() -> None:
    settings = Settings(site_id="a", site_name="A")
    ports = {settings.intake_listen.rsplit(":", 1)[1], settings.desk_listen.rsplit(":", 1)[1]}
    ports |= {"8602", "8610"}  # the example of `metrics_listen`, and the default of `yobal desk`
    for page in PAGES:
        named = set(re.findall(r"(?:localhost|127\.0\.0\.1):(\d+)", read(page)))
        assert named <= ports, page


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_has_a_target(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", read(page)):
        if target.startswith(("https://", "http://", "mailto:")):
            continue
        file, _, anchor = target.partition("#")
        other = (page.parent / file).resolve() if file else page
        assert other.exists(), target
        if anchor:
            assert anchor in anchors(other), target


def test_every_file_that_the_front_end_readme_names_exists() -> None:
    named = set(re.findall(r"`([\w./-]+(?:/|\.(?:ts|css|mjs|md)))`", read(FRONT_END)))
    folders = (FRONT_END.parent, FRONT_END.parent / "desk", ROOT)
    assert len(named) > 8
    assert not [name for name in named if not any((folder / name).exists() for folder in folders)]


def test_every_page_that_code_names_exists() -> None:
    for path in (ROOT / "src").rglob("*.py"):
        for name in re.findall(r"`([\w./-]+\.md)`", read(path)):
            assert (ROOT / name).exists(), (path, name)


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", read(page), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_make_target_is_named_and_every_named_one_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):.*##", read(ROOT / "Makefile"), re.MULTILINE))
    named = {
        verb
        for page in PAGES
        for verb in re.findall(r"(?:^|`)make ([a-z-]+)(?:$|`)", read(page), re.MULTILINE)
    }
    assert named == targets - {"help"}
    assert {"demo", "test"} <= set(
        re.findall(r"^make ([a-z-]+)", read(ROOT / "README.md"), re.MULTILINE)
    )


def test_the_steps_that_open_an_exported_envelope_make_the_right_key() -> None:
    code = re.search(r"```python\n(.*?)```", doc("file-formats.md"), re.DOTALL)
    assert code is not None
    made: dict[str, Any] = {}
    exec(code[1], made)
    vectors = json.loads(read(ROOT / "tests/vectors/keys.json"))
    vector = vectors["passphrases"][1]
    unlocking = made["unlocking"](vector["site"], vector["pseudonym"], vector["passphrase"])
    assert unlocking == vector["identity"]


def test_every_decision_record_has_its_four_parts() -> None:
    records = sorted((DOCS / "decisions").glob("*.md"))
    numbers = [int(record.name[:4]) for record in records]
    assert numbers == list(range(1, len(numbers) + 1))
    for record in records:
        parts = re.findall(r"^\*\*(.+?)\.\*\*", read(record), re.MULTILINE)
        assert parts == ["Question", "Choice", "Reason", "What would change our mind"], record.name


SOURCE_ROOTS = (ROOT, ROOT / "src/yobal", ROOT / "frontend/desk")


def source_of(name: str) -> str:
    """The text of a source file that a page names without its root folder."""
    return next((read(root / name) for root in SOURCE_ROOTS if (root / name).is_file()), "")


def defines(source: str, name: str) -> bool:
    pattern = rf"def {name}\(|class {name}\b|function {name}[<(]|^ +(?:async )?{name}(?:<\w+>)?\(|^(?:export const )?{name}\b"
    return re.search(pattern, source, re.MULTILINE) is not None


def test_every_source_file_named_by_a_decision_exists() -> None:
    for page in (DOCS / "decisions").glob("*.md"):
        for name in re.findall(r"`((?:[\w-]+/)+[\w-]+\.(?:py|ts|html|css|po))`", read(page)):
            assert source_of(name), (page.name, name)


def test_the_main_paths_name_functions_that_exist_and_count_their_steps() -> None:
    text = doc("paths.md")
    main_paths = re.split(r"^\*\*From ", text, flags=re.MULTILINE)[1:]
    assert len(main_paths) == 4
    for main_path in main_paths:
        rows_of_files = re.findall(r"^\| `([^`]+)` \| (\d.*) \|$", main_path, re.MULTILINE)
        steps = [
            (int(number), file, name)
            for file, cell in rows_of_files
            for number, name in re.findall(r"(?:^| · )(\d+) `(#?\w+)`:", cell)
        ]
        counts = re.search(r"\((\d+) steps, (\d+) files\)", main_path)
        assert counts is not None
        assert [number for number, _, _ in steps] == list(range(1, int(counts[1]) + 1))
        assert len({file for _, file, _ in steps}) == int(counts[2])
        missing = [(file, name) for _, file, name in steps if not defines(source_of(file), name)]
        assert not missing


def test_control_a_function_that_does_not_exist_is_noticed() -> None:
    source = source_of("actions/release.py")
    assert defines(source, "release")
    assert not defines(source, "publish_everything")


def test_every_place_to_change_something_exists() -> None:
    section = read(ROOT / "CONTRIBUTING.md").split("| to change |")[1].split("## What")[0]
    for line in section.splitlines()[2:]:
        named = re.findall(r"`([^`]+)`", line)
        sources = "".join(source_of(name) for name in named)
        for name in named:
            is_path = "/" in name
            is_there = any((root / name).exists() for root in SOURCE_ROOTS)
            assert is_there if is_path else defines(sources, name), name


def test_every_promise_names_tests_that_exist_and_have_a_control() -> None:
    text = doc("promises.md")
    named = set(re.findall(r"`(tests/[\w/]+\.py)`", text))
    promises = {path.relative_to(ROOT).as_posix() for path in ROOT.glob("tests/promises/test_*.py")}
    promises |= {
        path.relative_to(ROOT).as_posix() for path in ROOT.glob("tests/invariants/test_*.py")
    }
    assert len(promises) > 8
    assert named >= promises
    assert all((ROOT / name).exists() for name in named)
    for section in re.split(r"^### ", text, flags=re.MULTILINE)[1:]:
        tests = re.findall(r"`(tests/[\w/]+\.py)`", section)
        assert tests or "**Not promised yet.**" in section, section.splitlines()[0]
        controls = re.findall(r"`(test_control_\w+)`", section)
        sources = "".join(read(ROOT / name) for name in tests)
        assert controls or not tests, section.splitlines()[0]
        assert all(f"def {control}(" in sources for control in controls), section.splitlines()[0]


def test_the_moderators_handbook_leads_from_its_beginning_to_each_emergency() -> None:
    page = read(DOCS / "for-moderators.md")
    beginning = page[: page.index("## Signing in")]
    emergencies = ["A phone is lost", "A colleague leaves", "I forgot my words", "The red page"]
    for heading in (*emergencies, "I am alone"):
        assert f"\n## {heading}\n" in page
        assert f"[{heading}](#" in beginning
