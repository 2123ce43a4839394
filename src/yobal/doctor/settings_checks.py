"""Addresses and release times as the settings have them."""

from typing import Final

from yobal.doctor.finding import Finding, ok_if
from yobal.server.settings import Settings

_LOOPBACK: Final = ("127.0.0.1", "localhost", "[::1]")


def addresses(settings: Settings) -> list[Finding]:
    public, desk = settings.public_url, settings.desk_url
    return [
        ok_if(
            _is_tls(desk) or _is_loopback(desk),
            "moderators connect over TLS",
            "desk_url: use https",
        ),
        ok_if(
            public != desk,
            "readers and moderators have different addresses",
            "desk_url: give the desk a host name of its own",
        ),
        ok_if(
            _is_tls(public) or _is_loopback(public) or public.endswith(".onion"),
            "readers connect over TLS",
            "public_url: use https, or an onion address",
        ),
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
    host = url.partition("://")[2]
    return host in _LOOPBACK or host.rsplit(":", 1)[0] in _LOOPBACK
