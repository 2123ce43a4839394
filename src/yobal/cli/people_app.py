"""Reads the arguments of `yobal people …`."""

from typing import Annotated

import typer

from yobal.cli import terminal
from yobal.cli.options import DEFAULT_CONFIG, Config

app = typer.Typer(no_args_is_help=True, help="List moderators, suspend one, and resume.")

Name = Annotated[str, typer.Argument(help="A pseudonym, as `yobal people list` prints it.")]


@app.command("list", epilog="Example: yobal people list")
def list_members(config: Config = DEFAULT_CONFIG) -> None:
    """List every member: role, open sessions, and whether suspended."""
    from yobal.cli import commands

    for line in commands.people_list(config):
        terminal.show(line)


@app.command("suspend", epilog="Example: yobal people suspend Egret")
def suspend(name: Name, config: Config = DEFAULT_CONFIG) -> None:
    """End a moderator's sessions and refuse sign-in, until a lead removes them or lifts it."""
    from yobal.cli import commands

    for line in commands.people_suspend(config, name):
        terminal.show(line)


@app.command("resume", epilog="Example: yobal people resume Egret")
def resume(name: Name, config: Config = DEFAULT_CONFIG) -> None:
    """Let a suspended moderator sign in again."""
    from yobal.cli import commands

    terminal.show(commands.people_resume(config, name))
