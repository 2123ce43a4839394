"""P12: nothing is public without a decision, in any order of actions and power cuts.

A state machine runs the newsroom beside a small reference model and compares both after every
step. Controls: each guard is removed once, and the comparison named beside it fails.
"""

import contextlib
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.actions.power_cut import STEPS, PowerCut, power_cut
from tests.conftest import KINDS, copied_newsroom
from tests.harness import SLOT, STORY_ID, catch_up
from tests.promises.model import DAY, IN_INBOX, PAUSE_DAYS, ROUND_LEAD, Model, ModelComment
from yobal.actions import declare_story, erase_published, release
from yobal.core.decisions import DecisionResult
from yobal.core.errors import AlreadyDecided, NoSuchComment, TooLateToUndo
from yobal.core.receipts import COPIES_MAX
from yobal.server.rebuild import rebuild_all
from yobal.store import comments, envelopes, expiry, held_texts, pending_purge, sites, stale_files
from yobal.store.database import Database

PICK = st.integers(0, 10_000)
# The steps that follow after an action of the desk is committed: files, and the purge.
AFTER = ("purge", "write", "remove files", "forget touched", "sync", "a rename")
CUTS = st.none() | st.tuples(st.sampled_from(AFTER), st.booleans())
FEW = {"max_examples": 3, "stateful_step_count": 25}
MANY = {"max_examples": 400, "stateful_step_count": 60}


# The message of each check; a control names the check that must fail.
STATES, HELD = "the database has the model's states", "exactly the held texts are in clear"
KEPT, RECEIPTS = (
    "originals are kept no longer than needed",
    "receipts are kept no longer than needed",
)
PUBLIC, TOLD = "exactly what was released is public", "receipts show the model's state"
REBUILT = "rebuilding gives the same files as the releases"
DESTROYED = "undone texts are destroyed"


