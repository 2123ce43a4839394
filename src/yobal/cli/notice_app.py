"""Reads the arguments of `yobal notice …`."""

import sys

import typer

from yobal.cli import terminal
from yobal.cli.options import DEFAULT_CONFIG, Config

app = typer.Typer(
    no_args_is_help=True, help="Tell the newsroom that something is waiting or has failed."
)


@app.command("test", epilog="Example: yobal notice test")
def send_test(config: Config = DEFAULT_CONFIG) -> None:
    """Send a test to every address, and say which were reached. Exits with 1 if an address was not reached."""
    from yobal.cli import notice_commands

    lines, is_ok = notice_commands.send_test(config)
    for line in lines:
        terminal.show(line)
    sys.exit(0 if is_ok else 1)


@app.command("send", epilog="Example: yobal notice send --config /srv/yobal/yobal.toml")
def send(config: Config = DEFAULT_CONFIG) -> None:
    """Send what is due now, for a timer. `yobal serve` does this unless notice_process is "command"."""
    from yobal.cli import notice_commands

    terminal.show(notice_commands.send(config))
