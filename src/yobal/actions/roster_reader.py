"""Reads the site's roster and verifies it. What a server has verified once can only grow."""

import contextlib
import hmac
import threading
from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from yobal.adapters.roster_pin import FormerRoster, Pin, Resumption, RosterPin
from yobal.core import roster as rules
from yobal.core.decision_signature import Signers, signers_of
from yobal.core.errors import (
    Forbidden,
    InvalidInput,
    Reason,
    RosterChanged,
    RosterInvalid,
)
from yobal.core.roster import Epoch, Member, Resumed, Roster, SignedStatement
from yobal.store import sites, statements
from yobal.store.database import Connection, Database

ListAll = Callable[[Connection, str], list[SignedStatement]]
Newest = Callable[[Connection, str], tuple[int, str] | None]


class ListFormer(Protocol):
    def __call__(self, conn: Connection, site_id: str, *, first: str) -> list[SignedStatement]: ...


class _Verified(msgspec.Struct, frozen=True):
    signed: tuple[SignedStatement, ...]
    roster: Roster
    former: tuple[FormerRoster, ...]
    resumption: Resumption | None
    lost_epoch_id: str | None

    def check_is_whole(self) -> None:
        """Raises RosterInvalid while statements are given up that no lead has confirmed as lost."""
        if self.resumption is not None:
            raise RosterInvalid("resume", len(self.signed))

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
        list_former: ListFormer = statements.list_former,
        with_keys: bool = True,
    ) -> None:
        self._site_id = site_id
        self._pin = pin
        self._list_all, self._newest, self._with_keys = list_all, newest, with_keys
        self._list_former = list_former
        self._lock = threading.Lock()
        self._verified: _Verified | None = None
        self._signers: tuple[_Verified, Signers] | None = None

    def read(self, conn: Connection) -> Roster | None:
        """None before the first lead. Trusts its memory unless there is a newer statement.

        Raises RosterInvalid.
        """
        verified, newest = self._verified, self._newest(conn, self._site_id)
        if verified is not None and newest == verified.newest:
            verified.check_is_whole()
            return verified.roster
        return self.read_all(conn)[0]

    def read_all(self, conn: Connection) -> tuple[Roster | None, tuple[SignedStatement, ...]]:
        """Looks at every statement, so that an altered one is noticed. Raises RosterInvalid."""
        read = self.read_to_resume(conn)
        if self._verified is not None:
            self._verified.check_is_whole()
        return read

    def read_to_resume(self, conn: Connection) -> tuple[Roster | None, tuple[SignedStatement, ...]]:
        """The same for the lead who may resume it after a restore: `check_access` says who that is."""
        pin = self._pin.read()  # before the rows: it must not be newer
        signed = tuple(self._list_all(conn, self._site_id))
        with self._lock:
            if self._verified is None or self._verified.signed != signed:
                self._verified = self._verify(signed, pin)
            return (self._verified.roster if self._verified else None), signed

    def pin_newest(self, database: Database) -> None:
        """After a commit. Until then, an attacker who writes the database could delete the statements unnoticed."""
        with database.reading() as conn:
            self.read(conn)

    @property
    def resumption(self) -> Resumption | None:
        """Who may resume the roster that was read last, and after what."""
        return self._verified.resumption if self._verified is not None else None

    def check_access(self, member: Member) -> None:
        """Until a roster is resumed, only the lead that the technician named has access. Raises RosterInvalid."""
        resumption = self.resumption
        if resumption is not None and member.signing_key != resumption.by:
            raise RosterInvalid("resume", 0)

    def needs_epoch(self, roster: Roster) -> bool:
        """Whether a member lacks the newest epoch's key, or a former member has it."""
        lost = self._verified.lost_epoch_id if self._verified is not None else None
        return roster.needs_epoch or (bool(roster.epochs) and roster.epochs[-1].epoch_id == lost)

    def sealing_epoch(self, conn: Connection) -> Epoch | None:
        """To which comments are sealed; None before the first lead. Raises RosterInvalid."""
        roster = self.read(conn)
        if roster is None or not roster.epochs:
            return None
        if (
            self._verified is not None
            and roster.epochs[-1].epoch_id == self._verified.lost_epoch_id
        ):
            raise RosterInvalid("lost_epoch", len(roster.hashes))
        return roster.epochs[-1]

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
        chain = self._list_former(conn, self._site_id, first=former.first)[: former.length]
        try:
            roster = rules.verify(chain, site_id=self._site_id, with_keys=self._with_keys)
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
        return self._append(conn, self.read_all(conn), signed)

    def resume(self, conn: Connection, *signed: SignedStatement) -> Roster:
        """The same for a roster that waits for it; the first says so. Raises also Forbidden."""
        sites.lock(conn, self._site_id)
        read = self.read_to_resume(conn)
        if self.resumption is None:
            raise RosterChanged
        roster = self._append(conn, read, signed)
        if not _is_resumed(signed[0], self.resumption):
            raise Forbidden
        return roster

    def _append(
        self,
        conn: Connection,
        read: tuple[Roster | None, tuple[SignedStatement, ...]],
        signed: Sequence[SignedStatement],
    ) -> Roster:
        roster, present = read
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

    def is_incomplete(self, conn: Connection) -> bool:
        """Whether the database has fewer statements than this server has verified."""
        pin = self._pin.read()
        goal, newest = _lost_end(pin), self._newest(conn, self._site_id)
        count = newest[0] if newest is not None else 0
        return goal is not None and not pin.is_restored and count < goal[0]

    def complete(
        self, conn: Connection, returned: Sequence[SignedStatement]
    ) -> tuple[Roster | None, Roster, int]:
        """Append what the database has lost, up to the newest statement that this server has verified before.

        They need no other authority than its hash. The roster before and after, and how many there were.
        Raises RosterChanged if nothing is missing, InvalidInput for other statements.
        """
        sites.lock(conn, self._site_id)
        pin, present = self._pin.read(), self._list_all(conn, self._site_id)
        goal = _lost_end(pin)
        if goal is None or pin.is_restored or len(present) >= goal[0]:
            raise RosterChanged
        missing = returned[: goal[0] - len(present)]
        try:
            before = rules.verify(present, site_id=self._site_id) if present else None
            roster = before
            for item in missing:
                roster = rules.extend(roster, item, site_id=self._site_id)
        except RosterInvalid as error:
            raise _rejected(error) from None
        if roster is None or (len(roster.hashes), roster.head) != goal or roster.first != pin.first:
            raise InvalidInput("these are not the statements that are missing here")
        for number, item in enumerate(missing, start=len(present)):
            statements.append(conn, self._site_id, item, number=number)
        return before, roster, len(missing)

    def mark_epoch_lost(self, epoch_id: str) -> None:
        """Before the statements of a database that has lost its wraps are added again."""
        self._pin.update(lambda pin: msgspec.structs.replace(pin, lost_epoch_id=epoch_id))

    def begin(self, conn: Connection, first: list[SignedStatement]) -> Roster:
        """Replace the roster with that of the first lead that the technician invited. Raises InvalidInput."""
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
            _check_goes_on(signed, roster, pin)
            if len(signed) > pin.length:
                self._pin.update(lambda current: _advance(current, roster))
        elif _is_expected_founder(pin, roster):
            self._pin.update(lambda current: _begin_pin(current, pin, roster))
        else:
            raise RosterInvalid("founder", 0)
        now = (
            self._pin.read()
        )  # after the rows: what it says of the newest epoch is written before them
        return _Verified(signed, roster, now.former, now.resumption, now.lost_epoch_id)

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
    if not is_behind:
        return current
    changed = extended_pin(current, roster)
    return msgspec.structs.replace(
        changed, resumption=None
    )  # the first statement after it was checked


