"""Put into tables what commands have to say."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ..currencies import currency_digits
from ..demo import truth_file
from ..terminal import as_money, as_text, count
from .run import Outcome, summarise

if TYPE_CHECKING:
    from ..commission.plans import PlanCheck
    from ..errors import GateStopped
    from ..ingest.landing import LeftFile
    from ..ingest.stage import ExportOutcome
    from ..publish.records import Publication
    from ..terminal import Terminal
    from .held import HeldFile, HeldRows
    from .stages import Work
    from .statement import Overview, Statement

_HELD_SHOWN = 10


def show_outcome(terminal: Terminal, outcome: Outcome) -> None:
    """Show what a run has done."""
    terminal.give(summarise(outcome))
    terminal.table(f"niaga {outcome.verb}", ["", "result"], _outcome_rows(outcome))
    show_held(terminal, outcome.held_files, ())
    if outcome.work.ingested is not None:
        show_left(terminal, outcome.work.ingested.left)
        _show_not_read_again(terminal, outcome.work.ingested.not_read_again)
        changed = [
            [export.file_name, change.column, change.detail]
            for export in outcome.work.ingested.outcomes
            for change in export.changes
        ]
        show_layout_changes(terminal, "file", changed)
    for report in outcome.work.checked:
        failed = [
            [result.table_name, result.expectation, result.unexpected_rows]
            for result in report.failed_warning
        ]
        if failed:
            title = f"Warnings of the {report.stage} gate, published with the data"
            terminal.table(title, ["table", "expectation", "rows"], failed)


def _show_not_read_again(terminal: Terminal, exports: tuple[ExportOutcome, ...]) -> None:
    if exports:
        title = _title("Not read again: what was loaded before still counts", len(exports))
        told = [[export.file_name, export.part, export.reason] for export in exports[:_HELD_SHOWN]]
        terminal.table(title, ["file", "part", "reason"], told)


def show_layout_changes(terminal: Terminal, where: str, changed: list[list[Any]]) -> None:
    """Show what is new in the layout of exports, where anything is."""
    if changed:
        title = "Columns that are not as they were"
        terminal.table(title, [where, "column", "what is new"], changed)


def show_demo(terminal: Terminal, outcome: Outcome) -> None:
    """Show where to look after the demo, and what to try next."""
    workspace = outcome.work.workspace
    marts = workspace.published / "current" / "all" / "marts.duckdb"
    terminal.table(
        "Where to look",
        ["what", "where"],
        [
            ["the marts, for any DuckDB client", marts],
            ["the same as Parquet", marts.parent],
            ["rows that were held back, with reasons", workspace.quarantine],
            ["files that were held back, with reasons", workspace.rejected],
            ["how the exports are read", workspace.sources_folder],
            ["how commission is calculated", workspace.plans_folder],
            ["what is true, to compare the marts with", truth_file(workspace.root)],
        ],
    )
    terminal.say("What to try next")
    terminal.say(f"  cd {workspace.root}")
    terminal.say("  niaga status                what is fresh, what is held back, what was checked")
    terminal.say("  niaga statement             what everyone is paid in the last period")
    terminal.say("  niaga nightly               run again: nothing is loaded or paid twice")
    terminal.say("  niaga plan check            after you have changed a plan")


def show_gate(terminal: Terminal, stopped: GateStopped) -> None:
    """Show which critical expectations failed, and the rows that they failed on."""
    for result in stopped.report.failed_critical:
        terminal.complain(
            f"  {result.table_name}: {result.expectation}: {_rows(result.unexpected_rows)}, "
            f"observed {result.observed}"
        )
        for row in result.sample:
            told = ", ".join(f"{name} {as_text(value)}" for name, value in row.items())
            terminal.complain(f"    {told}")


def _rows(number: int | None) -> str:
    return "rows unknown" if number is None else count(number, "row")


def show_held(terminal: Terminal, files: tuple[HeldFile, ...], rows: tuple[HeldRows, ...]) -> None:
    """Show what is held back, and why."""
    if files:
        told = [[file.file_name, file.status, file.reason] for file in files[:_HELD_SHOWN]]
        title = (
            "Files held back, of all runs: land what the waiting ones lack; mend the others and"
            " land them again, or take them out of rejected/"
        )
        terminal.table(_title(title, len(files)), ["file", "status", "reason"], told)
    if rows:
        counted = [
            [held.feed, held.column, held.reason, held.rows, held.example]
            for held in rows[:_HELD_SHOWN]
        ]
        columns = ["feed", "column", "reason", "rows", "for example"]
        title = "Rows held back, of all runs: `niaga quarantine` corrects or drops them"
        terminal.table(_title(title, len(rows)), columns, counted)


def show_left(terminal: Terminal, files: tuple[LeftFile, ...]) -> None:
    """Show what stays in landing/, and why."""
    if files:
        told = [[file.file_name, file.reason, file.since] for file in files[:_HELD_SHOWN]]
        columns = ["file", "reason", "last changed (UTC)"]
        terminal.table(_title("Left in landing/", len(files)), columns, told)


def show_statement(terminal: Terminal, statement: Statement) -> None:
    """Show one participant's statement with its lines."""
    terminal.give(asdict(statement))
    digits = currency_digits(statement.currency)
    who = (
        f"{statement.name} ({statement.participant_id})"
        if statement.name
        else statement.participant_id
    )
    amounts = [
        [name.removesuffix("_amount").replace("_", " "), as_money(statement.totals[name], digits)]
        for name in ("earned_amount", "adjustment_amount", "payable_amount")
    ]
    paid_currency = statement.totals.get("paid_currency")
    if paid_currency is not None and paid_currency != statement.currency:
        paid = as_money(statement.totals["paid_amount"], currency_digits(paid_currency))
        amounts.append(["paid", f"{paid} {paid_currency}"])
    title = f"Statement of {who} for {statement.period}, in {statement.currency}"
    _money_table(terminal, title, ["", "amount"], amounts)
    components = [
        [
            row["component_id"],
            as_money(row["measure_amount"], digits),
            as_money(row["quota_amount"], digits),
            _percent(row["attainment"]),
            as_money(row["commission_amount"], digits),
            row["reason"],
        ]
        for row in statement.components
    ]
    columns = ["component", "measure", "quota", "attainment", "commission", "remark"]
    _money_table(terminal, "Components", columns, components)
    corrections = [
        [row["earned_period"], row["component_id"], row["reason"], as_money(row["amount"], digits)]
        for row in statement.corrections
    ]
    if corrections:
        columns = ["earned in", "component", "reason", "amount"]
        _money_table(terminal, "Corrections of earlier periods", columns, corrections)
    lines = [
        [
            row["transaction_date"],
            row["transaction_id"],
            row["component_id"],
            row["line_kind"],
            as_money(row["credited_amount"], digits),
            _percent(row["rate"]),
            as_money(row["commission_amount"], digits),
        ]
        for row in statement.lines
    ]
    columns = ["date", "transaction", "component", "kind", "credited", "rate", "commission"]
    title = f"Lines ({len(lines):,} of {statement.lines_in_all:,}; more with --lines)"
    _money_table(terminal, title, columns, lines)


