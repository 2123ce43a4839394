"""Writes values of a settings file. Python's own library only reads TOML."""

from collections.abc import Mapping, Sequence

TomlValue = str | int | Sequence[str] | Mapping[str, str]


def toml_value(value: TomlValue) -> str:
    """On one line. The settings refuse strings with control characters."""
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Mapping):
        items = (f"{toml_value(key)} = {toml_value(item)}" for key, item in value.items())
        return "{ " + ", ".join(items) + " }"
    return "[" + ", ".join(map(toml_value, value)) + "]"
