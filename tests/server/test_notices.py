"""Notices through a real SMTP server: what they say, when they are sent, and what a failure leaves."""

import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.harness import NewsroomHarness
from tests.imports.importing import bring_in, sign
from tests.ports import free_ports
from tests.serving import children, is_alive, serving, wait_for
from tests.smtp_server import SENDER, SmtpServer, mail_url, smtp_server
from yobal.adapters import notice_sender
from yobal.adapters.notice_sender import Message, Result, Task
from yobal.core.errors import NoticeNotSent
from yobal.core.notices import NoticeKind, NoticeState
from yobal.core.schedule import HOUR_SECONDS
from yobal.server import figures
from yobal.server.notices import check

NEVER_NAMED = re.compile("yobal|apprise|comment|disqus|reader", re.IGNORECASE)
QUICK = "from yobal.server.notices import thread\nthread.TICK_SECONDS = 0.05\n"
NEARLY_FULL: dict[str, Any] = {"disk_reserve_mib": 9_000_000, "notice_times": []}


@pytest.fixture
def smtp() -> Iterator[SmtpServer]:
    with smtp_server() as server:
        yield server


@pytest.fixture
def newsroom_with_one(sqlite_newsroom: NewsroomHarness) -> NewsroomHarness:
    """A newsroom in which one comment waits, since before its last round."""
    sqlite_newsroom.send("Waits.")
    return sqlite_newsroom


def with_notices(newsroom: NewsroomHarness, urls: str, **settings: Any) -> NewsroomHarness:
    """A newsroom that was checked before, so that its next notice time counts."""
    changed = {"notice_times": ("15:00",), "notice_urls": urls} | settings
    components = newsroom.components
    changed_settings = msgspec.structs.replace(components.settings, **changed)
    newsroom.components = msgspec.structs.replace(components, settings=changed_settings)
    run(newsroom)
    return newsroom


def run(newsroom: NewsroomHarness) -> list[NoticeKind]:
    """What the scheduler and then the thread of notices do at this moment."""
    figures.record(newsroom.components, figures.read(newsroom.components.settings))
    return check.run(newsroom.components, now=newsroom.now)


def body(message: Any) -> str:
    return str(message.get_payload(decode=True).decode().strip())


def state(newsroom: NewsroomHarness) -> NoticeState:
    return check.read_state(newsroom.components.settings)


def test_a_notice_has_the_figures_of_the_last_round_and_names_neither_yobal_nor_comments(
    newsroom: NewsroomHarness, smtp: SmtpServer
) -> None:
    with_notices(newsroom, smtp.url())
    newsroom.send("First.")
    newsroom.pass_slots(3)  # to Monday 07:00
    newsroom.send("Second.")
    newsroom.now += 8 * HOUR_SECONDS
    newsroom.run_scheduler()  # the round of 11:00
    assert run(newsroom) == ["queue"]
    ((sender, to, raw),) = smtp.received
    (message,) = smtp.messages
    assert (sender, to, message["from"]) == (SENDER, ["tech@news.example"], SENDER)
    assert message["subject"] == "Note"
    assert body(message) == "Monday 11:00: 2 are waiting; the oldest since Sunday 11:00."
    assert not NEVER_NAMED.search(raw.decode())
    assert run(newsroom) == []
    newsroom.now += HOUR_SECONDS
    assert run(newsroom) == []
    assert len(smtp.received) == 1


def test_between_rounds_nothing_that_readers_or_moderators_do_changes_a_notice(
    newsroom: NewsroomHarness,
) -> None:
    sent: list[Task] = []

    def send(task: Task) -> list[Result]:
        sent.append(task)
        return [Result("sent")] * len(task.messages)

    with_notices(newsroom, "json://127.0.0.1")
    decided = newsroom.send("Decided before the notice.")
    newsroom.send("Waits.")
    newsroom.now += 4 * HOUR_SECONDS
    newsroom.run_scheduler()
    run_at_round = figures.record(newsroom.components, None)
    newsroom.send("After the round.", waits_for_round=True)
    newsroom.publish(decided.id)
    newsroom.run_scheduler()
    assert figures.record(newsroom.components, run_at_round) == run_at_round
    newsroom.now += 24 * HOUR_SECONDS - 2 * HOUR_SECONDS
    check.run(newsroom.components, now=newsroom.now, send=send)
    (task,) = sent
    assert task.messages[0].body == "Sunday 17:00: 2 are waiting; the oldest since Sunday 11:00."


def test_control_figures_that_are_read_again_show_a_decision(newsroom: NewsroomHarness) -> None:
    decided = newsroom.send("Decided.")
    before = figures.record(newsroom.components, None)
    newsroom.publish(decided.id)
    assert figures.record(newsroom.components, None) != before


