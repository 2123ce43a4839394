"""The entry point: reads the arguments of commands, and reports every error as one sentence and exit code 1."""

import contextlib
import errno
import os
import pwd
import sys
from pathlib import Path
from typing import Annotated, Final, NoReturn

import typer

from yobal.cli import data_app, notice_app, people_app, story_app, terminal
from yobal.cli.interrupts import explaining_interrupts
from yobal.cli.options import DEFAULT_CONFIG, Config
from yobal.server.hardening import allocators

HARDENED: Final = ("serve", "demo", "desk")  # they hold readers' words in memory
# Options of development versions, so that the error can give the new name.
RENAMED_OPTIONS: Final = {
    ("init", "--site"): "--site-id",
    ("init", "--again"): "--new-epoch",
    ("release", "--clock-is-right"): "--trust-clock",
}

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # a traceback with locals would print readers' words
    help="Reader comments for newsrooms whose readers can be punished for what they write.",
)
app.add_typer(data_app.app)  # no name, so `yobal backup`
app.add_typer(story_app.app, name="story")
app.add_typer(people_app.app, name="people")
app.add_typer(notice_app.app, name="notice")


def _print_version(is_asked: bool) -> None:
    if is_asked:
        from yobal import __version__

        terminal.show(f"yobal {__version__}")
        raise typer.Exit


