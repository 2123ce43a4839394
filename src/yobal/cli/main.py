"""Commands: thin, each a few calls to what the newsroom can do. Errors are one sentence, exit 1."""

import sys
from pathlib import Path
from typing import Annotated, Final

import typer

from yobal.server.hardening import allocators

HARDENED: Final = ("serve", "demo")  # what holds readers' words in memory

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # a traceback with locals would print readers' words
    help="Reader comments for newsrooms whose readers can be punished for what they write.",
)
story_app = typer.Typer(no_args_is_help=True, help="Declare, open and close stories.")
app.add_typer(story_app, name="story")

Config = Annotated[Path, typer.Option("--config", envvar="YOBAL_CONFIG", help="The settings.")]
DEFAULT_CONFIG: Final = Path("yobal.toml")


def main() -> None:
    """The entry point of `yobal`."""
    if len(sys.argv) > 1 and sys.argv[1] in HARDENED and "--help" not in sys.argv:
        allocators.reexec(sys.argv[1:])
    from yobal.adapters import error_reporting
    from yobal.core import errors

    named = (errors.NoSuchStory, errors.DatabaseUnavailable, errors.PublicFilesUnavailable)
    try:
        app(prog_name="yobal")
    except named as error:  # they carry a name, not a sentence
        typer.echo(f"yobal: {type(error).__doc__} ({error})", err=True)
    except errors.YobalError as error:
        typer.echo(f"yobal: {str(error) or type(error).__doc__}", err=True)
    except OSError as error:
        typer.echo(f"yobal: {error.filename or 'the system'}: {error.strerror}", err=True)
    except Exception as error:  # noqa: BLE001  # a traceback could hold readers' words
        error_reporting.report(error)
    else:
        return
    sys.exit(1)


@app.command()
def init(
    config: Config = DEFAULT_CONFIG,
    site_id: Annotated[str, typer.Option(help="Short name in addresses, such as river-post.")] = "",
    name: Annotated[str, typer.Option(help="The newsroom's name.")] = "",
    public_url: Annotated[str, typer.Option(help="Where readers reach the comments.")] = "",
    desk_url: Annotated[str, typer.Option(help="Where moderators reach the desk.")] = "",
    time_zone: Annotated[str, typer.Option(help="Such as Asia/Phnom_Penh.")] = "",
    is_new_epoch: Annotated[
        bool, typer.Option("--new-epoch", help="A new first lead and epoch.")
    ] = False,
) -> None:
    """Set a newsroom up, and print the one-time link for its first lead."""
    from yobal.cli import commands

    given = {
        "site_id": site_id,
        "site_name": name,
        "public_url": public_url,
        "desk_url": desk_url,
        "time_zone": time_zone,
    }
    for line in commands.init(config, given, is_new_epoch=is_new_epoch):
        typer.echo(line)


@app.command()
def serve(
    face: Annotated[str, typer.Argument(help="intake, desk, or nothing for both.")] = "",
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Serve readers and moderators until told to stop."""
    from yobal.cli import commands

    commands.serve(config, face)


@story_app.command("add")
def story_add(
    key: Annotated[str, typer.Argument(help="1 to 128 of A-Z a-z 0-9 . _ ~ -")],
    edition: Annotated[str, typer.Option(help="Language tag, such as km.")],
    title: Annotated[str, typer.Option(help="The headline in that language.")],
    url: Annotated[str, typer.Option(help="Where the story stands.")],
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Declare an edition of a story; the empty thread is written at once."""
    from yobal.cli import commands

    typer.echo(commands.story_add(config, key, edition=edition, title=title, url=url))


@story_app.command("close")
def story_close(key: str, config: Config = DEFAULT_CONFIG) -> None:
    """Take no more comments under a story; what is published stays."""
    from yobal.cli import commands

    typer.echo(commands.story_set_open(config, key, is_open=False))


@story_app.command("open")
def story_open(key: str, config: Config = DEFAULT_CONFIG) -> None:
    """Take comments again."""
    from yobal.cli import commands

    typer.echo(commands.story_set_open(config, key, is_open=True))


@story_app.command("list")
def story_list(config: Config = DEFAULT_CONFIG) -> None:
    """Every story: open or closed, editions, how many comments."""
    from yobal.cli import commands

    for line in commands.story_list(config):
        typer.echo(line)


@app.command()
def release(
    config: Config = DEFAULT_CONFIG,
    clock_is_right: Annotated[
        bool, typer.Option("--trust-clock", help="Believe it, however far it has leapt.")
    ] = False,
) -> None:
    """Release what is due, now. The desk does it by itself; this is for a stopped one."""
    from yobal.cli import commands

    typer.echo(commands.release(config, is_clock_trusted=clock_is_right))


@app.command()
def rebuild(config: Config = DEFAULT_CONFIG) -> None:
    """Write every public file again from the database."""
    from yobal.cli import commands

    typer.echo(commands.rebuild(config))


@app.command()
def doctor(config: Config = DEFAULT_CONFIG) -> None:
    """Check what breaks promises, and say how to mend it. Exit 1 if something does."""
    from yobal.cli import commands

    lines, is_well = commands.doctor(config)
    for line in lines:
        typer.echo(line)
    sys.exit(0 if is_well else 1)


@app.command("grant-intake")
def grant_intake(
    role: Annotated[str, typer.Argument(help="An existing PostgreSQL role.")],
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Give a PostgreSQL role exactly the rights of the intake."""
    from yobal.cli import commands

    typer.echo(commands.grant_intake(config, role))


@app.command()
def demo(
    folder: Annotated[Path, typer.Option(help="Where its state is kept.")] = Path("demo-data"),
    port: Annotated[int, typer.Option(help="Readers; the desk has the next one.")] = 8600,
    reset: Annotated[bool, typer.Option("--reset", help="Forget it, and do not start.")] = False,
) -> None:
    """A newsroom to touch: a story in two languages, comments that wait, a desk. Loopback only."""
    from yobal.demo import run

    if reset:
        run.reset(folder)
    else:
        run.run(folder, port)