def test_subject_sender_and_language_are_the_newsrooms_own(
    newsroom_with_one: NewsroomHarness, smtp: SmtpServer
) -> None:
    own = {"notice_subject": "Good morning", "notice_language": "km", "notice_sender": "Ferry"}
    newsroom = with_notices(newsroom_with_one, smtp.url(), **own)
    newsroom.now += 2 * HOUR_SECONDS
    run(newsroom)
    (message,) = smtp.messages
    assert message["subject"] == "Good morning"
    assert message["x-application"] == "Ferry"
    assert "កំពុង\u200bរង់\u200bចាំ" in body(message)
    assert not re.search("[A-Za-z]", body(message))


def test_a_notice_reports_an_import_until_a_lead_has_signed_it(
    newsroom: NewsroomHarness, smtp: SmtpServer
) -> None:
    with_notices(newsroom, f"queue={smtp.url()} alerts={smtp.url('t@x.example')}")
    bring_in(newsroom, "disqus.xml")
    newsroom.now += 2 * HOUR_SECONDS
    newsroom.run_scheduler()
    assert run(newsroom) == [], "figures are those of the last round"
    newsroom.now += 24 * HOUR_SECONDS
    newsroom.run_scheduler()
    assert run(newsroom) == ["import"]
    (message,) = smtp.messages
    assert body(message) == "Something is waiting for a signature."
    assert not NEVER_NAMED.search(str(message))
    sign(newsroom)
    newsroom.now += 24 * HOUR_SECONDS
    newsroom.run_scheduler()
    assert run(newsroom) == []


def test_alerts_and_the_queue_can_go_to_different_addresses(
    newsroom_with_one: NewsroomHarness, smtp: SmtpServer, tmp_path: Path
) -> None:
    file = tmp_path / "notices.txt"
    file.write_text(
        f"# who gets what\n\nqueue={smtp.url('m@x.example')}\nalerts={smtp.url('t@x.example')}\n"
    )
    file.chmod(0o600)
    newsroom = with_notices(
        newsroom_with_one, "", notice_urls_file=str(file), disk_reserve_mib=9_000_000
    )
    newsroom.now += 2 * HOUR_SECONDS
    run(newsroom)
    by_receiver = {
        to[0]: message for (_, to, _), message in zip(smtp.received, smtp.messages, strict=True)
    }
    assert body(by_receiver["t@x.example"]) == "The disk of the server is nearly full."
    assert "1 is waiting" in body(by_receiver["m@x.example"])
    assert len(smtp.received) == 2


def test_an_untrusted_clock_and_work_that_cannot_be_done_are_reported_once_a_day(
    newsroom: NewsroomHarness, smtp: SmtpServer
) -> None:
    with_notices(newsroom, smtp.url())
    newsroom.send("So that a jump could destroy something.")
    newsroom.now += 30 * 24 * HOUR_SECONDS
    newsroom.files_dir.rename(newsroom.files_dir.with_name("elsewhere"))
    assert run(newsroom) == ["clock", "work"]
    newsroom.now += HOUR_SECONDS
    assert run(newsroom) == []
    (message,) = smtp.messages
    assert body(message).splitlines() == [
        "The server does not trust its clock. Nothing appears until somebody has checked it.",
        "The server cannot do part of its work. Please check the server.",
    ]
    assert not NEVER_NAMED.search(str(message))


def test_a_notice_that_reached_no_address_is_sent_at_the_next_full_hour(
    newsroom_with_one: NewsroomHarness, smtp: SmtpServer
) -> None:
    (dead_port,) = free_ports(1)
    newsroom = with_notices(newsroom_with_one, mail_url(dead_port))
    newsroom.now += 2 * HOUR_SECONDS
    with pytest.raises(NoticeNotSent) as raised:
        run(newsroom)
    assert "did not reach address 1 (mailto): `yobal notice test`" in str(raised.value)
    assert "secret" not in str(raised.value)
    assert state(newsroom).failed == ("address 1 (mailto)",)
    assert run(newsroom) == []
    settings = msgspec.structs.replace(newsroom.components.settings, notice_urls=smtp.url())
    newsroom.components = msgspec.structs.replace(newsroom.components, settings=settings)
    newsroom.now += HOUR_SECONDS
    assert run(newsroom) == ["queue"]
    assert state(newsroom).failed == ()


def test_who_was_reached_does_not_get_the_same_notice_again(
    newsroom_with_one: NewsroomHarness, smtp: SmtpServer
) -> None:
    (dead_port,) = free_ports(1)
    newsroom = with_notices(newsroom_with_one, f"{smtp.url()} {mail_url(dead_port)}")
    newsroom.now += 2 * HOUR_SECONDS
    with pytest.raises(NoticeNotSent, match=r"did not reach address 2 \(mailto\):"):
        run(newsroom)
    newsroom.now += HOUR_SECONDS
    assert run(newsroom) == []
    assert len(smtp.received) == 1


