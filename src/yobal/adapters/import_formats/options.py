"""What the technician says about a file, and the errors that end a run."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

_NO_COLUMNS: Final[Mapping[str, str]] = MappingProxyType({})


class ImportOptions(msgspec.Struct, frozen=True, kw_only=True):
    """`zone` is that of times that do not say their own; `columns` are CSV's names by Yobal's."""

    zone: ZoneInfo
    columns: Mapping[str, str] = _NO_COLUMNS
    base_url: str = ""  # goes before addresses that are only a path
