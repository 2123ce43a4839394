"""What the public side may read: views without secrets, and the status behind one receipt.

They are created again after every migration, so that they always match the tables.
"""

from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

VIEWS: Final = {
    "intake_site": """
        select s.id, s.name, s.is_demo, s.released_slot, e.id as epoch_id, e.recipient
        from sites s left join epochs e on e.site_id = s.id
            and e.number = (select max(n.number) from epochs n where n.site_id = s.id)""",
    "intake_stories": "select site_id, story_id, is_open from stories",
    "intake_editions": "select site_id, story_id, tag, title, url from editions",
    "intake_pending": "select site_id, story_id from comments where state = 'pending'",
    # Comments whose epoch's key no active moderator holds. `cross join` makes SQLite start with the
    # few epochs, so that the view costs nothing while every epoch can be decrypted.
    "intake_unreadable": """
        select c.site_id, c.story_id from epochs e
        cross join comments c
        where c.site_id = e.site_id and c.epoch_id = e.id and c.state = 'pending' and not exists (
            select 1 from wrapped_epoch_keys w join moderators m on m.pseudonym = w.pseudonym
            where w.epoch_id = e.id and m.site_id = e.site_id and m.is_active)""",
    "intake_published": """
        select id, site_id, story_id, root_id, edition, text, name, lang, slot,
            edit_kind, edited_clause
        from published_comments where removal is null""",
}

# A decision is not shown before the release that made it final (`sites.released_slot`). The text is
# shown once it is published: until then it is encrypted under a cell, which the intake cannot read.
RECEIPT_STATUS: Final = """
    select c.site_id, c.story_id,
        case when c.state in ('withdrawn', 'lost') then c.state
            when d.id is null then 'pending' else c.state end as state,
        d.clause, d.edit_kind, d.note,
        p.text, p.name, p.lang, p.slot, p.removal_clause,
        (select max(w.request_kind) from receipts copies
            join withdrawal_requests w on w.receipt_hash = copies.hash
            where copies.idempotency_hash = r.idempotency_hash) as withdrawal_request
    from receipts r
    join comments c on c.idempotency_hash = r.idempotency_hash
    join sites s on s.id = c.site_id
    left join decisions d on d.comment_id = c.id and d.undoes_id is null and c.state <> 'lost'
        and d.slot <= s.released_slot and d.slot = c.decided_slot
        and not exists (select 1 from decisions u where u.undoes_id = d.id)
    left join published_comments p on p.id = c.id and p.removal is null
    where r.hash = :hash
    order by case d.verdict when 'remove' then 0 else 1 end
    limit 1"""

_FUNCTION: Final = """
    create function receipt_status(hash bytea) returns table (
        site_id text, story_id text, state text, clause text, edit_kind text, note text,
        text text, name text, lang text, slot bigint, removal_clause text, withdrawal_request text)
    language sql stable security definer set search_path = {schema}, pg_temp
    as $body$ {body} $body$"""


def recreate(conn: Connection) -> None:
    """Drop and create all of them, in the caller's transaction."""
    if conn.dialect.name != "sqlite":
        conn.execute(sa.text("drop function if exists receipt_status(bytea)"))
    for name, body in VIEWS.items():
        conn.execute(sa.text(f"drop view if exists {name}"))
        conn.execute(sa.text(f"create view {name} as {body}"))
    if conn.dialect.name != "sqlite":
        schema = conn.execute(sa.text("select current_schema()")).scalar_one()
        body = RECEIPT_STATUS.replace(":hash", "$1").replace("%", "%%")
        conn.exec_driver_sql(_FUNCTION.format(schema=schema, body=body))
        conn.execute(sa.text("revoke all on function receipt_status(bytea) from public"))
