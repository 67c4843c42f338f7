"""Compares what niaga has published with what the yardstick has written, to the cent."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

_MOST_ROWS = 10


@dataclass(frozen=True)
class Check:
    """Two selects that must have the same amounts for each key; a missing row has none."""

    name: str
    key: tuple[str, ...]
    amounts: tuple[str, ...]
    niaga: str
    yardstick: str


@dataclass(frozen=True)
class Difference:
    """The first rows in which a check found niaga and the yardstick differ."""

    check: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


CHECKS = (
    Check(
        "pay and credit of each participant in each month",
        ("participant_id", "month"),
        ("credited_amount", "commission_amount"),
        """
        select
            cast(participant_id as integer) as participant_id, period_start as month,
            measure_amount as credited_amount, commission_amount
        from marts.commission.commission_summary
        """,
        """
        select participant_id, month, credited_amount, commission_amount
        from '{yardstick}/rep_month.parquet'
        """,
    ),
    Check(
        "payable of each statement",
        ("participant_id", "month"),
        ("commission_amount",),
        """
        select
            cast(participant_id as integer) as participant_id, period_start as month,
            payable_amount as commission_amount
        from marts.commission.statement
        """,
        """
        select participant_id, month, {components} * commission_amount as commission_amount
        from '{yardstick}/rep_month.parquet'
        """,
    ),
    # A line of niaga's is one segment of the curve, of the yardstick's a whole credit.
    Check(
        "pay and credit of each order line",
        ("participant_id", "order_id", "line_number"),
        ("credited_amount", "commission_amount"),
        """
        select
            cast(participant_id as integer) as participant_id,
            cast(split_part(transaction_id, ':', 1) as bigint) as order_id,
            cast(split_part(transaction_id, ':', 2) as integer) as line_number,
            sum(credited_amount) as credited_amount, sum(commission_amount) as commission_amount
        from marts.commission.commission_line
        group by participant_id, transaction_id, component_id
        """,
        """
        select participant_id, order_id, line_number, credited_amount, commission_amount
        from '{yardstick}/commission_line.parquet'
        """,
    ),
    Check(
        "sales of each channel in each month",
        ("channel_id", "month"),
        ("net_amount", "quantity", "gross_margin_amount", "customers"),
        """
        select
            cast(channel_id as integer) as channel_id, month, net_amount, quantity,
            gross_margin_amount, active_customers as customers
        from marts.channel.channel_performance
        """,
        """
        select channel_id, month, net_amount, quantity, gross_margin_amount, customers
        from '{yardstick}/channel_month.parquet'
        """,
    ),
    Check(
        "sales by product and territory, added up for each channel and month",
        ("channel_id", "month"),
        ("net_amount", "quantity", "gross_margin_amount"),
        """
        select
            cast(channel_id as integer) as channel_id, month, sum(net_amount) as net_amount,
            sum(quantity) as quantity, sum(gross_margin_amount) as gross_margin_amount
        from marts.core.sales_monthly
        group by all
        """,
        """
        select channel_id, month, net_amount, quantity, gross_margin_amount
        from '{yardstick}/channel_month.parquet'
        """,
    ),
    Check(
        "sales lines, added up for each promotion and month",
        ("promotion_id", "month"),
        ("lines", "net_amount", "quantity", "discount_amount", "customers"),
        """
        select
            cast(promotion_id as integer) as promotion_id,
            cast(date_trunc('month', document_date) as date) as month, count(*) as lines,
            sum(net_amount) as net_amount, sum(quantity) as quantity,
            sum(discount_amount) as discount_amount, count(distinct customer_id) as customers
        from marts.core.sales_line
        group by all
        """,
        """
        select promotion_id, month, lines, net_amount, quantity, discount_amount, customers
        from '{yardstick}/promotion_month.parquet'
        """,
    ),
)


def compare(workspace: Path, yardstick: Path, components: int = 1) -> list[Difference]:
    """Give the differences between a workspace's current publication and a yardstick's output.

    Each of the components of a plan pays what the yardstick does, and a statement pays all of them.
    """
    marts = workspace / "published" / "current" / "all" / "marts.duckdb"
    with duckdb.connect() as connection:
        connection.execute("set memory_limit = '2GB'")
        connection.execute(f"set temp_directory = '{yardstick / 'spill'}'")
        connection.execute(f"attach '{marts}' as marts (read_only)")
        found = [_difference(connection, check, yardstick, components) for check in CHECKS]
    return [difference for difference in found if difference is not None]


def _difference(
    connection: duckdb.DuckDBPyConnection, check: Check, yardstick: Path, components: int
) -> Difference | None:
    same_key = " and ".join(
        f"niaga.{name} is not distinct from yardstick.{name}" for name in check.key
    )
    keys = ", ".join(f"coalesce(niaga.{name}, yardstick.{name}) as {name}" for name in check.key)
    amounts = ", ".join(
        f"niaga.{name} as {name}, yardstick.{name} as {name}_of_yardstick" for name in check.amounts
    )
    differs = " or ".join(
        f"coalesce(niaga.{name}, 0) <> coalesce(yardstick.{name}, 0)" for name in check.amounts
    )
    told = check.yardstick.format(yardstick=yardstick, components=components)
    found = connection.execute(
        f"""
        with niaga as ({check.niaga}), yardstick as ({told})
        select {keys}, {amounts}
        from niaga
        full join yardstick on {same_key}
        where {differs}
        order by all
        limit {_MOST_ROWS}
        """
    )
    columns = tuple(column[0] for column in found.description)
    rows = tuple(found.fetchall())
    return Difference(check.name, columns, rows) if rows else None
