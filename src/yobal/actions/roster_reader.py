"""Reads the site's roster and verifies it. What a server has verified once can only grow."""

import contextlib
import hmac
import threading
from collections.abc import Callable
from typing import Final

import msgspec

from yobal.adapters.roster_pin import FormerRoster, Pin, RosterPin
from yobal.core import roster as rules
from yobal.core.decision_signature import Signers, signers_of
from yobal.core.errors import (
    InvalidInput,
    Reason,
    RosterChanged,
    RosterInvalid,
    RosterNotAccepted,
)
from yobal.core.roster import Roster, SignedStatement
from yobal.store import sites, statements
from yobal.store.database import Connection

ListAll = Callable[[Connection, str], list[SignedStatement]]
Newest = Callable[[Connection, str], tuple[int, str] | None]
_WRONG_FINGERPRINT: Final = (
    "this is not the fingerprint of the roster's first statement, so nothing was accepted: ask a lead to "
    "read it out again (eight groups of four, on the recovery sheet and at the desk under People). If it "
    "still differs, somebody else wrote this roster: see docs/trouble.md"
)
_OTHER_FIRST: Final = (
    "`secrets/roster` says that this server had another roster, so nothing was accepted: put its database "
    "back, or start again with `yobal init --new-epoch`"
)


class _Verified(msgspec.Struct, frozen=True):
    signed: tuple[SignedStatement, ...]
    roster: Roster
    former: tuple[FormerRoster, ...]

    @property
    def newest(self) -> tuple[int, str]:
        return len(self.signed), self.signed[-1].statement


class RosterReader:
    """One for each process and database role; several threads use it."""

    def __init__(
        self,
        site_id: str,
        pin: RosterPin,
        *,
        list_all: ListAll = statements.list_all,
        newest: Newest = statements.newest,
        with_keys: bool = True,
    ) -> None:
        self._site_id = site_id
        self._pin = pin
        self._list_all, self._newest, self._with_keys = list_all, newest, with_keys
        self._lock = threading.Lock()
        self._verified: _Verified | None = None
        self._signers: tuple[_Verified, Signers] | None = None

    def read(self, conn: Connection) -> Roster | None:
        """None before the first lead. Trusts its memory unless there is a newer statement.

        Raises RosterInvalid.
        """
        verified, newest = self._verified, self._newest(conn, self._site_id)
        if verified is not None and newest == verified.newest:
            return verified.roster
        return self.read_all(conn)[0]

    def read_all(self, conn: Connection) -> tuple[Roster | None, tuple[SignedStatement, ...]]:
        """Looks at every statement, so that an altered one is noticed. Raises RosterInvalid."""
        pin = self._pin.read()  # before the rows: it must not be newer
        signed = tuple(self._list_all(conn, self._site_id))
        with self._lock:
            if self._verified is None or self._verified.signed != signed:
                self._verified = self._verify(signed, pin)
            return (self._verified.roster if self._verified else None), signed

    def signers(self, conn: Connection) -> Signers | None:
        """Who may sign decisions, and could before; None before the first lead. Raises RosterInvalid."""
        self.read(conn)
        verified, cached = self._verified, self._signers
        if verified is None:
            return None
        if cached is None or cached[0] is not verified:
            chains = [self._former_chain(conn, former) for former in verified.former]
            cached = verified, signers_of(verified.roster, verified.signed, chains)
            self._signers = cached
        return cached[1]

    def list_former(self, conn: Connection) -> list[str]:
        """The first statements of former rosters in the database that this server has not verified."""
        verified = {former.first for former in self._pin.read().former}
        firsts = statements.former_firsts(conn, self._site_id)
        return sorted(first for first in firsts if first not in verified)

    def _former_chain(self, conn: Connection, former: FormerRoster) -> list[SignedStatement]:
        """Empty if it is not what was verified: then nothing that was decided under it verifies."""
        chain = statements.list_former(conn, self._site_id, first=former.first)[: former.length]
        try:
            roster = rules.verify(chain, site_id=self._site_id)
        except RosterInvalid:
            return []
        return chain if (roster.first, roster.head) == (former.first, former.head) else []

    def append(self, conn: Connection, *signed: SignedStatement) -> Roster:
        """Add statements, which take effect with the caller's transaction.

        That transaction must not read the roster again: what it wrote would be pinned, and a pin that is
        ahead of the database refuses every roster. Raises RosterChanged if another statement came first,
        InvalidInput for one that breaks a rule, and RosterInvalid if statements were deleted: one that is added
        after the gap could never be verified again.
        """
        sites.lock(conn, self._site_id)
        roster, present = self.read_all(conn)
        if roster is None:
            raise RosterChanged
        if len(present) < len(roster.hashes):
            raise RosterInvalid("older", len(present))
        for item in signed:
            number = len(roster.hashes)
            try:
                roster = rules.extend(roster, item, site_id=self._site_id)
            except RosterInvalid as error:
                raise RosterChanged if error.rule == "previous" else _rejected(error) from None
            statements.append(conn, self._site_id, item, number=number)
        return roster

    def begin(self, conn: Connection, first: list[SignedStatement]) -> Roster:
        """Replace the roster by that of the first lead whom the technician invited. Raises InvalidInput."""
        sites.lock(conn, self._site_id)
        try:
            roster = rules.verify(first, site_id=self._site_id)
        except RosterInvalid as error:
            raise _rejected(error) from None
        if not _is_expected_founder(self._pin.read(), roster):
            raise InvalidInput("this link is not the newest of `yobal init`")
        self._keep_former(conn)
        statements.delete_all(conn, self._site_id)
        for number, signed in enumerate(first):
            statements.append(conn, self._site_id, signed, number=number)
        return roster

    def _keep_former(self, conn: Connection) -> None:
        with contextlib.suppress(RosterInvalid):
            self.read_all(conn)  # its newest statements are pinned, too
        old = statements.list_all(conn, self._site_id)
        first = rules.statement_hash(old[0].statement) if old else None
        # Somebody may have put back statements of a former roster.
        if first is not None and first not in statements.former_firsts(conn, self._site_id):
            statements.copy_to_former(conn, self._site_id, first=first)

    def read_unpinned(self, conn: Connection) -> Roster | None:
        """What the database says of itself: an attacker's own list verifies, too. Only to be shown.

        Raises RosterInvalid.
        """
        signed = self._list_all(conn, self._site_id)
        return rules.verify(signed, site_id=self._site_id) if signed else None

    def accept(self, conn: Connection, fingerprint: str) -> Roster | None:
        """Believe what the database has now, after a restore. None if it has no roster.

        `fingerprint` is what a lead reads out: without it, an attacker's own list would be believed.
        Raises RosterInvalid, RosterNotAccepted.
        """
        roster = self.read_unpinned(conn)
        if roster is None:
            return None
        if not rules.is_fingerprint_of(roster.first, fingerprint):
            self._accept_former(conn, roster, fingerprint)
            return roster
        first = self._pin.read().first
        if first is not None and first != roster.first:
            raise RosterNotAccepted(_OTHER_FIRST)
        self._pin.update(lambda pin: _extend_pin(pin, roster))
        return roster

    def _accept_former(self, conn: Connection, roster: Roster, fingerprint: str) -> None:
        """A roster that the present one has replaced, so that what was published under it verifies.

        The present one does not vouch for it: somebody could have put another into the database.
        """
        firsts = statements.former_firsts(conn, self._site_id)
        first = next((item for item in firsts if rules.is_fingerprint_of(item, fingerprint)), None)
        if first is None or self._pin.read().first != roster.first:
            raise RosterNotAccepted(_WRONG_FINGERPRINT)
        chain = statements.list_former(conn, self._site_id, first=first)
        head = rules.verify(chain, site_id=self._site_id).head
        self._pin.update(lambda pin: _add_former(pin, FormerRoster(first, len(chain), head)))

    def _verify(self, signed: tuple[SignedStatement, ...], pin: Pin) -> _Verified | None:
        verified = self._verified
        if verified is not None and signed == verified.signed[: len(signed)]:
            return verified  # a transaction that began before the newest statement, or rows were deleted
        if not signed:
            if pin.first is not None:
                raise RosterInvalid("older", 0)
            return None
        roster = self._extend(signed)
        if roster.first == pin.first:
            if roster.hashes[pin.length - 1 : pin.length] != (pin.head,):
                raise RosterInvalid("older", min(len(signed), pin.length))
            if len(signed) > pin.length:
                self._pin.update(lambda current: _advance(current, roster))
        elif _is_expected_founder(pin, roster):
            self._pin.update(lambda current: _begin_pin(current, pin, roster))
        else:
            raise RosterInvalid("founder", 0)
        return _Verified(signed, roster, self._pin.read().former)

    def _extend(self, signed: tuple[SignedStatement, ...]) -> Roster:
        """Verifies only what is new, where the rest is what was verified before."""
        done = self._verified
        if done is None or signed[: len(done.signed)] != done.signed:
            return rules.verify(signed, site_id=self._site_id, with_keys=self._with_keys)
        roster = done.roster
        for item in signed[len(done.signed) :]:
            roster = rules.extend(roster, item, site_id=self._site_id, with_keys=self._with_keys)
        return roster


