"""A moderator's work on a served newsroom's own database, where a browser would be too slow."""

import functools
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text as sql

from tests.browser.fixtures import NewsroomWithLead
from tests.browser.newsroom import Story
from tests.harness import NewsroomHarness
from yobal.actions import submit
from yobal.core import idempotency
from yobal.core.age_keys import ALPHABET
from yobal.core.envelope import NONCE_BYTES, Envelope, Sealer, commitment
from yobal.core.submission import Submission
from yobal.demo import signing
from yobal.demo.decision_signer import DecisionSigner
from yobal.server import settings
from yobal.server.wiring import build_components


class BulkHarness(NewsroomHarness):
    """The lead of a served newsroom, deciding in this process."""

    @functools.cache  # noqa: B019  # lives as long as its test module
    def epoch_identity(self, epoch_id: str) -> Any:
        return super().epoch_identity(epoch_id)

    @functools.cache  # noqa: B019  # lives as long as its test module
    def signer(self, decided_by: str | None = None) -> DecisionSigner:
        """With the signing key that the lead's browser has made."""
        assert decided_by is None
        return DecisionSigner(
            self.components, signing.signing_seed(_scalar(self.personal_identity()))
        )

    def pending_ids(self, story: Story) -> list[str]:
        """The ids of the pending comments under a story."""
        with self.database.reading() as conn:
            rows = conn.execute(
                sql("select id from comments where story_id = :story_id and state = 'pending'"),
                {"story_id": story.key},
            )
            return [row.id for row in rows]

    def publish_all(self, story: Story) -> None:
        self.now = time.time()
        for comment_id in self.pending_ids(story):
            self.publish(comment_id)

    def send_raw(self, story: Story, words: str, *, waits_for_round: bool = False) -> str:
        """Insert a comment as an attacker with write access could: sealed, but not cleaned or checked."""
        with self.database.reading() as conn:
            roster = self.components.intake_roster_reader.read(conn)
        assert roster is not None
        epoch = roster.epochs[-1]
        sealer, nonce = Sealer(epoch.recipient), self.random(NONCE_BYTES)
        sent = submit.seal(
            Submission(
                site_id=roster.site_id,
                story_id=story.key,
                edition=story.edition,
                parent_id=None,
                text="x",
                name="",
            ),
            submit.SubmissionTarget(
                epoch_id=epoch.epoch_id, sealer=sealer, root_id=None, languages=frozenset({"en"})
            ),
            self.components.keyring,
            self.rules,
            idempotency_key=idempotency.new_idempotency_key(
                self.random, today=datetime.now(UTC).date()
            ),
            wants_receipt=True,
            now=time.time(),
            random=self.random,
        ).arrival
        envelope = Envelope(
            comment_id=sent.id,
            site_id=sent.site_id,
            story_id=sent.story_id,
            edition=sent.edition,
            root_id=None,
            parent_id=None,
            text=words,
            name=words,
            lang=words,
            nonce=nonce.hex(),
            feedback_key="0" * 64,
        )
        sent.sealed, sent.size_kib = sealer.seal(envelope)
        sent.commitment = commitment(nonce=nonce, name=words, text=words)
        self.inbox.add([sent])
        if not waits_for_round:
            self.move_inbox()
        return sent.id


def _scalar(identity: Any) -> bytes:
    """The private key in Bech32 (BIP 173): 52 digits of 5 bits (4 bits are padding) and a checksum."""
    digits = str(identity).lower().rpartition("1")[2][:-6]
    bits = 0
    for digit in digits:
        bits = bits << 5 | ALPHABET.index(digit)
    return (bits >> 4).to_bytes(32, "big")


def open_bulk_harness(served: NewsroomWithLead) -> Iterator[BulkHarness]:
    """Open the newsroom's database beside its server, and close it at the end."""
    components = build_components(settings.load(served.newsroom.config))
    harness = BulkHarness(components, served.pseudonym, served.passphrase)
    harness.now = time.time()
    yield harness
    harness.close()
