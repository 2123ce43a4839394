"""Run by `test_intake_contacts_no_host.py` where no route leads anywhere; not collected otherwise."""

import errno
import re
import socket
from pathlib import Path
from typing import Final

import pytest

from tests.harness import NewsroomHarness
from tests.serving import THREAD, ask, form, make_served, needed, post, wait_for

ELSEWHERE: Final = "198.51.100.7"  # an address reserved for documentation
FETCHING: Final = f"""
import contextlib, socket
from yobal.web.handlers.submit import SubmitHandler
send_unchanged = SubmitHandler.send
async def send(self, context):
    with contextlib.suppress(OSError):
        socket.create_connection(("{ELSEWHERE}", 80), timeout=1)
    return await send_unchanged(self, context)
SubmitHandler.send = send
"""


def test_the_network_has_no_routes() -> None:
    with socket.socket() as connection:
        assert connection.connect_ex(("127.0.0.1", 9)) == errno.ECONNREFUSED
    assert Path("/proc/net/route").read_text().count("\n") == 1, "only the table's header"


@pytest.mark.parametrize("script", ["", FETCHING], ids=["as shipped", "control: fetches"])
def test_a_submission_does_not_make_the_server_connect_anywhere(
    tmp_path: Path, script: str
) -> None:
    """Traced from outside, so that native code counts too."""
    served, trace = make_served(tmp_path), tmp_path / "trace"
    served.before = (
        needed("strace", "strace"),
        "-D",
        "-f",
        "-o",
        str(trace),
        "-e",
        "trace=connect,sendto,sendmsg",
    )
    served.script = script
    newsroom: NewsroomHarness = served.newsroom
    text = f"See http://{ELSEWHERE}/pixel.png and http://{ELSEWHERE}:8080/ for more."
    try:
        to = newsroom.publish_new("The root.").id
        served.start()
        sent = post(served.intake, form(text, name=f"http://{ELSEWHERE}/", parent_id=to))
        assert sent.is_received
        shown = post(served.intake, {"step": "receipt", "code": sent.code or ""})
        assert "waiting" in shown.text
        assert ask(served.intake, path=THREAD).status == 200
    finally:
        served.close()
    lines = wait_for(
        lambda: (read := trace.read_text(errors="replace")) and "exited" in read and read,
        "strace has written its trace",
    ).splitlines()
    assert any("connect(" in line and "127.0.0.1" in line for line in lines), (
        "the trace shows the server's own connections"
    )
    placed = [line for line in lines if re.search(r"sin6?_addr", line)]
    outside = [line for line in placed if not re.search(r'"(127\.|::1")', line)]
    assert bool(outside) == bool(script), outside
