"""The newsroom declares stories and their editions."""

import pytest

from tests.harness import STORY_ID, NewsroomHarness
from yobal.actions import declare_story
from yobal.core.errors import InvalidInput
from yobal.core.thread import Edition


@pytest.mark.parametrize(
    ("tag", "canonical"),
    [
        ("zh-hant", "zh-Hant"),
        ("zh-HANT", "zh-Hant"),
        ("pt-br", "pt-BR"),
        ("uz-arab-af", "uz-Arab-AF"),
    ],
)
def test_a_language_has_one_edition_however_its_tag_is_spelled(
    newsroom: NewsroomHarness, tag: str, canonical: str
) -> None:
    edition = Edition(tag=canonical, title="Ferry", url="https://news.example/ferry")
    declare_story.add(newsroom.database, newsroom.rules, STORY_ID, edition)
    other_spelling = Edition(tag=tag, title="Ferry", url="https://news.example/ferry")
    with pytest.raises(InvalidInput, match=canonical):
        declare_story.add(newsroom.database, newsroom.rules, STORY_ID, other_spelling)
    tags = [row["tag"] for row in newsroom.read_table("editions")]
    assert sorted(tags) == sorted(["en", "km", canonical])
