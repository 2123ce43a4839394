"""Converts rows and results into the types of the desk's JSON (`response_types.py`)."""

from collections.abc import Sequence
from datetime import datetime

from yobal.actions import begin_epoch, clock_guard
from yobal.actions.member_keys import EpochKey
from yobal.actions.roster_reader import RosterReader
from yobal.core import language
from yobal.core.answer_size import ADDED_GRAPHEMES_MAX, CHANGES_MAX
from yobal.core.decisions import ACCEPTING, DecisionResult
from yobal.core.errors import AlreadyDecided, NoSuchComment, NotSignedIn
from yobal.core.expiry import expiring_until, expiry_slot
from yobal.core.held_text import HeldText
from yobal.core.hidden_text import HiddenText
from yobal.core.preset_notes import PresetNotes
from yobal.core.roster import Roster, SignedStatement
from yobal.core.schedule import (
    DAY_SECONDS,
    Round,
    Slot,
    age_days,
    day_of,
    next_round,
    next_slot,
)
from yobal.core.site_rules import SiteRules
from yobal.core.states import HELD, PENDING, PUBLISHED, REJECTED
from yobal.core.terms import CLAUSES, EDIT_KINDS, NOTE_GRAPHEMES_MAX, TERMS_VERSION
from yobal.store import (
    comments,
    hidden_texts,
    people,
    queue,
    site_counts,
    sites,
    stories,
)
from yobal.store.database import Connection
from yobal.store.decisions import HistoryRow, Superseded
from yobal.store.epochs import EpochOverview
from yobal.store.hidden_texts import HiddenListRow
from yobal.store.member_activity import MemberActivity
from yobal.store.passkeys import PasskeyRow
from yobal.store.people import Invitation, Registration
from yobal.store.queue import QueueRow, ReceiptRecipient
from yobal.web import response_types as types


def slot_with_label(rules: SiteRules, slot: Slot, *, now: float | None = None) -> types.Slot:
    """The site's wall clock, with the day if the slot is a day or more after `now`."""
    local = datetime.fromtimestamp(slot, rules.schedule.zone)
    clock = f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"
    is_near = now is None or slot - now < DAY_SECONDS  # within a day, "18:00" is unambiguous
    return types.Slot(slot, clock if is_near else f"{local:%Y-%m-%d} {clock}")


def slot_with_day(rules: SiteRules, slot: Slot) -> types.Slot:
    """The same, always with the day: an invitation may expire tomorrow."""
    local = datetime.fromtimestamp(slot, rules.schedule.zone)
    return types.Slot(slot, f"{local:%Y-%m-%d %H:%M}")


def session(
    conn: Connection,
    rules: SiteRules,
    pseudonym: str,
    roster: Roster,
    *,
    identity: bytes,
    roster_pin: bytes,
    epoch_keys: Sequence[EpochKey],
    roster_reader: RosterReader,
    site_name: str,
    preset_notes: Sequence[PresetNotes],
    now: float,
) -> types.Session:
    """Raises NotSignedIn if the moderator is no longer a member."""
    site_id = rules.site_id
    member = roster.named(pseudonym)
    if member is None:
        raise NotSignedIn
    status = queue_status(conn, rules, pseudonym, now=now)
    return types.Session(
        site_id=site_id,
        site_name=site_name,
        is_demo=sites.is_demo(conn, site_id),
        pseudonym=pseudonym,
        role=member.role,
        idle_lock_minutes=rules.idle_lock_minutes,
        identity=identity,
        roster_pin=roster_pin,
        epochs=[types.EpochKey(key.epoch_id, key.wrap) for key in epoch_keys],
        roster_head=roster.head,
        resumption=_resumption(roster_reader),
        is_epoch_due=begin_epoch.is_due(conn, rules, roster_reader, roster, now=now),
        suspended=people.list_suspended(conn, site_id),
        without_keys=_without_keys(conn, site_id, roster),
        hidden_waiting_count=hidden_texts.count(conn, site_id, waiting_for_lead=True),
        unsigned_imports_count=site_counts.count_unsigned_imports(conn, site_id),
        unreadable_count=queue.count_unreadable(conn, site_id, pseudonym),
        needs_second_lead=roster.lead_count() < 2,
        is_clock_trusted=clock_guard.clock_problem(conn, site_id, now=now) is None,
        terms=types.Terms(TERMS_VERSION, CLAUSES),
        preset_notes=list(preset_notes),
        edit_kinds=list(EDIT_KINDS),
        limits=types.Limits(
            text_graphemes_max=rules.limits.text_graphemes_max,
            name_graphemes_max=rules.limits.name_graphemes_max,
            note_graphemes_max=NOTE_GRAPHEMES_MAX,
            added_graphemes_max=ADDED_GRAPHEMES_MAX,
            changes_max=CHANGES_MAX,
        ),
        languages=stories.languages(conn, site_id),
        pending_count=status.pending_count,
        expiring_count=status.expiring_count,
        held_count=status.held_count,
        next_slot=status.next_slot,
        next_round=status.next_round,
    )


