"""What the public side may look at: views without secrets, and the answer to one receipt.

Made anew after every migration, so that they always fit the tables.
"""

from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

VIEWS: Final = {
    "intake_site": """
        select s.site, s.name, s.is_demo, s.released_slot, e.epoch, e.recipient
        from sites s left join epochs e on e.site = s.site
            and e.number = (select max(n.number) from epochs n where n.site = s.site)""",
    "intake_stories": "select site, story, is_open from stories",
    "intake_editions": "select site, story, edition, title, url from editions",
    "intake_waiting": "select site, story from comments where state = 'pending'",
    # Waits for nobody: no active moderator holds its epoch's key. From the few epochs to their
    # comments (`cross join` keeps that order on SQLite), so that it costs nothing where all is well.
    "intake_unreadable": """
        select c.site, c.story from epochs e
        cross join comments c
        where c.site = e.site and c.epoch = e.epoch and c.state = 'pending' and not exists (
            select 1 from wraps w join moderators m on m.pseudonym = w.pseudonym
            where w.epoch = e.epoch and m.site = e.site and m.is_active)""",
    "intake_letters": """
        select id, site, story, root, edition, text, name, lang, slot
        from letters where gone is null""",
}

# Nothing of a decision shows before the release that made it final (`sites.released_slot`).
RECEIPT_STATUS: Final = """
    select c.site, c.story,
        case when c.state = 'withdrawn' then c.state
            when d.decision is null then 'pending' else c.state end as state,
        d.clause, d.kind, d.note,
        coalesce(l.text, h.text) as text, coalesce(l.name, h.name) as name,
        coalesce(l.lang, h.lang) as lang, l.slot as slot, l.gone_clause
    from receipts r
    join comments c on c.once = r.once
    join sites s on s.site = c.site
    left join decisions d on d.comment = c.id and d.undoes is null and d.slot <= s.released_slot
        and d.slot = c.decided_slot
        and not exists (select 1 from decisions u where u.undoes = d.decision)
    left join letters l on l.id = c.id and l.gone is null
    left join held_texts h on h.comment = c.id and d.decision is not null
    where r.hash = :hash
    order by case d.verdict when 'remove' then 0 else 1 end
    limit 1"""

_FUNCTION: Final = """
    create function receipt_status(hash bytea) returns table (
        site text, story text, state text, clause text, kind text, note text,
        text text, name text, lang text, slot bigint, gone_clause text)
    language sql stable security definer set search_path = {schema}, pg_temp
    as $body$ {body} $body$"""


def recreate(conn: Connection) -> None:
    """Drop and create all of them, inside the caller's transaction."""
    if conn.dialect.name != "sqlite":
        conn.execute(sa.text("drop function if exists receipt_answer(bytea)"))
    for name, body in VIEWS.items():
        conn.execute(sa.text(f"drop view if exists {name}"))
        conn.execute(sa.text(f"create view {name} as {body}"))
    if conn.dialect.name != "sqlite":
        schema = conn.execute(sa.text("select current_schema()")).scalar_one()
        body = RECEIPT_STATUS.replace(":hash", "$1").replace("%", "%%")
        conn.exec_driver_sql(_FUNCTION.format(schema=schema, body=body))
        conn.execute(sa.text("revoke all on function receipt_answer(bytea) from public"))
