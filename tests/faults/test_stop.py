"""Stopping `yobal serve`: nothing that was received is lost, and no client can delay it."""

import socket
import time
from pathlib import Path
from typing import Final

from tests.promises.senders import Senders, check_nothing_lost_or_stored_twice
from tests.serving import THREAD, make_served, serving
from yobal.server.http_server import HEADER_SECONDS
from yobal.server.serve import STOP_SECONDS

WITHOUT_LIMIT: Final = """
from yobal.server import serve
serve.STOP_SECONDS = 3_600
"""
FINALIZED: Final = "Python finalizes"
SAY_FINALIZED: Final = f"""
import atexit, sys
atexit.register(print, {FINALIZED!r}, file=sys.stderr)
"""
WITH_PYTHONS_END: Final = """
from yobal.cli import main
main._end_process = sys.exit
"""
HEAD: Final = f"POST {THREAD} HTTP/1.1\r\nHost: x\r\n"
HALF_A_BODY: Final = (
    f"{HEAD}Content-Type: application/x-www-form-urlencoded\r\n"
    "Content-Length: 500\r\n\r\nstep=send&text=Half+a"
)


def test_a_stop_with_twenty_active_senders_loses_nothing_that_was_received(tmp_path: Path) -> None:
    served = make_served(tmp_path)
    senders = Senders(served)
    try:
        for _ in range(2):
            served.start()
            senders.start()
            senders.wait_for_some(40)
            assert served.stop() == 0
            senders.stop()
        served.start()
        senders.send_again()
        check_nothing_lost_or_stored_twice(served, senders)
    finally:
        senders.stop()
        served.close()
    assert (tmp_path / "logs" / "stderr").read_text() == "", "there was no error"


def test_clients_that_send_half_a_request_do_not_delay_a_stop(tmp_path: Path) -> None:
    with (
        serving(tmp_path) as served,
        _half_sent(served.intake, HEAD),
        _half_sent(served.intake, HALF_A_BODY),
    ):
        started_at = time.monotonic()
        assert served.stop() == 0
        assert time.monotonic() - started_at < STOP_SECONDS + 3


def test_control_without_the_limit_half_a_header_delays_a_stop(tmp_path: Path) -> None:
    assert STOP_SECONDS + 3 < HEADER_SECONDS, "otherwise the other limit would end it in time"
    with serving(tmp_path, script=WITHOUT_LIMIT) as served:
        with _half_sent(served.intake, HEAD):
            assert served.process
            served.process.terminate()
            time.sleep(STOP_SECONDS + 1)  # the test is that nothing happens
            assert served.process.poll() is None
        assert served.process.wait(timeout=HEADER_SECONDS) == 0, "it stops once the client is gone"


def test_a_stopped_server_ends_before_python_stops_threads_that_still_answer(
    tmp_path: Path,
) -> None:
    with serving(tmp_path, script=SAY_FINALIZED) as served:
        assert served.stop() == 0
    assert FINALIZED not in served.log()


def test_control_with_pythons_own_end_the_interpreter_is_finalized(tmp_path: Path) -> None:
    with serving(tmp_path, script=SAY_FINALIZED + WITH_PYTHONS_END) as served:
        assert served.stop() == 0
    assert FINALIZED in served.log()


def _half_sent(port: int, text: str) -> socket.socket:
    client = socket.create_connection(("127.0.0.1", port), timeout=30)
    client.sendall(text.encode())
    return client
