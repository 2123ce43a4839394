"""`yobal demo`: a newsroom on this machine, furnished at its first start and kept from then on."""

import shutil
import time
from pathlib import Path
from typing import Final

from yobal.core.errors import NotFit, SettingsWrong
from yobal.demo import seed
from yobal.demo.newsroom import content
from yobal.demo.site import NewsroomSite
from yobal.server.serve import serve
from yobal.server.settings import Settings
from yobal.server.wiring import Newsroom, open_newsroom, prepare
from yobal.store import stories

PORT_MAX: Final = 65_534
_MARK: Final = "demonstration.txt"  # written before anything else: only what has it is ever cleared
_SIGN_IN: Final = "sign-in.txt"


def run(folder: Path, port: int) -> None:
    """Blocks until Ctrl-C. Raises SettingsWrong, NotFit."""
    if not 1 <= port <= PORT_MAX:
        raise SettingsWrong(f"port: 1 to {PORT_MAX}")
    settings = demo_settings(folder, port)
    mark(folder)
    prepare(settings)
    passphrase = _furnish_once(settings, folder)
    newsroom = open_newsroom(settings)
    serve(
        newsroom,
        around_intake=lambda edge: NewsroomSite(newsroom, edge),
        when_ready=lambda: _tell(settings, passphrase),
    )
    print("Stopped. `make demo` goes on where this ended; `make demo-reset` begins anew.")


def demo_settings(folder: Path, port: int) -> Settings:
    """Slots every 20 seconds and nobody to hide among: to look at, not to publish with."""
    return Settings(
        site=content.SITE,
        site_name=content.SITE_NAME,
        time_zone=content.TIME_ZONE,
        public_url=f"http://127.0.0.1:{port}",
        desk_url=f"http://localhost:{port + 1}",
        intake_listen=f"127.0.0.1:{port}",
        desk_listen=f"127.0.0.1:{port + 1}",
        data_dir=str(folder.absolute()),
        every_seconds=20,
        hold_slots=1,
        batch_min=1,
    )


def _furnish_once(settings: Settings, folder: Path) -> str:
    newsroom = open_newsroom(settings)
    try:
        return _furnish(newsroom, folder / _SIGN_IN)
    finally:
        newsroom.close()


def _furnish(newsroom: Newsroom, sign_in: Path) -> str:
    with newsroom.database.reading() as db:
        site = stories.only_site(db)
    if site is not None and not site.is_demo:
        raise NotFit("this folder holds a real newsroom's store; give the demo a folder of its own")
    if site is not None and sign_in.exists():
        return sign_in.read_text(encoding="utf-8").strip()
    if site is not None:
        raise NotFit(
            "this demonstration was begun and not finished: `make demo-reset` (`yobal demo --reset`) "
            "clears it"
        )
    passphrase = seed.furnish(newsroom, now=time.time())
    sign_in.touch(mode=0o600)
    sign_in.write_text(passphrase + "\n", encoding="utf-8")
    return passphrase


def mark(folder: Path) -> None:
    """Raises NotFit where something else lies there."""
    if folder.exists() and any(folder.iterdir()) and not _is_ours(folder):
        raise NotFit(f"{folder} holds something else; give the demo a folder of its own")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _MARK).write_text("Made by `yobal demo`, cleared by `yobal demo --reset`.\n")


def reset(folder: Path) -> None:
    """Forget a demonstration, and only one, however far it came. Raises NotFit."""
    if not folder.exists():
        return
    if not _is_ours(folder):
        raise NotFit(f"{folder} is not a demonstration's folder")
    shutil.rmtree(folder)


def _is_ours(folder: Path) -> bool:
    return (folder / _MARK).exists()


def _tell(settings: Settings, passphrase: str) -> None:
    story = settings.public_url + content.EDITIONS[-1].path
    print(
        f"story: {story}\n"
        f"desk: {settings.desk_url}/\n"
        f"sign in: {seed.PSEUDONYM} {passphrase}\n\n"
        "Try: write under the story (JavaScript off, if you like) and keep the receipt; sign in\n"
        "at the desk, read what waits with j and k, publish with a, edit with e, reject with d;\n"
        "look at the story again after 20 seconds; take your comment back with the receipt.\n"
        "Ctrl-C stops; the next start goes on from here.",
        flush=True,
    )
