"""Reads the arguments of `yobal story …`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from yobal.cli import terminal
from yobal.cli.interrupts import explaining_interrupts
from yobal.cli.options import DEFAULT_CONFIG, Config

app = typer.Typer(no_args_is_help=True, help="Declare, change, open, close and remove stories.")

StoryId = Annotated[str, typer.Argument(help="1 to 128 of A-Z a-z 0-9 . _ ~ -")]
IsConfirmed = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


@app.command(
    epilog="Example: yobal story add ferry-2026 --edition en --title 'Ferry workers' "
    "--url https://news.example/en/ferry"
)
def add(
    story_id: StoryId = "",
    edition: Annotated[str, typer.Option(help="Its language tag, such as km.")] = "",
    title: Annotated[str, typer.Option(help="The headline in that language.")] = "",
    url: Annotated[str, typer.Option(help="The URL of the story.")] = "",
    file: Annotated[
        Path | None,
        typer.Option("--from", help="Declare many: a file of JSON lines, or - for standard input."),
    ] = None,
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Declare an edition of a story, or many, and write the empty threads at once."""
    values = {"STORY_ID": story_id, "--edition": edition, "--title": title, "--url": url}
    if file is not None and any(values.values()):
        raise typer.BadParameter("a file names its own stories: use --from FILE alone")
    missing = [name for name, value in values.items() if not value]
    if file is None and missing:
        raise typer.BadParameter(f"missing: {', '.join(missing)} (or --from FILE)")
    from yobal.cli import story_commands

    if file is not None:
        terminal.show(story_commands.add_many(config, file, show=_show_progress))
    else:
        terminal.show(story_commands.add(config, story_id, edition=edition, title=title, url=url))


@app.command(
    epilog="Example: yobal story sync https://news.example/sitemap.xml --edition en --dry-run"
)
def sync(
    source: Annotated[
        str, typer.Argument(help="The URL of RSS, Atom or a sitemap; or a file; or -.")
    ],
    edition: Annotated[
        str, typer.Option(help="The language tag of pages whose language it does not say.")
    ] = "",
    id_from: Annotated[
        str, typer.Option(help="Make ids from url (its last part) or from guid.")
    ] = "url",
    id_pattern: Annotated[
        str, typer.Option(help="A regular expression; its group is the id.")
    ] = "",
    close_after: Annotated[
        int | None,
        typer.Option(min=1, max=3650, help="New stories close so many days after publication."),
    ] = None,
    is_dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be declared.")
    ] = False,
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Declare the stories of a feed or a sitemap, and write their threads. Safe to repeat."""
    if id_from not in ("url", "guid"):
        raise typer.BadParameter("--id-from takes url or guid")
    import re

    from yobal.cli import story_sync, sync_plan

    if edition and not sync_plan.is_edition(edition):
        raise typer.BadParameter(f"--edition {edition} is not a language tag such as km or en")
    try:
        pattern = re.compile(id_pattern) if id_pattern else None
    except re.error as error:
        raise typer.BadParameter(f"--id-pattern is not a regular expression: {error}") from None
    plan = sync_plan.PlanOptions(
        edition=edition,
        id_from="guid" if id_from == "guid" else "url",
        id_pattern=pattern,
    )
    options = story_sync.SyncOptions(plan=plan, close_after_days=close_after, is_dry_run=is_dry_run)
    with explaining_interrupts(
        "nothing was declared"
        if is_dry_run
        else "what was declared stays declared, and the same command does the rest"
    ):
        done = story_sync.sync(config, source, options, say=terminal.show, warn=_show_progress)
    terminal.show(done)


@app.command(epilog="Example: yobal story close ferry-2026")
def close(story_id: StoryId, config: Config = DEFAULT_CONFIG) -> None:
    """Accept no more comments on a story from now on; published comments stay."""
    from yobal.cli import story_commands

    terminal.show(story_commands.set_open(config, story_id, is_open=False))


@app.command("open", epilog="Example: yobal story open ferry-2026")
def open_(story_id: StoryId, config: Config = DEFAULT_CONFIG) -> None:
    """Accept comments on a closed story again, without an end."""
    from yobal.cli import story_commands

    terminal.show(story_commands.set_open(config, story_id, is_open=True))


@app.command(
    "set",
    epilog="Example: yobal story set ferry-2026 --closes 2026-12-01T18:00 "
    "--edition en --question 'Do you take the ferry?'",
)
def set_(
    story_id: StoryId,
    closes: Annotated[
        str | None,
        typer.Option(
            help="Close with the first slot from this time on, in the site's zone; never."
        ),
    ] = None,
    edition: Annotated[
        str | None, typer.Option(help="The edition of the texts, if it has several.")
    ] = None,
    question: Annotated[
        str | None, typer.Option(help="A question above the form; empty: none.")
    ] = None,
    note: Annotated[str | None, typer.Option(help="A note above the thread; empty: none.")] = None,
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Say when a story closes, ask a question above the form, pin a note above the thread."""
    if closes is question is note is None:
        raise typer.BadParameter("missing: --closes, --question or --note")
    from yobal.cli import story_commands

    changes = story_commands.SetOptions(
        closes=closes, edition=edition, question=question, note=note
    )
    terminal.show(story_commands.change(config, story_id, changes))


@app.command(
    "list", epilog="Example: yobal story list --json | jq -r 'select(.is_open) | .story_id'"
)
def list_(
    config: Config = DEFAULT_CONFIG,
    is_json: Annotated[
        bool, typer.Option("--json", help="One JSON object on each line, for programs.")
    ] = False,
) -> None:
    """List every story: open or closed, number of comments, editions."""
    from yobal.cli import story_commands

    for line in story_commands.list_as_json(config) if is_json else story_commands.list_all(config):
        terminal.show(line)


@app.command(epilog="Example: yobal story rename ferry ferry-2026")
def rename(
    story_id: StoryId,
    new_id: Annotated[str, typer.Argument(help="The new id, which no story has.")],
    is_confirmed: IsConfirmed = False,
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Give a closed story another id, and with it all its pages another address."""
    from yobal.cli import story_commands

    _ask(story_commands.describe_rename(config, story_id, new_id), is_confirmed=is_confirmed)
    terminal.show(story_commands.rename(config, story_id, new_id))


@app.command(epilog="Example: yobal story remove ferry-2026 --edition fr")
def remove(
    story_id: StoryId,
    edition: Annotated[
        str | None, typer.Option(help="Remove only this edition of a closed story.")
    ] = None,
    is_confirmed: IsConfirmed = False,
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Remove a story with all its comments, or one edition of it."""
    from yobal.cli import story_commands

    _ask(story_commands.describe_removal(config, story_id, edition), is_confirmed=is_confirmed)
    terminal.show(story_commands.remove(config, story_id, edition))


def _ask(consequences: list[str], *, is_confirmed: bool) -> None:
    """Say what goes, and go on only if that is confirmed. Raises UnsupportedEnvironment."""
    for line in consequences:
        terminal.show(line, err=True)
    if is_confirmed:
        return
    if not sys.stdin.isatty():
        from yobal.core.errors import UnsupportedEnvironment

        raise UnsupportedEnvironment("nothing was changed: this is not a terminal, so add --yes")
    if not typer.confirm("Go on?", err=True):
        terminal.show("Nothing was changed.", err=True)
        raise typer.Exit(1)


def _show_progress(line: str) -> None:
    terminal.show(line, err=True)
