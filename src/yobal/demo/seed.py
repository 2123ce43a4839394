"""Fills a new demonstration: the site, its story, a lead, published comments and a queue.

Every sample takes the path of a real comment: sealed, moved from the inbox, decided, released.
"""

import secrets
from datetime import UTC, datetime
from typing import Final

import msgspec

from yobal.actions import decide, declare_story, move_inbox, release, setup_site, submit
from yobal.actions.decision_context import DecisionContext
from yobal.core import idempotency
from yobal.core.envelope import Sealer
from yobal.core.schedule import HOUR_SECONDS, last_round, next_slot
from yobal.core.submission import Submission
from yobal.core.thread import Edition
from yobal.demo import samples
from yobal.demo.decision_signer import DecisionSigner
from yobal.demo.keys import make_moderator
from yobal.demo.lead import join_first_lead
from yobal.demo.newsroom import content
from yobal.demo.samples import Sample
from yobal.server.wiring import Components
from yobal.store import epochs, stories

PSEUDONYM: Final = "Heron"
THREAD_AGE_HOURS: Final = 26  # the thread begins yesterday
REPLIES_AFTER_HOURS: Final = 20  # in another release than the comments they reply to


class _SentSample(msgspec.Struct, frozen=True):
    """The comment made from a sample, and its nonce, which otherwise only the envelope contains."""

    comment_id: str
    nonce: bytes


def seed(components: Components, *, now: float) -> str:
    """Create everything for a first visit; return the lead's passphrase."""
    start = now - THREAD_AGE_HOURS * HOUR_SECONDS
    setup_site.create_site(
        components.database, components.rules, name=content.SITE_NAME, now=start, is_demo=True
    )
    for edition in content.EDITIONS:
        declare_story.add(
            components.database,
            components.rules,
            content.STORY_ID,
            Edition(
                tag=edition.tag,
                title=edition.headline,
                url=components.settings.public_url + edition.path,
            ),
        )
    lead = make_moderator(components.rules.site_id, PSEUDONYM)
    join_first_lead(components, lead, now=start)
    sealer = Sealer(lead.epoch_recipient)
    signer = DecisionSigner(components, lead.signing_seed)
    published = _publish_samples(components, sealer, signer, start=start)
    for sample in samples.PENDING:
        parent_id = published[sample.parent_key].comment_id if sample.parent_key else None
        _send(components, sealer, sample, parent_id=parent_id, now=now)
    _move_inbox(components, now=now)
    return lead.passphrase


def _publish_samples(
    components: Components, sealer: Sealer, signer: DecisionSigner, *, start: float
) -> dict[str, _SentSample]:
    """Publish top-level comments, then their replies: only a published comment can have one."""
    schedule = components.rules.schedule
    sent: dict[str, _SentSample] = {}
    for are_replies, now in ((False, start), (True, start + REPLIES_AFTER_HOURS * HOUR_SECONDS)):
        chosen = [
            sample for sample in samples.PUBLISHED if (sample.parent_key is not None) == are_replies
        ]
        for sample in chosen:
            parent_id = sent[sample.parent_key].comment_id if sample.parent_key else None
            sent[sample.key] = _send(components, sealer, sample, parent_id=parent_id, now=now)
        _move_inbox(components, now=now)
        for sample in chosen:
            _publish(components, signer, sample, sent[sample.key], now=now)
        slot = next_slot(schedule, now, steps=schedule.max_hold_slots)
        release.release(
            components.database,
            components.cell_file,
            components.rules,
            now=slot,
            random=secrets.token_bytes,
            roster_reader=components.roster_reader,
        )
    return sent


def _send(
    components: Components, sealer: Sealer, sample: Sample, *, parent_id: str | None, now: float
) -> _SentSample:
    random_values: list[bytes] = []

    def random(length: int) -> bytes:
        random_values.append(secrets.token_bytes(length))
        return random_values[-1]

    with components.database.reading() as conn:
        epoch_id = epochs.newest_id(conn, content.SITE_ID)
        languages = frozenset(stories.languages(conn, content.SITE_ID))
    assert epoch_id is not None  # joining as the first lead creates one
    today = datetime.fromtimestamp(now, UTC).date()
    sealed = submit.seal(
        Submission(
            site_id=content.SITE_ID,
            story_id=content.STORY_ID,
            edition=sample.edition,
            parent_id=parent_id,
            text=sample.edit.sealed_text if sample.edit else sample.text,
            name=sample.name,
        ),
        submit.SubmissionTarget(
            epoch_id=epoch_id, sealer=sealer, root_id=parent_id, languages=languages
        ),
        components.keyring,
        components.rules,
        idempotency_key=idempotency.new_idempotency_key(secrets.token_bytes, today=today),
        wants_receipt=sample.wants_receipt,
        now=now,
        random=random,
    )
    components.inbox.add([sealed.arrival])
    return _SentSample(sealed.arrival.id, nonce=random_values[0])  # the nonce is generated first


def _move_inbox(components: Components, *, now: float) -> None:
    arrival_round = last_round(components.rules.schedule, now)
    database, inbox, rules = components.database, components.inbox, components.rules
    cell_file, random = components.cell_file, secrets.token_bytes
    move_inbox.move(database, inbox, cell_file, rules, arrival_round=arrival_round, random=random)
    move_inbox.destroy_moved(database, inbox, cell_file, rules, random=random)


def _publish(
    components: Components, signer: DecisionSigner, sample: Sample, sent: _SentSample, *, now: float
) -> None:
    context = DecisionContext(
        rules=components.rules,
        pseudonym=PSEUDONYM,
        roster_reader=components.roster_reader,
        now=now,
        random=secrets.token_bytes,
        randbelow=secrets.randbelow,
    )
    if sample.edit is None:
        decide.publish(
            components.database,
            components.cell_file,
            context,
            sent.comment_id,
            text=sample.text,
            name=sample.name,
            nonce=sent.nonce,
            lang=sample.lang,
            signature=signer.accept(
                sent.comment_id, text=sample.text, name=sample.name, lang=sample.lang
            ),
        )
    else:
        decide.publish_edited(
            components.database,
            components.cell_file,
            context,
            sent.comment_id,
            text=sample.text,
            name=sample.name,
            lang=sample.lang,
            edit_kind=sample.edit.edit_kind,
            clause=sample.edit.clause,
            signature=signer.accept(
                sent.comment_id,
                text=sample.text,
                name=sample.name,
                lang=sample.lang,
                clause=sample.edit.clause,
                edit_kind=sample.edit.edit_kind,
            ),
        )