@app.callback()
def options(
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Options of `yobal` itself, before a command."""


def main() -> None:
    """The entry point of `yobal`."""
    command = sys.argv[1] if len(sys.argv) > 1 else ""
    is_serving = command in HARDENED and "--help" not in sys.argv
    if is_serving:
        allocators.reexec(sys.argv[1:])
    try:
        _run(command)
    except SystemExit as end:
        if is_serving and isinstance(end.code, int):
            _end_process(end.code)
        raise


def _end_process(exit_code: int) -> NoReturn:
    """End a process that has served, without Python's own end.

    Python's own end would stop a thread of the HTTP server in the middle of a request. That thread is
    Rust, which aborts the process then (SIGABRT), so a service manager would report a failed stop.
    """
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:  # as it is if the process began without one
            with contextlib.suppress(OSError):  # a closed pipe: there is no reader to tell
                stream.flush()
    os._exit(exit_code)


def _run(command: str) -> NoReturn:
    """Run the command of `sys.argv`. Always ends in SystemExit, with the exit code."""
    from yobal.adapters import error_reporting
    from yobal.core import errors
    from yobal.store import failures

    try:
        _refuse_renamed_options(command, sys.argv[2:])
        app(prog_name="yobal")
    except errors.NoSuchStory as error:  # its text is only the id
        terminal.show(f"yobal: there is no story {error}; `yobal story list` lists them", err=True)
    except errors.YobalError as error:
        terminal.show(f"yobal: {str(error) or type(error).__doc__}", err=True)
    except OSError as error:
        text = f"{error.filename or 'the system'}: {error.strerror or type(error).__name__}{_advice(error)}"
        terminal.show(f"yobal: {text}", err=True)
    except Exception as error:  # noqa: BLE001  # a traceback could hold readers' words
        if failures.is_of_database(error):
            terminal.show(f"yobal: {failures.explain(error)}", err=True)
        else:
            error_reporting.report(error)
    sys.exit(1)


def _advice(error: OSError) -> str:
    """What to do about an error of the file system, with the colon before it."""
    match error.errno:
        case errno.EACCES | errno.EPERM if error.filename is not None:
            return (
                f": the command runs as the user {_user_name()}, who may not do this: correct owner and"
                " mode, and run it again"
            )
        case errno.EROFS:
            return ": mount it so that it can be written; in a unit, ReadWritePaths= must name it"
        case errno.ENOSPC | errno.EDQUOT:
            return ": free disk space, and run the command again"
    return ""


def _user_name() -> str:
    user_id = os.geteuid()
    try:
        return pwd.getpwuid(user_id).pw_name
    except KeyError:
        return str(user_id)


def _refuse_renamed_options(command: str, arguments: list[str]) -> None:
    from yobal.core.errors import InvalidSettings

    for argument in arguments:
        option = argument.partition("=")[0]
        new_option = RENAMED_OPTIONS.get((command, option))
        if new_option is not None:
            raise InvalidSettings(
                f"{option} is not an option of `yobal {command}`; it is now {new_option}"
            )


def _edition_name(option: str) -> tuple[str, str]:
    """The value of `--name-in`: `km=NAME`."""
    from yobal.core.errors import InvalidSettings

    tag, equals, name = option.partition("=")
    if not equals:
        raise InvalidSettings(f"--name-in {option}: it takes TAG=NAME, for example km=NAME")
    return tag, name


@app.command(
    epilog="Examples: yobal init; yobal init --site-id river-post --name 'The River Post' "
    "--site-url https://news.example/ --public-url https://comments.example "
    "--desk-url https://desk.example:8443 --time-zone Asia/Phnom_Penh"
)
def init(
    config: Config = DEFAULT_CONFIG,
    site_id: Annotated[
        str, typer.Option(help="A short name for addresses, such as river-post.")
    ] = "",
    name: Annotated[str, typer.Option(help="The name of the newsroom.")] = "",
    edition_names: Annotated[
        list[str] | None,
        typer.Option("--name-in", help="Its name in one edition, such as km=NAME. Repeatable."),
    ] = None,
    site_url: Annotated[
        str, typer.Option(help="The URL of your front page; its pages may then show the comments.")
    ] = "",
    public_url: Annotated[str, typer.Option(help="The URL of the comments for readers.")] = "",
    desk_url: Annotated[str, typer.Option(help="The URL of the desk for moderators.")] = "",
    time_zone: Annotated[str, typer.Option(help="For example Asia/Phnom_Penh.")] = "",
    database: Annotated[
        str,
        typer.Option(
            help="postgresql://USER@HOST/NAME. Other users see a password in it: write it into the file."
        ),
    ] = "",
    intake_database: Annotated[str, typer.Option(help="The same, as the intake's role.")] = "",
    is_new_epoch: Annotated[
        bool, typer.Option("--new-epoch", help="Make a new first lead and a new epoch.")
    ] = False,
) -> None:
    """Set up a newsroom, and print the one-time link for its first lead.

    On a terminal it asks for what is missing; elsewhere it needs --site-id and --name, and asks nothing.
    """
    from yobal.cli import commands
    from yobal.cli.new_settings_file import NewSettings

    new_settings: NewSettings = {
        "site_id": site_id,
        "site_name": name,
        "site_names": dict(_edition_name(option) for option in edition_names or ()),
        "site_url": site_url,
        "public_url": public_url,
        "desk_url": desk_url,
        "time_zone": time_zone,
        "database": database,
        "intake_database": intake_database,
    }
    try:
        for line in commands.init(config, new_settings, is_new_epoch=is_new_epoch):
            terminal.show(line)
    except typer.Abort:
        terminal.show("\nstopped: nothing was written", err=True)
        sys.exit(130)


@app.command(epilog="Examples: yobal serve; yobal serve intake --config /srv/yobal/yobal.toml")
def serve(
    role: Annotated[
        str, typer.Argument(help="intake (for readers) or desk (for moderators). Default: both.")
    ] = "",
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Serve readers and moderators until stopped."""
    from yobal.cli import commands

    commands.serve(config, role)


@app.command(epilog="Examples: yobal release; yobal release --trust-clock")
def release(
    config: Config = DEFAULT_CONFIG,
    is_clock_trusted: Annotated[
        bool, typer.Option("--trust-clock", help="Trust the clock, however far it has moved.")
    ] = False,
) -> None:
    """Release what is due now. The desk does this by itself; use it while the desk is stopped."""
    from yobal.cli import commands

    terminal.show(commands.release(config, is_clock_trusted=is_clock_trusted))


@app.command(
    epilog="Examples: yobal doctor --quiet; yobal doctor --page https://news.example/en/ferry"
)
def doctor(
    config: Config = DEFAULT_CONFIG,
    page: Annotated[
        str, typer.Option(help="Look at this page of a story instead of this machine.")
    ] = "",
    is_quiet: Annotated[
        bool, typer.Option("--quiet", help="Print only what failed, for a timer that mails it.")
    ] = False,
) -> None:
    """Check for anything that breaks a promise, and say what to do. Exits with 1 if a check fails."""
    from yobal.cli import commands

    lines, is_ok = (
        commands.doctor_page(config, page, is_quiet=is_quiet)
        if page
        else commands.doctor(config, is_quiet=is_quiet)
    )
    for line in lines:
        terminal.show(line)
    sys.exit(0 if is_ok else 1)


@app.command(epilog="Example: yobal status --json")
def status(
    config: Config = DEFAULT_CONFIG,
    is_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    is_quiet: Annotated[
        bool, typer.Option("--quiet", help="Print only what needs attention, for a timer.")
    ] = False,
) -> None:
    """Show waiting comments, the last release and round, disk, keys and pages. Exits with 1 if something needs attention."""
    from yobal.cli import status_report

    lines, is_ok = status_report.report(config, is_json=is_json, is_quiet=is_quiet)
    for line in lines:
        terminal.show(line)
    sys.exit(0 if is_ok else 1)


@app.command(
    epilog="Examples: yobal roster; "
    "yobal roster --accept 3f2a 91c4 08de 77b1 5a6c e2f0 b943 1d58 --lead Heron"
)
def roster(
    fingerprint: Annotated[
        list[str] | None,
        typer.Argument(help="With --accept: of the first statement, as a lead reads it out."),
    ] = None,
    is_accepted: Annotated[
        bool,
        typer.Option("--accept", help="Believe the roster that the database has, after a restore."),
    ] = False,
    lead: Annotated[
        str,
        typer.Option(help="With --accept: who confirms the members, if what is missing is lost."),
    ] = "",
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Show who is a member, and the fingerprints of the roster. Exits with 1 if it does not verify."""
    if is_accepted != bool(fingerprint) or (lead and not is_accepted):
        raise typer.BadParameter(
            "--accept takes the fingerprint of the first statement, as a lead reads it out"
        )
    from yobal.cli import commands

    typed = " ".join(fingerprint or ())
    lines, is_ok = commands.roster(config, accepted_fingerprint=typed, lead=lead)
    for line in lines:
        terminal.show(line)
    sys.exit(0 if is_ok else 1)


@app.command("self-test", epilog="Example: yobal self-test")
def self_test(config: Config = DEFAULT_CONFIG) -> None:
    """Attack a scratch newsroom with these settings, and say what an observer learned.

    Exits with 1 if an attack succeeds.
    """
    from yobal.self_test import run

    with explaining_interrupts("its scratch newsroom is deleted, and nothing else was changed"):
        is_ok = run(config, show=terminal.show)
    sys.exit(0 if is_ok else 1)


@app.command(epilog="Example: yobal desk --of https://desk.example")
def desk(
    url: Annotated[str, typer.Option("--of", help="The address of the newsroom's desk.")],
    port: Annotated[int, typer.Option(help="A port of this computer.", min=1, max=65535)] = 8610,
) -> None:
    """On a moderator's own computer: the desk from this copy of Yobal instead of the server's."""
    from yobal.local_desk import run

    run.run(url, port=port, show=terminal.show)


@app.command(
    "desk-hash", epilog="Examples: yobal desk-hash; yobal desk-hash --of https://desk.example"
)
def desk_hash(
    url: Annotated[
        str, typer.Option("--of", help="Compare with what the desk at this address sends.")
    ] = "",
    is_list: Annotated[
        bool, typer.Option("--list", help="Print the hash of each file, as sha256sum does.")
    ] = False,
) -> None:
    """Print the hash of the desk's files, which the release notes name. Exits with 1 if a server sends others."""
    from yobal.cli import desk_commands

    lines, is_ok = desk_commands.desk_hash(url=url, is_list=is_list)
    for line in lines:
        terminal.show(line)
    sys.exit(0 if is_ok else 1)


@app.command("grant-intake", epilog="Example: yobal grant-intake yobal_intake")
def grant_intake(
    database_role: Annotated[str, typer.Argument(help="An existing PostgreSQL role.")],
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Give a PostgreSQL role exactly the rights that the intake needs."""
    from yobal.cli import commands

    terminal.show(commands.grant_intake(config, database_role))


@app.command(epilog="Examples: yobal demo --port 9000; yobal demo --reset")
def demo(
    folder: Annotated[Path, typer.Option(help="The folder for its data.")] = Path("demo-data"),
    port: Annotated[
        int, typer.Option(help="The port for readers; the desk uses the next one.")
    ] = 8600,
    reset: Annotated[
        bool, typer.Option("--reset", help="Delete its data, and do not start.")
    ] = False,
) -> None:
    """Start a newsroom to try out: a story in two languages, pending comments, a desk. Local only."""
    from yobal.demo import run

    if reset:
        run.reset(folder)
    else:
        run.run(folder, port)