def test_a_server_that_never_answers_ends_with_the_time_limit_and_hides_no_other_address(
    smtp: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notice_sender, "SEND_SECONDS_MAX", 3.0)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent_url = mail_url(silent.getsockname()[1])
        messages = (Message(smtp.url(), "Reached."), Message(silent_url, "Not reached."))
        begun = time.monotonic()
        results = notice_sender.send(Task(sender="S", subject="N", messages=messages))
        assert time.monotonic() - begun < 15
    assert [result.outcome for result in results] == ["sent", "late"]


def test_a_file_of_addresses_that_others_can_read_is_refused_without_repeating_it(
    tmp_path: Path,
) -> None:
    file = tmp_path / "notices.txt"
    file.write_text("mailto://u:secret-word@mail.example\nnonsense secret-word\n")
    file.chmod(0o640)
    with pytest.raises(NoticeNotSent, match="chmod go="):
        notice_sender.read_addresses("", str(file))
    file.chmod(0o600)
    with pytest.raises(NoticeNotSent, match="address 2") as raised:
        notice_sender.read_addresses("", str(file))
    assert "secret" not in str(raised.value)


def test_what_apprise_says_is_repeated_without_any_part_of_the_address() -> None:
    url = "tgram://123456:AbC%2FdEf/-100777?format=text"
    said = 'Failed for 123456 and AbC/dEf at "-100777" with text'
    cleaned = notice_sender.without_secrets(said, url)
    assert not re.search("123456|AbC|dEf|100777", cleaned)
    mail = "mailto://u:hidden@mail.example:25?to=t@news.example"
    cleaned = notice_sender.without_secrets('cannot connect to "mail.example": hidden', mail)
    assert cleaned == 'cannot connect to "mail.example": …'


IMPORTED = """
import sys
events = []
sys.addaudithook(lambda event, args: events.append(event) if event.startswith("socket.") else None)
import yobal.adapters.apprise_process, apprise
apprise.Apprise().add("mailto://u:p@mail.example")
print(sorted({*events} - {"socket.__new__", "socket.bind"}))  # urllib3 tries whether IPv6 exists
"""


def test_apprise_reaches_for_no_network_before_it_sends() -> None:
    done = subprocess.run(
        [sys.executable, "-c", IMPORTED], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_control_a_look_up_is_an_event_that_is_noticed() -> None:
    code = IMPORTED.replace(
        "apprise.Apprise()",
        "__import__('socket').gethostbyname('localhost');0 and apprise.Apprise()",
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() != "[]"


def test_the_server_never_imports_apprise() -> None:
    code = (
        "import sys, yobal.cli.main, yobal.cli.commands, yobal.cli.notice_commands, yobal.doctor;"
        "print([name for name in sys.modules if name in ('apprise', 'requests', 'smtplib')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_served_newsroom_sends_its_notices_and_goes_on_meanwhile(
    tmp_path: Path, database_url: str, smtp: SmtpServer
) -> None:
    settings = {"notice_urls": smtp.url(), **NEARLY_FULL}
    with serving(tmp_path, database_url, script=QUICK, **settings) as served:
        wait_for(lambda: smtp.received, "the notice has come")
        wait_for(served.newsroom.components.settings.notices_file.exists, "it is remembered")
        assert served.stop() == 0
    assert body(smtp.messages[0]) == "The disk of the server is nearly full."
    assert not NEVER_NAMED.search(smtp.received[0][2].decode())


def test_a_served_newsroom_logs_a_failure_without_the_password(tmp_path: Path) -> None:
    (dead_port,) = free_ports(1)
    settings = {"notice_urls": mail_url(dead_port), **NEARLY_FULL}
    with serving(tmp_path, script=QUICK, **settings) as served:
        wait_for(
            lambda: "NoticeNotSent (a notice did not reach address 1 (mailto)" in served.log(),
            "it is in the log",
        )
        assert "secret" not in served.log()
        written = [
            path for path in tmp_path.rglob("*") if path.is_file() and path.name != "yobal.toml"
        ]
        assert not [path for path in written if b"secret-word" in path.read_bytes()]


def test_a_message_that_hangs_does_not_delay_the_stop_or_the_scheduler(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(30)
        url = mail_url(silent.getsockname()[1])
        with serving(tmp_path, script=QUICK, notice_urls=url, **NEARLY_FULL) as served:
            connection, _ = silent.accept()
            served.newsroom.now = time.time()
            sent = served.newsroom.send("While it hangs.")
            served.newsroom.request_withdrawal(sent.code, "now")
            wait_for(lambda: served.newsroom.state(sent.id) == "withdrawn", "the scheduler works")
            senders = children(served.pid)
            assert senders
            begun = time.monotonic()
            assert served.stop() == 0
            assert time.monotonic() - begun < 10
            assert not [pid for pid in senders if is_alive(pid)]
            connection.close()
