"""Metrics are what Prometheus reads, each is documented, and the alert rules name no other."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import msgspec
from prometheus_client.parser import text_string_to_metric_families

from tests.core.test_notices import FIGURES
from yobal.core import metrics
from yobal.core.schedule import Schedule, next_round, next_slot

ROOT = Path(__file__).parents[2]
RULES = ROOT / "examples" / "prometheus-alerts.yml"
SCHEDULE = Schedule(time_zone="UTC")
AT = 1_795_000_000


def values(**changed: object) -> dict[str, float]:
    figures = msgspec.structs.replace(FIGURES, last_round=AT, released_slot=AT, **changed)
    families = list(text_string_to_metric_families(metrics.text(figures, SCHEDULE)))
    assert all(family.type == "gauge" and family.documentation for family in families)
    return {sample.name: sample.value for family in families for sample in family.samples}


def test_prometheus_reads_every_metric_with_its_value() -> None:
    read = values(pending_count=12, oldest_round=AT - 7, unable_to=("a", "b"), epoch_slot=AT)
    assert set(read) == set(metrics.NAMES)
    assert read["yobal_pending_comments"] == 12
    assert read["yobal_pending_oldest_round_timestamp_seconds"] == AT - 7
    assert read["yobal_tasks_impossible"] == 2
    assert read["yobal_next_round_timestamp_seconds"] == next_round(SCHEDULE, AT)
    assert read["yobal_next_release_timestamp_seconds"] == next_slot(SCHEDULE, AT)
    assert (read["yobal_roster_valid"], read["yobal_disk_low"]) == (1, 0)


def test_what_cannot_be_measured_has_no_line() -> None:
    missing = set(metrics.NAMES) - set(values(oldest_round=None, epoch_slot=None))
    assert missing == {
        "yobal_pending_oldest_round_timestamp_seconds",
        "yobal_epoch_start_timestamp_seconds",
    }
    assert metrics.text(None, SCHEDULE) == ""


def test_exactly_these_metrics_are_described_with_why_they_are_safe() -> None:
    text = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
    described = re.findall(r"^\| `(yobal_\w+)` \| .+ \| (.+) \|$", text, re.MULTILINE)
    assert {name for name, _ in described} == set(metrics.NAMES)
    assert all(reason.strip(" -") for _, reason in described)


def test_the_alert_rules_name_only_metrics_that_exist() -> None:
    named = set(re.findall(r"yobal_\w+", RULES.read_text(encoding="utf-8")))
    assert named
    assert named <= set(metrics.NAMES)


def promtool(*words: str, text: str = "") -> None:
    path = shutil.which("promtool", path=f"{ROOT / '.venv' / 'bin'}:{os.environ['PATH']}")
    assert path, "promtool is missing: it is in the Debian package prometheus"
    done = subprocess.run([path, *words], input=text, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_promtool_accepts_the_alert_rules() -> None:
    promtool("check", "rules", str(RULES))


def test_promtool_accepts_the_metrics() -> None:
    figures = msgspec.structs.replace(FIGURES, last_round=AT, released_slot=AT, oldest_round=AT)
    promtool("check", "metrics", text=metrics.text(figures, SCHEDULE))
