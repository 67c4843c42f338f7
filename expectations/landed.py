"""What must hold of rows that have just arrived in the lake, before anything is built from them.

A faulty row that a later version has replaced stops nothing: a corrected export is the remedy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from .rules import filled, fractions, in_order
from .severity import ExpectNoRows, critical, warning

if TYPE_CHECKING:
    # The package is installed under another name than its folder's, which mypy does not follow.
    from niaga.ingest.contracts import Contract  # type: ignore[import-not-found]

ORIGIN = ("_export_id", "_row_number")
"""The file and the record in it that a row came from."""

NEW_SEGMENT = """(
    (select is_full from run.build) or segment_id not in (select segment_id from run.consumed)
)"""
"""Segments whose rows the `_arrived` views have, and the `_loaded` views also where they count no
more since a later export says their day anew."""

NOW = "(select started_at from run.parameter)"

NEVER_NEGATIVE = frozenset(
    {
        "list_price", "standard_cost", "price", "unit_price", "shelf_price", "stock_on_hand",
        "spend_amount", "budget_amount", "fixed_cost_amount", "target_incentive_amount",
        "impressions", "clicks", "reach", "contract_months",
    }
)  # fmt: skip
FRACTIONS = frozenset({"share", "pay_share", "probability", "discount_rate"})
SPANS = (
    ("valid_from", "valid_to"),
    ("period_start", "period_end"),
    ("start_date", "end_date"),
    ("hire_date", "leave_date"),
    ("launch_date", "discontinued_date"),
    ("opened_at", "resolved_at"),
)


def suites(contracts: Iterable[Contract]) -> dict[str, list[ExpectNoRows]]:
    """Give the expectations by table, for the feeds of which rows have arrived."""
    arrived = sorted(contracts, key=lambda contract: str(contract.feed))
    tables = {f"lake.{contract.feed}_arrived": feed(contract) for contract in arrived}
    if arrived:
        tables["state.load"] = load([contract.feed for contract in arrived])
        tables["quarantine.record"] = held()
    return tables


def feed(contract: Contract) -> list[ExpectNoRows]:
    """Expect of any feed what its contract says, and of some feeds what makes sense of them."""
    of_feed = _OF_FEED.get(contract.feed)
    return [
        filled([*contract.key, *ORIGIN], [*contract.required, *ORIGIN, "_business_date"]),
        _once(contract),
        *([_said_once(contract)] if contract.supersede == "upsert" else []),
        _counted(contract),
        *_superseded(contract),
        *_sensible(contract),
        *(of_feed(contract) if of_feed else []),
    ]


def load(feeds: Iterable[str]) -> list[ExpectNoRows]:
    """Expect that each record of an export was loaded, held back or left out by its source."""
    arrived = " union all ".join(
        f"select _export_id, _row_number from lake.{name}_loaded" for name in feeds
    )
    return [
        critical(
            "records read = records loaded + held back + left out + dropped, for each load",
            # A record that is good for one feed and faulty for another counts as held back, and its
            # good row is in the lake: where a source fills several feeds there may be so many more.
            f"""
            with good as (
                select _export_id as export_id, count(distinct _row_number) as records
                from ({arrived})
                group by _export_id
            ),
            feed_count as (
                select load.source, count(distinct segment.feed) as feeds
                from this as load
                inner join state.segment as segment on load.load_id = segment.load_id
                group by load.source
            ),
            export as (
                select *, unnest(json_extract_string(export_ids, '$.*')) as export_id
                from this
                where
                    status = 'current'
                    and load_id not in (select load_id from state.segment where not {NEW_SEGMENT})
            ),
            counted as (
                select
                    export.load_id, export.source,
                    rows_read, rows_held, rows_filtered, rows_dropped,
                    coalesce(any_value(feeds), 1) as feeds,
                    coalesce(sum(good.records), 0) as rows_in_lake
                from export
                left join good on export.export_id = good.export_id
                left join feed_count on export.source = feed_count.source
                where
                    -- The same content under two sources: the lake can't tell whose rows they are.
                    export.export_id not in (
                        select export_id from export group by export_id having count(*) > 1
                    )
                group by all
            )
            select * exclude (feeds)
            from counted
            where
                rows_in_lake < rows_read - rows_held - rows_filtered - rows_dropped
                or rows_in_lake
                        > rows_read - rows_filtered - rows_dropped - if(feeds > 1, 0, rows_held)
            """,
        )
    ]


def held() -> list[ExpectNoRows]:
    """Expect that each record that was held back can be found, for each load."""
    return [
        critical(
            "quarantine has the records that the state database counts as held back",
            f"""
            with new_load as (
                select load_id, source, rows_held
                from state.load
                where
                    status = 'current'
                    and load_id not in (select load_id from state.segment where not {NEW_SEGMENT})
            ),
            committed as (
                select load_id, source, held.feed, held.rows as rows_held
                from new_load
                inner join state.held as held using (load_id)
                union all
                -- A record may be held back for several feeds, and counts once.
                select load_id, source, 'all' as feed, rows_held from new_load
            ),
            found as (
                select load_id, feed, count(distinct row_number) as records
                from this
                group by load_id, feed
                union all
                select load_id, 'all' as feed, count(distinct row_number) as records
                from this
                group by load_id
            )
            select load_id, source, feed, rows_held, coalesce(records, 0) as rows_in_quarantine
            from committed
            left join found using (load_id, feed)
            where rows_held <> coalesce(records, 0)
            """,
        )
    ]


def sales_line(contract: Contract) -> list[ExpectNoRows]:
    """Expect amounts of the right sign, and dates that a calendar can be built around."""
    shown = [*contract.key, *ORIGIN]
    line = ", ".join(shown)
    return [
        critical(
            "the quantity, net and cost amount of a return are not above zero",
            _uncorrected(
                contract,
                [*shown, "quantity", "net_amount", "cost_amount"],
                "document_type = 'return' and (quantity > 0 or net_amount > 0 or cost_amount > 0)",
            ),
        ),
        *(
            critical(
                f"{name} lies between 1950 and ten years from now",
                _uncorrected(
                    contract,
                    [*shown, name],
                    f"{name} not between date '1950-01-01' and {NOW} + interval 10 year",
                ),
            )
            for name in ("order_date", "invoice_date", "ship_date", "cancelled_date")
        ),
        warning(
            "order_date is not in the future",
            # A day's grace: the run's clock is UTC, the order's is local.
            f"select {line}, order_date from this where order_date > {NOW} + interval 1 day",
        ),
        warning(
            "a sale is not negative: what is taken back is a return or a cancellation",
            f"""
            select {line}, quantity, net_amount
            from this
            where document_type = 'sale' and (net_amount < 0 or quantity < 0)
            """,
        ),
        warning(
            "a sale costs something, unless it has no quantity or the goods are free",
            f"""
            select {line}, quantity, unit_price, discount_amount, net_amount
            from this
            where
                document_type = 'sale'
                and net_amount = 0
                and quantity <> 0
                and coalesce(unit_price, 1) <> 0
                and coalesce(discount_amount, 0) = 0
                and promotion_id is null
            """,
        ),
        warning(
            "a return or cancellation names the line that it takes back",
            f"""
            select {line}, original_order_id, original_line_number
            from this
            where
                document_type <> 'sale'
                and (original_order_id is null or original_line_number is null)
            """,
        ),
        *(
            in_order(shown, "order_date", later)
            for later in ("invoice_date", "ship_date", "paid_date", "cancelled_date")
        ),
    ]


def channel_cost(contract: Contract) -> list[ExpectNoRows]:
    """Expect that serving a channel costs something."""
    return [_not_negative(contract, "amount")]


def exchange_rate(contract: Contract) -> list[ExpectNoRows]:
    """Expect rates that can be divided by."""
    shown = ", ".join((*contract.key, "rate"))
    return [warning("rate is above zero", f"select {shown} from this where rate <= 0")]


def survey_response(contract: Contract) -> list[ExpectNoRows]:
    """Expect scores on the scale of their metric, where the metric has only one."""
    shown = ", ".join(dict.fromkeys((*contract.key, "metric", "score")))
    return [
        warning(
            "a score of nps lies between 0 and 10",
            f"select {shown} from this where lower(metric) = 'nps' and score not between 0 and 10",
        )
    ]


_OF_FEED: dict[str, Callable[[Contract], list[ExpectNoRows]]] = {
    "sales_line": sales_line,
    "channel_cost": channel_cost,
    "exchange_rate": exchange_rate,
    "survey_response": survey_response,
}


def _once(contract: Contract) -> ExpectNoRows:
    """Expect that no record gave the same key twice: which of the rows counts would be chance."""
    shown = ", ".join((*contract.key, *ORIGIN))
    return critical(
        "no record of an export is in the lake twice under one key",
        f"select {shown}, count(*) as rows from this group by all having count(*) > 1",
    )


def _said_once(contract: Contract) -> ExpectNoRows:
    """Expect that an export says a record once: of several the last row counts, as documented."""
    shown = ", ".join((*contract.key, "_export_id"))
    return warning(
        "a key stands in an export once: of several rows only the last counts",
        f"select {shown}, count(*) as rows, min(_row_number) as first_row,"
        f" max(_row_number) as last_row from this group by {shown} having count(*) > 1",
    )


def _counted(contract: Contract) -> ExpectNoRows:
    return critical(
        "the lake has the rows that the state database has committed",
        f"""
        select committed_rows, rows_in_lake
        from (
            select
                coalesce(sum(segment.rows), 0) as committed_rows,
                (select count(*) from lake.{contract.feed}_loaded) as rows_in_lake
            from state.segment as segment
            inner join state.load as load on segment.load_id = load.load_id
            where segment.feed = '{contract.feed}' and load.status = 'current' and {NEW_SEGMENT}
        )
        where committed_rows <> rows_in_lake
        """,
    )


def _superseded(contract: Contract) -> list[ExpectNoRows]:
    """Expect that of the rows loaded just those count whose day no later export says anew."""
    dates = [str(column.name) for column in contract.columns if column.type == "date"]
    if not dates:
        return []
    days = ", ".join(
        f"case when '{name}' in (select replaced_column from dump) then {name} end as {name}"
        for name in dates
    )
    day = " ".join(f"when '{name}' then counted.{name}" for name in dates)
    return [
        critical(
            "rows loaded = rows that count + rows of days that a later export says anew",
            f"""
            with dump as (
                select
                    *,
                    (business_date, json_extract_string(export_ids, '$.*')[1]) as rank
                from state.load
                where status = 'current' and replaced_from is not null
            ),
            origin as (
                select distinct segment.path, load.source
                from state.segment as segment
                inner join state.load as load on segment.load_id = load.load_id
                where
                    segment.feed = '{contract.feed}'
                    and load.source in (select source from dump where replaced_column is not null)
            ),
            counted as (
                select
                    origin.source, record._business_date, record._export_id,
                    {days}, count(*) as rows
                from lake.{contract.feed}_loaded as record
                inner join origin on record._segment_path = origin.path
                group by all
            ),
            judged as (
                select
                    *,
                    exists (
                        select 1
                        from dump
                        where
                            dump.source = counted.source
                            and dump.rank > (counted._business_date, counted._export_id)
                            and case dump.replaced_column {day} end
                            between dump.replaced_from and dump.replaced_to
                    ) as is_superseded
                from counted
            ),
            expected as (
                select
                    _export_id,
                    sum(rows) as rows_loaded,
                    coalesce(sum(rows) filter (where is_superseded), 0) as rows_superseded
                from judged
                where
                    -- The same content under two sources: the lake can't tell whose rows they are.
                    _export_id not in (
                        select export_id from state.export
                        group by export_id having count(distinct source) > 1
                    )
                group by _export_id
            ),
            kept as (
                select _export_id, count(*) as rows_that_count
                from this
                where _export_id in (select _export_id from expected)
                group by _export_id
            )
            select
                _export_id, rows_loaded, rows_superseded,
                coalesce(rows_that_count, 0) as rows_that_count
            from expected
            left join kept using (_export_id)
            where rows_loaded <> rows_superseded + coalesce(rows_that_count, 0)
            """,
        )
    ]


def _sensible(contract: Contract) -> list[ExpectNoRows]:
    """Expect what the names of columns promise, whatever the feed."""
    names = [column.name for column in contract.columns]
    shown = [*contract.key, *ORIGIN]
    found = []
    if dates := [column.name for column in contract.columns if column.type == "date"]:
        found.append(_plausible_dates(shown, dates))
    found += [in_order(shown, first, last) for first, last in SPANS if {first, last} <= set(names)]
    found += [_not_negative(contract, name) for name in names if name in NEVER_NEGATIVE]
    if shares := [name for name in names if name in FRACTIONS]:
        found.append(fractions(shown, shares))
    return found


def _plausible_dates(shown: list[str], dates: list[str]) -> ExpectNoRows:
    implausible = " or ".join(
        f"({name} not between date '1900-01-01' and date '2199-12-31'"
        f" and {name} <> date '9999-12-31')"
        for name in dates
    )
    columns = ", ".join(dict.fromkeys((*shown, *dates)))
    return warning(
        "dates lie between 1900 and 2199, or are open (9999-12-31)",
        f"select {columns} from this where {implausible}",
    )


def _not_negative(contract: Contract, column: str) -> ExpectNoRows:
    shown = ", ".join(dict.fromkeys((*contract.key, *ORIGIN, column)))
    return warning(f"{column} is not negative", f"select {shown} from this where {column} < 0")


def _uncorrected(contract: Contract, shown: Iterable[str], condition: str) -> str:
    """Select the rows with a fault that no later version of the record has mended."""
    same = " and ".join(f"later.{name} is not distinct from fault.{name}" for name in contract.key)
    return f"""
        with fault as (select * from this where {condition})
        select {", ".join(shown)}
        from fault
        where not exists (
            select 1
            from lake.{contract.feed} as later
            where
                {same}
                and (later._business_date, later._export_id, later._row_number)
                > (fault._business_date, fault._export_id, fault._row_number)
        )
        """
