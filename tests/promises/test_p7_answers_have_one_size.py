"""P7: whatever a form does, its answer has the size of every other one; only longer texts get a multiple.

Attack d: an observer of the network counts the bytes that come back.
Control: without padding, the answers to the same forms have many sizes.
"""

import gzip
import random
from collections.abc import Iterator

import pytest

from tests.harness import SITE_ID, STORY_ID, NewsroomHarness
from tests.in_process_client import Intake, Response, intake_of
from tests.samples import Sample, texts
from yobal.actions import declare_story
from yobal.core import paths
from yobal.core.answer_size import gzip_answer_bytes
from yobal.core.submission import Limits, has_too_many_marks
from yobal.core.text import count_graphemes
from yobal.web import intake_app

SCRIPTS = ("Latn", "Khmr", "Arab", "Mymr", "Ethi", "Cyrl", "Deva", "Kore", "Jpan", "Thai")
GZIP_STEP_BYTES = gzip_answer_bytes(Limits())
FRAME = f"/{SITE_ID}/{STORY_ID}/en/{paths.FORM_FRAME}"
GZIP = [("accept-encoding", "gzip, deflate, br")]


def _texts(graphemes_max: int) -> Iterator[str]:
    """Short, and as long as is permitted, in many scripts; emoji in random order compress least."""
    yield "Short."
    longest = {sample.script: sample.text for sample in sorted(texts(), key=_length)}
    for script in SCRIPTS:
        words = longest[script]
        while count_graphemes(words) * 2 < graphemes_max:
            words += " " + words[::-1]  # so that it does not simply repeat
        yield words[: len(words) * graphemes_max // max(graphemes_max, count_graphemes(words))]
    draw = random.Random(5)
    for first, last in ((0x4E00, 0x9FFF), (0x1F300, 0x1F5FF), (0x1780, 0x17B3)):
        yield "".join(chr(draw.randint(first, last)) for _ in range(graphemes_max))


def _length(sample: Sample) -> int:
    return len(sample.text)


def _answers(newsroom: NewsroomHarness, intake: Intake) -> Iterator[Response]:
    """Every step of both sides of a receipt, and every kind of refusal."""
    published = newsroom.publish_new("Root.")
    for words in _texts(newsroom.rules.limits.text_graphemes_max):
        confirm = intake.post(step="send", text=words, receipt="yes", headers=GZIP)
        yield confirm
        key = _field(confirm, "idempotency_key")
        yield intake.post(
            step="confirm", text=words, idempotency_key=key, receipt="yes", headers=GZIP
        )
        yield intake.post(step="send", text=words, change="yes", headers=GZIP)
    yield intake.post(step="reply", parent_id=published.id, headers=GZIP)
    yield intake.post(step="receipt", code=published.code or "", headers=GZIP)
    yield intake.post(step="receipt", code="0" * 20, headers=GZIP)
    yield intake.post(step="withdraw", code=published.code or "", when="next", headers=GZIP)
    yield intake.post(step="send", text="", headers=GZIP)
    yield intake.post(step="nonsense", headers=GZIP)
    yield intake.post(b"%%%", headers=GZIP)
    yield intake.post(step="send", text="Where?", path="/river-post/nowhere/en/", headers=GZIP)
    declare_story.set_open(newsroom.database, newsroom.rules, STORY_ID, is_open=False)
    yield intake.post(step="send", text="Too late.", headers=GZIP)


def _field(response: Response, name: str) -> str:
    plain = Response(response.status, response.headers, gzip.decompress(response.body))
    return plain.field(name)


def test_every_answer_to_a_form_has_one_size(newsroom: NewsroomHarness) -> None:
    with intake_of(newsroom) as intake:
        answers = list(_answers(newsroom, intake))
    assert len(answers) > 30
    for answer in answers:
        assert len(answer.body) == GZIP_STEP_BYTES, gzip.decompress(answer.body)[:2_000]
        assert answer.header("content-encoding") == "gzip"
        assert answer.header("cache-control") == "no-store, no-transform"
    head_sizes = {sum(len(name + value) for name, value in a.headers) for a in answers}
    assert len(head_sizes) == 1, "nor do the headers differ"


def test_every_answer_in_a_frame_has_one_size(newsroom: NewsroomHarness) -> None:
    published = newsroom.publish_new("Root.")
    steps = [
        {"step": "send", "text": "ក" * 2_000, "name": "ក" * 60, "receipt": "yes"},
        {"step": "send", "text": ""},
        {"step": "reply", "parent_id": published.id},
        {"step": "receipt", "code": published.code or ""},
        {"step": "receipt", "code": "0" * 20},
        {"step": "withdraw", "code": published.code or "", "when": "next"},
        {},
    ]
    with intake_of(newsroom) as intake:
        answers = [intake.post(fields, path=FRAME, headers=GZIP) for fields in steps]
    assert {len(answer.body) for answer in answers} == {GZIP_STEP_BYTES}
    heads = {sum(len(name + value) for name, value in answer.headers) for answer in answers}
    assert len(heads) == 1


def test_a_text_that_is_too_long_gets_a_multiple_of_it(newsroom: NewsroomHarness) -> None:
    draw = random.Random(6)
    words = "".join(chr(draw.randint(0x4E00, 0x9FFF)) for _ in range(20_000))
    with intake_of(newsroom) as intake:
        answer = intake.post(step="send", text=words, headers=GZIP)
    assert len(answer.body) > GZIP_STEP_BYTES
    assert len(answer.body) % GZIP_STEP_BYTES == 0
    assert words in gzip.decompress(answer.body).decode()


def test_a_client_without_gzip_gets_one_size_as_well(newsroom: NewsroomHarness) -> None:
    with intake_of(newsroom) as intake:
        sizes = {
            len(answer.body)
            for answer in (
                intake.post(step="send", text="Short."),
                intake.post(step="send", text="ក" * 2_000),
                intake.post(step="receipt", code="0" * 20),
                intake.post(step="nonsense"),
            )
        }
    assert len(sizes) == 1


def test_a_text_that_cannot_be_compressed_is_refused(newsroom: NewsroomHarness) -> None:
    """Otherwise the answers that show it would be longer, and show whose it is."""
    draw = random.Random(7)
    marks = [chr(code) for code in range(0x300, 0x370)]
    words = "".join("a" + "".join(draw.choices(marks, k=5)) for _ in range(2_000))
    with intake_of(newsroom) as intake:
        answer = intake.post(step="send", text=words, headers=GZIP)
    assert answer.status == 422
    assert len(answer.body) % GZIP_STEP_BYTES == 0


def test_no_language_is_refused_for_its_marks() -> None:
    limits = Limits()
    draw = random.Random(8)
    longest_of_script = {sample.script: sample for sample in sorted(texts(), key=_length)}
    assert len(longest_of_script) > 100
    for sample in longest_of_script.values():
        words = sample.text.split(" ")
        longest = " ".join(draw.choices(words, k=2_000))
        for graphemes_max in (limits.text_graphemes_max, limits.name_graphemes_max, 300):
            cut = longest[: graphemes_max * 2]
            while count_graphemes(cut) > graphemes_max:
                cut = cut[: len(cut) * 9 // 10]
            assert not has_too_many_marks(cut, graphemes_max), (sample.language, graphemes_max)


def test_control_without_padding_the_answers_have_many_sizes(
    sqlite_newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    def compress_only(response: Response, *_: object, **__: object) -> Response:
        return Response(response.status, response.headers, gzip.compress(response.body))

    monkeypatch.setattr(intake_app, "pad", compress_only)
    with intake_of(sqlite_newsroom) as intake:
        answers = list(_answers(sqlite_newsroom, intake))
    assert len({len(answer.body) for answer in answers}) > 10