def _begin_pin(current: Pin, seen: Pin, roster: Roster) -> Pin:
    """The link is used. A newer one of `yobal init` stays valid."""
    if current.first == roster.first:
        return _advance(current, roster)
    is_used = current.founder_key == seen.founder_key
    founder_key = None if is_used else current.founder_key
    former = (*current.former, *_as_former(current))
    changed = msgspec.structs.replace(
        current, founder_key=founder_key, former=former, is_restored=False, resumption=None
    )
    return extended_pin(changed, roster)


def extended_pin(pin: Pin, roster: Roster) -> Pin:
    """An unopened link of `yobal init` stays valid."""
    return msgspec.structs.replace(
        pin, first=roster.first, length=len(roster.hashes), head=roster.head
    )


def _lost_end(pin: Pin) -> tuple[int, str] | None:
    """The newest statement that was ever verified, also if the technician has given it up since."""
    if pin.resumption is not None and pin.resumption.lost_head is not None:
        return pin.resumption.lost_length, pin.resumption.lost_head
    return (pin.length, pin.head) if pin.head is not None else None


def _check_goes_on(signed: Sequence[SignedStatement], roster: Roster, pin: Pin) -> None:
    """Whether it has all that was verified before, and nothing else after a restore. Raises RosterInvalid."""
    if pin.is_restored:
        raise RosterInvalid("restored", len(signed))
    if roster.hashes[pin.length - 1 : pin.length] != (pin.head,):
        raise RosterInvalid("older", min(len(signed), pin.length))
    if pin.resumption is not None and len(signed) > pin.length:
        _check_resumed(signed, roster, pin)


def _check_resumed(signed: Sequence[SignedStatement], roster: Roster, pin: Pin) -> None:
    """A lead has resumed the roster, or what was lost came back. Raises RosterInvalid."""
    resumption = pin.resumption
    if resumption is None or _is_resumed(signed[pin.length], resumption):
        return
    length = resumption.lost_length
    if not length or roster.hashes[length - 1 : length] != (resumption.lost_head,):
        raise RosterInvalid("resume", pin.length)


def _is_resumed(signed: SignedStatement, resumption: Resumption) -> bool:
    statement = rules.decode_statement(signed.statement)
    return (
        isinstance(statement, Resumed)
        and statement.by == resumption.by
        and resumption.lost_head in (None, statement.lost_head)
    )


def _rejected(error: RosterInvalid) -> InvalidInput:
    return InvalidInput(
        Reason("the signed statement breaks the rule “%(rule)s”", {"rule": error.rule})
    )
