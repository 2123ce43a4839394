"""The desk's JSON: what it answers, made from rows."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from yobal.actions import clock_guard
from yobal.core import language as langs
from yobal.core.errors import AlreadyDecided, NoSuchComment
from yobal.core.schedule import DAY_SECONDS, Slot, age_slots, day_of, next_slot
from yobal.core.site_rules import SiteRules
from yobal.core.states import HELD, PENDING
from yobal.core.terms import CLAUSES, EDIT_KINDS, NOTE_GRAPHEMES_MAX, TERMS_VERSION
from yobal.store import comments, people, stories
from yobal.store.database import Connection


def slot(rules: SiteRules, at: Slot, *, now: float | None = None) -> dict[str, Any]:
    """`{"at", "label"}`; the label is the wall clock of the site, with its day if it is not near `now`."""
    local = datetime.fromtimestamp(at, rules.schedule.zone)
    clock = f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"
    is_near = now is None or at - now < DAY_SECONDS  # there "18:00" is one instant and no other
    return {"at": at, "label": clock if is_near else f"{local:%Y-%m-%d} {clock}"}


def until(rules: SiteRules, at: Slot) -> dict[str, Any]:
    """The same with its day: an invitation may end tomorrow."""
    local = datetime.fromtimestamp(at, rules.schedule.zone)
    return {"at": at, "label": f"{local:%Y-%m-%d %H:%M}"}


def session(
    conn: Connection, rules: SiteRules, moderator: Any, *, site_name: str, now: float
) -> dict[str, Any]:
    """Everything the desk needs to begin; `moderator` is a row of `people`."""
    site = stories.site(conn, rules.site)
    leads = [one for one in people.active(conn, rules.site) if one.role == "lead"]
    return {
        "site": rules.site,
        "site_name": site_name,
        "is_demo": bool(site.is_demo),
        "pseudonym": moderator.pseudonym,
        "role": moderator.role,
        "identity": moderator.identity,
        "epochs": [
            {"epoch": row.epoch, "recipient": row.recipient, "wrap": row.wrap}
            for row in people.epochs_for(conn, rules.site, moderator.pseudonym)
        ],
        "unreadable": comments.count_unreadable(conn, rules.site, moderator.pseudonym),
        "needs_second_lead": len(leads) < 2,
        "is_clock_doubted": clock_guard.clock_problem(conn, rules.site, now=now) is not None,
        "terms": {
            "version": TERMS_VERSION,
            "clauses": [msgspec.structs.asdict(c) for c in CLAUSES],
        },
        "edit_kinds": list(EDIT_KINDS),
        "limits": {
            "text_letters_max": rules.limits.text_graphemes_max,
            "name_letters_max": rules.limits.name_graphemes_max,
            "note_letters_max": NOTE_GRAPHEMES_MAX,
        },
        "languages": stories.languages(conn, rules.site),
        **queue_status(conn, rules, moderator.pseudonym, now=now),
    }


def queue_status(conn: Connection, rules: SiteRules, reader: str, *, now: float) -> dict[str, Any]:
    """What the head line of the desk shows to `reader`: what they can open waits, the rest does not."""
    return {
        "held": comments.count(conn, rules.site, HELD),
        "waiting": comments.count(conn, rules.site, PENDING)
        - comments.count_unreadable(conn, rules.site, reader),
        "next_slot": slot(rules, next_slot(rules.schedule, now), now=now),
    }


def waiting(row: Any, rules: SiteRules, *, now: float) -> dict[str, Any]:
    answers = None
    if row.to_id is not None and row.parent_text is not None and row.parent_gone is None:
        answers = {"name": row.parent_name, "text": row.parent_text, "lang": row.parent_lang}
    return {
        "id": row.id,
        "site": row.site,
        "story": row.story,
        "edition": row.edition,
        "root": row.root,
        "to": row.to_id,
        "story_title": row.title,
        "story_url": row.url,
        "lang": langs.UNKNOWN if row.lang == langs.OTHER else row.lang,
        "lane": row.lane,
        "epoch": row.epoch,
        "age_slots": age_slots(rules.schedule, row.arrival_slot, now),
        "has_receipt": bool(row.has_receipt),
        "answers": answers,
        "envelope": bytes(row.sealed),
    }


def decided(rules: SiteRules, one: Any, *, now: float) -> dict[str, Any]:
    return msgspec.structs.asdict(one) | {"slot": slot(rules, one.slot, now=now)}


def missed(comment: str, error: AlreadyDecided | NoSuchComment) -> dict[str, Any]:
    """One of many that could not be rejected; whose decision stands instead."""
    if isinstance(error, NoSuchComment):
        error = AlreadyDecided(comment, verdict="withdrawn")
    return {
        "id": comment,
        "by": error.by,
        "verdict": error.verdict,
        "decision": error.decision,
    }


def history_entry(row: Any, rules: SiteRules, released: Slot) -> dict[str, Any]:
    is_standing = not row.is_undone and row.verdict != "undo"
    can_undo = is_standing and (
        row.state == HELD or (row.state == "rejected" and row.slot > released)
    )
    return {
        "decision": row.decision,
        "id": row.comment,
        "story": row.story,
        "story_title": row.title or row.story,
        "verdict": row.verdict,
        "clause": row.clause,
        "kind": row.kind,
        "note": row.note,
        "by": row.by,
        "slot": slot(rules, row.slot),
        "day": day_of(rules.schedule, row.slot).isoformat(),
        "state": row.state,
        "is_undone": bool(row.is_undone),
        "can_undo": can_undo,
        "can_remove": is_standing and row.verdict != "remove" and row.state == "published",
        "text": row.text,
        "name": row.name,
        "lang": row.lang,
    }


def people_list(rules: SiteRules, members: Sequence[Any], invited: Sequence[Any]) -> dict[str, Any]:
    return {
        "people": [{"pseudonym": one.pseudonym, "role": one.role} for one in members],
        "invited": [{"role": one.role, "until": until(rules, one.until_slot)} for one in invited],
    }