class Actions(RuleBasedStateMachine):
    """Every action of readers, moderators, clock and power, on the real newsroom and in the model."""

    server_url: str | None = None

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="yobal-model-"))
        self.newsroom = copied_newsroom(self.folder, self.server_url, max_hold_slots=2)
        self.model = Model()
        self.forms: dict[str, str] = {}
        self.decisions: list[tuple[str, DecisionResult]] = []
        self.is_open = True

    # Readers

    @rule(answers=PICK, has_receipt=st.booleans())
    def send(self, answers: int, *, has_receipt: bool) -> None:
        public = self._of("published")
        to = public[answers % len(public)] if public and answers % 3 else None
        words = f"Words-{len(self.model.comments)}."
        sent = self.newsroom.send(words, parent_id=to, receipt=has_receipt, waits_for_round=True)
        self.model.comments[sent.id] = ModelComment(words, self.model.now, is_reply=to is not None)
        self.model.add_receipt(sent.id, sent.code)
        self.forms[sent.id] = sent.idempotency_key

    @precondition(lambda self: self.model.comments)
    @rule(which=PICK)
    def send_again(self, which: int) -> None:
        comment_id, comment = self._pick(which)
        if self.model.now // DAY - comment.sent_at // DAY > 1 or comment.is_reply:
            return  # its day key is gone, or its parent may be
        sent = self.newsroom.send(
            comment.words, idempotency_key=self.forms[comment_id], waits_for_round=True
        )
        assert sent.outcome.status == "repeat"
        self.model.add_receipt(comment_id, sent.code)
        assert len(comment.codes | comment.inbox_codes) <= COPIES_MAX

    @precondition(lambda self: self.model.comments)
    @rule(which=PICK, is_now=st.booleans())
    def request_withdrawal(self, which: int, *, is_now: bool) -> None:
        comment_id, comment = self._pick(which)
        to_response = self.model.receipt_state(comment_id)
        codes = [*comment.codes, *comment.inbox_codes]
        if codes and to_response in ("pending", "held", "published"):
            when: Literal["now", "next"] = "now" if is_now else "next"
            code = codes[-1]
            self.newsroom.request_withdrawal(code, when, waits_for_round=True)
            self.model.inbox_requests.append((comment_id, when, code))

    # Moderators

    @precondition(lambda self: self.model.comments)
    @rule(which=PICK, is_edited=st.booleans(), slots=st.integers(1, 2))
    def publish(self, which: int, slots: int, *, is_edited: bool) -> None:
        comment_id, comment = self._pick(which)
        self.newsroom.randbelow = lambda _below: slots - 1
        words = f"Edited-{comment.words}" if is_edited else comment.words
        if comment.state != "pending":
            self._is_refused(comment_id, comment)
            return
        decided = (
            self.newsroom.publish_edited(comment_id, words)
            if is_edited
            else self.newsroom.publish(comment_id)
        )
        self.model.accept(comment_id, words, slots=slots, decision_id=decided.decision_id)
        self.decisions.append((comment_id, decided))

    @precondition(lambda self: self.model.comments)
    @rule(which=PICK)
    def reject(self, which: int) -> None:
        comment_id, comment = self._pick(which)
        if comment.state != "pending":
            self._is_refused(comment_id, comment)
            return
        decided = self.newsroom.reject(comment_id)
        self.model.reject(comment_id, decision_id=decided.decision_id)
        self.decisions.append((comment_id, decided))

    def _is_refused(self, comment_id: str, comment: ModelComment) -> None:
        """Before its round, the desk does not know a comment."""
        error = NoSuchComment if comment.state == IN_INBOX else AlreadyDecided
        with pytest.raises(error):
            self.newsroom.reject(comment_id)

    @precondition(lambda self: self.decisions)
    @rule(which=PICK, cut=CUTS)
    def undo(self, which: int, cut: tuple[str, bool] | None) -> None:
        comment_id, decided = self.decisions[which % len(self.decisions)]
        if self.model.can_undo(comment_id, decided.decision_id):
            words = self.model.comments[comment_id].shown
            with _cut(cut):
                self.newsroom.undo(decided)
            self.model.undo(comment_id)
            self._after(cut, words)
        else:
            with pytest.raises(TooLateToUndo):
                self.newsroom.undo(decided)

    @precondition(lambda self: self.model.comments)
    @rule(which=PICK, cut=CUTS)
    def remove(self, which: int, cut: tuple[str, bool] | None) -> None:
        public = self._of("published")
        comment_id = public[which % len(public)] if public and which % 3 else self._pick(which)[0]
        comment = self.model.comments[comment_id]
        if comment.state == "published":
            with _cut(cut):
                self.newsroom.remove(comment_id)
            (row,) = [
                row
                for row in self.newsroom.read_table("decisions")
                if row["comment_id"] == comment_id and row["verdict"] == "remove"
            ]
            self.model.remove(comment_id, decision_id=row["id"])
            self._after(cut, comment.shown)
        else:
            with pytest.raises((NoSuchComment, AlreadyDecided)):
                self.newsroom.remove(comment_id)

    @rule()
    def close_or_open(self) -> None:
        self.is_open = not self.is_open
        declare_story.set_open(
            self.newsroom.database, self.newsroom.rules, STORY_ID, is_open=self.is_open
        )
        self.newsroom.run_scheduler()
        self.model.run_scheduler()

    # Time and power

    @rule()
    def look(self) -> None:
        self.newsroom.run_scheduler()
        self.model.run_scheduler()

    @rule(slots=st.sampled_from((1, 1, 1, 2, 3)))
    def slots_pass(self, slots: int) -> None:
        self._later(slots)
        self.newsroom.run_scheduler()
        self.model.run_scheduler()

    @rule()
    def round_comes(self) -> None:
        """Only to the next one, so that a decision can come between round and slot."""
        self.newsroom.now = self.model.now = float(self.model.latest + SLOT - ROUND_LEAD)
        self.newsroom.run_scheduler()
        self.model.run_scheduler()

    @rule(days=st.sampled_from((1, 15)), is_off=st.booleans())
    def days_pass(self, days: int, *, is_off: bool) -> None:
        """Receipts, retained originals and pending comments expire; the last not soon after a time in which the server was off."""
        slots = days * DAY // SLOT
        slots_at_once = slots if is_off else PAUSE_DAYS * DAY // SLOT
        for passed in range(0, slots, slots_at_once):
            self.slots_pass(min(slots_at_once, slots - passed))

    @rule(step=st.sampled_from(sorted(STEPS)), is_before=st.booleans(), slots=st.integers(0, 1))
    def power_goes(self, step: str, slots: int, *, is_before: bool) -> None:
        self._later(slots)
        with power_cut(step, is_before=is_before), contextlib.suppress(PowerCut):
            self.newsroom.run_scheduler()
        catch_up(self.newsroom.components, now=self.newsroom.now)
        self.model.run_scheduler()

    # Invariants

    @invariant()
    def the_store_is_in_the_states_of_the_model(self) -> None:
        stored = {row["id"]: row["state"] for row in self.newsroom.read_table("comments")}
        expected = {key: comment.state for key, comment in self.model.comments.items()}
        moved = {key: state for key, state in expected.items() if state != IN_INBOX}
        assert stored == moved, STATES
        held = {
            key: held_text and held_text.text
            for key, held_text in self.newsroom.held_texts().items()
        }
        assert held == {key: self.model.comments[key].shown for key in self._of("held")}, HELD

    @invariant()
    def no_original_and_no_receipt_is_kept_longer_than_it_should(self) -> None:
        with_original = {row["comment_id"] for row in self.newsroom.read_table("envelopes")}
        assert with_original == {
            key for key, comment in self.model.comments.items() if comment.has_original
        }, KEPT
        codes = sum(len(comment.codes) for comment in self.model.comments.values())
        assert len(self.newsroom.read_table("receipts")) == codes, RECEIPTS

    @invariant()
    def exactly_what_was_decided_and_released_is_public(self) -> None:
        files = self.newsroom.read_all_files()
        text = b"".join(files[key] for key in files if key.endswith((".html", ".json"))).decode()
        for comment_id, comment in self.model.comments.items():
            is_public = comment.state == "published"
            assert (f">{comment.shown}<" in text) == is_public or not comment.shown, (
                f"{PUBLIC}: {comment}"
            )
            if not is_public or comment.shown != comment.words:
                assert f">{comment.words}<" not in text, f"{PUBLIC}: {comment}"
            if comment.state in (IN_INBOX, "pending", "held", "rejected"):
                assert comment_id not in text, f"{PUBLIC}: {comment}"

    @invariant()
    def receipts_say_what_the_model_says(self) -> None:
        for comment_id, comment in self.model.comments.items():
            to_response = {
                self.newsroom.receipt_state(code) for code in (*comment.codes, *comment.inbox_codes)
            }
            if comment.state == "withdrawn":  # codes of a later repeat expire with its day key
                to_response.discard(None)
            assert to_response <= {self.model.receipt_state(comment_id)}, TOLD

    def teardown(self) -> None:
        try:
            self.newsroom.run_scheduler()
            before = self.newsroom.read_all_files()
            shutil.rmtree(self.newsroom.files_dir)
            rebuild_all(self.newsroom.components)
            assert self.newsroom.read_all_files() == before, REBUILT
        finally:
            self.newsroom.close()
            shutil.rmtree(self.folder)

    def _pick(self, which: int) -> tuple[str, ModelComment]:
        """Any comment; later ones are picked more often."""
        newest_last = list(self.model.comments.items())
        return newest_last[-1 - which % min(len(newest_last), 1 + which % 7)]

    def _of(self, state: str) -> list[str]:
        return [key for key, comment in self.model.comments.items() if comment.state == state]

    def _after(self, cut: tuple[str, bool] | None, words: str) -> None:
        """After a power cut the next start finishes the work; either way, the text is in no file."""
        if cut is not None:
            catch_up(self.newsroom.components, now=self.newsroom.now)
            self.model.run_scheduler()
        if words and self.newsroom.database.is_sqlite:
            for path in self.folder.glob("yobal.sqlite*"):
                assert words.encode() not in path.read_bytes(), DESTROYED

    def _later(self, slots: int) -> None:
        self.newsroom.now += slots * SLOT
        self.model.now = self.newsroom.now


