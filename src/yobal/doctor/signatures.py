"""Whether members have signed the held and the published comments exactly as the database has them."""

from yobal.actions import release, verify_published
from yobal.actions.roster_reader import RosterReader
from yobal.actions.verify_published import PublishedFaults
from yobal.adapters.cell_file import CellFile
from yobal.adapters.moves_file import MovesFile
from yobal.doctor.finding import Finding, fail, ok_if
from yobal.doctor.rosters import ReadOnlyPin
from yobal.server.settings import Settings
from yobal.store.database import Database
from yobal.store.migrations import current_revision, newest_revision


def examine(settings: Settings) -> list[Finding]:
    rules, cell_file = (
        settings.rules(),
        CellFile(settings.cells_file, cells_min=settings.cells_min),
    )
    roster_reader = RosterReader(settings.site_id, ReadOnlyPin(settings.secrets_dir))
    database = Database(settings.database_url)
    try:
        with database.reading() as conn:
            if current_revision(conn) != newest_revision():
                return []  # the check of the schema says what to do
            held = release.count_refused(conn, cell_file, rules, roster_reader)
        published = verify_published.count_faults(
            database, rules, roster_reader, MovesFile(settings.secrets_dir).read()
        )
    finally:
        database.close()
    return [
        ok_if(
            not held,
            "members have approved every held comment",
            f"{held} accepted comments carry no valid signature of a member, so they are not released: "
            "see DecisionNotAuthentic in docs/trouble.md",
        ),
        _published_finding(published),
    ]


def _published_finding(published: PublishedFaults) -> Finding:
    check = "members have approved what is published"
    if published.unverified:
        return fail(
            check,
            f"{published.unverified} published comments differ from what a member has signed: see "
            "`yobal rebuild` in docs/trouble.md, which hides them",
        )
    return ok_if(
        not published.withheld,
        check,
        f"{published.withheld} published comments are approved and not shown, for example after a restore: "
        "run `yobal rebuild`, which shows them",
    )
