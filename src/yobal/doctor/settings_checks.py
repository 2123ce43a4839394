"""Addresses and slots as the settings have them."""

from typing import Final

from yobal.doctor.finding import Finding, well_if
from yobal.server.settings import Settings

_LOOPBACK: Final = ("127.0.0.1", "localhost", "[::1]")


def addresses(settings: Settings) -> list[Finding]:
    public, desk = settings.public_url, settings.desk_url
    return [
        well_if(
            _is_tls(desk) or _is_here(desk), "the desk's address is safe", "desk_url: use https"
        ),
        well_if(public != desk, "two faces, two addresses", "give the desk a host name of its own"),
        well_if(
            _is_tls(public) or _is_here(public) or public.endswith(".onion"),
            "readers come over TLS",
            "public_url: use https, or an onion address",
        ),
    ]


def schedule(settings: Settings) -> list[Finding]:
    advice = (
        "slots are under an hour apart, and the form says 'confidential, not anonymous': set "
        "`slots` further apart, and `release_interval_seconds` to 0"
    )
    is_anonymous = settings.rules().schedule.is_anonymous
    return [well_if(is_anonymous, "slots hide who was online", advice)]


def _is_tls(url: str) -> bool:
    return url.startswith("https://")


def _is_here(url: str) -> bool:
    host = url.partition("://")[2]
    return host in _LOOPBACK or host.rsplit(":", 1)[0] in _LOOPBACK
