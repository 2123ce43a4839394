"""The machine is rebooted: what was enabled runs again, and what readers sent is there."""

import json
import re
import shutil
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

import pytest

from tests.serving import form
from tests.systemd.container import Container
from tests.systemd.technician import THREAD, block, has_thread

pytestmark = pytest.mark.slow

AS_LEAD: Final = "cd /srv/yobal; runuser -u yobal -- /opt/yobal/bin/python /opt/lead.py"


def test_after_a_reboot_the_units_run_and_the_sealed_queue_is_there(served: Container) -> None:
    shutil.copy(Path(__file__).parent / "lead.py", served.root / "opt/lead.py")
    epoch_identity = json.loads(served.run(f"{AS_LEAD} join"))
    served.run("systemctl restart yobal")
    commands = block("stories.md", containing="enable --now yobal-sync.timer")
    served.run(commands.replace("editor ", "test -e "))
    status, text = served.ask(THREAD, body=urlencode(form("Sent before the reboot.")))
    assert (status, "Your comment reached us" in text) == (200, True)
    (code,) = re.findall(r"yobal-code[^>]*>([0-9A-Z ]{23})<", text)

    served.reboot()

    assert served.is_active("yobal")
    assert served.is_active("yobal-sync.timer")
    assert has_thread(served)
    receipt = {"step": "receipt", "code": code.replace(" ", "-")}
    assert "is waiting" in served.ask(THREAD, body=urlencode(receipt))[1]
    waiting = json.loads(served.run(f'{AS_LEAD} read "$1"', epoch_identity))
    assert waiting == ["Sent before the reboot."]
    served.run("systemctl disable --quiet --now yobal-sync.timer")


def test_control_a_unit_that_is_not_enabled_does_not_come_back(served: Container) -> None:
    served.run("systemctl disable --quiet yobal")
    served.reboot()
    assert not served.is_active("yobal")
    assert not has_thread(served)
