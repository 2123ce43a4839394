"""Says in one sentence why a database cannot be used, and what to do. Never with any of its content.

A driver's own message may hold a statement's values, so only its code is used. PostgreSQL sends no
code while a connection is made; its message then names only host, role and database.
"""

from typing import Final, TypeGuard

from sqlalchemy.exc import DBAPIError

# SQLite's primary result codes (https://www.sqlite.org/rescode.html).
_SQLITE: Final = {
    1: "its tables do not fit this version of Yobal: run `yobal doctor`",
    5: "another program has locked it: stop that program, or try again",
    6: "another program has locked it: stop that program, or try again",
    8: "it is read-only: look at the owner and the mode of the file, and how its disk is mounted",
    10: "its disk cannot be read or written: look at the disk, and at the system's log",
    11: "the file is damaged: stop Yobal and restore a backup",
    13: "the disk is full: free some space there, and Yobal continues by itself",
    14: "the file cannot be opened: look at the owner and the mode of the file and of its folder, and"
    " how its disk is mounted",
    26: "the file is not a database of SQLite: restore a backup, or correct the settings",
}
_OLD_SERVER: Final = (
    "the server does not know what Yobal asks for: it has to be PostgreSQL 15 or newer"
)
# PostgreSQL's codes, or the first two characters of a class of them.
_SQLSTATES: Final = {
    "53100": "the disk of the database server is full: free some space there",
    "53300": "the server has no connection left: stop other programs, or raise `max_connections`",
    "53": "the server has run out of memory or of another resource: look at its log",
    "55P03": "another session has locked it: end that session, or try again",
    "40": "another session has locked it: end that session, or try again",
    "57": "the server is starting or shutting down: wait, or start it",
    "25006": "the server accepts no writes: it is a standby, or set to read-only",
    "42501": "the role lacks a right: run `yobal grant-intake ROLE`, or name the owner's role",
    "42601": _OLD_SERVER,  # syntax
    "42883": _OLD_SERVER,  # a function that it does not have
    "42": "its tables do not fit this version of Yobal: run `yobal doctor`",
    "58": "the server cannot read or write its disk: look at its log",
    "XX": "the server reports damaged data: look at its log",
}
_NOT_RUNNING: Final = "no server answers at this host and port: start it, or correct the settings"
_STARTING: Final = _SQLSTATES["57"]
# Parts of the messages with which a connection fails, for a server that speaks English.
_CONNECTION: Final = {
    "password authentication failed": "the role or its password is wrong: correct the settings",
    "no password supplied": "the server asks for a password: add it to the settings",
    "Peer authentication failed": "the role needs a password, or a user of the same name",
    "pg_hba.conf": "the server's pg_hba.conf does not let this role in from here",
    "role ": "there is no such role: create it, or correct the settings",
    "database ": "there is no database of this name: create it, or correct the settings",
    "resolve host": "there is no host of this name: correct the settings",
    "translate host": "there is no host of this name: correct the settings",
    "the database system is": _STARTING,
    "too many": _SQLSTATES["53300"],
    "remaining connection slots": _SQLSTATES["53300"],
    "Connection refused": _NOT_RUNNING,
    "No such file or directory": _NOT_RUNNING,
    "No route to host": _NOT_RUNNING,
    "unreachable": _NOT_RUNNING,
    "timeout": _NOT_RUNNING,
    "timed out": _NOT_RUNNING,
}
_MISSING: Final = "does not exist"  # in the two messages that begin with a kind of name
_LOST: Final = "the server has ended the connection: check that it is running"
_OTHER: Final = "it failed for a reason that Yobal does not know: look at the database's own log"


def is_of_database(error: Exception) -> TypeGuard[DBAPIError]:
    """Whether a driver raised it, so that `explain` can say why."""
    return isinstance(error, DBAPIError)


def explain(error: DBAPIError) -> str:
    """A sentence without any content of the database."""
    return f"the database cannot be used: {_reason(error)}"


def _reason(error: DBAPIError) -> str:
    driver_error = error.orig
    sqlite_code = getattr(driver_error, "sqlite_errorcode", None)
    if sqlite_code is not None:
        return _SQLITE.get(sqlite_code & 0xFF, _OTHER)
    sqlstate = getattr(driver_error, "sqlstate", None)
    if sqlstate:
        return _SQLSTATES.get(sqlstate) or _SQLSTATES.get(sqlstate[:2], _OTHER)
    message = str(driver_error)
    for part, reason in _CONNECTION.items():
        if part in message and (not part.endswith(" ") or _MISSING in message):
            return reason
    return _LOST if error.connection_invalidated else _OTHER
