"""Replaces a forgotten passphrase: the recovery sheet proves itself by decrypting a challenge."""

import hmac
import threading
from typing import Final

import msgspec
import pyrage

from yobal.core import ids
from yobal.core.errors import InvalidCredentials
from yobal.core.ids import RandomBytes
from yobal.core.site_rules import SiteRules
from yobal.store import people
from yobal.store.database import Database

CHALLENGE_SECONDS: Final = 900
CHALLENGES_MAX: Final = 20  # for each moderator


class _Challenge(msgspec.Struct):
    pseudonym: str
    answer: bytes
    expires_at: float
    ticket: str | None = None


class RecoveryChallenges:
    """Open challenges, in memory only: after a restart, recovery starts over."""

    def __init__(self) -> None:
        self._challenges: dict[str, _Challenge] = {}
        self._lock = threading.Lock()

    def challenge(
        self,
        database: Database,
        rules: SiteRules,
        *,
        pseudonym: str,
        now: float,
        random: RandomBytes,
    ) -> tuple[str, bytes]:
        """An id, and 32 random bytes sealed to the sheet; for an unknown pseudonym, to a random key."""
        with database.reading() as conn:
            moderator = people.get(conn, rules.site_id, pseudonym)
        recipient = (
            pyrage.x25519.Recipient.from_str(moderator.recovery_recipient)
            if moderator is not None
            else pyrage.x25519.Identity.generate().to_public()
        )
        answer, challenge_id = random(32), ids.new_id(random)
        if moderator is not None:
            self._add(
                challenge_id, _Challenge(moderator.pseudonym, answer, now + CHALLENGE_SECONDS)
            )
        return challenge_id, pyrage.encrypt(answer, [recipient])

    def _add(self, challenge_id: str, challenge: _Challenge) -> None:
        """Drops the moderator's oldest above the limit, so that a flood displaces no other moderator's."""
        with self._lock:
            own_ids = [
                key
                for key, other in self._challenges.items()
                if other.pseudonym == challenge.pseudonym
            ]
            for key in own_ids[: max(0, len(own_ids) + 1 - CHALLENGES_MAX)]:
                del self._challenges[key]
            self._challenges[challenge_id] = challenge

    def prove(
        self,
        database: Database,
        rules: SiteRules,
        *,
        challenge_id: str,
        answer: bytes,
        now: float,
        random: RandomBytes,
    ) -> tuple[str, bytes]:
        """A ticket for `finish`, and the personal identity wrapped to the sheet. Raises InvalidCredentials."""
        with self._lock:
            challenge = self._challenges.pop(challenge_id, None)
        if challenge is None or challenge.expires_at < now:
            raise InvalidCredentials
        if not hmac.compare_digest(challenge.answer, answer):
            raise InvalidCredentials
        with database.reading() as conn:
            moderator = people.get(conn, rules.site_id, challenge.pseudonym)
        if moderator is None:
            raise InvalidCredentials
        ticket = ids.new_id(random)
        self._add(ticket, _Challenge(challenge.pseudonym, b"", now + CHALLENGE_SECONDS, ticket))
        return ticket, moderator.recovery_identity

    def finish(
        self,
        database: Database,
        rules: SiteRules,
        *,
        ticket: str,
        secret: bytes,
        identity: bytes,
        now: float,
    ) -> str:
        """Set the new passphrase; returns the moderator's pseudonym. Raises InvalidCredentials."""
        with self._lock:
            challenge = self._challenges.pop(ticket, None)
        if challenge is None or challenge.ticket != ticket or challenge.expires_at < now:
            raise InvalidCredentials
        with database.writing() as conn:
            changed = people.change_secret(
                conn,
                rules.site_id,
                challenge.pseudonym,
                secret_hash=people.hash_secret(secret),
                identity=identity,
            )
        if changed == 0:  # not active any more
            raise InvalidCredentials
        return challenge.pseudonym