def _resumption(roster_reader: RosterReader) -> types.Resumption | None:
    resumption = roster_reader.resumption
    if resumption is None:
        return None
    return types.Resumption(resumption.lost_head, resumption.lost_length)


def _without_keys(conn: Connection, site_id: str, roster: Roster) -> list[str]:
    """Members whose sealed identities a restore has lost."""
    names = {member.keys.pseudonym for member in roster.members.values() if member.keys is not None}
    return sorted(names.difference(people.list_active(conn, site_id)))


def queue_status(
    conn: Connection, rules: SiteRules, pseudonym: str, *, now: float
) -> types.QueueStatus:
    """Counts only the pending comments that this moderator can decrypt."""
    pending = comments.count(conn, rules.site_id, PENDING)
    return types.QueueStatus(
        pending_count=pending - queue.count_unreadable(conn, rules.site_id, pseudonym),
        expiring_count=comments.count_pending_until(
            conn, rules.site_id, expiring_until(rules, now)
        ),
        held_count=comments.count(conn, rules.site_id, HELD),
        next_slot=slot_with_label(rules, next_slot(rules.schedule, now), now=now),
        next_round=slot_with_label(rules, next_round(rules.schedule, now), now=now),
    )


def queue_row(
    row: QueueRow,
    rules: SiteRules,
    *,
    envelope: bytes,
    recipients: Sequence[ReceiptRecipient],
    first_expiry_slot: Slot,
    now: float,
) -> types.QueueRow:
    parent = None
    if row.parent_text is not None and row.parent_removal is None:
        parent = types.ParentComment(
            row.parent_name or "", row.parent_text, row.parent_lang or language.UNKNOWN
        )
    return types.QueueRow(
        comment_id=row.comment_id,
        site_id=row.site_id,
        story_id=row.story_id,
        edition=row.edition,
        root_id=row.root_id,
        parent_id=row.parent_id,
        story_title=row.story_title,
        story_url=row.story_url,
        lang=language.UNKNOWN if row.lang == language.OTHER else row.lang,
        epoch_id=row.epoch_id,
        age_days=age_days(rules.schedule, row.arrival_round, now),
        expires=_expires(rules, row.arrival_round, now, first_expiry_slot=first_expiry_slot),
        recipients=[
            types.ReceiptRecipient(item.recipient, item.recipient_mac) for item in recipients
        ],
        parent=parent,
        envelope=envelope,
    )


def _expires(
    rules: SiteRules, arrival_round: Round, now: float, *, first_expiry_slot: Slot
) -> types.Slot | None:
    """Never a slot that has passed: what was decided before and undone stays a little longer."""
    if arrival_round > expiring_until(rules, now):
        return None
    upcoming = next_slot(rules.schedule, now)
    slot = max(expiry_slot(rules, arrival_round), upcoming, first_expiry_slot)
    return slot_with_day(rules, slot)


def decision_result(
    rules: SiteRules, result: DecisionResult, *, now: float
) -> types.DecisionResult:
    return types.DecisionResult(
        decision_id=result.decision_id,
        comment_id=result.comment_id,
        state=result.state,
        slot=slot_with_label(rules, result.slot, now=now),
        decided_by=result.decided_by,
    )


def already_decided(comment_id: str, error: AlreadyDecided | NoSuchComment) -> types.AlreadyDecided:
    """A comment that no longer exists was withdrawn by its author."""
    if isinstance(error, NoSuchComment):
        error = AlreadyDecided(comment_id, verdict="withdrawn")
    return types.AlreadyDecided(
        comment_id=comment_id,
        decided_by=error.decided_by,
        verdict=error.verdict,
        clause=error.clause,
        edit_kind=error.edit_kind,
        decision_id=error.decision_id,
    )


def superseded_decisions(rows: Sequence[Superseded]) -> list[types.SupersededDecision]:
    return [
        types.SupersededDecision(
            row.decision_id, row.comment_id, row.verdict, row.decided_by, row.clause
        )
        for row in rows
    ]


