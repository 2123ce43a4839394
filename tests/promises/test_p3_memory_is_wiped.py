"""P3: a text does not stay in memory.

Some seconds after the last of many submissions, and after a few short requests, the memory
of the server's process contains none of the texts. Freed memory keeps its content, so three
allocators are set to overwrite what they free. Controls: without these settings, or without
granian's alone, or without the garbage collection, texts are found.
"""

import importlib
import os
import pkgutil
import re
import resource
import signal
import socket
import time
from pathlib import Path
from types import ModuleType
from typing import Final

import pytest

import yobal
from tests.harness import SITE_ID
from tests.promises.crowd import Crowd
from tests.promises.leak_search import Marks, Readers, memory
from tests.promises.memory_search import WINDOW_CHARACTERS, Texts
from tests.serving import (
    READY_SECONDS,
    THREAD,
    Served,
    ask,
    form,
    make_served,
    needed,
    post,
    serving,
)
from yobal.server.hardening import allocators

PAUSE_SECONDS: Final = 5
SENT: Final = 400
SENT_IN_CONTROLS: Final = 100  # fewer, so that the controls show that these are enough
# Each text is in a reference cycle, as after an exception that holds its own frame.
CYCLES: Final = """
from yobal.core import language
guess = language.script_of
def script_of(text):
    cycle = [text]
    cycle.append(cycle)
    return guess(text)
language.script_of = script_of
"""
NOT_COLLECTING: Final = """
import gc
from yobal.server import serve
gc.disable()
gc.freeze = lambda: None
serve.GARBAGE_SECONDS = 3_600
"""
UNGUARDED: Final = """
from yobal.server.hardening import dumpable
dumpable.forbid = lambda: None
"""
# Caches that are keyed by what readers wrote, one letter at a time.
CACHE: Final = """
from yobal.core import language
guess, kept = language.script_of, {container}
def script_of(text):
    {keep}
    return guess(text)
language.script_of = script_of
"""
CACHES: Final = {
    "a dict of letters": ("dict()", "kept.update(dict.fromkeys(text, True))"),
    "a list of letters": ("list()", "kept.extend(text)"),
    "code points": ("list()", "kept.append(__import__('array').array('I', map(ord, text)))"),
    "letters with commas": ("list()", "kept.append(','.join(text))"),
}
# What the keys of each cache in Yobal are. None is text, a name or a part of them.
CACHES_ALLOWED: Final = {
    "core.language._scripts": "none",
    "core.language._languages_of_scripts": "none",
    "core.language._scripts_of_language": "a language of CLDR's data, or of an edition",
    "core.language_tag._languages": "none",
    "core.language_tag._variants": "none",
    "core.observers.window_seconds": "the schedule and an observer",
    "core.schedule._slots_near": "the schedule and a day",
    "core.schedule._rounds_near": "the schedule and a day",
    "adapters.confusables.prototypes": "none",
    "adapters.rendering.comment_markup._words": "a language that has a catalogue",
    "adapters.rendering.i18n.translator_for": "an edition, or a language that has a catalogue",
    "adapters.rendering.catalogue_file.catalogue_languages": "none",
    "adapters.rendering.i18n.own_name": "an edition",
    "adapters.rendering.i18n._ids_of_zone": "the time zone of the site",
    "adapters.rendering.templates.renderer_for": "an edition, or a language that has a catalogue",
    "adapters.rendering.templates._renderer": "a language that has a catalogue",
    "demo.newsroom.page._template": "none",
}
CHARACTERS: Final = 26  # in each of these texts
# Han letters: each occurs once, and no page contains any of them.
TEXTS: Final = [
    "".join(chr(0x5B00 + 97 * (CHARACTERS * number + index) % 4_001) for index in range(CHARACTERS))
    for number in range(4)
]


