"""Sends the canary through the form, once a day and soon after a round."""

import secrets
from typing import Final

import msgspec

from yobal.actions import follow_canary
from yobal.adapters import form_client
from yobal.core import canary, paths
from yobal.core.schedule import day_of, last_round
from yobal.server.wiring import Components
from yobal.store import sites
from yobal.store.locks import release_lock

_START_SECONDS: Final = canary.SEND_SECONDS_MAX - 10  # how long an intake may take to start


def send_if_due(components: Components, *, now: float) -> None:
    """Raises OSError and DatabaseUnavailable: then nothing was sent."""
    settings, schedule = components.settings, components.rules.schedule
    if settings.canary != "daily" or components.is_demo:
        return
    file, round_ = components.canary_file, last_round(schedule, now)
    if not canary.is_due(file.read(), schedule, now) or not _is_moved(components, round_):
        return
    if now - round_ < _START_SECONDS and not form_client.is_listening(settings.intake_listen):
        return
    with release_lock(components.database):
        state, form = follow_canary.prepare(
            components.database,
            components.keyring,
            components.rules,
            file.read(),
            now=now,
            random=secrets.token_bytes,
        )
        file.write(
            state
        )  # before it is sent: a crash must not leave a comment that is not recognised
    if form is None:
        return
    submission = form.submission
    folder = paths.thread_folder(submission.site_id, submission.story_id, submission.edition)
    is_received = form_client.send(
        settings.intake_listen,
        f"/{folder}/",
        {"step": "send", "idempotency_key": form.idempotency_key, "text": submission.text},
        edition=submission.edition,
    )
    sent_day = day_of(schedule, round_).isoformat()
    with release_lock(components.database):
        file.write(
            msgspec.structs.replace(state, sent_day=sent_day)
            if is_received
            else canary.miss(state, "form")
        )


def _is_moved(components: Components, round_: int) -> bool:
    """Whether the round has emptied the inbox: then the canary tells nothing about what came before it."""
    with components.database.reading() as conn:
        return sites.last_round(conn, components.rules.site_id) == round_
