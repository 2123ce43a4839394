"""Searches files and memory for texts, addresses and browsers that must not be there.

Every text of a run contains a *mark*: a random stem for the run, and a tail for the text's fate. The
mark is repeated throughout the text, so that parts of a text are found too. One search for the
stems in every spelling covers thousands of texts.
"""

import base64
import contextlib
import gzip
import ipaddress
import json
import os
import random
import re
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, Literal, get_args
from urllib.parse import quote

Fate = Literal["waiting", "refused", "failed", "undone", "withdrawn", "in flight", "public"]
FATES: Final[tuple[Fate, ...]] = get_args(Fate)
# Letters that stand alone: no marks, so that one is one grapheme and normalising changes nothing.
SCRIPTS: Final = {
    "Khmer": [chr(code) for code in range(0x1780, 0x17A0)],
    "Cyrillic": [chr(code) for code in range(0x0430, 0x0450)],
}
STEM_CHARACTERS: Final = 8
TAIL_CHARACTERS: Final = 4
BETWEEN_CHARACTERS: Final = 12  # from one mark to the next inside a text
SMALL_BYTES: Final = 64 * 1_024


class Marks:
    """The random marks of one run, which no earlier run has used."""

    def __init__(self) -> None:
        self._random = random.Random()
        self._stems = {script: self._draw(script, STEM_CHARACTERS) for script in SCRIPTS}
        self._tails = {
            (script, fate): self._draw(script, TAIL_CHARACTERS)
            for script in SCRIPTS
            for fate in FATES
        }

    def text(self, fate: Fate, characters: int, script: str = "Khmer") -> str:
        """A unique text of this many letters, with the mark repeated throughout."""
        mark = self.mark(fate, script)
        pieces = characters // (len(mark) + BETWEEN_CHARACTERS) + 1
        words = "".join(self._draw(script, BETWEEN_CHARACTERS) + mark for _ in range(pieces))
        return words[-characters:]

    def mark(self, fate: Fate, script: str) -> str:
        return self._stems[script] + self._tails[script, fate]

    def found_in(self, content: bytes) -> set[Fate]:
        """The fates of all texts that occur at least in part, in any spelling."""
        fates: set[Fate] = set()
        for script, stem in self._stems.items():
            if any(spelling in content for spelling in spellings(stem)):
                fates |= {fate for fate in FATES if self._is_in(content, fate, script)}
        return fates

    def count_in(self, content: bytes) -> int:
        """How many parts of texts occur."""
        return sum(
            content.count(spelling) for stem in self._stems.values() for spelling in spellings(stem)
        )

    def _is_in(self, content: bytes, fate: Fate, script: str) -> bool:
        return any(spelling in content for spelling in spellings(self.mark(fate, script)))

    def _draw(self, script: str, characters: int) -> str:
        return "".join(self._random.choices(SCRIPTS[script], k=characters))


def spellings(words: str) -> list[bytes]:
    """The encodings in which a program could have written this text."""
    plain = words.encode()
    percent = quote(words, safe="")
    escaped = json.dumps(words)[1:-1]
    encodings = [
        plain,
        words.encode("utf-16-le"),
        words.encode("utf-16-be"),
        percent.encode(),
        percent.lower().encode(),
        escaped.encode(),
        escaped.upper().encode().replace(b"\\U", b"\\u"),
        plain.hex().encode(),
        repr(plain)[2:-1].encode(),
    ]
    for offset in range(3):
        packed = base64.b64encode(b"\0" * offset + plain)
        # The first and last letters depend on the neighbours; what lies between does not.
        encodings += [packed[4:-4], packed[4:-4].translate(bytes.maketrans(b"+/", b"-_"))]
    return encodings