def _fill(served: Served, count: int) -> Marks:
    """Send texts, some of them refused, and then a few short requests."""
    marks = Marks()
    for text in TEXTS:
        assert post(served.intake, form(text)).is_received
    Crowd((served.intake,), marks, Readers(), THREAD).send(count)
    for _ in range(
        20
    ):  # returned to the reader: the rendered page is in a reference cycle and keeps them
        refused = post(served.intake, form(marks.text("refused", 4_000, "Cyrillic")))
        assert refused.status == 422
    time.sleep(PAUSE_SECONDS)
    for _ in range(6):  # the server's own buffer may still hold the last body
        post(served.intake, {"step": "receipt", "code": "none"})
        ask(served.intake)
        ask(served.intake, path=f"/{SITE_ID}/nothing/")
    return marks


def _texts_found(served: Served, marks: Marks) -> list[int]:
    """How many pieces of texts the memory of each process contains."""
    return [sum(marks.count_in(region) for region in memory(pid)) for pid in served.workers]


def _characters_found(served: Served) -> list[str]:
    """Parts of `TEXTS` whose letters are in memory one after the other, whatever is between them."""
    return [found for pid in served.workers for found in Texts(TEXTS).found_in(pid)]


def test_no_text_of_400_is_in_memory_five_seconds_later(tmp_path: Path) -> None:
    with serving(tmp_path) as served:
        marks = _fill(served, SENT)
        assert sum(_texts_found(served, marks)) == 0
        assert _characters_found(served) == []


