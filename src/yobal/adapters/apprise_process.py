"""Sends one notice, in a process of its own: the only place that imports apprise.

`notice_sender.py` starts it. The server never loads apprise or the libraries below it, and what another
server answers is never read in a process that holds readers' words.
"""

import logging
import sys

import apprise
import msgspec

from yobal.adapters.notice_sender import Message, Result, Task


def main() -> None:
    """Prints each result at once: a late result must not hide the others."""
    task = msgspec.json.decode(sys.stdin.buffer.read(), type=Task)
    for message in task.messages:
        result = _send(task, message)
        print(msgspec.json.encode(result).decode(), flush=True)


def _send(task: Task, message: Message) -> Result:
    sender = apprise.Apprise(asset=_asset(task.sender))
    log = apprise.LogCapture(level=logging.WARNING, fmt="%(message)s")  # type: ignore[no-untyped-call]  # it has no types
    with log as lines:
        if not sender.add(message.url):
            return Result("unknown")
        is_sent = sender.notify(
            body=message.body, title=task.subject, body_format=apprise.NotifyFormat.TEXT
        )
        return Result("sent") if is_sent else Result("failed", lines.getvalue().strip())


def _asset(sender: str) -> apprise.AppriseAsset:
    """Without this, the messages would name apprise, its page and its pictures on GitHub."""
    return apprise.AppriseAsset(
        app_id=sender,
        app_desc=sender,
        app_url="",
        image_url_mask="",
        image_url_logo="",
        async_mode=False,
        secure_logging=True,
        storage_mode=apprise.PersistentStoreMode.MEMORY,
    )


if __name__ == "__main__":
    main()
