"""A thread page of 50 comments: from `yobal serve`, and from nginx set up as the example says."""

from pathlib import Path
from typing import Final

from bench import example, newsroom, nginx, seed, serving, wrk
from bench.interleave import Pace, interleave, medians, ratio
from bench.result import Row
from bench.serving import NotAvailable

COMMENTS: Final = 50
NAME: Final = "page of 50, yobal serve : nginx"
EXAMPLE_NAME: Final = "page of 50, example nginx.conf : nginx"


def measure(pace: Pace, folder: Path) -> list[Row]:
    """One worker each, and the same compressed bytes from all of them."""
    try:
        wrk.find_wrk()
        return _measure(pace, folder / "static")
    except NotAvailable as missing:
        return [_row(NAME, 0.4, None, str(missing))]


def _measure(pace: Pace, folder: Path) -> list[Row]:
    seeded = newsroom.seed(folder)
    seed.add_published(seeded, COMMENTS)
    seed.write_files(seeded)
    files = seeded.settings.files_dir
    path = seeded.thread
    with (
        serving.yobal(seeded),
        nginx.plain(files, folder / "plain") as plain_port,
        example.running(seeded.settings, folder / "example") as example_port,
    ):
        urls = [
            f"http://127.0.0.1:{port}{path}"
            for port in (serving.port_of(seeded.settings.intake_listen), plain_port, example_port)
        ]
        _check_same(urls, (files / path[1:] / "index.html.gz").read_bytes())
        figures = interleave(
            pace.rounds, *(lambda url=url: wrk.rate(url, seconds=pace.seconds) for url in urls)
        )
    rates = medians(dict(zip(("yobal", "nginx", "example"), figures, strict=True)), "requests/s")
    return [
        _row(NAME, 0.4, ratio(figures[0], figures[1]), rates),
        _row(EXAMPLE_NAME, 0.95, ratio(figures[2], figures[1])),
    ]


def _check_same(urls: list[str], packed: bytes) -> None:
    for url in urls:
        if wrk.body(url) != packed:
            raise ValueError(f"{url} sends different bytes")


def _row(name: str, limit: float, figure: float | None, note: str = "") -> Row:
    return Row(name=name, figure=figure, sense="at least", limit=limit, note=note)
