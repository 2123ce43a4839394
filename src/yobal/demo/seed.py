"""Fill a demonstration's store: the story, its lead, what is published, what waits.

Samples go the way that readers' comments go: sealed, decided on, released.
"""

import secrets
from datetime import UTC, datetime
from typing import Final

import msgspec

from yobal.actions import decide, declare_story, release, setup_site, submit
from yobal.core import idempotency
from yobal.core.decisions import DecisionContext
from yobal.core.envelope import Sealer
from yobal.core.schedule import HOUR_SECONDS, next_slot
from yobal.core.submission import Submission
from yobal.core.thread import Edition
from yobal.demo import samples
from yobal.demo.keys import make_lead
from yobal.demo.lead import join_first_lead
from yobal.demo.newsroom import content
from yobal.demo.samples import Sample
from yobal.server.wiring import Components
from yobal.store import arrivals, stories

PSEUDONYM: Final = "Heron"
BEGAN_HOURS_AGO: Final = 26  # the sample thread began yesterday


class _Sent(msgspec.Struct, frozen=True):
    """A sample's comment, and its nonce, which otherwise only an envelope holds."""

    id: str
    nonce: bytes


def seed(components: Components, *, now: float) -> str:
    """Everything for a first visit; the lead's passphrase."""
    began = now - BEGAN_HOURS_AGO * HOUR_SECONDS
    setup_site.create_site(
        components.database, components.rules, name=content.SITE_NAME, now=began, is_demo=True
    )
    for edition in content.EDITIONS:
        url = components.settings.public_url + edition.path
        one = Edition(tag=edition.tag, title=edition.headline, url=url)
        declare_story.add(components.database, components.rules, content.STORY, one)
    lead = make_lead(components.rules.site_id, PSEUDONYM)
    join_first_lead(components, lead, now=began)
    sealer = Sealer(lead.recipient)
    published = _publish_samples(components, sealer, began=began)
    for sample in samples.WAITING:
        parent_id = published[sample.answers].id if sample.answers else None
        _send(components, sealer, sample, parent_id=parent_id, now=now)
    return lead.passphrase


def _publish_samples(components: Components, sealer: Sealer, *, began: float) -> dict[str, _Sent]:
    """What it answers is released before an answer is sent, as in life."""
    sent: dict[str, _Sent] = {}
    for at, answers in ((began, False), (began + 20 * HOUR_SECONDS, True)):
        for sample in samples.PUBLISHED:
            if (sample.answers is not None) == answers:
                parent_id = sent[sample.answers].id if sample.answers else None
                sent[sample.key] = _send(components, sealer, sample, parent_id=parent_id, now=at)
                _publish(components, sample, sent[sample.key], now=at)
        slot = next_slot(
            components.rules.schedule, at, steps=components.rules.schedule.max_hold_slots
        )
        release.release(components.database, components.rules, now=slot, random=secrets.token_bytes)
    return sent


def _send(
    components: Components, sealer: Sealer, sample: Sample, *, parent_id: str | None, now: float
) -> _Sent:
    drawn: list[bytes] = []

    def random(length: int) -> bytes:
        drawn.append(secrets.token_bytes(length))
        return drawn[-1]

    text = sample.edit.sealed_text if sample.edit else sample.text
    with components.database.reading() as conn:
        epoch_id = stories.newest_epoch(conn, content.SITE)
        languages = frozenset(stories.languages(conn, content.SITE))
    assert epoch_id is not None  # the lead has just made it
    form = idempotency.new_idempotency_key(
        secrets.token_bytes, today=datetime.fromtimestamp(now, UTC).date()
    )
    sealed = submit.seal(
        Submission(
            site_id=content.SITE,
            story_id=content.STORY,
            edition=sample.edition,
            parent_id=parent_id,
            text=text,
            name=sample.name,
        ),
        submit.SubmissionTarget(
            epoch_id=epoch_id, sealer=sealer, root_id=parent_id, languages=languages
        ),
        components.keyring,
        components.rules,
        idempotency_key=form,
        wants_receipt=sample.wants_receipt,
        now=now,
        random=random,
    )
    arrivals.add(components.database, [sealed.arrival])
    return _Sent(sealed.arrival.id, drawn[0])  # the nonce is drawn first


def _publish(components: Components, sample: Sample, sent: _Sent, *, now: float) -> None:
    desk = DecisionContext(
        rules=components.rules,
        pseudonym=PSEUDONYM,
        now=now,
        random=secrets.token_bytes,
        randbelow=secrets.randbelow,
    )
    if sample.edit is None:
        decide.publish(
            components.database,
            desk,
            sent.id,
            text=sample.text,
            name=sample.name,
            nonce=sent.nonce,
            lang=sample.lang,
        )
    else:
        decide.publish_edited(
            components.database,
            desk,
            sent.id,
            text=sample.text,
            name=sample.name,
            lang=sample.lang,
            edit_kind=sample.edit.edit_kind,
            clause=sample.edit.clause,
            note=None,
        )