class Readers:
    """The readers' addresses and user agents."""

    def __init__(self, count: int = 200) -> None:
        draw = random.Random()
        network = f"127.{draw.randrange(30, 250)}.{draw.randrange(30, 250)}"
        self.addresses = [f"{network}.{last}" for last in range(1, count + 1)]
        self.agent = f"YobalReader{draw.randrange(10**9):09d}/"
        whole = [ipaddress.IPv4Address(address) for address in self.addresses]
        decimals = {
            str(int(address))[:8] for address in whole
        }  # the last two digits tell them apart
        words = [f"{network}.", self.agent, *decimals]
        self._words = [word.encode() for word in words] + [
            word.encode("utf-16-le") for word in words
        ]
        self._packed = [whole[0].packed[:3], whole[0].packed[2::-1]]
        # `::1` in words; its packed form is a row of zeroes, which says nothing.
        self._ipv6 = re.compile(rb"(?<![0-9A-Za-z:.])(?:::1|0:0:0:0:0:0:0:1)(?![0-9A-Za-z:./])")

    def found_in(self, content: bytes) -> set[str]:
        """What identifies a reader: parts of addresses (as text, number or packed bytes) and user agents."""
        leaked_words = {word.decode() for word in self._words if word in content}
        if any(_different(content, packed) > _by_chance(len(content)) for packed in self._packed):
            leaked_words.add("packed addresses")
        if _is_text(content) and self._ipv6.search(content):
            leaked_words.add("::1")
        return leaked_words


def written(
    folders: Iterable[Path], *, since: float, pids: Iterable[int] = ()
) -> Iterator[tuple[str, bytes]]:
    """Every file written below these folders since `since`, and deleted files that processes hold open."""
    for folder in folders:
        for path in folder.rglob("*"):
            with contextlib.suppress(FileNotFoundError):
                status = path.lstat()
                if stat.S_ISREG(status.st_mode) and max(status.st_ctime, status.st_mtime) >= since:
                    yield from _unpacked(str(path), path.read_bytes())
    for pid in pids:
        yield from _held_open(pid)


def open_files(pid: int) -> dict[str, str]:
    """The regular files that a process has open for writing: path by descriptor."""
    paths = {}
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            if stat.S_ISREG(descriptor.stat().st_mode):
                flags = re.search(
                    r"flags:\s*(\d+)", Path(f"/proc/{pid}/fdinfo/{descriptor.name}").read_text()
                )
                if flags and int(flags[1], 8) & (os.O_WRONLY | os.O_RDWR):
                    paths[descriptor.name] = str(descriptor.readlink())
    return paths


def _held_open(pid: int) -> Iterator[tuple[str, bytes]]:
    for descriptor, path in open_files(pid).items():
        if path.endswith(" (deleted)"):
            with contextlib.suppress(FileNotFoundError):
                yield path, Path(f"/proc/{pid}/fd/{descriptor}").read_bytes()


def _unpacked(path: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    yield path, content
    if path.endswith(".gz"):
        yield path, gzip.decompress(content)


def _different(content: bytes, sought: bytes) -> int:
    """How often it occurs in different surroundings; a write-ahead log repeats the same page."""
    around = re.compile(rb"(?s)(?<=(.{8}))%s(?=(.{8}))" % re.escape(sought))
    at_edges = content[:11] + b"\0" * 16 + content[-11:]
    return len(set(around.findall(content))) + at_edges.count(sought)


def _by_chance(size_bytes: int) -> float:
    """How often three bytes may occur by chance in sealed or compressed data.

    Once in a log, and a little more in megabytes. A leak would show more: one in a hundred of two
    thousand readers is twenty.
    """
    return 1 if size_bytes < SMALL_BYTES else 4 + 3 * size_bytes / 256**3


def _is_text(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return b"\0" not in content


# The memory of a process


def memory(pid: int) -> Iterator[bytes]:
    """The readable memory of a child process, region by region."""
    return (content for _, content in regions(pid))


def regions(pid: int) -> Iterator[tuple[int, bytes]]:
    """The same, with the address of each region."""
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as file:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            where, rights, *rest = line.split()
            if "r" not in rights or rest[-1] in ("[vvar]", "[vsyscall]", "[vvar_vclock]"):
                continue
            start, end = (int(part, 16) for part in where.split("-"))
            with contextlib.suppress(OSError, ValueError):
                file.seek(start)
                yield start, file.read(end - start)
