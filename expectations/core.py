"""What must hold of the marts of schema core: staging and marts agree, each record once.

Lines are looked at where orders have arrived, which in a full build is everywhere; totals always
over the whole history.
"""

from __future__ import annotations

from .rules import filled, same_amounts, unique
from .severity import ExpectNoRows, critical

TOUCHED = """(
    (select is_full from run.build)
    or if(document_type = 'sale', order_id, coalesce(original_order_id, order_id)) in (
        select if(document_type = 'sale', order_id, coalesce(original_order_id, order_id))
        from lake.sales_line_arrived
        where not (select is_full from run.build)
    )
)"""
"""Lines of orders that this build has calculated anew."""

SALE_KEY = ("order_id", "line_number", "document_type")

_MASTERS = {
    "product": "product_id",
    "customer": "customer_id",
    "channel": "channel_id",
    "territory": "territory_id",
    "participant": "participant_id",
}


def suites() -> dict[str, list[ExpectNoRows]]:
    """Give the expectations by table."""
    return {
        "core.sales_line": sales_line(),
        "core.sales_monthly": sales_monthly(),
        **{f"core.{name}": master(name) for name in _MASTERS},
        "core.calendar": calendar(),
    }


def sales_line() -> list[ExpectNoRows]:
    """Expect the posted lines of staging, and cancellations that leave nothing of a sale."""
    line = ", ".join(SALE_KEY)
    amounts = ("net_amount", "quantity", "cost_amount")
    total = ", ".join(f"sum({name}) as {name}" for name in amounts)
    posted = "coalesce(status, 'posted') = 'posted' and document_type <> 'cancellation'"
    return [
        unique("transaction_id", within=TOUCHED),
        filled(
            ("transaction_id",),
            (
                *SALE_KEY,
                "document_date",
                "order_date",
                "product_id",
                "quantity",
                "net_amount",
                "currency",
            ),
        ),
        critical(
            "sales and returns are the posted lines of staging, to the last digit",
            f"""
            with staged as (
                select {line}, net_amount, quantity, cost_amount
                from staging.stg_sales_line
                where {posted} and {TOUCHED}
            ),
            mart as (
                select {line}, net_amount, quantity, cost_amount
                from this
                where document_type <> 'cancellation' and {TOUCHED}
            )
            select
                {line}, staged.net_amount as net_amount_staged, mart.net_amount,
                staged.quantity as quantity_staged, mart.quantity,
                staged.cost_amount as cost_amount_staged, mart.cost_amount
            from staged
            full join mart using ({line})
            where
                staged.net_amount is null
                or (mart.net_amount, mart.quantity)
                is distinct from (staged.net_amount, staged.quantity)
                -- A return that states no cost has its sale's, in proportion.
                or (
                    mart.cost_amount is distinct from staged.cost_amount
                    and (document_type = 'sale' or staged.cost_amount is not null)
                )
            """,
        ),
        same_amounts(
            "sales and returns total what staging totals",
            ("document_type",),
            ("net_amount", "quantity"),
            f"""
            select document_type, {total}
            from this
            where document_type <> 'cancellation'
            group by all
            """,
            f"""
            select document_type, {total}
            from staging.stg_sales_line
            where {posted}
            group by all
            """,
        ),
        critical(
            "a cancellation takes back what is left of its sale",
            f"""
            with cancelled as (
                select original_transaction_id, min(document_date) as voided_date
                from this
                where
                    document_type = 'cancellation'
                    and original_transaction_id is not null
                    and {TOUCHED}
                group by original_transaction_id
            )
            select
                cancelled.original_transaction_id as transaction_id, voided_date,
                sum(net_amount) as net_amount_left, sum(quantity) as quantity_left
            from cancelled
            inner join this as line
                on
                    cancelled.original_transaction_id
                    = coalesce(line.original_transaction_id, line.transaction_id)
            left join commission.commission_exception as held
                on line.transaction_id = held.transaction_id and held.reason = 'return_exceeds_sale'
            -- A return of more than was left counts for nothing in what follows it.
            where
                held.transaction_id is null
                and (line.document_type = 'sale' or line.document_date <= voided_date)
            group by all
            having sum(net_amount) <> 0 or sum(quantity) <> 0
            """,
        ),
    ]


def sales_monthly() -> list[ExpectNoRows]:
    """Expect months that add up to the sales lines."""
    key = ("product_id", "territory_id", "channel_id", "customer_segment", "month")
    amounts = ("net_amount", "quantity", "gross_margin_amount")
    total = ", ".join(f"sum({name}) as {name}" for name in amounts)
    return [
        unique(*key),
        filled(key, ("product_id", "month", "net_amount", "quantity", "orders", "currency")),
        same_amounts(
            "each month and product totals its sales lines",
            ("month", "product_id"),
            amounts,
            f"select month, product_id, {total} from this group by all",
            f"""
            select cast(date_trunc('month', document_date) as date) as month, product_id, {total}
            from core.sales_line
            group by all
            """,
        ),
    ]


def master(name: str) -> list[ExpectNoRows]:
    """Expect all versions that staging has, one of each record current."""
    key = _MASTERS[name]
    version = f"{key}, valid_from, valid_to, is_current"
    return [
        unique(key, "valid_from"),
        critical(
            "one version of each record is current",
            f"select {key} from this group by {key} having count_if(is_current) <> 1",
        ),
        critical(
            "the versions are those of staging",
            f"""
            with staged as (select {version} from staging.stg_{name}),
            mart as (select {version} from this)
            select 'only in staging' as found, * from (from staged except from mart)
            union all
            select 'only in the mart' as found, * from (from mart except from staged)
            """,
        ),
    ]


def calendar() -> list[ExpectNoRows]:
    """Expect each day once, around all sales."""
    return [
        unique("date"),
        critical(
            "no day is missing",
            """
            select min(date) as first_day, max(date) as last_day, count(*) as days
            from this
            having count(*) <> date_diff('day', min(date), max(date)) + 1
            """,
        ),
        critical(
            "each day of a sale is in it",
            """
            select distinct document_date
            from core.sales_line
            anti join this on document_date = date
            """,
        ),
    ]
