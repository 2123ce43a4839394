"""A thread page of 50 comments: from `yobal serve`, and from nginx set up as the example says."""

from pathlib import Path
from typing import Final

from bench import example, newsroom, nginx, seed, serving, wrk
from bench.interleave import Pace, in_turns, ratio, spread
from bench.result import Row
from bench.serving import NotThere

COMMENTS: Final = 50
NAME: Final = "page of 50 : nginx, from yobal serve"
EXAMPLE_NAME: Final = "page of 50 : nginx, through the example"


def measure(pace: Pace, folder: Path) -> list[Row]:
    """One worker each, the same packed bytes from all of them."""
    try:
        wrk.need()
        return _measured(pace, folder / "static")
    except NotThere as missing:
        return [_row(NAME, 0.4, None, str(missing))]


def _measured(pace: Pace, folder: Path) -> list[Row]:
    seeded = newsroom.seed(folder)
    seed.publish(seeded, COMMENTS)
    seed.write_files_of(seeded)
    files = seeded.settings.files_dir
    path = seeded.thread
    with (
        serving.yobal(seeded),
        nginx.plain(files, folder / "plain") as plain,
        example.running(seeded.settings, folder / "example") as through,
    ):
        urls = [
            f"http://127.0.0.1:{port}{path}"
            for port in (serving.port_of(seeded.settings.intake_listen), plain, through)
        ]
        _check_same(urls, (files / path[1:] / "index.html.gz").read_bytes())
        figures = in_turns(
            pace.rounds, *(lambda url=url: wrk.rate(url, seconds=pace.seconds) for url in urls)
        )
    said = spread(dict(zip(("yobal", "nginx", "example"), figures, strict=True)), "requests/s")
    return [
        _row(NAME, 0.4, ratio(figures[0], figures[1]), said),
        _row(EXAMPLE_NAME, 0.95, ratio(figures[2], figures[1])),
    ]


def _check_same(urls: list[str], packed: bytes) -> None:
    for url in urls:
        if wrk.body(url) != packed:
            raise ValueError(f"{url} sends other bytes")


def _row(name: str, bar: float, figure: float | None, note: str = "") -> Row:
    return Row(name=name, figure=figure, sense="at least", bar=bar, note=note)
