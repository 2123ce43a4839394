"""Whether the newest canary came through: from the form to its destruction."""

from collections.abc import Callable

from yobal.core.canary import PROBLEMS
from yobal.doctor.finding import Finding, fail, ok
from yobal.server import health
from yobal.server.settings import Settings

_CHECK = "the daily canary comes through"


def examine(settings: Settings, *, clock: Callable[[], float]) -> list[Finding]:
    if settings.canary == "off":
        return []
    step = health.missed_canary_step(settings, now=clock())
    if step is None:
        return [ok(_CHECK)]
    return [fail(_CHECK, f"{PROBLEMS[step]}: see “The canary” in docs/operate.md")]
