"""`yobal demo`: a newsroom on this machine, furnished at its first start and kept from then on."""

import shutil
import time
from pathlib import Path
from typing import Final

from yobal.core.errors import InvalidSettings, UnsupportedEnvironment
from yobal.demo import seed
from yobal.demo.newsroom import content
from yobal.demo.site import DemoSite
from yobal.server.serve import serve
from yobal.server.settings import Settings
from yobal.server.wiring import Components, build_components, prepare_storage
from yobal.store import stories

PORT_MAX: Final = 65_534
_MARK: Final = "demonstration.txt"  # written before anything else: only what has it is ever cleared
_SIGN_IN: Final = "sign-in.txt"


def run(folder: Path, port: int) -> None:
    """Blocks until Ctrl-C. Raises InvalidSettings, UnsupportedEnvironment."""
    if not 1 <= port <= PORT_MAX:
        raise InvalidSettings(f"port: 1 to {PORT_MAX}")
    settings = demo_settings(folder, port)
    mark(folder)
    prepare_storage(settings)
    passphrase = _seed_once(settings, folder)
    components = build_components(settings)
    serve(
        components,
        wrap_intake=lambda edge: DemoSite(components, edge),
        when_ready=lambda: _tell(settings, passphrase),
    )
    print("Stopped. `make demo` goes on where this ended; `make demo-reset` begins anew.")


def demo_settings(folder: Path, port: int) -> Settings:
    """Slots every 20 seconds and nobody to hide among: to look at, not to publish with."""
    return Settings(
        site_id=content.SITE,
        site_name=content.SITE_NAME,
        time_zone=content.TIME_ZONE,
        public_url=f"http://127.0.0.1:{port}",
        desk_url=f"http://localhost:{port + 1}",
        intake_listen=f"127.0.0.1:{port}",
        desk_listen=f"127.0.0.1:{port + 1}",
        data_dir=str(folder.absolute()),
        release_interval_seconds=20,
        max_hold_slots=1,
        min_batch_size=1,
    )


def _seed_once(settings: Settings, folder: Path) -> str:
    components = build_components(settings)
    try:
        return _seed_if_new(components, folder / _SIGN_IN)
    finally:
        components.close()


def _seed_if_new(components: Components, sign_in: Path) -> str:
    with components.database.reading() as conn:
        site = stories.get_site(conn)
    if site is not None and not site.is_demo:
        raise UnsupportedEnvironment(
            "this folder holds a real newsroom's store; give the demo a folder of its own"
        )
    if site is not None and sign_in.exists():
        return sign_in.read_text(encoding="utf-8").strip()
    if site is not None:
        raise UnsupportedEnvironment(
            "this demonstration was begun and not finished: `make demo-reset` (`yobal demo --reset`) "
            "clears it"
        )
    passphrase = seed.seed(components, now=time.time())
    sign_in.touch(mode=0o600)
    sign_in.write_text(passphrase + "\n", encoding="utf-8")
    return passphrase


def mark(folder: Path) -> None:
    """Raises UnsupportedEnvironment where something else lies there."""
    if folder.exists() and any(folder.iterdir()) and not _is_ours(folder):
        raise UnsupportedEnvironment(
            f"{folder} holds something else; give the demo a folder of its own"
        )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _MARK).write_text("Made by `yobal demo`, cleared by `yobal demo --reset`.\n")


def reset(folder: Path) -> None:
    """Forget a demonstration, and only one, however far it came. Raises UnsupportedEnvironment."""
    if not folder.exists():
        return
    if not _is_ours(folder):
        raise UnsupportedEnvironment(f"{folder} is not a demonstration's folder")
    shutil.rmtree(folder)


def _is_ours(folder: Path) -> bool:
    return (folder / _MARK).exists()


def _tell(settings: Settings, passphrase: str) -> None:
    story_url = settings.public_url + content.EDITIONS[-1].path
    print(
        f"story: {story_url}\n"
        f"desk: {settings.desk_url}/\n"
        f"sign in: {seed.PSEUDONYM} {passphrase}\n\n"
        "Try: write under the story (JavaScript off, if you like) and keep the receipt; sign in\n"
        "at the desk, read what waits with j and k, publish with a, edit with e, reject with d;\n"
        "look at the story again after 20 seconds; take your comment back with the receipt.\n"
        "Ctrl-C stops; the next start goes on from here.",
        flush=True,
    )
