"""`yobal demo`: an invented newsroom on this machine, seeded at its first start and kept afterwards."""

import shutil
import sys
import time
from pathlib import Path
from typing import Final

import msgspec

from yobal.core.errors import InvalidSettings, UnsupportedEnvironment
from yobal.core.toml import toml_value
from yobal.demo import seed
from yobal.demo.newsroom import content
from yobal.demo.site import DemoSite
from yobal.server.serve import serve
from yobal.server.settings import Settings
from yobal.server.wiring import Components, build_components, prepare_storage
from yobal.store import sites

PORT_MAX: Final = 65_534  # the desk listens on the next port
_MARKER: Final = "demonstration.txt"  # written first: only a folder with this file is ever deleted
_SIGN_IN: Final = "sign-in.txt"
_SETTINGS_FILE: Final = "yobal.toml"


def run(folder: Path, port: int) -> None:
    """Serve until Ctrl-C. Raises InvalidSettings, UnsupportedEnvironment."""
    if not 1 <= port <= PORT_MAX:
        raise InvalidSettings(f"port: 1 to {PORT_MAX}")
    settings = demo_settings(folder, port)
    claim_folder(folder)
    write_settings_file(folder, settings)
    prepare_storage(settings)
    passphrase = _seed_if_new(settings, folder / _SIGN_IN)
    components = build_components(settings)
    serve(
        components,
        wrap_intake=lambda intake: DemoSite(components, intake),
        when_ready=lambda: _print_instructions(folder, settings, passphrase),
    )
    print(
        "Stopped. The same command continues from here. To delete everything: `make demo-reset` "
        f"or `yobal demo --folder {folder} --reset`."
    )


def demo_settings(folder: Path, port: int) -> Settings:
    """A slot every 20 seconds, a round every 10, and batches of one: to try out, never to publish with."""
    return Settings(
        site_id=content.SITE_ID,
        site_name=content.SITE_NAME,
        site_names=content.SITE_NAMES,
        site_url=f"http://127.0.0.1:{port}/",
        time_zone=content.TIME_ZONE,
        public_url=f"http://127.0.0.1:{port}",
        desk_url=f"http://localhost:{port + 1}",
        intake_listen=f"127.0.0.1:{port}",
        desk_listen=f"127.0.0.1:{port + 1}",
        data_dir=str(folder.absolute()),
        release_interval_seconds=20,
        round_interval_seconds=10,
        max_hold_slots=1,
        min_batch_size=1,
    )


def claim_folder(folder: Path) -> None:
    """Mark the folder as a demonstration's. Raises UnsupportedEnvironment if it holds other files."""
    if folder.exists() and any(folder.iterdir()) and not _is_demo_folder(folder):
        raise UnsupportedEnvironment(
            f"{folder} holds other files; choose a folder of its own for the demonstration"
        )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _MARKER).write_text("Made by `yobal demo`, deleted by `yobal demo --reset`.\n")


def write_settings_file(folder: Path, settings: Settings) -> None:
    """So that a technician can try the other commands on it, also while it runs."""
    lines = ["# The settings of the demonstration, written at each start. Changes are lost."]
    for field in msgspec.structs.fields(Settings):
        value = getattr(settings, field.name)
        if value not in (field.default, (), {}):
            lines.append(f"{field.name} = {toml_value(value)}")
    (folder / _SETTINGS_FILE).write_text("\n".join([*lines, ""]), encoding="utf-8")


def reset(folder: Path) -> None:
    """Delete a demonstration, finished or not. Raises UnsupportedEnvironment for any other folder."""
    if not folder.exists():
        print(f"There is no {folder}: nothing to delete.")
        return
    if not _is_demo_folder(folder):
        raise UnsupportedEnvironment(f"{folder} was not made by `yobal demo`; nothing was deleted")
    shutil.rmtree(folder)
    print(f"Deleted {folder}.")


def _is_demo_folder(folder: Path) -> bool:
    return (folder / _MARKER).exists()


def _seed_if_new(settings: Settings, sign_in: Path) -> str:
    """The lead's passphrase, from the first start or from this one."""
    components = build_components(settings)
    try:
        return _seed_or_read(components, sign_in)
    finally:
        components.close()


def _seed_or_read(components: Components, sign_in: Path) -> str:
    with components.database.reading() as conn:
        site = sites.get(conn)
    if site is not None and not site.is_demo:
        raise UnsupportedEnvironment(
            "this folder holds the data of a real newsroom; choose another folder for the demonstration"
        )
    if site is not None and sign_in.exists():
        return sign_in.read_text(encoding="utf-8").strip()
    if site is not None:
        raise UnsupportedEnvironment(
            "the first start of this demonstration was interrupted; delete it with `make demo-reset` "
            "(`yobal demo --reset`) and start again"
        )
    passphrase = seed.seed(components, now=time.time())
    sign_in.touch(mode=0o600)
    sign_in.write_text(passphrase + "\n", encoding="utf-8")
    return passphrase


def _print_instructions(folder: Path, settings: Settings, passphrase: str) -> None:
    story_url = settings.public_url + content.EDITIONS[-1].path
    one_line_path = content.EDITIONS[-1].one_line_path
    print(
        f"story: {story_url}\n"
        f"the same with one line in its template: {settings.public_url}{one_line_path}\n"
        f"desk: {settings.desk_url}/\n"
        f"sign in: {seed.PSEUDONYM} {passphrase}\n"
        f"commands: {_program()} status --config {folder / _SETTINGS_FILE}\n\n"
        "Try it: write a comment under the story (also with JavaScript off) and ask for a receipt.\n"
        "It comes to the desk with the next round, within 10 seconds (on a real site, rounds are hours\n"
        "apart). Sign in at the desk and move through the queue with j and k; publish with a, edit\n"
        "with e, reject with d. Look at the story again after 20 seconds. Withdraw your comment with\n"
        "the receipt. Ctrl-C stops the demonstration; the next start continues from here.",
        flush=True,
    )


def _program() -> str:
    """How this installation's `yobal` is called. `make demo` puts it into no folder of the PATH."""
    program = Path(sys.executable).with_name("yobal")
    return str(program) if program.exists() else f"{sys.executable} -m yobal"
