"""An HTML validator finds nothing on any page, in a language with a catalogue, without, and right to left."""

import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

RenderAll = Callable[..., dict[str, bytes]]
FRONTEND = Path(__file__).parents[2] / "frontend"
# With what is hard to write into markup: quotes, entities, an end tag, a line break, a direction.
HARD_TEXT = 'It\'s "1 < 2" &amp; </p>\n\nنعم ▮'


def findings(pages: Mapping[str, bytes], folder: Path) -> str:
    """What the validator says about these pages and fragments; empty if it finds nothing."""
    for name, page in pages.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(page)
    command = ["node", "node_modules/html-validate/bin/html-validate.mjs", "--formatter", "text"]
    result = subprocess.run(
        [*command, "--config", "html-validate.config.mjs", str(folder)],
        cwd=FRONTEND,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0 or result.stdout, result.stderr
    return result.stdout.replace(f"{folder}/", "")


@pytest.mark.parametrize("edition", ["en", "km", "ar"])
def test_a_validator_finds_nothing_on_any_page(
    render_all: RenderAll, tmp_path: Path, edition: str
) -> None:
    rendered = render_all(HARD_TEXT, edition)
    pages = {name: page for name, page in rendered.items() if name.endswith(".html")}
    assert len(pages) > 25
    assert findings(pages, tmp_path) == ""


def test_control_the_validator_sees_the_pages_and_their_errors(
    render_all: RenderAll, tmp_path: Path
) -> None:
    page = render_all()["index.html"].replace(b"</section>", b"</div>", 1)
    assert findings({"index.html": page}, tmp_path).startswith("index.html:")