def show_overview(terminal: Terminal, overview: Overview) -> None:
    """Show what everyone is paid in a period."""
    terminal.give(asdict(overview))
    rows = [
        [
            row["participant_id"],
            row["name"],
            row["period"],
            as_money(row["earned_amount"], currency_digits(row["currency"])),
            as_money(row["adjustment_amount"], currency_digits(row["currency"])),
            as_money(row["payable_amount"], currency_digits(row["currency"])),
            row["currency"],
        ]
        for row in overview.statements
    ]
    columns = ["participant", "name", "period", "earned", "adjusted", "payable", "currency"]
    _money_table(terminal, f"Statements for {', '.join(overview.periods)}", columns, rows)


def show_publication(terminal: Terminal, publication: Publication, was: str | None) -> None:
    """Show which publication readers see after a rollback."""
    terminal.give({**asdict(publication), "was": was})
    terminal.say(f"Readers see {publication.publication_id} again, as of {publication.as_of}.")
    terminal.say(f"Before: {was}. It is kept; `niaga rollback {was}` puts it back.")


def show_plans(terminal: Terminal, checked: list[PlanCheck]) -> None:
    """Show the plans that were checked, with their warnings."""
    terminal.give({"plans": [asdict(plan) for plan in checked]})
    rows = [
        [
            plan.plan_id,
            str(plan.version),
            str(plan.components),
            "; ".join(plan.warnings) or "no warnings",
        ]
        for plan in checked
    ]
    columns = ["plan", "version", "components", "remarks"]
    terminal.table("Plans that niaga understands", columns, rows)


def _posted(work: Work, digits: int, currency: str) -> str:
    told = f"{count(work.posted, 'posting')} to the ledger"
    if work.posted and work.built is not None:
        told += f", {as_money(work.built.pending_amount, digits)} {currency} in all"
    return told


def _outcome_rows(outcome: Outcome) -> list[list[str]]:
    work, summary = outcome.work, summarise(outcome)
    digits, currency = work.workspace.currency_digits, work.workspace.settings.currency
    rows = []
    if work.ingested is not None:
        files = summary["ingested"]["files"]
        told = ", ".join(f"{count(files[status], 'file')} {status}" for status in sorted(files))
        loaded = count(work.ingested.rows_loaded, "row")
        rows.append(["ingested", f"{loaded}; {told or 'no files have landed'}"])
        held = count(work.ingested.rows_held, "row")
        files = count(len(outcome.held_files), "file")
        rows.append(["held back", f"{held} of this run; {files} of all runs, up to now"])
    if work.built is not None:
        amount = as_money(work.built.commission_amount, digits)
        people = count(work.built.participants, "participant")
        rows.append(["calculated", f"{amount} {currency} of commission for {people}"])
    if work.is_posting:
        rows.append(["posted", _posted(work, digits, currency)])
    if work.checked:
        checked = summary["checked"]
        met = checked["expectations"] - checked["failed_critical"] - checked["failed_warning"]
        told = f"{met:,} of {count(checked['expectations'], 'expectation')} met"
        rows.append(["checked", f"{told}, {count(checked['failed_warning'], 'warning')}"])
    if work.publication is not None:
        tables, total = len(work.publication.rows), sum(work.publication.rows.values())
        told = f"{count(tables, 'table')}, {count(total, 'row')}: {work.publication.publication_id}"
        rows.append(["published", told])
    rows.append(["took", f"{outcome.seconds:,.1f} s"])
    return rows


def _money_table(terminal: Terminal, title: str, columns: list[str], rows: list[list[Any]]) -> None:
    numbers = {"amount", "measure", "quota", "attainment", "commission", "credited", "rate"}
    numbers |= {"earned", "adjusted", "payable"}
    terminal.table(title, columns, rows, numbers=numbers)


def _percent(share: Any) -> str:
    return "" if share is None else f"{share * 100:,.2f}%"


def _title(title: str, count: int) -> str:
    if count <= _HELD_SHOWN:
        return title
    return f"{title} (first {_HELD_SHOWN} of {count:,}; --json has all)"
