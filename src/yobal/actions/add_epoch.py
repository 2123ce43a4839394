"""An epoch's row and its wraps, as a first lead, a rotation and a removal begin it."""

from collections.abc import Sequence

import msgspec
import pyrage

from yobal.actions import member_keys
from yobal.actions.member_keys import NewWrap
from yobal.adapters.cell_file import Allocate
from yobal.core.envelope import Sealer
from yobal.core.errors import InvalidInput
from yobal.core.roster import Epoch, Roster
from yobal.core.schedule import last_slot
from yobal.core.site_rules import SiteRules
from yobal.store import epochs
from yobal.store.database import Connection


class MemberWrap(msgspec.Struct, frozen=True):
    """A new epoch's identity, as an age file for the member with this signing key."""

    member: str
    wrap: bytes


def add_epoch(conn: Connection, rules: SiteRules, epoch: Epoch, now: float) -> None:
    """Raises InvalidInput for a recipient that nothing can be sealed to."""
    check_recipient(epoch.recipient)
    first_slot = last_slot(rules.schedule, now)
    epochs.add(conn, epoch_id=epoch.epoch_id, site_id=rules.site_id, first_slot=first_slot)


def add_wraps(
    conn: Connection, allocate: Allocate, roster: Roster, wraps: Sequence[MemberWrap]
) -> None:
    """Each member must get one wrap of the newest epoch, so that no member is left out. Raises InvalidInput."""
    if sorted(wrap.member for wrap in wraps) != sorted(roster.members):
        raise InvalidInput("the wraps are not those of the members")
    epoch_id = roster.epochs[-1].epoch_id
    new_wraps = [
        NewWrap(epoch_id, keys.pseudonym, wrap.wrap)
        for wrap in wraps
        if (keys := roster.members[wrap.member].keys) is not None  # always, in the desk's roster
    ]
    member_keys.store_wraps(conn, allocate, new_wraps)


def check_recipient(recipient: str) -> None:
    """Check now: an unusable key would lock its owner out later. Raises InvalidInput."""
    try:
        Sealer(recipient)
    except pyrage.RecipientError:
        raise InvalidInput("a public key is not valid") from None
