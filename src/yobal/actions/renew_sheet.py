"""Replaces a member's recovery sheet, from the open desk. The old sheet no longer opens anything."""

import msgspec

from yobal.actions import member_keys
from yobal.actions.add_epoch import check_recipient
from yobal.actions.roster_reader import RosterReader
from yobal.adapters.cell_file import CellFile
from yobal.core import roster as roster_rules
from yobal.core.errors import Forbidden, InvalidInput
from yobal.core.ids import RandomBytes
from yobal.core.roster import SignedStatement
from yobal.core.site_rules import SiteRules
from yobal.store import identities, pending_purge
from yobal.store.database import Database


def renew_sheet(
    database: Database,
    cell_file: CellFile,
    rules: SiteRules,
    roster_reader: RosterReader,
    *,
    renewed_by: str,
    statement: SignedStatement,
    recovery_identity: bytes,
    random: RandomBytes,
) -> None:
    """By the member's statement of new keys, in which only the sheet's is another.

    Words and passkeys stay as they are. Raises Forbidden, InvalidInput, RosterChanged.
    """
    with member_keys.allocating(database, cell_file) as allocate, database.writing() as conn:
        pending_purge.request(conn, rules.site_id, random=random)  # an identity is deleted
        before = roster_reader.read(conn)
        owner = before.named(renewed_by) if before is not None else None
        roster = roster_reader.append(conn, statement)
        if owner is None or owner.keys is None:
            raise Forbidden
        if roster_rules.decode_statement(statement.statement).by != owner.signing_key:
            raise Forbidden
        changed = roster.members[owner.signing_key].keys
        if changed is None or changed == owner.keys:
            raise InvalidInput("the statement does not change this person's sheet")
        check_recipient(changed.recovery_recipient)
        recipient = changed.recovery_recipient
        if changed != msgspec.structs.replace(owner.keys, recovery_recipient=recipient):
            raise InvalidInput("the statement does not change this person's sheet")
        member_keys.replace_identity(
            conn,
            allocate,
            owner.signing_key,
            opened_by=identities.SHEET,
            age_file=recovery_identity,
        )
    roster_reader.pin_newest(database)