def history_entry(
    row: HistoryRow, rules: SiteRules, released: Slot, *, held_text: HeldText | None
) -> types.HistoryEntry:
    """With the text as published, or as it will be."""
    shown = held_text or row
    is_current = not row.is_undone and row.verdict not in ("undo", "destroy")
    can_undo = is_current and (row.state == HELD or (row.state == REJECTED and row.slot > released))
    undoes = None
    if row.undone_verdict is not None:
        undoes = types.UndoneVerdict(row.undone_verdict, row.undone_clause, row.undone_edit_kind)
    return types.HistoryEntry(
        decision_id=row.id,
        comment_id=row.comment_id,
        story_id=row.story_id,
        story_title=row.story_title or row.story_id,
        verdict=row.verdict,
        clause=row.clause,
        edit_kind=row.edit_kind,
        undoes=undoes,
        epoch_id=row.epoch_id,
        sealed_note=row.sealed_note,
        decided_by=row.decided_by,
        day=day_of(rules.schedule, row.slot).isoformat(),
        slot=slot_with_label(rules, row.slot),
        state=row.state,
        is_undone=row.is_undone,
        can_undo=can_undo,
        can_remove=is_current and row.verdict in ACCEPTING and row.state == PUBLISHED,
        is_withheld=row.is_withheld,
        name=shown.name,
        text=shown.text,
        lang=shown.lang,
    )


def hidden_comment(
    row: HiddenListRow, rules: SiteRules, *, hidden_text: HiddenText | None, now: float
) -> types.HiddenComment:
    return types.HiddenComment(
        comment_id=row.comment_id,
        decision_id=row.decision_id,
        story_title=row.story_title or row.story_id,
        decided_by=row.decided_by,
        clause=row.clause,
        removed=slot_with_label(rules, row.removed_slot, now=now),
        destroyed_with=None
        if row.waits_for_lead
        else slot_with_label(rules, row.destroy_slot, now=now),
        name=hidden_text.name if hidden_text else None,
        text=hidden_text.text if hidden_text else None,
        lang=hidden_text.lang if hidden_text else None,
    )


def people_list(
    rules: SiteRules,
    activity: Sequence[MemberActivity],
    invitations: Sequence[Invitation],
    registrations: Sequence[Registration],
) -> types.PeopleList:
    return types.PeopleList(
        members=[
            types.MemberActivity(
                item.pseudonym,
                slot_with_day(rules, item.since_slot),
                _slot_or_none(rules, item.opened_slot),
            )
            for item in activity
        ],
        invitations=[
            types.OpenInvitation(
                item.token_hash.hex(), item.role, slot_with_day(rules, item.expires_slot)
            )
            for item in invitations
        ],
        registrations=[
            types.Registration(
                registration_id=item.token_hash.hex(),
                role=item.role,
                invited_by=item.invited_by,
                head=item.head,
                keys=item.keys,
                keys_signature=item.keys_signature,
                expires=slot_with_day(rules, item.expires_slot),
            )
            for item in registrations
        ],
    )


def passkey_list(rules: SiteRules, rows: Sequence[PasskeyRow]) -> types.PasskeyList:
    return types.PasskeyList(
        [types.OwnPasskey(row.passkey, slot_with_day(rules, row.since_slot)) for row in rows]
    )


def open_session(
    rules: SiteRules, session: people.Session, *, current_hash: bytes
) -> types.OpenSession:
    return types.OpenSession(
        session_id=session.token_hash.hex(),
        device_label=session.device_label,
        begun=slot_with_day(rules, session.begun_slot),
        expires=slot_with_day(rules, session.expires_slot),
        is_locked=session.is_locked,
        is_current=session.token_hash == current_hash,
    )


def keys_page(
    rules: SiteRules,
    overview: Sequence[EpochOverview],
    activity: Sequence[MemberActivity],
    roster: Roster | None,
) -> types.KeysPage:
    tested = {item.pseudonym: item.tested_recipient for item in activity}
    members = roster.members.values() if roster is not None else ()
    keys = sorted(
        (member.keys for member in members if member.keys is not None),
        key=lambda item: item.pseudonym,
    )
    newest = overview[0].first_slot if overview else None
    next_change = newest + rules.epoch_days * DAY_SECONDS if newest is not None else None
    return types.KeysPage(
        epochs=[
            types.EpochOverview(
                number=item.number,
                first=slot_with_day(rules, item.first_slot),
                last=_slot_or_none(rules, item.last_slot),
                destroyed=_slot_or_none(rules, item.destroyed_slot),
                pending_count=item.pending_count,
                wrap_count=item.wrap_count,
            )
            for item in overview
        ],
        epoch_days=rules.epoch_days,
        next_change=_slot_or_none(rules, next_change),
        sheets=[
            types.SheetState(item.pseudonym, tested.get(item.pseudonym) == item.recovery_recipient)
            for item in keys
        ],
    )


def _slot_or_none(rules: SiteRules, slot: Slot | None) -> types.Slot | None:
    return slot_with_day(rules, slot) if slot is not None else None


def statements(signed: Sequence[SignedStatement]) -> list[types.Statement]:
    return [
        types.Statement(item.statement, item.signature, item.keys, item.keys_signature)
        for item in signed
    ]