@contextlib.contextmanager
def _cut(cut: tuple[str, bool] | None) -> Iterator[None]:
    """The power may be cut at a step after the action is committed."""
    with contextlib.ExitStack() as stack:
        if cut is not None:
            stack.enter_context(contextlib.suppress(PowerCut))
            stack.enter_context(power_cut(cut[0], is_before=cut[1]))
        yield


def _run(server_url: str | None, **given: Any) -> None:
    machine = type("Actions", (Actions,), {"server_url": server_url})
    run_state_machine_as_test(
        machine,
        settings=settings(
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
            **given,
        ),
    )


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_public_without_a_decision_in_any_order_of_actions(
    kind: str, request: pytest.FixtureRequest
) -> None:
    _run(_server(kind, request), **FEW)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_public_without_a_decision_in_very_many_orders_of_actions(
    kind: str, request: pytest.FixtureRequest
) -> None:
    _run(_server(kind, request), **MANY)


# Controls: with a guard removed, a path of actions on which the same machine fails.


def _too_early(conn: Any, rules: Any, latest: int) -> list[str]:
    return [row.comment_id for row in comments.due(conn, rules.site_id, until=latest + 2 * SLOT)]


def _nothing(*_arguments: Any, **_named: Any) -> list[Any]:
    return []


def _nothing_marked(*_arguments: Any, **_named: Any) -> int:
    return 0


