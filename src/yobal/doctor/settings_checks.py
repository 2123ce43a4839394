"""Addresses and release times as the settings have them."""

import stat
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from yobal.core import listen_address, observers
from yobal.core.listen_address import UnixAddress
from yobal.core.observers import AUDIENCE, Audience
from yobal.doctor.finding import Finding, fail, ok, ok_if, warn
from yobal.server.settings import Settings

FEW_READERS: Final = 5_000
_LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")


def addresses(settings: Settings) -> list[Finding]:
    public, desk = settings.public_url, settings.desk_url
    return [
        ok_if(
            _is_tls(desk) or _is_loopback(desk),
            "moderators connect over TLS, or from this machine only",
            "desk_url: use https",
        ),
        ok_if(
            _host(public) != _host(desk),
            "readers and moderators have different host names",
            "desk_url: give the desk a host name of its own",
        ),
        ok_if(
            _is_tls(public) or _is_loopback(public) or public.endswith(".onion"),
            "readers connect over TLS, or from this machine only",
            "public_url: use https, or an onion address",
        ),
        *_listens(settings),
    ]


def _listens(settings: Settings) -> list[Finding]:
    """Between the web server and Yobal there is no TLS."""
    listens = {"intake_listen": settings.intake_listen, "desk_listen": settings.desk_listen}
    if settings.metrics_listen:
        listens["metrics_listen"] = settings.metrics_listen
    return [_listen(name, listen) for name, listen in listens.items()]


def _listen(name: str, listen: str) -> Finding:
    address = listen_address.parse(listen)
    if isinstance(address, UnixAddress):
        folder = _nearest_folder(Path(address.path).parent)
        return ok_if(
            not folder.stat().st_mode & stat.S_IWOTH,
            f"only this machine can connect to {listen} ({name})",
            f"{name}: everyone may write to {folder}, and could listen there instead of Yobal: use "
            "a folder of Yobal's own, such as /run/yobal",
        )
    return ok_if(
        address.host.is_loopback,
        f"only this machine can connect to {listen} ({name})",
        f"{name}: use 127.0.0.1, or what it answers crosses a network without TLS",
    )


def _nearest_folder(path: Path) -> Path:
    """systemd makes the last one only while the server runs."""
    return next(folder for folder in (path, *path.parents) if folder.is_dir())


def schedule(settings: Settings) -> list[Finding]:
    """A schedule that the form has to label is a failure; one that needs many readers, a warning."""
    release_schedule = settings.rules().schedule
    candidates = {
        readers: observers.candidates(
            release_schedule, "visits", audience=Audience(readers=readers)
        )
        for readers in (AUDIENCE.readers, FEW_READERS)
    }
    many, few = (f"{round(number):,}" for number in candidates.values())
    check = "the schedule hides who was online"
    remain = (
        f"of {AUDIENCE.readers:,} daily readers about {many} remain who could have written five "
        f"comments that are known to be by one author; of {FEW_READERS:,}, about {few}"
    )
    farther = "set `release_times` further apart, and `release_interval_seconds` to 0"
    if not observers.hides_authors(release_schedule):
        return [fail(check, f"{remain}. The form says 'confidential, not anonymous': {farther}")]
    if candidates[FEW_READERS] < observers.CANDIDATES_MIN:
        return [warn(check, f"{remain}. If you have so few readers, {farther}")]
    return [ok(check)]


def _is_tls(url: str) -> bool:
    return url.startswith("https://")


def _is_loopback(url: str) -> bool:
    return _host(url) in _LOOPBACK


def _host(url: str) -> str | None:
    return urlsplit(url).hostname
