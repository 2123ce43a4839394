"""The list of removed, hidden, withdrawn and destroyed comments, in a place that outlives the database.

A backup is older than the newest of it, and `yobal restore` erases all of it again.
"""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from yobal.adapters.durable_files import replace_atomically
from yobal.core.errors import BackupInvalid
from yobal.core.purged import Purged


class PurgeList:
    """`purge_list_dir/river-post.purged`: one JSON object a line."""

    def __init__(self, folder: Path, site_id: str) -> None:
        self.path = folder / f"{site_id}.purged"

    def read(self) -> list[Purged]:
        """Empty if there is no list. Raises BackupInvalid for one that cannot be read."""
        try:
            return msgspec.json.Decoder(Purged).decode_lines(self.path.read_bytes())
        except FileNotFoundError:
            return []
        except msgspec.DecodeError as error:
            raise BackupInvalid(f"{self.path}: {error}") from None

    def write(self, purged: Sequence[Purged]) -> None:
        """Replaces the list, unless it says the same."""
        content = msgspec.json.Encoder().encode_lines(purged)
        if not self.path.exists() or self.path.read_bytes() != content:
            replace_atomically(self.path, content)
