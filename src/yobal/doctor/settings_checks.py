"""Addresses and release times as the settings have them."""

import ipaddress
from typing import Final
from urllib.parse import urlsplit

from yobal.doctor.finding import Finding, ok_if
from yobal.server.settings import Settings

_LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")


def addresses(settings: Settings) -> list[Finding]:
    public, desk = settings.public_url, settings.desk_url
    return [
        ok_if(
            _is_tls(desk) or _is_loopback(desk),
            "moderators connect over TLS",
            "desk_url: use https",
        ),
        ok_if(
            _host(public) != _host(desk),
            "readers and moderators have different host names",
            "desk_url: give the desk a host name of its own",
        ),
        ok_if(
            _is_tls(public) or _is_loopback(public) or public.endswith(".onion"),
            "readers connect over TLS",
            "public_url: use https, or an onion address",
        ),
        *_listens(settings),
    ]


def _listens(settings: Settings) -> list[Finding]:
    """Between the web server and Yobal there is no TLS."""
    listens = {"intake_listen": settings.intake_listen, "desk_listen": settings.desk_listen}
    return [
        ok_if(
            ipaddress.ip_address(listen.rpartition(":")[0].strip("[]")).is_loopback,
            f"only this machine can connect to {listen} ({name})",
            f"{name}: use 127.0.0.1, or readers' words cross a network without TLS",
        )
        for name, listen in listens.items()
    ]


def schedule(settings: Settings) -> list[Finding]:
    advice = (
        "slots are less than an hour apart, and the form says 'confidential, not anonymous': set "
        "`release_times` further apart, and `release_interval_seconds` to 0"
    )
    is_anonymous = settings.rules().schedule.is_anonymous
    return [ok_if(is_anonymous, "slots hide who was online", advice)]


def _is_tls(url: str) -> bool:
    return url.startswith("https://")


def _is_loopback(url: str) -> bool:
    return _host(url) in _LOOPBACK


def _host(url: str) -> str | None:
    return urlsplit(url).hostname
