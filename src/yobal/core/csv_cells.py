"""Keeps spreadsheets from calculating what a reader has written, in a way that can be taken back."""

from typing import Final

GUARDED: Final = "guarded"  # the column that names the cells with an apostrophe
_APOSTROPHE: Final = "'"
# Excel, LibreOffice and Google Sheets take these for the beginning of a formula, also in their wide forms.
# https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def guard(cell: str) -> str:
    """With an apostrophe if it could be a formula: then it is text."""
    return _APOSTROPHE + cell if cell.startswith(_FORMULA_STARTS) else cell


def unguard(cell: str) -> str:
    return cell.removeprefix(_APOSTROPHE)
