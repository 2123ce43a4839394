"""What is written for a settings file is what Python's own library reads from it."""

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from yobal.core.toml import TomlValue, toml_value

# The settings refuse control characters; a lone surrogate cannot be in a file.
STRINGS = st.text(st.characters(exclude_categories=["Cc", "Cs"]))
VALUES = (
    STRINGS
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.lists(STRINGS)
    | st.dictionaries(STRINGS, STRINGS)
)


@given(VALUES)
def test_a_value_is_read_as_it_was_written(value: TomlValue) -> None:
    assert tomllib.loads(f"setting = {toml_value(value)}") == {"setting": value}
