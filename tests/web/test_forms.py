"""A form's body is decoded as Python's own library does it, or refused."""

from urllib.parse import parse_qsl, unquote_to_bytes, urlencode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from yobal.web import forms
from yobal.web.errors import BadForm

HOSTILE = st.text("%%%=\r\n0aFg \\_.\u17a0", max_size=40).map(str.encode)


@given(HOSTILE)
@example(b"%")
@example(b"a%")
@example(b"%%41")
@example(b"%4")
@example(b"%\n%41")
@example(b"%=41")
@example(b"a \r\n%41")
def test_escapes_are_decoded_as_pythons_library_decodes_them(raw: bytes) -> None:
    try:
        expected = unquote_to_bytes(raw).decode()
    except UnicodeDecodeError:
        with pytest.raises(BadForm):
            forms.parse(b"text=" + raw)
    else:
        assert forms.parse(b"text=" + raw) == {"text": expected}


@given(st.dictionaries(st.text(max_size=8), st.text(max_size=60), max_size=8))
def test_every_field_that_a_browser_sends_arrives_unchanged(fields: dict[str, str]) -> None:
    body = urlencode(fields).encode()
    assert forms.parse(body) == dict(parse_qsl(body.decode(), keep_blank_values=True)) == fields


@pytest.mark.parametrize("body", [b"a=1&a=2", b"text=%ff", b"text=\xff", b"&" * 16])
def test_a_malformed_body_is_refused(body: bytes) -> None:
    with pytest.raises(BadForm):
        forms.parse(body)
