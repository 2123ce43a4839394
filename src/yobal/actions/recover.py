"""A forgotten passphrase: the printed sheet proves itself by opening a challenge sealed to it."""

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

LIFE_SECONDS: Final = 900
OPEN_MAX: Final = 20  # for one moderator


class _Challenge(msgspec.Struct):
    pseudonym: str
    answer: bytes
    until: float
    ticket: str | None = None


class RecoveryChallenges:
    """The challenges that are open, in memory only: a restart asks to begin again."""

    def __init__(self) -> None:
        self._open: dict[str, _Challenge] = {}
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
        """An id, and 32 random bytes sealed to the sheet; for an unknown name, sealed to nobody's."""
        with database.reading() as conn:
            moderator = people.get(conn, rules.site_id, pseudonym)
        recipient = (
            pyrage.x25519.Recipient.from_str(moderator.recovery_recipient)
            if moderator is not None
            else pyrage.x25519.Identity.generate().to_public()
        )
        answer, name = random(32), ids.new_id(random)
        if moderator is not None:
            self._remember(name, _Challenge(moderator.pseudonym, answer, now + LIFE_SECONDS))
        return name, pyrage.encrypt(answer, [recipient])

    def _remember(self, name: str, challenge: _Challenge) -> None:
        """Of one moderator's challenges the newest few: a flood of them closes nobody else's."""
        with self._lock:
            same = [key for key, one in self._open.items() if one.pseudonym == challenge.pseudonym]
            for key in same[: max(0, len(same) + 1 - OPEN_MAX)]:
                del self._open[key]
            self._open[name] = challenge

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
            one = self._open.pop(challenge_id, None)
        if one is None or one.until < now or not hmac.compare_digest(one.answer, answer):
            raise InvalidCredentials
        with database.reading() as conn:
            moderator = people.get(conn, rules.site_id, one.pseudonym)
        if moderator is None:
            raise InvalidCredentials
        ticket = ids.new_id(random)
        self._remember(ticket, _Challenge(one.pseudonym, b"", now + LIFE_SECONDS, ticket))
        return ticket, bytes(moderator.recovery_identity)

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
        """Set the new passphrase's halves; whose they are. Raises InvalidCredentials."""
        with self._lock:
            one = self._open.pop(ticket, None)
        if one is None or one.ticket != ticket or one.until < now:
            raise InvalidCredentials
        with database.writing() as conn:
            changed = people.change_secret(
                conn,
                rules.site_id,
                one.pseudonym,
                secret_hash=people.hash_secret(secret),
                identity=identity,
            )
        if changed == 0:  # no moderator any more
            raise InvalidCredentials
        return one.pseudonym
