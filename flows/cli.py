"""The command `niaga`: one short function for each verb, imports only when needed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, NoReturn

import typer

EXIT_CODES = """\
Exit codes: 0 done; 1 a fault of ours; 2 wrong use; 3 a gate stopped the run and nothing was
published; 4 done, but a whole file is held back (`niaga status` says which and why)."""


def _examples(*lines: str) -> str:
    # The mark keeps the help from joining the lines.
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)


app = typer.Typer(
    name="niaga",
    help="From a company's exports to marts and commission that it can pay people from.",
    epilog=_examples("niaga demo", "niaga init my-company --currency IDR", "niaga nightly")
    + "\n\n"
    + EXIT_CODES,
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
plan = typer.Typer(
    help="Look after commission plans.",
    epilog=_examples("niaga plan check"),
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(plan, name="plan")
quarantine = typer.Typer(
    help="Look after records that are held back: list, correct, drop.",
    epilog=_examples(
        "niaga quarantine list",
        "niaga quarantine export erp_sales held.csv",
        "niaga quarantine correct erp_sales held.csv",
    ),
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(quarantine, name="quarantine")

WorkspaceOption = Annotated[
    Path | None,
    typer.Option(
        "--workspace", "-w", metavar="DIR",
        help="The company's folder. Default: found upwards from the current folder.",
    ),
]  # fmt: skip
SourceArgument = Annotated[str, typer.Argument(help="Name of the source.")]
HeldFileArgument = Annotated[
    Path,
    typer.Argument(metavar="FILE", help="CSV file that `niaga quarantine export` has written."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Answer with one JSON document.")]


@app.command(epilog=_examples("niaga demo", "niaga demo --workspace /tmp/demo --lines 20000"))
def demo(
    workspace: Annotated[
        Path | None,
        typer.Option(
            "--workspace", "-w", metavar="DIR",
            help="Where to make it: an empty folder or an earlier demo, which starts over. "
            "Default: niaga-demo.",
        ),
    ] = None,
    lines: Annotated[
        int, typer.Option(min=2_000, help="About how many order lines to invent.")
    ] = 200_000,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Run a night on an invented company.

    Makes its workspace with 24 months of exports, some of them faulty on purpose.
    """
    from .operate import commands

    _end(commands.demo(as_json, workspace, lines))


@app.command(
    epilog=_examples(
        "niaga init my-company --currency IDR --time-zone Asia/Jakarta",
        'niaga init . --company "PT Maju" --currency IDR',
    )
)
def init(
    currency: Annotated[str, typer.Option(help="The company's currency: IDR, USD, EUR.")],
    folder: Annotated[
        Path | None, typer.Argument(help="Where to make it. Default: the current folder.")
    ] = None,
    company: Annotated[
        str | None, typer.Option(help="The company's name. Default: the folder's.")
    ] = None,
    time_zone: Annotated[str, typer.Option(help="Zone of the sources' local time.")] = "UTC",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a workspace.

    Writes settings, folders, an example source and an example plan.
    """
    from .operate import commands

    _end(commands.init(as_json, folder or workspace, company, currency, time_zone))


@app.command(
    epilog=_examples(
        "niaga ingest",
        "niaga ingest --workspace my-company --json",
        "niaga ingest --again erp_sales",
    )
)
def ingest(
    again: Annotated[
        str | None,
        typer.Option(
            "--again", metavar="SOURCE",
            help="Read the archived exports of this source again, after it has changed.",
        ),
    ] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Take in the files that have landed.

    Faulty rows and files are held back with their reasons. With --again nothing is taken from
    landing/: what was loaded of one source is read anew, and so are its files in rejected/.
    """
    from .operate import commands

    if again is None:
        _end(commands.plain(as_json, workspace, "ingest"))
    _end(commands.ingest_again(as_json, workspace, again))


@app.command(
    name="check",
    epilog=_examples(
        "niaga check sales sales_2026-01.csv",
        "niaga check shop orders_a.csv details_a.csv",
        "niaga check sales export.csv --part lines",
    ),
)
def check_source(
    source: Annotated[str, typer.Argument(help="Name of the source to try.")],
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="An export, one for each part.")
    ],
    part: Annotated[
        str | None, typer.Option(help="Which part a file is that no pattern takes.")
    ] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Try a source with a file; load nothing.

    Shows the rows that each feed would get, and what would be held back. Exits with 4 when the
    file would be rejected.
    """
    from .operate import commands

    _end(commands.check_source(as_json, workspace, source, files, part))


@app.command(
    epilog=_examples(
        "niaga onboard penjualan_2026-01.csv",
        "niaga onboard orders.csv order_lines.csv --source shop --write",
        "niaga onboard people.xlsx --feed participant",
    )
)
def onboard(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Exports of one source.")],
    source: Annotated[
        str | None, typer.Option(help="What to call the source. Default: after the files.")
    ] = None,
    feed: Annotated[
        str | None, typer.Option(help="The feed to fill. Default: the one that fits best.")
    ] = None,
    write: Annotated[
        bool, typer.Option("--write", help="Write sources/NAME.yml, if there is none.")
    ] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Propose a source for files that are new.

    Shows its YAML, how the rows would be mapped, and what is unsure or missing. Exits with 4 when
    the proposal has to be completed, or the files would be rejected.
    """
    from .operate import commands

    _end(commands.onboard(as_json, workspace, files, source, feed, write))


