"""PostgreSQL's functions for the intake's role: the one that writes, and two that read.

They run with the owner's rights, and are created again after every migration.
"""

from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from yobal.core.receipts import COPIES_MAX
from yobal.store.inbox_entries import COMMENT, COPY, RECEIPT, REQUEST_KINDS
from yobal.store.sql_views import RECEIPT_STATUS

# A comment that is in the tables or in this half already is not added again, but its sender gets a
# receipt of their own while the comment may have more. `SqliteInbox` does the same.
_ADD_TO_INBOX: Final = f"""
    declare
        turn boolean := (select half from inbox_turn);
        copies bigint;
    begin
        for i in 1 .. coalesce(array_length(keys, 1), 0) loop
            is_new := false;
            has_receipt := false;
            copies := null;
            if kinds[i] = '{COMMENT}' then
                select count(r.hash) into copies from comments c
                    left join receipts r on r.idempotency_hash = c.idempotency_hash
                    where c.idempotency_hash = keys[i] group by c.id;
            end if;
            if copies is null then
                insert into inbox values (turn, kinds[i], keys[i], story_ids[i], contents[i])
                    on conflict do nothing;
                is_new := found;
                copies := 1;
            end if;
            if receipt_hashes[i] is not null then
                has_receipt := is_new;
                while not has_receipt and copies < {COPIES_MAX} loop
                    insert into inbox values
                        (turn, '{COPY}', keys[i] || set_byte('\\x00', 0, copies::integer), '', '')
                        on conflict do nothing;
                    has_receipt := found;
                    copies := copies + 1;
                end loop;
                if has_receipt then
                    insert into inbox values (turn, '{RECEIPT}', receipt_hashes[i], story_ids[i],
                        receipt_contents[i]) on conflict do nothing;
                end if;
            end if;
            return next;
        end loop;
    end"""
_KINDS: Final = ", ".join(f"'{kind}'" for kind in (RECEIPT, *REQUEST_KINDS))
_FIND_IN_INBOX: Final = (
    f"select kind, key, story_id, content from inbox where kind in ({_KINDS}) and key = any(hashes)"
)
_ADD_ARGUMENTS: Final = (
    "kinds text[], keys bytea[], story_ids text[], contents bytea[],"
    " receipt_hashes bytea[], receipt_contents bytea[]"
)
_STATUS_COLUMNS: Final = (
    "site_id text, story_id text, state text, clause text, edit_kind text, feedback bytea,"
    " sealed_note bytea, comment_id text, verdict text, envelope_hash text, publication_hash text,"
    " feedback_hash text, head text, signing_key text, signature bytea,"
    " text text, name text, lang text, slot bigint, removal_clause text,"
    " is_hidden boolean, is_withheld boolean,"
    " withdrawal_request text"
)

# The arguments of each, what it returns, and its body.
_FUNCTIONS: Final = {
    "add_to_inbox": (
        _ADD_ARGUMENTS,
        "is_new boolean, has_receipt boolean",
        "language plpgsql volatile",
        _ADD_TO_INBOX,
    ),
    "find_in_inbox": (
        "hashes bytea[]",
        "kind text, key bytea, story_id text, content bytea",
        "language sql stable",
        _FIND_IN_INBOX,
    ),
    "receipt_status": (
        "receipt_hash bytea, inbox_idempotency_hash bytea",
        _STATUS_COLUMNS,
        "language sql stable",
        RECEIPT_STATUS.replace(":hash", "$1").replace(":idempotency_hash", "$2"),
    ),
}
NAMES: Final = tuple(_FUNCTIONS)


def drop(conn: Connection) -> None:
    """None exists on SQLite."""
    if conn.dialect.name != "sqlite":
        for name in NAMES:
            conn.execute(sa.text(f"drop function if exists {name}"))


def recreate(conn: Connection) -> None:
    """Drop and create all of them, in the caller's transaction. No role may call them yet."""
    drop(conn)
    if conn.dialect.name == "sqlite":
        return
    schema = conn.execute(sa.text("select quote_ident(current_schema())")).scalar_one()
    for name, (arguments, columns, language, body) in _FUNCTIONS.items():
        conn.exec_driver_sql(
            f"create function {name}({arguments}) returns table ({columns}) {language}"
            f" security definer set search_path = {schema}, pg_temp"
            f" as $body$ {body.replace('%', '%%')} $body$"
        )
        conn.exec_driver_sql(f"revoke all on function {name} from public")