@pytest.mark.parametrize(
    "name",
    [
        name if name == "code points" else pytest.param(name, marks=pytest.mark.slow)
        for name in CACHES
    ],
)
def test_control_a_cache_of_characters_is_found(tmp_path: Path, name: str) -> None:
    container, keep = CACHES[name]
    script = CACHE.format(container=container, keep=keep)
    with serving(tmp_path, script=script) as served:
        marks = _fill(served, 20)
        found = _characters_found(served)
        assert len(found) == len(TEXTS) * (CHARACTERS // WINDOW_CHARACTERS), found
        assert sum(_texts_found(served, marks)) == 0, "the search for whole texts does not see it"


def test_every_cache_has_keys_that_no_reader_writes() -> None:
    """A new cache must be added here, with what its keys are."""
    assert {
        f"{module.__name__.removeprefix('yobal.')}.{name}"
        for module in _modules()
        for name, value in vars(module).items()
        if hasattr(value, "cache_info") and value.__module__ == module.__name__
    } == set(CACHES_ALLOWED)
    source = "".join(Path(str(module.__file__)).read_text() for module in _modules())
    # Five are of methods: PageRenderer's page without a receipt's code, and what surrounds the page of a comment,
    # by the thread; a translator's days, numbers and names of languages.
    assert source.count("lru_cache(") == 10


def _modules() -> list[ModuleType]:
    return [
        importlib.import_module(found.name)
        for found in pkgutil.walk_packages(yobal.__path__, "yobal.")
        if not found.name.startswith(("yobal.store.migrations.", "yobal.__main__"))
    ]


@pytest.mark.slow
def test_no_text_of_10000_is_in_memory_five_seconds_later(tmp_path: Path) -> None:
    with serving(tmp_path) as served:
        marks = _fill(served, 10_000)
        assert sum(_texts_found(served, marks)) == 0


@pytest.mark.parametrize(
    "away",
    [tuple(allocators.SETTINGS), ("_RJEM_MALLOC_CONF",)],
    ids=["all allocators", "granian's alone"],
)
def test_control_without_the_settings_of_the_allocators_texts_are_found(
    tmp_path: Path, away: tuple[str, ...]
) -> None:
    """The flag claims that the settings are in force, so the process does not set them itself."""
    kept = {name: value for name, value in allocators.SETTINGS.items() if name not in away}
    with serving(tmp_path, environment=kept | {allocators.ENV_FLAG: "1"}) as served:
        marks = _fill(served, SENT_IN_CONTROLS)
        assert sum(_texts_found(served, marks)) > 0


def test_a_text_in_a_reference_cycle_is_collected(tmp_path: Path) -> None:
    with serving(tmp_path, script=CYCLES) as served:
        assert sum(_texts_found(served, _fill(served, 100))) == 0


def test_control_without_garbage_collection_a_text_in_a_cycle_is_found(tmp_path: Path) -> None:
    with serving(tmp_path, script=CYCLES + NOT_COLLECTING) as served:
        assert sum(_texts_found(served, _fill(served, 100))) > 0


def test_every_serving_process_has_the_settings_of_the_allocators(tmp_path: Path) -> None:
    with serving(tmp_path) as served:
        for pid in served.workers:
            given = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
            for name in ("PYTHONMALLOC", "_RJEM_MALLOC_CONF", allocators.ENV_FLAG):
                value = allocators.SETTINGS.get(name, "1")
                assert f"{name}={value}".encode() in given


@pytest.mark.parametrize("is_hardened", [True, False])
def test_what_we_keep_says_whether_memory_is_overwritten(
    tmp_path: Path, *, is_hardened: bool
) -> None:
    environment = {} if is_hardened else {allocators.ENV_FLAG: "1"}
    with serving(tmp_path, environment=environment) as served:
        page = ask(served.intake, path=f"/{SITE_ID}/@/what-we-keep/en.html").text
        name = Path(f"/proc/{served.pid}/comm").read_text().strip()
    assert ("This server overwrites the memory" in page) is is_hardened
    assert ("does not overwrite the memory" in page) is not is_hardened
    assert name == ("yobal wiped" if is_hardened else "yobal unwiped")


def test_control_a_text_that_is_in_memory_is_found(tmp_path: Path) -> None:
    """While the server still holds a text, the same search finds it."""
    marks = Marks()
    with serving(tmp_path) as served:
        body = "&".join(f"{key}={value}" for key, value in form("x").items()).encode()
        assert post(served.intake, body).is_received
        text = marks.text("in flight", 2_000).encode()
        head = (
            f"POST {THREAD} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(text) + 1}\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
        )
        with socket.create_connection(("127.0.0.1", served.intake)) as connection:
            connection.sendall(head.encode() + text)
            time.sleep(0.5)  # nothing shows when it was read
            assert sum(_texts_found(served, marks)) > 0


def test_a_crash_writes_no_core_file(tmp_path: Path) -> None:
    """Even where the machine allows core files of any size. Control: without our limit it writes one."""
    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    allowed = "unlimited" if hard == resource.RLIM_INFINITY or os.geteuid() == 0 else str(hard)
    assert allowed != "0", (
        "this machine allows no core files at all: run with `ulimit -H -c` above 0"
    )
    for name, environment, limit in (
        ("ours", {}, "0"),
        ("control", {**allocators.SETTINGS, allocators.ENV_FLAG: "1"}, allowed),
    ):
        served = make_served(tmp_path / name)
        served.before = (needed("prlimit", "util-linux"), f"--core={allowed}:{allowed}")
        served.environment = environment
        try:
            served.start()
            limits = Path(f"/proc/{served.pid}/limits").read_text()
        finally:
            served.close()
        assert re.search(rf"Max core file size +{limit} +{limit} ", limits), limits


@pytest.mark.parametrize("is_guarded", [True, False], ids=["ours", "control"])
def test_a_crash_is_not_dumped_even_without_a_limit(tmp_path: Path, *, is_guarded: bool) -> None:
    """The limit does not bind a program to which the kernel pipes core dumps."""
    pattern = Path("/proc/sys/kernel/core_pattern").read_text()
    if "/" in pattern or pattern.startswith("|"):
        pytest.skip("this machine writes no core file into the current folder")
    guard = "pass\n" if is_guarded else UNGUARDED
    served = make_served(tmp_path)
    served.script = guard
    served.before = (needed("prlimit", "util-linux"), "--core=unlimited:unlimited")
    try:
        served.start()
        os.kill(served.pid, signal.SIGSEGV)
        assert served.process is not None
        served.process.wait(timeout=READY_SECONDS)
        cores = list(tmp_path.glob("core*"))
        for core in cores:  # it is large
            core.unlink()
        assert bool(cores) != is_guarded
    finally:
        served.close()
