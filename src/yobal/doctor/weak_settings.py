"""Settings that are permitted and weaken what Yobal promises: each with the value from which it does, and why."""

from collections.abc import Callable
from typing import Final, Literal

import msgspec

from yobal.core import observers
from yobal.doctor.finding import Finding, fail, ok, warn
from yobal.server.settings import Settings

BACKUPS: Final = 60
SESSION_HOURS: Final = 24
IDLE_LOCK_MINUTES: Final = 30
EPOCH_DAYS: Final = 31
RECEIPT_DAYS: Final = 90
RETENTION_DAYS: Final = 30
PENDING_PER_SITE: Final = 100_000
NAME_GRAPHEMES: Final = 200


class _Weakness(msgspec.Struct, frozen=True):
    """`applies` is true for a value that weakens a promise, or breaks it if `level` is "fail"."""

    setting: str
    applies: Callable[[Settings], bool]
    advice: str
    level: Literal["warn", "fail"] = "warn"


WEAKNESSES: Final = (
    _Weakness(
        "site_url",
        lambda s: s.site_url.startswith("http://"),
        "use https: the link leads readers there, and over plain HTTP others on the way see it",
    ),
    _Weakness(
        "frame_ancestors",
        lambda s: any("*" in host for host in s.frame_ancestors),
        "name each host: a page that you do not know could frame the form and imitate yours",
        "fail",
    ),
    _Weakness(
        "frame_ancestors",
        lambda s: any(host.startswith("http:") for host in s.frame_ancestors),
        "use https: a page that is changed on its way changes what surrounds the form",
        "fail",
    ),
    _Weakness(
        "max_hold_slots",
        lambda s: s.max_hold_slots == 1,
        "use 2 or more: with 1, a release tells in which interval its comments were decided",
    ),
    _Weakness(
        "min_batch_size",
        lambda s: s.min_batch_size == 1,
        "use 3 or more: with 1, an author can be alone in a release",
    ),
    _Weakness(
        "round_times",
        lambda s: bool(s.round_times) and _rounds_tell_moderators(s),
        "use fewer rounds: a moderator who knows who was online can find authors between two of them",
    ),
    _Weakness(
        "round_interval_seconds",
        lambda s: bool(s.round_interval_seconds) and _rounds_tell_moderators(s),
        "make it longer: a moderator who knows who was online can find authors between two rounds",
    ),
    _Weakness(
        "name_graphemes_max",
        lambda s: s.name_graphemes_max > NAME_GRAPHEMES,
        f"use {NAME_GRAPHEMES} or less: moderators see less of a long name, and approve it unread",
    ),
    _Weakness(
        "max_pending_per_site",
        lambda s: s.max_pending_per_site > PENDING_PER_SITE,
        f"use {PENDING_PER_SITE:,} or less: one machine can send several times as many between two"
        " releases, each of up to 32 KiB",
    ),
    _Weakness(
        "max_pending_per_story",
        lambda s: s.max_pending_per_story > s.max_pending_per_site,
        "use less than max_pending_per_site: one story can use up the queue of all",
    ),
    _Weakness(
        "disk_reserve_mib",
        lambda s: s.disk_reserve_mib == 0,
        "use 256 or more: a full disk stops decisions, releases and the purge of deleted texts",
    ),
    _Weakness(
        "receipt_days",
        lambda s: s.receipt_days > RECEIPT_DAYS,
        f"use {RECEIPT_DAYS} or less: until then, a receipt that somebody finds proves who wrote",
    ),
    _Weakness(
        "original_retention_days",
        lambda s: s.original_retention_days > RETENTION_DAYS,
        f"use {RETENTION_DAYS} or less: until then, moderators' keys open what was rejected",
    ),
    _Weakness(
        "pending_days",
        lambda s: s.pending_days > s.receipt_days,
        "use receipt_days or less: otherwise a receipt stops working before it could say that the"
        " comment was not read in time",
    ),
    _Weakness(
        "epoch_days",
        lambda s: s.epoch_days > EPOCH_DAYS,
        f"use {EPOCH_DAYS} or less: a stolen key opens what was sealed in all these days",
    ),
    _Weakness(
        "session_hours",
        lambda s: s.session_hours > SESSION_HOURS,
        f"use {SESSION_HOURS} or less: until then, a stolen browser stays signed in",
    ),
    _Weakness(
        "idle_lock_minutes",
        lambda s: s.idle_lock_minutes > IDLE_LOCK_MINUTES,
        f"use {IDLE_LOCK_MINUTES} or less: until then, a desk that was left open shows comments to anyone",
    ),
    _Weakness(
        "backups_kept",
        lambda s: s.backups_kept > BACKUPS,
        f"use {BACKUPS} or less: for as long, a backup holds what was withdrawn or removed since",
    ),
    _Weakness(
        "purge_list_dir",
        lambda s: bool(s.backup_dir) and not s.purge_list_dir,
        "name a folder on another disk: without it, a restore makes public again what was withdrawn,"
        " and cannot tell who was removed",
    ),
)


def examine(settings: Settings) -> list[Finding]:
    """One finding for each weakness, or one that there is none."""
    findings = [
        (fail if weakness.level == "fail" else warn)(
            f"{weakness.setting} = {_shown(getattr(settings, weakness.setting))}", weakness.advice
        )
        for weakness in WEAKNESSES
        if weakness.applies(settings)
    ]
    return findings or [ok("no setting weakens a promise")]


def _rounds_tell_moderators(settings: Settings) -> bool:
    candidates = observers.candidates(settings.rules().schedule, "desk")
    return candidates < observers.CANDIDATES_MIN


def _shown(value: object) -> str:
    return msgspec.json.encode(value).decode()
