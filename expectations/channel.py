"""What must hold of the marts of schema channel: channels and prices add up to the company's."""

from __future__ import annotations

from .rules import exact_ratio, filled, fractions, same_amounts, says_why, unique
from .severity import ExpectNoRows, critical


def suites() -> dict[str, list[ExpectNoRows]]:
    """Give the expectations by table."""
    return {
        "channel.channel_performance": channel_performance(),
        "channel.price_waterfall": price_waterfall(),
        "channel.price_position": price_position(),
        "channel.channel_fit": channel_fit(),
    }


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


def price_waterfall() -> list[ExpectNoRows]:
    """Expect steps from list to pocket that add up, on the sales lines and the trade terms."""
    key = ("channel_id", "product_id", "month")
    shown = ", ".join(key)
    on_invoice = ("invoice_discount_amount", "promotion_amount")
    off_invoice = ("rebate_amount", "freight_amount", "other_terms_amount")
    return [
        unique(*key),
        filled(
            key,
            (
                "month",
                "quantity",
                "list_amount",
                *on_invoice,
                "net_amount",
                *off_invoice,
                "pocket_amount",
                "currency",
            ),
        ),
        critical(
            "list less what invoices take off is net; net less trade terms is the pocket amount",
            f"""
            select
                {shown}, list_amount, {", ".join(on_invoice)}, net_amount,
                {", ".join(off_invoice)}, pocket_amount
            from this
            where
                net_amount <> list_amount - {" - ".join(on_invoice)}
                or pocket_amount <> net_amount - {" - ".join(off_invoice)}
            """,
        ),
        critical(
            "pocket margin = pocket - cost",
            f"""
            select {shown}, pocket_amount, cost_amount, pocket_margin_amount
            from this
            where pocket_margin_amount is distinct from pocket_amount - cost_amount
            """,
        ),
        says_why(key, "cost_amount"),
        same_amounts(
            "each channel, product and month totals its sales lines, those without a channel too",
            key,
            ("net_amount", "quantity"),
            f"select {shown}, net_amount, quantity from this",
            """
            select
                channel_id, product_id, cast(date_trunc('month', document_date) as date) as month,
                net_amount, quantity
            from core.sales_line
            """,
        ),
        same_amounts(
            "costs that are known are those of the sales lines",
            key,
            ("cost_amount",),
            f"select {shown}, cost_amount from this",
            """
            select
                channel_id, product_id, cast(date_trunc('month', document_date) as date) as month,
                case when count(cost_amount) = count(*) then sum(cost_amount) end as cost_amount
            from core.sales_line
            group by all
            """,
        ),
        same_amounts(
            "trade terms of a channel and month are those of channel_performance",
            ("channel_id", "month"),
            ("amount",),
            f"select channel_id, month, {' + '.join(off_invoice)} as amount from this",
            """
            select channel_id, month, trade_terms_amount as amount from channel.channel_performance
            """,
        ),
    ]


def price_position() -> list[ExpectNoRows]:
    """Expect each sighting of a competitor beside an own product to be counted once."""
    key = ("product_id", "competitor", "channel_type", "territory_id", "place", "month")
    return [
        unique(*key),
        filled(key, ("product_id", "competitor", "sightings", "observations", "currency")),
        exact_ratio("price_index", "own_price_amount", "competitor_price_amount", key),
        fractions(key, ("on_promotion_share",), stops=True),
        says_why(key, "own_price_amount", "competitor_price_amount", "price_index"),
        same_amounts(
            "the sightings are those of staging that name a product",
            ("product_id", "competitor"),
            ("sightings",),
            "select product_id, competitor, sightings from this",
            """
            select product_id, competitor, count(*) as sightings
            from staging.stg_competitor_sighting
            where product_id is not null
            group by all
            """,
        ),
    ]


def channel_fit() -> list[ExpectNoRows]:
    """Expect shares of channel types that add up to 1, and a gap that follows from them."""
    key = ("channel_type", "territory_id", "segment")
    shown = ", ".join(key)
    shares = ("customer_preference_share", "own_sales_share", "competitor_presence_share")
    return [
        unique(*key),
        filled(key, ("is_sum_of_territories", "observations")),
        fractions(key, shares, stops=True),
        *(
            critical(
                f"{share} of a territory and segment adds up to 1",
                f"""
                select territory_id, segment, sum({share}) as total
                from this
                group by all
                having sum({share}) <> 1
                """,
            )
            for share in shares
        ),
        critical(
            "the preference lies in its interval",
            f"""
            select
                {shown}, customer_preference_share_low, customer_preference_share,
                customer_preference_share_high
            from this
            where
                customer_preference_share is not null
                and coalesce(
                    customer_preference_share not between
                    customer_preference_share_low and customer_preference_share_high, true
                )
            """,
        ),
        critical(
            "gap = preference - own share, and there is a recommendation where there is a gap",
            f"""
            select {shown}, customer_preference_share, own_sales_share, gap, recommendation
            from this
            where
                gap is distinct from customer_preference_share - own_sales_share
                or (gap is null) <> (recommendation is null)
                or (gap is null) <> (evidence is null)
            """,
        ),
        says_why(key, *shares),
    ]
