"""Read statements from the published marts: what is paid, and the lines behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import UsageError
from .published_marts import Row, open_marts, select

if TYPE_CHECKING:
    import duckdb

    from ..workspace import Workspace


@dataclass(frozen=True)
class Statement:
    """One participant's pay for one period."""

    participant_id: str
    name: str | None
    period: str
    currency: str
    totals: Row
    components: list[Row]
    corrections: list[Row]
    lines: list[Row]
    lines_in_all: int


@dataclass(frozen=True)
class Overview:
    """Everyone's statements of one period, or of the last one of each pay calendar."""

    periods: tuple[str, ...]
    currencies: tuple[str, ...]
    statements: list[Row]


def read_statement(
    workspace: Workspace, participant: str, period: str | None, limit: int
) -> Statement:
    """Read one participant's statement, of the last period when none is named."""
    with open_marts(workspace) as marts:
        participant_id, name = _find_participant(marts, participant)
        totals = _find_totals(marts, participant_id, period)
        chosen = [participant_id, totals["period"]]
        lines = select(marts, _LINES, [*chosen, limit])
        in_all = marts.execute(
            "select count(*) from commission.commission_line "
            "where participant_id = $1 and period = $2 and payee = 'participant'",
            chosen,
        ).fetchall()[0][0]
        return Statement(
            participant_id=participant_id,
            name=name,
            period=totals["period"],
            currency=totals["currency"],
            totals=totals,
            components=select(marts, _COMPONENTS, chosen),
            corrections=select(marts, _CORRECTIONS, chosen),
            lines=lines,
            lines_in_all=in_all,
        )


def read_overview(workspace: Workspace, period: str | None) -> Overview:
    """Read what everyone is paid in a period, the last ones when none is named."""
    with open_marts(workspace) as marts:
        _choose_period(_periods(marts, None), period, "there are no statements yet")
        statements = select(marts, _OVERVIEW, [period])
    return Overview(
        tuple(sorted({row["period"] for row in statements})),
        tuple(sorted({row["currency"] for row in statements})),
        statements,
    )


_OVERVIEW = """
    select
        statement.participant_id, person.name, period, earned_amount, adjustment_amount,
        payable_amount, statement.currency
    from commission.statement
    left join (select participant_id, name from core.participant where is_current) as person
        using (participant_id)
    where case
        when $1 is not null then period = $1
        -- A month and the quarter that it is in are both the last period, each of its calendar.
        else period_end >= (select max(period_start) from commission.statement)
    end
    order by payable_amount desc, participant_id, period
"""
_COMPONENTS = """
    select
        plan_id, component_id, measure_amount, quota_amount, attainment, commission_amount,
        currency, reason
    from commission.commission_summary
    where participant_id = $1 and period = $2 and payee = 'participant'
    order by plan_id, component_id, window_start
"""
_CORRECTIONS = """
    select earned_period, component_id, reason, sum(amount) as amount, count(*) as postings
    from commission.ledger
    where participant_id = $1 and posting_period = $2 and earned_period <> posting_period
    group by all
    order by all
"""
_LINES = """
    select
        commission_line_id, transaction_date, transaction_id, component_id, line_kind, credit_share,
        credited_amount, rate, commission_amount
    from commission.commission_line
    where participant_id = $1 and period = $2 and payee = 'participant'
    order by transaction_date, transaction_id, commission_line_id
    limit $3
"""


def _find_participant(marts: duckdb.DuckDBPyConnection, participant: str) -> tuple[str, str | None]:
    """Find a participant by id or name, whatever the case; raise UsageError for none or several."""
    found = marts.execute(
        """
        with everyone as (
            select distinct statement.participant_id, person.name
            from commission.statement
            left join (select participant_id, name from core.participant where is_current) as person
                using (participant_id)
        )
        select participant_id, name from everyone
        where lower(participant_id) = lower($1) or lower(name) = lower($1)
        order by participant_id <> $1, participant_id
        """,
        [participant],
    ).fetchall()
    if not found:
        raise UsageError(
            f"there is no statement for `{participant}`",
            "`niaga statement` lists everyone who has one",
        )
    if len(found) > 1 and found[0][0] != participant:
        named = ", ".join(row[0] for row in found)
        raise UsageError(
            f"`{participant}` is the name of several participants", f"say which: {named}"
        )
    return found[0][0], found[0][1]


def _find_totals(marts: duckdb.DuckDBPyConnection, participant_id: str, period: str | None) -> Row:
    known = _periods(marts, participant_id)
    chosen = _choose_period(known, period, f"{participant_id} has no statement")
    return select(
        marts,
        "select * from commission.statement where participant_id = $1 and period = $2",
        [participant_id, chosen],
    )[0]


def _periods(marts: duckdb.DuckDBPyConnection, participant_id: str | None) -> list[str]:
    """List the periods that have statements, the last one first."""
    found = marts.execute(
        """
        select period from commission.statement
        where $1 is null or participant_id = $1
        group by period
        order by max(period_start) desc, max(period_end), period
        """,
        [participant_id],
    ).fetchall()
    return [row[0] for row in found]


def _choose_period(known: list[str], period: str | None, nothing: str) -> str:
    if not known:
        raise UsageError(nothing, "run `niaga nightly` after sales, quotas and plans are there")
    if period is None:
        return known[0]
    if period not in known:
        raise UsageError(f"there is no statement for {period}", f"there is: {', '.join(known)}")
    return period
