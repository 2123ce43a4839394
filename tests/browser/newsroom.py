"""A newsroom served as in real life: a settings file, `yobal init`, a child that runs `yobal serve`."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any, Final

from tests.ports import free_ports
from yobal.cli import commands, import_commands, story_commands
from yobal.cli.import_commands import ImportRequest
from yobal.server import settings
from yobal.store.database import Database
from yobal.store.inbox import open_inbox

SITE_ID: Final = "river-post"
SITE_NAME: Final = "The River Post"
START_SECONDS: Final = 90
STOP_SECONDS: Final = 60
STILL_SECONDS: Final = 86_400  # nothing is released while a test runs


class BrowserNewsroom:
    """The server, its stories, and what it has published. `stop` ends it and returns its error output."""

    def __init__(
        self, folder: Path, *, release_interval_seconds: int, database: str = "", **more: Any
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.config = folder / "yobal.toml"
        reader_port, desk_port = free_ports(2)
        self.public_url = f"http://127.0.0.1:{reader_port}"
        self.desk_url = f"http://localhost:{desk_port}"
        values: dict[str, Any] = {
            "site_id": SITE_ID,
            "site_name": SITE_NAME,
            "time_zone": "Asia/Phnom_Penh",
            "public_url": self.public_url,
            "desk_url": self.desk_url,
            "intake_listen": f"127.0.0.1:{reader_port}",
            "desk_listen": f"127.0.0.1:{desk_port}",
            "release_interval_seconds": release_interval_seconds,
            "max_hold_slots": 1,
            "min_batch_size": 1,
            "round_interval_seconds": 1,
            "canary": "off",
            "database": database,
        }
        lines = [f"{name} = {json.dumps(value)}" for name, value in (values | more).items()]
        self.config.write_text("\n".join([*lines, ""]), encoding="utf-8")
        self.first_link = commands.init(self.config, {}, is_new_epoch=False)[1]
        self._stderr_file = folder / "stderr.txt"
        self._child: subprocess.Popen[bytes] | None = None
        self._stories = 0

    def start(self) -> None:
        """Returns when both roles accept connections."""
        with self._stderr_file.open("ab") as stderr:
            self._child = subprocess.Popen(
                [sys.executable, "-m", "yobal", "serve", "--config", os.fspath(self.config)],
                stdout=subprocess.DEVNULL,
                stderr=stderr,
                cwd=self.folder,
            )
        for url in (self.public_url, self.desk_url):
            _until_listening(url, self._child, self._stderr_file)

    def stop(self) -> str:
        """Ends the child; returns what it wrote to standard error."""
        if self._child is not None:
            self._child.terminate()
            self._child.wait(STOP_SECONDS)
            self._child = None
        return self._stderr_file.read_text(encoding="utf-8")

    def kill(self) -> None:
        """As a machine that is lost."""
        assert self._child is not None
        self._child.kill()
        self._child.wait(STOP_SECONDS)
        self._child = None

    def story(self, *editions: str, key: str = "", title: str = "Ferry workers") -> "Story":
        """A fresh story, declared in these editions (English by default)."""
        self._stories += 1
        key = key or f"story-{self._stories}"
        for edition in editions or ("en",):
            url = f"https://news.example/{edition}/{key}"
            story_commands.add(self.config, key, edition=edition, title=title, url=url)
        return Story(self, key, (editions or ("en",))[0])

    def import_comments(self, source: str, file: Path) -> None:
        """From Disqus, as a technician does. They wait for a lead."""
        request = ImportRequest(
            format="disqus", file=file, names="keep", source=source, edition="en", is_written=True
        )
        list(import_commands.run_import(self.config, request, warn=lambda _: None))

    def wait_for_round(self) -> None:
        """Until what readers have sent is at the desk: the next round, within a second or two."""
        database = Database(settings.load(self.config).database_url)
        inbox = open_inbox(database)
        end = time.monotonic() + START_SECONDS
        try:
            while inbox.count_comments():
                assert time.monotonic() < end, "no round came"
                time.sleep(0.05)
        finally:
            inbox.close()
            database.close()

    def say(self, story: "Story", *, question: str, note: str, closes: str) -> None:
        """What the newsroom says beside a thread, in the story's first edition."""
        options = story_commands.SetOptions(
            edition=story.edition, question=question, note=note, closes=closes
        )
        story_commands.change(self.config, story.key, options)

    def close_story(self, story: "Story") -> None:
        story_commands.set_open(self.config, story.key, is_open=False)


class Story:
    """One story's thread, in its first edition unless another is named."""

    def __init__(self, newsroom: BrowserNewsroom, key: str, edition: str) -> None:
        self.newsroom = newsroom
        self.key = key
        self.edition = edition

    @property
    def path(self) -> str:
        return f"/{SITE_ID}/{self.key}/{self.edition}/"

    @property
    def url(self) -> str:
        return self.newsroom.public_url + self.path

    def in_edition(self, edition: str) -> "Story":
        return Story(self.newsroom, self.key, edition)

    def get(self, name: str = "") -> str:
        """A public file of the thread, as readers fetch it."""
        with urllib.request.urlopen(self.url + name, timeout=90) as response:
            return str(response.read().decode())

    def json(self, name: str = "index.json") -> Any:
        return json.loads(self.get(name))

    def texts(self) -> list[str]:
        """The text of every comment on the thread's newest page, each followed by its replies."""
        texts = []
        for comment in self.json()["comments"]:
            texts += [comment["text"], *(reply["text"] for reply in comment["replies"])]
        return texts


def _until_listening(url: str, child: subprocess.Popen[bytes], stderr_file: Path) -> None:
    port = int(url.rpartition(":")[2])
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and child.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"the server did not start: {stderr_file.read_text(encoding='utf-8')}")
