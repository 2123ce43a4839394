"""What the public side may read: views without secrets, and the query for the status behind a receipt.

The views are created again after every migration, so that they always match the tables.
"""

from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

VIEWS: Final = {
    "intake_site": """
        select s.id, s.name, s.is_demo, s.is_restoring, s.released_slot, s.last_round,
            s.is_full, s.arrivals_since_slot, s.admission_seed
        from sites s""",
    # Without the keys beside them: the intake learns who signs, but no pseudonym.
    "intake_statements": "select site_id, number, statement, signature from statements",
    "intake_former_statements": """
        select site_id, first, number, statement, signature from former_statements""",
    "intake_stories": """
        select site_id, story_id, is_open, closes_slot, is_full, arrivals_since_slot
        from stories""",
    "intake_editions": "select site_id, story_id, tag, title, url from editions",
    "intake_published": """
        select id, site_id, story_id, root_id, edition, text, name, lang, slot,
            edit_kind, edited_clause
        from published_comments where removal is null and not is_withheld""",
}
_POSTGRESQL_VIEWS: Final = {
    "intake_inbox": """
        select story_id, count(*) as comment_count from inbox
        where kind = 'comment' group by story_id""",
}

# Takes the hash of a receipt, and for one that is still in the inbox the idempotency hash of its
# comment. A decision is not shown before the release that made it final (`sites.released_slot`).
# The text is shown once it is published: until then it is encrypted under a cell, which the intake
# cannot read. A withheld text may be an attacker's, and is not shown. The decision comes
# with all that its signature covers, so that the intake can verify it.
RECEIPT_STATUS: Final = """
    select c.site_id, c.story_id,
        case when c.state in ('withdrawn', 'lost', 'expired') then c.state
            when d.id is null then 'pending' else c.state end as state,
        d.clause, d.edit_kind, f.sealed as feedback, f.sealed_note,
        d.comment_id, d.verdict, d.envelope_hash, d.publication_hash, d.feedback_hash, d.head,
        d.signing_key, d.signature,
        p.text, p.name, p.lang, p.slot, p.removal_clause,
        exists (select 1 from hidden_texts h where h.comment_id = c.id) as is_hidden,
        exists (select 1 from published_comments w
            where w.id = c.id and w.is_withheld and w.removal is null) as is_withheld,
        (select max(w.request_kind) from receipts copies
            join withdrawal_requests w on w.receipt_hash = copies.hash
            where copies.idempotency_hash = c.idempotency_hash) as withdrawal_request
    from comments c
    join sites s on s.id = c.site_id
    left join decisions d on d.comment_id = c.id and d.undoes_id is null and c.state <> 'lost'
        and d.slot <= s.released_slot and d.slot = c.decided_slot
        and not exists (select 1 from decisions u where u.undoes_id = d.id)
    left join feedback f on f.decision_id = d.id
    left join published_comments p on p.id = c.id and p.removal is null and not p.is_withheld
    where c.idempotency_hash = coalesce(
        (select r.idempotency_hash from receipts r where r.hash = :hash), :idempotency_hash)
    order by case d.verdict when 'remove' then 0 else 1 end
    limit 1"""


def views(conn: Connection) -> dict[str, str]:
    """Name and body of each. On SQLite the inbox is another file."""
    return VIEWS if conn.dialect.name == "sqlite" else VIEWS | _POSTGRESQL_VIEWS


def drop(conn: Connection) -> None:
    for name in views(conn):
        conn.execute(sa.text(f"drop view if exists {name}"))


def recreate(conn: Connection) -> None:
    """Drop and create all of them, in the caller's transaction."""
    drop(conn)
    for name, body in views(conn).items():
        conn.execute(sa.text(f"create view {name} as {body}"))
