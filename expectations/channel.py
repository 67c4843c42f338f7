"""What must hold of the marts of schema channel: channels and prices add up to the company's."""

from __future__ import annotations

from .rules import exact_ratio, filled, same_amounts, unique
from .severity import ExpectNoRows, critical


def suites() -> dict[str, list[ExpectNoRows]]:
    """Give the expectations by table."""
    return {"channel.channel_performance": channel_performance()}


def channel_performance() -> list[ExpectNoRows]:
    """Expect channels that add up to the company, sales without a channel included."""
    key = ("channel_id", "month")
    amounts = ("net_amount", "quantity", "gross_margin_amount")
    total = ", ".join(f"sum({name}) as {name}" for name in amounts)
    return [
        unique(*key),
        filled(
            key,
            (
                "month",
                "net_amount",
                "quantity",
                "trade_terms_amount",
                "cost_to_serve_amount",
                "active_customers",
                "currency",
            ),
        ),
        same_amounts(
            "each channel and month totals its sales lines, those without a channel too",
            key,
            amounts,
            f"select channel_id, month, {total} from this group by all",
            f"""
            select channel_id, cast(date_trunc('month', document_date) as date) as month, {total}
            from core.sales_line
            group by all
            """,
        ),
        same_amounts(
            "the cost to serve is that of staging",
            key,
            ("amount",),
            "select channel_id, month, cost_to_serve_amount as amount from this",
            """
            select channel_id, cast(date_trunc('month', month) as date) as month, amount
            from staging.stg_channel_cost
            """,
        ),
        critical(
            "net margin = gross margin - trade terms - cost to serve",
            """
            select
                channel_id, month, gross_margin_amount, trade_terms_amount, cost_to_serve_amount,
                net_margin_amount
            from this
            where
                net_margin_amount
                is distinct from gross_margin_amount - trade_terms_amount - cost_to_serve_amount
            """,
        ),
        exact_ratio("net_margin_rate", "net_margin_amount", "net_amount", key),
    ]
