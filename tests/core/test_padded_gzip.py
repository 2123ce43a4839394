"""Compressed content with a length that is a multiple of a step."""

import gzip
import random
import subprocess
from pathlib import Path

import pytest

from yobal.core import padded_gzip

CONTENTS = [b"", b"a", "យោបល់".encode() * 500, random.Random(3).randbytes(10_000)]


@pytest.mark.parametrize("content", CONTENTS)
@pytest.mark.parametrize("step_bytes", [1, 7, 4_000, padded_gzip.STEP_BYTES_MAX])
def test_every_length_is_a_multiple_of_the_step(content: bytes, step_bytes: int) -> None:
    compressed = padded_gzip.compress(content, step_bytes=step_bytes, level=9)
    assert len(compressed) % step_bytes == 0
    assert gzip.decompress(compressed) == content
    assert len(compressed) < len(gzip.compress(content)) + 64 + step_bytes


def test_the_file_has_no_time(tmp_path: Path) -> None:
    compressed = padded_gzip.compress(b"words", step_bytes=4_000, level=9)
    assert compressed[4:8] == bytes(4)
    file = tmp_path / "words.gz"
    file.write_bytes(compressed)
    checked = subprocess.run(["gzip", "--test", str(file)], capture_output=True, check=False)
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize("content", CONTENTS)
def test_stored_content_is_one_step_or_none(content: bytes) -> None:
    stored = padded_gzip.store(content, step_bytes=8_192)
    if stored is None:
        assert len(content) > 8_000
    else:
        assert len(stored) == 8_192
        assert gzip.decompress(stored) == content


def test_content_is_stored_up_to_the_last_byte_that_fits() -> None:
    longest = max(
        length for length in range(200) if padded_gzip.store(b"a" * length, step_bytes=100)
    )
    stored = padded_gzip.store(b"a" * longest, step_bytes=100)
    assert stored is not None
    assert (len(stored), gzip.decompress(stored)) == (100, b"a" * longest)
    assert longest == 100 - 29