@app.command(epilog=_examples("niaga build", "niaga build --workspace my-company"))
def build(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Build, check and publish the marts.

    From what was taken in already; nothing is posted to the ledger.
    """
    from .operate import commands

    _end(commands.plain(as_json, workspace, "build"))


@app.command(
    epilog=_examples("niaga nightly", "30 1 * * *  niaga nightly --workspace /srv/company")
)
def nightly(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Ingest, build, check, post and publish.

    Posts what is owed to the ledger; a second run posts nothing.
    """
    from .operate import commands

    _end(commands.nightly(as_json, workspace))


@app.command(
    epilog=_examples(
        "niaga serve",
        "niaga serve --workspace /srv/company --port 4300",
        "PREFECT_API_URL=https://prefect.example.com/api niaga serve",
    )
)
def serve(
    host: Annotated[
        str, typer.Option(help="Address on which the Prefect server listens.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Its port; 0: any.")] = 4200,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Run by itself: files in, marts out, nights at their time.

    Starts a Prefect server with its pages on this machine, or uses the one that PREFECT_API_URL
    names. Takes in what lands, refreshes the marts, runs the night at `nightly_at` of niaga.yml.
    Stops on SIGTERM or Ctrl-C when what runs has ended; a second one stops it at once.
    """
    from .operate import commands

    _end(commands.serve(as_json, workspace, host, port))


@app.command(
    epilog=_examples(
        "niaga status", "niaga status --json", "niaga status --page", "niaga status --prometheus"
    )
)
def status(
    as_page: Annotated[
        bool, typer.Option("--page", help="Write it as status.html in the workspace.")
    ] = False,
    as_prometheus: Annotated[
        bool, typer.Option("--prometheus", help="Give its figures as Prometheus text.")
    ] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show how the workspace is.

    Last run, publication, feeds, which sources are late or of unusual volume, what is held back and
    why, checks, and how the last runs went.
    """
    from .operate import commands

    _end(commands.status(as_json, workspace, as_page=as_page, as_prometheus=as_prometheus))


@app.command(
    epilog=_examples("niaga notify --test", "15 7 * * *  niaga notify --workspace /srv/company")
)
def notify(
    is_trial: Annotated[
        bool, typer.Option("--test", help="Send a trial to each target instead.")
    ] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell what is late, held back or unusual by now.

    Each run does so in its end; this is for the hours between. A target in niaga.yml is told of
    each thing once. Exits with 1 when a target can't be reached.
    """
    from .operate import commands

    _end(commands.notify(as_json, workspace, is_trial=is_trial))


@app.command(
    epilog=_examples(
        "niaga statement",
        "niaga statement R017",
        "niaga statement R017 --period 2026-10 --lines 50",
    )
)
def statement(
    participant: Annotated[
        str | None, typer.Argument(help="Id or name of a participant. Default: everyone's totals.")
    ] = None,
    period: Annotated[
        str | None, typer.Option(help="Like 2026-10 or 2026-Q4. Default: the last one.")
    ] = None,
    lines: Annotated[int, typer.Option(min=0, help="How many lines to show.")] = 20,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what participants are paid.

    Reads the published marts: one participant's statement with its lines, or everyone's totals.
    """
    from .operate import commands

    _end(commands.statement(as_json, workspace, participant, period, lines))


@app.command(
    epilog=_examples(
        "niaga explain SO-1001 # all lines of an order",
        "niaga explain SO-1001 --participant R017 --json",
    )
)
def explain(
    line: Annotated[str, typer.Argument(help="An order, a transaction or a commission_line_id.")],
    participant: Annotated[
        str | None, typer.Option(help="Id or name: only the lines of this participant.")
    ] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Explain an amount of commission.

    From the amount to the tier, quota and credit behind it, down to the file and row of the sale.
    """
    from .operate import commands

    _end(commands.explain_line(as_json, workspace, line, participant))


@app.command(epilog=_examples("niaga publish", "niaga publish --workspace my-company"))
def publish(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Publish a finished build by hand.

    Checks its marts again first. Builds and nights publish by themselves.
    """
    from .operate import commands

    _end(commands.plain(as_json, workspace, "publish"))


@app.command(
    epilog=_examples(
        "niaga rollback",
        'niaga rollback 20261031T014500123456-9f3a1c --reason "wrong price list"',
    )
)
def rollback(
    publication: Annotated[
        str | None, typer.Argument(help="Which one. Default: the one before the current.")
    ] = None,
    reason: Annotated[str, typer.Option(help="Why, for the audit log.")] = "",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put an earlier publication back.

    `niaga status` lists those that are kept.
    """
    from .operate import commands

    _end(commands.rollback(as_json, workspace, publication, reason))


@app.command(epilog=_examples("niaga doctor", "niaga doctor --quick --json"))
def doctor(
    quick: Annotated[
        bool, typer.Option("--quick", help="Look whether files are there, and hash none.")
    ] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Look whether all is well, and change nothing.

    Disk, versions, rights, clock, sources and plans, state database, every file that results rest
    on. Exits with 1 when something is broken; warnings exit with 0.
    """
    from .operate import commands

    _end(commands.doctor(as_json, workspace, quick))


@app.command(
    epilog=_examples(
        "niaga backup /mnt/backups", "0 4 * * *  niaga backup /mnt/backups --workspace /srv/company"
    )
)
def backup(
    target: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where the backup is put.")],
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Back the workspace up while it works.

    One file with all that can't be built again, read through after it was written. The marts are
    not in it: `niaga build` makes them.
    """
    from .operate import commands

    _end(commands.back_up(as_json, workspace, target))


@app.command(
    name="restore",
    epilog=_examples(
        "niaga restore company-20261031T040000Z.tar.zst --workspace company-again",
        "niaga restore company.tar.zst -w new --state postgresql://niaga@db.example.com/new",
    ),
)
def restore_backup(
    file: Annotated[Path, typer.Argument(metavar="BACKUP", help="File made by `niaga backup`.")],
    state: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Another state database, written into niaga.yml: an empty one, of either kind.",
        ),
    ] = None,
    workspace: Annotated[
        Path | None,
        typer.Option(
            "--workspace", "-w", metavar="DIR",
            help="Where to: a new or empty folder. Default: the current folder.",
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Make a workspace of a backup.

    Every file's hash is compared. Nothing is restored over something. `niaga build` then brings the
    marts back.
    """
    from .operate import commands

    _end(commands.restore(as_json, workspace, file, state))


@app.command(epilog=_examples("niaga prune", "niaga prune --yes"))
def prune(
    yes: Annotated[bool, typer.Option("--yes", help="Remove it. Default: only show it.")] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what nothing needs any more, or remove it.

    By the days of `retention` in niaga.yml. What counts, and the ledger, are never touched.
    """
    from .operate import commands

    _end(commands.prune(as_json, workspace, yes))


@plan.command(epilog=_examples("niaga plan check", "niaga plan check --workspace my-company"))
def check(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Check all plans.

    Tells mistakes with file, line and field, and what is legal but odd.
    """
    from .operate import commands

    _end(commands.check_plans(as_json, workspace))


@plan.command(epilog=_examples("niaga plan show field-sales", "niaga plan show field-sales --json"))
def show(
    plan_id: Annotated[str, typer.Argument(metavar="PLAN", help="Its `plan:`.")],
    version: Annotated[int | None, typer.Option(help="Default: the newest.")] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print a plan in full.

    With every default that its file leaves unsaid, as a file of its own could say it.
    """
    from .operate import commands

    _end(commands.show_plan(as_json, workspace, plan_id, version))


@quarantine.command(
    name="list",
    epilog=_examples("niaga quarantine list", "niaga quarantine list --source erp_sales --json"),
)
def list_held(
    source: Annotated[str | None, typer.Option(help="Only this source. Default: all.")] = None,
    limit: Annotated[int, typer.Option(min=0, help="How many faults to show.")] = 50,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the records that are held back.

    With file, row, column, value and reason; and what was dropped by hand, and why.
    """
    from .operate import commands

    _end(commands.quarantine(as_json, workspace, source, limit))


@quarantine.command(name="export", epilog=_examples("niaga quarantine export erp_sales held.csv"))
def export_held(
    source: SourceArgument,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV file to write.")],
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write held records as CSV, to correct them.

    They have the columns of their own export, as text. Open the file so that its columns stay text:
    a spreadsheet may rewrite dates and numbers.
    """
    from .operate import commands

    _end(commands.export_held(as_json, workspace, source, file))


@quarantine.command(epilog=_examples("niaga quarantine correct erp_sales held.csv"))
def correct(
    source: SourceArgument,
    file: HeldFileArgument,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take corrected records back.

    They are read in the place of the faulty ones, as their source reads them. Records left as they
    were stay held. Exits with 2, and changes nothing, when the file does not fit what is held.
    """
    from .operate import commands

    _end(commands.amend_held(as_json, workspace, source, file, "correction", None))


@quarantine.command(
    epilog=_examples('niaga quarantine drop erp_sales held.csv --reason "test orders"')
)
def drop(
    source: SourceArgument,
    file: HeldFileArgument,
    reason: Annotated[str, typer.Option(help="Why; it is kept.")],
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Drop all records of a file.

    They count as dropped, no longer as held. `niaga quarantine restore` undoes it.
    """
    from .operate import commands

    _end(commands.amend_held(as_json, workspace, source, file, "drop", reason))


@quarantine.command(
    epilog=_examples('niaga quarantine restore erp_sales --reason "read otherwise now"')
)
def restore(
    source: SourceArgument,
    reason: Annotated[str, typer.Option(help="Why, for the audit log.")],
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Undo all corrections and drops of a source.

    Its records are read as their exports have them, and what is faulty is held again.
    """
    from .operate import commands

    _end(commands.restore_held(as_json, workspace, source, reason))


def _end(exit_code: int) -> NoReturn:
    raise typer.Exit(exit_code)


def main() -> None:
    """Run the command line."""
    app(prog_name="niaga")