def _is_expected_founder(pin: Pin, roster: Roster) -> bool:
    """Whether the technician's link made this first statement."""
    if pin.founder_key is None:
        return False
    expected = rules.founder_mac(bytes.fromhex(pin.founder_key), roster.founder)
    return hmac.compare_digest(expected, roster.founder_mac)


def _as_former(pin: Pin) -> tuple[FormerRoster, ...]:
    """The roster that a new one replaces, if there was one."""
    if pin.first is None or pin.head is None:
        return ()
    return (FormerRoster(pin.first, pin.length, pin.head),)


def _advance(current: Pin, roster: Roster) -> Pin:
    """Another process may have verified more meanwhile, or a new first lead."""
    is_behind = current.first == roster.first and current.length < len(roster.hashes)
    return _extend_pin(current, roster) if is_behind else current


def _begin_pin(current: Pin, seen: Pin, roster: Roster) -> Pin:
    """The link is used. A newer one of `yobal init` stays valid."""
    if current.first == roster.first:
        return _advance(current, roster)
    is_used = current.founder_key == seen.founder_key
    founder_key = None if is_used else current.founder_key
    former = (*current.former, *_as_former(current))
    changed = msgspec.structs.replace(current, founder_key=founder_key, former=former)
    return _extend_pin(changed, roster)


def _add_former(pin: Pin, former: FormerRoster) -> Pin:
    others = tuple(item for item in pin.former if item.first != former.first)
    return msgspec.structs.replace(pin, former=(*others, former))


def _extend_pin(pin: Pin, roster: Roster) -> Pin:
    """A link of `yobal init` that nobody has opened yet stays valid."""
    return msgspec.structs.replace(
        pin, first=roster.first, length=len(roster.hashes), head=roster.head
    )


def _rejected(error: RosterInvalid) -> InvalidInput:
    return InvalidInput(
        Reason("the signed statement breaks the rule “%(rule)s”", {"rule": error.rule})
    )
