"""The figures as metrics, in the text format of Prometheus.

Written by hand: these are a dozen gauges, and the metrics that the usual library adds by itself (processor
time, memory, open files) change with every request, so they would tell when readers write.
"""

from collections.abc import Callable, Iterator
from typing import Final

import msgspec

from yobal.core.figures import Figures
from yobal.core.schedule import Schedule, next_round, next_slot

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_PREFIX: Final = "yobal_"


class _Metric(msgspec.Struct, frozen=True):
    """A gauge. `value` is None where there is nothing to measure; then the line is left out."""

    name: str
    help: str
    value: Callable[[Figures, Schedule], int | None]


_METRICS: Final = (
    _Metric(
        "pending_comments",
        "Comments that waited for a moderator.",
        lambda f, _: f.pending_count,
    ),
    _Metric(
        "pending_oldest_round_timestamp_seconds",
        "The round of the comment that waited longest.",
        lambda f, _: f.oldest_round,
    ),
    _Metric(
        "pending_expiring_comments",
        "Comments that would be destroyed unread within a week.",
        lambda f, _: f.expiring_count,
    ),
    _Metric(
        "held_comments",
        "Accepted comments that waited for their slot.",
        lambda f, _: f.held_count,
    ),
    _Metric("published_comments", "Comments that readers saw.", lambda f, _: f.published_count),
    _Metric(
        "last_round_timestamp_seconds",
        "The last round whose comments the desk has.",
        lambda f, _: f.last_round,
    ),
    _Metric(
        "next_round_timestamp_seconds",
        "The round after it.",
        lambda f, schedule: next_round(schedule, f.last_round),
    ),
    _Metric(
        "last_release_timestamp_seconds",
        "The last slot that was released.",
        lambda f, _: f.released_slot,
    ),
    _Metric(
        "next_release_timestamp_seconds",
        "The slot after it.",
        lambda f, schedule: next_slot(schedule, f.released_slot),
    ),
    _Metric(
        "stale_files", "Public files that were not written yet.", lambda f, _: f.stale_files_count
    ),
    _Metric("members", "Members of the roster.", lambda f, _: f.members_count),
    _Metric("roster_valid", "1 if the roster verified.", lambda f, _: int(f.is_roster_valid)),
    _Metric(
        "epoch_start_timestamp_seconds",
        "The slot in which the newest epoch began.",
        lambda f, _: f.epoch_slot,
    ),
    _Metric(
        "purge_pending",
        "1 if deleted text may still have been in a file.",
        lambda f, _: int(f.is_purge_pending),
    ),
    _Metric("disk_low", "1 if the disk was below its reserve.", lambda f, _: int(f.is_disk_low)),
    _Metric(
        "canary_missed",
        "1 if the daily canary did not come through.",
        lambda f, _: int(f.is_canary_missed),
    ),
    _Metric(
        "tasks_impossible",
        "How many of these could not be done: store comments, write files, rotate keys.",
        lambda f, _: len(f.unable_to),
    ),
)
NAMES: Final = tuple(_PREFIX + metric.name for metric in _METRICS)


def text(figures: Figures | None, schedule: Schedule) -> str:
    """Every metric, as it stood at the last round or slot; empty before the first pass."""
    return "".join(_lines(figures, schedule)) if figures is not None else ""


def _lines(figures: Figures, schedule: Schedule) -> Iterator[str]:
    for metric in _METRICS:
        value = metric.value(figures, schedule)
        if value is not None:
            name = _PREFIX + metric.name
            yield f"# HELP {name} {metric.help}\n# TYPE {name} gauge\n{name} {value}\n"