def _send(actions: Actions) -> None:
    actions.send(answers=0, has_receipt=True)
    actions.round_comes()


def _publish(actions: Actions) -> None:
    actions.publish(which=0, is_edited=False, slots=1)


def _publish_later(actions: Actions) -> None:
    actions.publish(which=0, is_edited=False, slots=2)


def _slot(actions: Actions) -> None:
    actions.slots_pass(1)


def _fortnight(actions: Actions) -> None:
    actions.days_pass(15, is_off=False)


def _fortnight_off(actions: Actions) -> None:
    actions.days_pass(15, is_off=True)


def _withdraw(actions: Actions) -> None:
    actions.request_withdrawal(which=0, is_now=True)
    actions.slots_pass(1)


BROKEN: dict[str, tuple[Any, str, Any, list[Callable[[Actions], None]], str]] = {
    "a slot early": (release, "_due_ids", _too_early, [_send, _publish_later, _slot], STATES),
    "stale files are not recorded": (
        stale_files,
        "add",
        _nothing_marked,
        [_send, _publish, _slot],
        PUBLIC,
    ),
    "held texts are not deleted": (
        held_texts,
        "delete",
        _nothing,
        [_send, _publish, _slot],
        HELD,
    ),
    "withdrawn comments are not erased": (
        erase_published,
        "_erase_remains",
        _nothing,
        [_send, _withdraw],
        KEPT,
    ),
    "no purge": (
        Database,
        "purge",
        _nothing,
        [_send, _publish, _slot, lambda actions: actions.remove(which=1, cut=None)],
        DESTROYED,
    ),
    "no purge at the start after a power cut": (
        sys.modules[__name__],
        "catch_up",
        _nothing,
        [_send, _publish, _slot, lambda actions: actions.remove(which=1, cut=("purge", True))],
        DESTROYED,
    ),
    "no record of the purge that is pending": (
        pending_purge,
        "request",
        _nothing,
        [_send, _publish, _slot, lambda actions: actions.remove(which=1, cut=("purge", True))],
        DESTROYED,
    ),
    "no files at the start after a power cut": (
        sys.modules[__name__],
        "catch_up",
        lambda components, **_: components.database.purge(),
        [_send, _publish, _slot, lambda actions: actions.remove(which=1, cut=("write", True))],
        PUBLIC,
    ),
    "originals outlive their retention": (
        envelopes,
        "expired_originals",
        _nothing,
        [_send, lambda actions: actions.reject(which=0), _slot, _fortnight],
        KEPT,
    ),
    "nothing expires": (
        expiry,
        "expired_pending",
        _nothing,
        [_send, _fortnight, _fortnight, _fortnight],
        STATES,
    ),
    "pending comments expire after a pause": (
        sites,
        "first_expiry_slot",
        lambda *_: 0,
        [_send, _slot, _fortnight_off, _fortnight_off, _fortnight_off],
        STATES,
    ),
    "receipts outlive their days": (
        expiry,
        "delete_receipts",
        _nothing,
        [_send, _fortnight, _fortnight, _fortnight],
        RECEIPTS,
    ),
}


@pytest.mark.parametrize("guard", BROKEN)
def test_control_the_model_notices_a_missing_guard(
    guard: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    where, name, broken, path, notice = BROKEN[guard]
    _walk(path)
    monkeypatch.setattr(where, name, broken)
    with pytest.raises(AssertionError, match=notice):
        _walk(path)


def _walk(path: list[Callable[[Actions], None]]) -> None:
    """Run one path, with every check after every step."""
    actions = Actions()
    try:
        for act in path:
            act(actions)
            actions.the_store_is_in_the_states_of_the_model()
            actions.no_original_and_no_receipt_is_kept_longer_than_it_should()
            actions.exactly_what_was_decided_and_released_is_public()
            actions.receipts_say_what_the_model_says()
    finally:
        with contextlib.suppress(AssertionError):  # what the path found comes first
            actions.teardown()


def _server(kind: str, request: pytest.FixtureRequest) -> str | None:
    return None if kind == "sqlite" else request.getfixturevalue("postgresql")
