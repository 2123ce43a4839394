"""Attack: make the answer to a receipt longer than the answer to a wrong code, by all that it can hold.

The largest edit, name and note, 900 masks, marks without end, and texts that compress badly: somebody who
counts bytes on the line would see whose receipt it is.
"""

import random
from collections.abc import Iterator
from typing import Final

from yobal.core.answer_size import ADDED_GRAPHEMES_MAX, CHANGES_MAX, MASKS_MAX
from yobal.core.submission import Limits
from yobal.core.terms import NOTE_GRAPHEMES_MAX
from yobal.demo.decision_signer import cleaned
from yobal.doctor.finding import Finding
from yobal.self_test.scratch import CannotPlay, QueuedComment, ScratchNewsroom
from yobal.self_test.wording import learned, learned_nothing

CHECK: Final = "counting the bytes of receipts"
# A character that HTML escapes to five bytes, with marks: 12 bytes, the most that a limit allows.
_LARGEST: Final = "&" + "\u0301" * 4 + "\u20d0"
_MARKED: Final = "&" + "\u0301" * 60
_MARKED_TEXT: Final = "&" + "\u0301" * 7
_MASKED: Final = "▮a"
_HAN: Final = [chr(code) for code in range(0x20000, 0x2A6DF)]  # four bytes each
_MARKS: Final = [chr(code) for code in (*range(0x300, 0x315), *range(0x363, 0x370))]
# Compression cannot be promised to fit a step: the answer grows by whole steps.
_OK: Final = 200
_WRONG_CODE: Final = "0" * 20


def play(newsroom: ScratchNewsroom) -> Finding:
    attempts = dict(_attempts(newsroom.components.rules.limits))
    codes = {label: newsroom.send(label) for label in attempts}
    measured = _Sizes(newsroom, codes)
    measured.add()
    newsroom.pass_round()
    queued = {row.envelope.text: row for row in newsroom.queue()}
    if not queued.keys() >= attempts.keys():
        raise CannotPlay("the comments did not come to the desk")
    accepted = [
        label for label, fields in attempts.items() if _decide(newsroom, queued[label], fields)
    ]
    measured.add()
    published = [label for label in accepted if attempts[label]["verdict"] == "publish_edited"]
    newsroom.pass_releases([queued[label].id for label in published])
    measured.add()
    if measured.differences:
        return learned(CHECK, [text for texts in measured.differences.values() for text in texts])
    plain, compressed = measured.wrong
    return learned_nothing(
        CHECK,
        f"{len(attempts)} decisions tried to make a receipt longer; the desk refused "
        f"{len(attempts) - len(accepted)} of them, and {measured.answer_count} answers had the size of "
        f"the answer to a wrong code: {plain:,} bytes, compressed {compressed:,}",
    )


class _Sizes:
    """Compares the answers to receipts with the answer to a wrong code."""

    def __init__(self, newsroom: ScratchNewsroom, codes: dict[str, str]) -> None:
        self._newsroom, self._codes = newsroom, codes
        self.wrong = self._sizes(_WRONG_CODE)
        self.differences: dict[str, list[str]] = {}  # by attempt
        self.answer_count = 0

    def add(self) -> None:
        for label, code in self._codes.items():
            for form, size, usual in zip(
                ("", "compressed "), self._sizes(code), self.wrong, strict=True
            ):
                self.answer_count += 1
                if size != usual:
                    self.differences.setdefault(label, []).append(
                        f"the {form}answer to a receipt had {size:,} bytes instead of {usual:,}, "
                        f"because of {label}"
                    )

    def _sizes(self, code: str) -> tuple[int, int]:
        """Without and with compression. Headers count as well."""
        answers = [
            self._newsroom.post(step="receipt", code=code, is_gzip_accepted=is_gzip_accepted)
            for is_gzip_accepted in (False, True)
        ]
        plain, compressed = (
            len(answer.body) + sum(len(name + value) for name, value in answer.headers)
            for answer in answers
        )
        return plain, compressed


def _attempts(limits: Limits) -> Iterator[tuple[str, dict[str, object]]]:
    """What is tried, and the decision. The desk refuses some."""
    text_max, name_max = limits.text_graphemes_max, limits.name_graphemes_max
    masks = min(MASKS_MAX, text_max // 2)
    draw = random.Random(5)  # noqa: S311  # not a secret: every run plays the same
    note = _LARGEST * NOTE_GRAPHEMES_MAX
    yield (
        "the longest text, name and note",
        _edit(("▮" + _LARGEST) * masks + _LARGEST * (text_max - 2 * masks), _LARGEST * name_max)
        | {"note": note},
    )
    yield "the largest changes, name and note", _changed(limits) | {"note": note}
    yield (
        "a long text that compresses badly",
        _edit(_dense(draw, text_max), _dense(draw, name_max))
        | {"note": _dense(draw, NOTE_GRAPHEMES_MAX)},
    )
    yield (
        "characters with random marks, which hardly compress",
        _edit(_dense(draw, text_max, marks=4), _dense(draw, name_max, marks=4))
        | {"note": _dense(draw, NOTE_GRAPHEMES_MAX, marks=4)},
    )
    yield (
        "a text and a note with 32,000 marks",
        _edit(
            ("▮" + _MARKED_TEXT) * masks + _MARKED_TEXT * (text_max - 2 * masks),
            _LARGEST * name_max,
        )
        | {"note": _MARKED * NOTE_GRAPHEMES_MAX},
    )
    yield "900 masks", _edit(_MASKED * min(900, text_max // 2), "")
    yield (
        "a rejection with the longest note",
        {"verdict": "reject", "clause": "personal-data", "note": note},
    )


def _edit(words: str, name: str) -> dict[str, object]:
    cleaned_words, cleaned_name = cleaned(words, name)
    return {
        "verdict": "publish_edited",
        "text": cleaned_words,
        "name": cleaned_name,
        "edit_kind": "shortened",
        "clause": "personal-data",
        "lang": "en",
    }


def _changed(limits: Limits) -> dict[str, object]:
    """As many parts as a receipt shows, and as long."""
    pairs = CHANGES_MAX // 2
    added = _LARGEST * (min(ADDED_GRAPHEMES_MAX, limits.text_graphemes_max) // pairs)
    same = _LARGEST * (limits.text_graphemes_max - len(added) * pairs // len(_LARGEST))
    parts = [("same", same), *[("deleted", added), ("inserted", added)] * pairs]
    changes = [{"kind": kind, "text": part} for kind, part in parts if part]
    words = "".join(part for kind, part in parts if kind != "deleted")
    return _edit(words, _LARGEST * limits.name_graphemes_max) | {"changes": changes}


def _dense(draw: random.Random, graphemes: int, *, marks: int = 0) -> str:
    """Han characters in random order, each with so many random marks."""
    alphabets = (_HAN, *[_MARKS] * marks)
    return "".join(draw.choice(alphabet) for _ in range(graphemes) for alphabet in alphabets)


def _decide(newsroom: ScratchNewsroom, comment: QueuedComment, fields: dict[str, object]) -> bool:
    try:
        return newsroom.decide("decide", {"comment_id": comment.id} | fields).status == _OK
    except ValueError:  # it does not fit what is sealed to an author, which always has one size
        return False
