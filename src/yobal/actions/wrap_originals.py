"""Encrypts the sealed originals that are kept after a decision, each under a cell, so that they end on time.

Until the round does it for every envelope on its way into the database, a pending one is not wrapped:
the intake stores it, and has no cells.
"""

from functools import partial
from typing import Final

from yobal.adapters.cell_file import CellFile
from yobal.core.ids import RandomBytes
from yobal.core.schedule import Slot
from yobal.core.site_rules import SiteRules
from yobal.store import cells, envelopes, pending_purge
from yobal.store.database import Database

_ORIGINALS: Final = 200  # in one transaction


def wrap(
    database: Database, cell_file: CellFile, rules: SiteRules, *, until: Slot, random: RandomBytes
) -> int:
    """Runs with every release; returns how many were encrypted. The caller purges.

    Only what was final with the slot `until`: a decision that can be undone leaves its original as
    the desk can read it.
    """
    wrapped = 0
    while True:
        with database.reading() as conn:
            originals = envelopes.unwrapped_originals(
                conn, rules.site_id, until=until, limit=_ORIGINALS
            )
        if not originals:
            return wrapped
        find_used = partial(cells.find_used, database)
        with (
            cell_file.allocate(len(originals), find_used=find_used) as new_cells,
            database.writing() as conn,
        ):
            pending_purge.request(conn, rules.site_id, random=random)
            for original, cell in zip(originals, new_cells, strict=True):
                comment_id = original.comment_id
                ciphertext = cell.encrypt(
                    original.sealed, purpose="original", comment_id=comment_id
                )
                changed = envelopes.wrap_original(
                    conn, comment_id, cell=cell.number, ciphertext=ciphertext
                )
                if changed == 0:  # withdrawn since it was read
                    cells.expire_unused(conn, cell.number)
        wrapped += len(originals)
