"""One check: which notices are due, send them, and remember it. `yobal notice send` does it once."""

from collections.abc import Callable, Sequence
from typing import Final

from yobal.actions import clock_guard
from yobal.adapters import notice_sender, notice_text, state_file
from yobal.adapters.notice_sender import Address, Message, Result, Task
from yobal.adapters.rendering.i18n import translator_for
from yobal.core import notices
from yobal.core.errors import DatabaseUnavailable, NoticeNotSent
from yobal.core.figures import Figures
from yobal.core.notices import QUEUE_KINDS, Conditions, NoticeKind, NoticeState
from yobal.server import figures, health
from yobal.server.settings import Settings
from yobal.server.wiring import Components

_NO_ADDRESSES: Final = (
    "there are no addresses to send to: name a file with one URL in each line in `notice_urls_file`"
)
Send = Callable[[Task], list[Result]]


def run(components: Components, *, now: float, send: Send = notice_sender.send) -> list[NoticeKind]:
    """The kinds that were sent. Does nothing between the times at which notices may be sent.

    Raises NoticeNotSent if an address was not reached, or cannot be read.
    """
    settings = components.settings
    rules, state = settings.notice_rules(), read_state(settings)
    at = notices.check_time(rules, now)
    if at == state.checked_at:
        return []
    addresses = addresses_of(settings)
    recorded = figures.read(settings)
    kinds = notices.due(rules, state, _conditions(components, recorded, now), at=at)
    to_send = [
        (address, body)
        for address in addresses
        if (body := _body(settings, address, kinds, recorded, at=at))
    ]
    results = send(_task(settings, to_send)) if to_send else []
    unreached = [
        address
        for (address, _), result in zip(to_send, results, strict=True)
        if result.outcome != "sent"
    ]
    unsent = _unsent(kinds, [address for address, _ in to_send], unreached)
    sent = [kind for kind in kinds if kind not in unsent]
    failed = tuple(map(str, unreached))
    new_state = notices.after_check(rules, state, at=at, sent=sent, unsent=unsent, failed=failed)
    state_file.write(settings.notices_file, new_state)
    if failed:
        raise NoticeNotSent(
            f"a notice did not reach {', '.join(failed)}: `yobal notice test` says why"
        )
    return sent


def send_test(
    settings: Settings, *, send: Send = notice_sender.send
) -> list[tuple[Address, Result]]:
    """To every address. Raises NoticeNotSent."""
    addresses = addresses_of(settings)
    if not addresses:
        raise NoticeNotSent(_NO_ADDRESSES)
    words = translator_for(settings.notice_language).gettext(notice_text.TEST)
    results = send(_task(settings, [(address, words) for address in addresses]))
    return list(zip(addresses, results, strict=True))


def addresses_of(settings: Settings) -> list[Address]:
    """Raises NoticeNotSent."""
    return notice_sender.read_addresses(settings.notice_urls, settings.notice_urls_file)


def read_state(settings: Settings) -> NoticeState:
    return state_file.read(settings.notices_file, NoticeState) or NoticeState()


def _conditions(components: Components, recorded: Figures | None, now: float) -> Conditions:
    settings, database = components.settings, components.database
    try:
        with database.reading() as conn:
            clock_problem = clock_guard.clock_problem(conn, components.rules.site_id, now=now)
        is_work_stopped = bool(health.unable_to(settings, database))
    except DatabaseUnavailable:
        clock_problem, is_work_stopped = None, True
    return Conditions(
        figures=recorded,
        is_clock_trusted=clock_problem is None,
        is_disk_nearly_full=health.is_disk_nearly_full(settings),
        is_work_stopped=is_work_stopped,
        is_backup_late=health.is_backup_late(settings, now=now),
        is_canary_missed=health.missed_canary_step(settings, now=now) is not None,
    )


def _body(
    settings: Settings,
    address: Address,
    kinds: Sequence[NoticeKind],
    recorded: Figures | None,
    *,
    at: int,
) -> str:
    """Empty if nothing is for this address."""
    translator, rules = translator_for(settings.notice_language), settings.notice_rules()
    own_kinds = [kind for kind in kinds if _is_for(address, kind)]
    return notice_text.body(translator, rules, own_kinds, figures=recorded, at=at)


def _is_for(address: Address, kind: NoticeKind) -> bool:
    return address.recipients in ("all", "queue" if kind in QUEUE_KINDS else "alerts")


def _task(settings: Settings, to_send: Sequence[tuple[Address, str]]) -> Task:
    return Task(
        sender=settings.notice_sender or settings.site_name,
        subject=settings.notice_subject,
        messages=tuple(Message(address.url, body) for address, body in to_send),
    )


def _unsent(
    kinds: Sequence[NoticeKind], addresses: Sequence[Address], unreached: Sequence[Address]
) -> list[NoticeKind]:
    """What reached none of its addresses. One that was reached must not get the same notice twice."""
    return [
        kind
        for kind in kinds
        if (intended := [address for address in addresses if _is_for(address, kind)])
        and all(address in unreached for address in intended)
    ]
