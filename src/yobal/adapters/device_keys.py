"""The keys under which browsers encrypt what they store, in this process's memory only.

A device key is never written: a server's restart forgets all of them, and browsers then need the words again.
Durations are measured with a monotonic clock, so that setting the time cannot prolong them.
"""

import hmac
import threading
import time
from collections.abc import Callable, Collection
from typing import Final

PIN_TRIES_MAX: Final = 5
# A page asks once a minute while it is visible, and locks by itself first: the server is only the second line.
IDLE_GRACE_SECONDS: Final = 120


class _Session:
    """What is remembered of one session."""

    def __init__(self, heard_at: float) -> None:
        self.heard_at = heard_at
        self.device_key: bytes | None = None
        self.pin_hash: bytes | None = None
        self.pin_tries_left = 0


class DeviceKeys:
    """By the hash of a session's token. Thread-safe: the desk's routes run in threads."""

    def __init__(self, *, idle_minutes: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._idle_seconds = idle_minutes * 60 + IDLE_GRACE_SECONDS
        self._clock = clock
        self._started_at = clock()
        self._sessions: dict[bytes, _Session] = {}
        self._mutex = threading.Lock()

    def hear(self, token_hash: bytes) -> None:
        """The session has begun, or its page has sent a request."""
        with self._mutex:
            self._of(token_hash).heard_at = self._clock()

    def is_idle(self, token_hash: bytes) -> bool:
        """Whether the page has sent nothing for too long; after a restart, counted from the start."""
        with self._mutex:
            session = self._sessions.get(token_hash)
            return self._is_idle(session)

    def hold(self, token_hash: bytes, device_key: bytes) -> None:
        """Replaces an older one, and the PIN that was set for it."""
        with self._mutex:
            session = self._of(token_hash)
            session.device_key, session.pin_hash = device_key, None

    def get(self, token_hash: bytes) -> bytes | None:
        """The caller checks that the session is open and not locked."""
        with self._mutex:
            session = self._sessions.get(token_hash)
            return session.device_key if session is not None else None

    def set_pin(self, token_hash: bytes, pin_hash: bytes | None) -> bool:
        """False without a device key: then a PIN would open nothing."""
        with self._mutex:
            session = self._sessions.get(token_hash)
            if session is None or session.device_key is None:
                return False
            session.pin_hash, session.pin_tries_left = pin_hash, PIN_TRIES_MAX
            return True

    def is_pin(self, token_hash: bytes, pin_hash: bytes) -> bool:
        """Counts a wrong try; after the last one, key and PIN are forgotten."""
        with self._mutex:
            session = self._sessions.get(token_hash)
            if session is None or session.pin_hash is None:
                return False
            if hmac.compare_digest(session.pin_hash, pin_hash):
                session.pin_tries_left = PIN_TRIES_MAX
                return True
            session.pin_tries_left -= 1
            if session.pin_tries_left == 0:
                del self._sessions[token_hash]
            return False

    def pin_tries_left(self, token_hash: bytes) -> int:
        """0 without a PIN."""
        with self._mutex:
            session = self._sessions.get(token_hash)
            return session.pin_tries_left if session and session.pin_hash is not None else 0

    def forget(self, token_hash: bytes) -> None:
        with self._mutex:
            self._sessions.pop(token_hash, None)

    def token_hashes(self) -> set[bytes]:
        with self._mutex:
            return set(self._sessions)

    def forget_closed(self, token_hashes: Collection[bytes]) -> None:
        """Forget these sessions, and all without a PIN that have been silent for too long."""
        with self._mutex:
            self._sessions = {
                token_hash: session
                for token_hash, session in self._sessions.items()
                if token_hash not in token_hashes
                and (session.pin_hash is not None or not self._is_idle(session))
            }

    @property
    def is_empty(self) -> bool:
        with self._mutex:
            return not self._sessions

    def _of(self, token_hash: bytes) -> _Session:
        return self._sessions.setdefault(token_hash, _Session(self._clock()))

    def _is_idle(self, session: _Session | None) -> bool:
        heard_at = session.heard_at if session is not None else self._started_at
        return self._clock() - heard_at > self._idle_seconds
