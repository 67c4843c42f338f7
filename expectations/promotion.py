"""What must hold of the marts of schema promotion: spend and sales stay what staging says."""

from __future__ import annotations

from .rules import exact_ratio, filled, fractions, same_amounts, unique
from .severity import ExpectNoRows, critical, warning


def suites() -> dict[str, list[ExpectNoRows]]:
    """Give the expectations by table."""
    return {
        "promotion.promotion_performance": promotion_performance(),
        "promotion.campaign_performance": campaign_performance(),
        "promotion.media_performance": media_performance(),
        "promotion.sales_emphasis": sales_emphasis(),
        "promotion.sales_feedback": sales_feedback(),
    }


def promotion_performance() -> list[ExpectNoRows]:
    """Expect each promotion, each campaign without one, and effects that follow from sales."""
    key = ("subject_type", "promotion_id", "campaign_id")
    shown = ", ".join(key)
    return [
        unique(*key),
        filled(key, ("subject_type", "verdict", "observations", "currency")),
        critical(
            "each promotion of the feed and of the sale lines is there",
            """
            select promotion_id
            from (
                select promotion_id from staging.stg_promotion
                union
                select promotion_id from core.sales_line where document_type = 'sale'
            )
            where
                promotion_id is not null
                and promotion_id not in (
                    select promotion_id from this where subject_type = 'promotion'
                )
            """,
        ),
        same_amounts(
            "campaigns without a promotion cost what was spent on them",
            ("campaign_id",),
            ("cost_amount",),
            "select campaign_id, cost_amount from this where subject_type = 'campaign'",
            """
            select campaign_id, sum(spend_amount) as cost_amount
            from staging.stg_media_spend
            where
                campaign_id is not null
                and campaign_id not in (
                    select campaign_id from staging.stg_promotion where campaign_id is not null
                )
            group by campaign_id
            """,
        ),
        critical(
            "cost = discount + fixed cost",
            f"""
            select {shown}, discount_amount, fixed_cost_amount, cost_amount
            from this
            where
                subject_type = 'promotion'
                and cost_amount is distinct from discount_amount + fixed_cost_amount
            """,
        ),
        same_amounts(
            "of promotions of which nothing came back the discounts are those of their sale lines",
            ("promotion_id",),
            ("discount_amount",),
            f"""
            select promotion_id, discount_amount
            from this
            where promotion_id in ({_DISCOUNTED})
            """,
            f"""
            select promotion_id, sum(discount_amount) as discount_amount
            from core.sales_line
            where promotion_id in ({_DISCOUNTED})
            group by promotion_id
            """,
        ),
        same_amounts(
            "what the products of a promotion that holds everywhere sold are their sales lines",
            ("promotion_id",),
            ("actual_quantity",),
            """
            select promotion_id, actual_quantity
            from this
            inner join intermediate.int_promotion__promotion using (promotion_id)
            where market_id = ''
            """,
            """
            select promotion.promotion_id, sum(line.quantity) as actual_quantity
            from intermediate.int_promotion__promotion as promotion
            inner join intermediate.int_promotion__product as product
                on promotion.promotion_id = product.promotion_id and promotion.market_id = ''
            inner join core.sales_line as line
                on line.product_id = product.product_id
                and line.order_date >= promotion.start_date
                and line.order_date <= coalesce(promotion.end_date, date '9999-12-31')
            group by promotion.promotion_id
            """,
        ),
        critical(
            "incremental = actual - baseline, within its interval",
            f"""
            select
                {shown}, baseline_quantity, actual_quantity, incremental_quantity,
                incremental_quantity_low, incremental_quantity_high
            from this
            where
                incremental_quantity is distinct from actual_quantity - baseline_quantity
                or incremental_quantity_low > incremental_quantity
                or incremental_quantity_high < incremental_quantity
            """,
        ),
        exact_ratio("roi", "incremental_margin_amount", "cost_amount", key),
        critical(
            "the verdict follows from the interval of the return",
            f"""
            select {shown}, verdict, roi, roi_low, roi_high, incremental_quantity_low
            from this
            where
                roi_low > roi
                or roi_high < roi
                or case verdict
                    when 'repeat' then roi_low > 0 and pulled_forward_amount is not null
                    when 'stop' then roi_high < 0
                    when 'change' then incremental_quantity_low > 0 and roi < 0
                    else verdict = 'unclear'
                end is not true
            """,
        ),
        critical(
            "what is not estimated says why",
            f"""
            select {shown}, baseline_quantity, roi_low, reason
            from this
            where (baseline_quantity is null or roi_low is null) and reason is null
            """,
        ),
    ]


