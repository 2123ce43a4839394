"""Reads the arguments of the commands that copy or rewrite the whole site: backups, imports, exports, upgrades, public files."""

from pathlib import Path
from typing import Annotated

import typer

from yobal.cli import terminal
from yobal.cli.interrupts import explaining_interrupts
from yobal.cli.options import DEFAULT_CONFIG, Config

app = typer.Typer()


@app.command(epilog="Example: yobal backup")
def backup(config: Config = DEFAULT_CONFIG) -> None:
    """Write a backup for a key that is elsewhere, while Yobal runs."""
    from yobal.cli import commands

    with explaining_interrupts(
        "this backup was not finished, and older ones are as they were; `yobal backup` makes another"
    ):
        for line in commands.backup(config):
            terminal.show(line)


@app.command(
    epilog="Examples: "
    "yobal restore river-post-2026-11-27T0430Z.yobal.age --identity backup-key.txt --check; "
    "yobal restore river-post-2026-11-27T0430Z.yobal.age --identity backup-key.txt "
    "--secrets river-post-secrets.age"
)
def restore(
    identity: Annotated[
        Path, typer.Option("--identity", help="The file that `age-keygen` wrote, with the key.")
    ],
    file: Annotated[
        Path | None, typer.Argument(help="What `yobal backup` wrote; none for the secrets alone.")
    ] = None,
    secrets_file: Annotated[
        Path | None, typer.Option("--secrets", help="SITE-secrets.age from beside the backup.")
    ] = None,
    is_check: Annotated[
        bool, typer.Option("--check", help="Only read it, and say whether it is whole.")
    ] = False,
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Bring a backup back into an empty database, and write the public files."""
    if file is None and (secrets_file is None or is_check):
        raise typer.BadParameter("name the file of a backup, or --secrets for its secrets alone")
    from yobal.cli import commands

    for line in commands.restore(
        config, file, identity_file=identity, secrets_file=secrets_file, is_check=is_check
    ):
        terminal.show(line)


@app.command(
    "import",
    epilog="Examples: yobal import disqus river-post-2026-11-27.xml.gz --names keep; "
    "yobal import csv old.csv --names drop --column text=Body --column time=Date --write",
)
def import_(
    format_: Annotated[
        str,
        typer.Argument(metavar="FORMAT", help="disqus, wordpress, isso, remark42, csv or jsonl."),
    ],
    file: Annotated[Path, typer.Argument(help="What the other system exported.")],
    names: Annotated[str, typer.Option(help="keep: show the names that authors gave; drop: none.")],
    is_written: Annotated[
        bool, typer.Option("--write", help="Do it. Without this, only say what would be done.")
    ] = False,
    source: Annotated[
        str,
        typer.Option(
            help="A name for where the file comes from, if two files have the same format."
        ),
    ] = "",
    edition: Annotated[
        str, typer.Option(help="Declare missing stories, in the edition with this language tag.")
    ] = "",
    base_url: Annotated[
        str, typer.Option(help="What goes before addresses that are only a path.")
    ] = "",
    time_zone: Annotated[
        str, typer.Option(help="Of times that name no zone; else the site's own.")
    ] = "",
    columns: Annotated[
        list[str] | None,
        typer.Option("--column", help="For CSV: what a column is called, NAME=TITLE. Repeatable."),
    ] = None,
    report: Annotated[
        Path | None, typer.Option(help="Write each skipped line with its reason to this file.")
    ] = None,
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Bring comments in from another system. Safe to repeat, and to stop with Ctrl-C."""
    from yobal.cli import import_commands

    import_commands.check_request(format_, names, edition)
    request = import_commands.ImportRequest(
        format=format_,
        file=file,
        names="keep" if names == "keep" else "drop",
        source=source,
        edition=edition,
        base_url=base_url,
        time_zone=time_zone,
        columns=tuple(columns or ()),
        report=report,
        is_written=is_written,
    )
    with explaining_interrupts(
        "what was read is stored, and the same command goes on from there"
        if is_written
        else "nothing was written"
    ):
        for line in import_commands.run_import(config, request, warn=_warn):
            terminal.show(line)


@app.command(
    epilog="Examples: yobal export jsonl river-post.jsonl.gz; yobal export archive river-post.zip; "
    "yobal export wordpress > river-post.xml"
)
def export(
    format_: Annotated[
        str, typer.Argument(metavar="FORMAT", help="jsonl, wordpress, csv or archive.")
    ],
    file: Annotated[
        Path | None,
        typer.Argument(help="Where to write it; packed if it ends with .gz. Else standard output."),
    ] = None,
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Write everything that is public to a file: for Yobal, for other systems, or as pages without a server."""
    from yobal.cli import export_commands

    export_commands.check_request(format_, file)
    with explaining_interrupts("nothing was written"):
        _warn(str(export_commands.run_export(config, format_, file)))


@app.command(
    epilog="Example, after a new version is installed and before it is started: yobal upgrade --check"
)
def upgrade(
    config: Config = DEFAULT_CONFIG,
    is_check: Annotated[
        bool,
        typer.Option("--check", help="Only say what would change; exits with 1 if anything would."),
    ] = False,
    is_without_backup: Annotated[
        bool, typer.Option("--without-backup", help="Change the database without a backup of it.")
    ] = False,
) -> None:
    """Bring the database to this version's schema, after a backup. `yobal serve` does the same."""
    from yobal.cli import upgrade_commands

    if is_check:
        lines, is_newest = upgrade_commands.check(config)
    else:
        lines = upgrade_commands.run(config, with_backup=not is_without_backup)
        is_newest = True
    for line in lines:
        terminal.show(line)
    raise typer.Exit(0 if is_newest else 1)


@app.command(epilog="Example: yobal rebuild")
def rebuild(config: Config = DEFAULT_CONFIG) -> None:
    """Write every public file again from the database, and delete all other files in its folder."""
    from yobal.cli import commands

    with explaining_interrupts(
        "some public files may be old or missing until `yobal rebuild` has run again to its end"
    ):
        terminal.show(commands.rebuild(config))


def _warn(line: str) -> None:
    terminal.show(line, err=True)
