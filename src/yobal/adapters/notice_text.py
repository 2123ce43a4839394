"""What a notice says. It names neither Yobal nor comments: moderators' mail is read at borders."""

from collections.abc import Iterable
from typing import Final

from yobal.adapters.rendering.i18n import Translator
from yobal.core.figures import Figures
from yobal.core.notices import NoticeKind, NoticeRules
from yobal.core.schedule import DAY_SECONDS, Round, Schedule

QUEUE: Final = (
    "%(round)s: %(count)s is waiting, since %(since)s.",
    "%(round)s: %(count)s are waiting; the oldest since %(since)s.",
)
SENTENCES: Final[dict[NoticeKind, str]] = {
    "import": "Something is waiting for a signature.",
    "overdue": "The oldest has been waiting for more than %(count)s hours.",
    "expiring": "Some of what is waiting will be destroyed unread within a week.",
    "clock": "The server does not trust its clock. Nothing appears until somebody has checked it.",
    "disk": "The disk of the server is nearly full.",
    "backup": "The last backup is too old. Please check the server.",
    "canary": "The daily test of the server has failed. Please check the server.",
    "work": "The server cannot do part of its work. Please check the server.",
}
TEST: Final = "This is a test. Nothing has happened."
_WEEKDAY_SECONDS: Final = 6 * DAY_SECONDS  # longer ago, a weekday could be another week's


def body(
    translator: Translator,
    rules: NoticeRules,
    kinds: Iterable[NoticeKind],
    *,
    figures: Figures | None,
    at: int,
) -> str:
    """One sentence for each kind."""
    return "\n".join(_sentence(translator, rules, kind, figures=figures, at=at) for kind in kinds)


def _sentence(
    translator: Translator,
    rules: NoticeRules,
    kind: NoticeKind,
    *,
    figures: Figures | None,
    at: int,
) -> str:
    if kind != "queue":
        count = translator.number(rules.pending_hours_max)
        return translator.gettext(SENTENCES[kind]) % {"count": count}
    if figures is None or figures.oldest_round is None:
        raise ValueError(kind)  # it is due only where something waits
    sentence = translator.translations.ngettext(*QUEUE, figures.pending_count)
    return sentence % {
        "round": _when(translator, rules.schedule, figures.last_round, at),
        "count": translator.number(figures.pending_count),
        "since": _when(translator, rules.schedule, figures.oldest_round, at),
    }


def _when(translator: Translator, schedule: Schedule, round_: Round, at: int) -> str:
    """`Tuesday 06:00`, or the day where that could be another week's."""
    is_recent = at - round_ < _WEEKDAY_SECONDS
    day = translator.weekday(round_, schedule) if is_recent else translator.day_of(round_, schedule)
    return f"{day} {translator.time(round_, schedule)}"