# Promotions whose discounts are all stated on their lines, and of which nothing came back.
_DISCOUNTED = """
select promotion_id
from core.sales_line
where promotion_id is not null
group by promotion_id
having bool_and(document_type = 'sale') and bool_and(discount_amount is not null)
"""


def campaign_performance() -> list[ExpectNoRows]:
    """Expect all spend, visits, leads and named sales once, those without a campaign too."""
    key = ("campaign_id", "month")
    return [
        unique(*key),
        filled(key, ("currency",)),
        same_amounts(
            "each campaign and month has the spend of staging, without a campaign too",
            key,
            ("spend_amount", "impressions", "clicks"),
            "select campaign_id, month, spend_amount, impressions, clicks from this",
            """
            select
                campaign_id, cast(date_trunc('month', day) as date) as month,
                sum(spend_amount) as spend_amount, sum(impressions) as impressions,
                sum(clicks) as clicks
            from staging.stg_media_spend
            group by all
            """,
        ),
        same_amounts(
            "each campaign has the visits and leads of staging, without a campaign too",
            ("campaign_id",),
            ("visits", "leads", "lead_cost_amount"),
            "select campaign_id, sum(visits) as visits, sum(leads) as leads, "
            "sum(lead_cost_amount) as lead_cost_amount from this group by all",
            """
            select campaign_id, count(*) as visits, 0 as leads, 0 as lead_cost_amount
            from staging.stg_touchpoint
            where kind = 'visit'
            group by campaign_id
            union all
            select campaign_id, 0, count(*), sum(cost_amount)
            from staging.stg_event_lead
            group by campaign_id
            """,
        ),
        same_amounts(
            "the sales of a campaign are the lines that carry its promotions",
            key,
            ("attributed_orders", "attributed_amount"),
            "select campaign_id, month, attributed_orders, attributed_amount from this",
            """
            select
                promotion.campaign_id,
                cast(date_trunc('month', line.document_date) as date) as month,
                count(distinct line.order_id) filter (where line.document_type = 'sale')
                    as attributed_orders,
                sum(line.net_amount) as attributed_amount
            from core.sales_line as line
            inner join staging.stg_promotion as promotion using (promotion_id)
            where promotion.campaign_id is not null
            group by all
            """,
        ),
        _amount_for_each("cost_per_order", "spend_amount", "attributed_orders", key),
        _amount_for_each(
            "cost_per_lead",
            "coalesce(spend_amount, 0) + coalesce(lead_cost_amount, 0)",
            "leads",
            key,
        ),
        exact_ratio("return_on_spend", "attributed_amount", "spend_amount", key),
    ]


def media_performance() -> list[ExpectNoRows]:
    """Expect media that add up to all spend of staging, in the company's currency."""
    key = ("medium", "vehicle", "period")
    measures = ("spend_amount", "impressions", "clicks", "reach", "gross_rating_points")
    return [
        unique(*key),
        filled(key, (*key, "period_start", "period_end", "spend_amount", "currency")),
        critical(
            "spend that names a currency names the company's",
            """
            select day, campaign_id, medium, vehicle, spend.currency
            from staging.stg_media_spend as spend
            cross join run.parameter as parameter
            where spend.currency <> parameter.currency
            """,
        ),
        same_amounts(
            "each medium, vehicle and month has what staging says, to the last digit",
            ("medium", "vehicle", "period_start"),
            measures,
            f"select medium, vehicle, period_start, {', '.join(measures)} from this",
            f"""
            select
                medium, vehicle, cast(date_trunc('month', day) as date) as period_start,
                {", ".join(f"sum({name}) as {name}" for name in measures)}
            from staging.stg_media_spend
            group by all
            """,
        ),
        _adds_to_one("spend_share", "period"),
    ]


def sales_emphasis() -> list[ExpectNoRows]:
    """Expect rates that follow from their contacts, and words that are understood."""
    key = ("segment", "product_id", "tool")
    shown = ", ".join(key)
    return [
        unique(*key),
        filled(key, ("contacts", "wins", "win_rate", "win_rate_low", "win_rate_high")),
        filled(key, ("recommendation",)),
        exact_ratio("win_rate", "wins", "contacts", key),
        fractions(key, ("win_rate", "win_rate_low", "win_rate_high"), stops=True),
        critical(
            "the win rate lies within its interval, and the advice follows from it",
            f"""
            select {shown}, win_rate, win_rate_low, win_rate_high, lift, recommendation
            from this
            where
                win_rate not between win_rate_low and win_rate_high
                or case recommendation
                    when 'stress' then lift > 0
                    when 'leave out' then lift < 0
                    else recommendation = 'cannot tell'
                end is not true
            """,
        ),
        warning(
            "outcomes are in words that are understood: of many, some are won or lost",
            """
            select outcome, count(*) as contacts
            from staging.stg_customer_contact
            where outcome is not null and not exists (select 1 from this)
            group by outcome
            """,
        ),
    ]


def sales_feedback() -> list[ExpectNoRows]:
    """Expect each contact with a theme once, and shares of one whole."""
    key = ("theme", "product_id", "month")
    return [
        unique(*key),
        filled(key, ("theme", "month", "mentions", "share", "example_contact_ids", "currency")),
        same_amounts(
            "the mentions of a product are the contacts that have a theme",
            ("product_id",),
            ("mentions",),
            "select product_id, sum(mentions) as mentions from this group by product_id",
            """
            select product_id, count(*) as mentions
            from staging.stg_customer_contact
            where trim(translate(theme, '_-', '  ')) <> ''
            group by product_id
            """,
        ),
        _adds_to_one("share", "month"),
        critical(
            "sentiment and trend lie between -1 and 1",
            f"""
            select {", ".join(key)}, sentiment, trend
            from this
            where sentiment not between -1 and 1 or trend not between -1 and 1
            """,
        ),
        warning(
            "sentiments are in words that are understood, if any is stated",
            """
            select sentiment, count(*) as contacts
            from staging.stg_customer_contact
            where
                sentiment is not null
                and theme is not null
                and not exists (select 1 from this where observations > 0)
            group by sentiment
            """,
        ),
    ]


def _adds_to_one(share: str, period: str) -> ExpectNoRows:
    """Nine decimals of each share: rounding leaves less than a millionth of the whole."""
    return critical(
        f"the shares of each {period} add up to one",
        f"""
        select {period}, sum({share}) as total
        from this
        group by {period}
        having abs(sum({share}) - 1) > 0.000001
        """,
    )


def _amount_for_each(figure: str, amount: str, count: str, key: tuple[str, ...]) -> ExpectNoRows:
    """Expect an amount divided by a count, exact to six decimals, and NULL without either."""
    return critical(
        f"{figure} is what was spent / {count}, exact to six decimals",
        f"""
        select {", ".join(key)}, {amount} as amount, {count}, {figure}
        from this
        where
            case
                when coalesce({count}, 0) = 0 or coalesce({amount}, 0) = 0 then {figure} is not null
                else {figure} is null
                    or 2 * abs({figure} * {count} - ({amount})) > 0.000001 * {count}
            end
        """,
    )
