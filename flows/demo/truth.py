"""What is true about the company: the effects that its sales and answers were made with.

Sales are posted lines that were not cancelled, on the day of the order; returns are not taken off.
Amounts are in whole rupiah and sen as text, quantities in the product's unit as text.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .chance import LAST_DAY

if TYPE_CHECKING:
    import duckdb

BEGINS = b'{\n "about": "The truth behind the exports of a demo of niaga'
"""How every such file begins, so that no other one is taken for it."""

_ABOUT = (
    "The truth behind the exports of a demo of niaga, to compare its marts with. Sales here are "
    "posted sale lines that were not cancelled, on the day of the order, returns not taken off."
)

_MACROS = """
create macro rupiah(sen) as cast(cast(sen as bigint) * 0.01 as decimal(24, 2));
create macro units(tenths) as cast(cast(tenths as bigint) * 0.1 as decimal(24, 1));
create macro hundredth(number) as cast(number * 0.01 as decimal(8, 2));
create macro per_rupiah(amount, spend) as cast(amount / nullif(spend, 0) as decimal(12, 4));

create table counted as select * from sold where status = 'POSTED' and not is_cancelled;
"""

# With the same luck on each line, what would have been bought without the promotion.
_PROMOTIONS = """
select
    promotion_id,
    any_value(promotion.kind) as kind,
    any_value(mechanic) as mechanic,
    any_value(promotion.uplift) as uplift_percent,
    any_value(promotion.discount) as discount_in_ten_thousandths,
    count(*) as promoted_lines,
    units(sum(baseline_quantity)) as baseline_quantity,
    units(sum(quantity)) as actual_quantity,
    units(sum(quantity - baseline_quantity)) as incremental_quantity,
    rupiah(sum(baseline_net)) as baseline_net_amount_idr,
    rupiah(sum(net)) as actual_net_amount_idr,
    rupiah(sum(net - baseline_net)) as incremental_net_amount_idr,
    rupiah(sum(net - counted.cost - baseline_net + baseline_cost)) as incremental_margin_amount_idr,
    rupiah(any_value(fixed_cost) * 100) as fixed_cost_amount_idr,
    rupiah(sum(net - counted.cost - baseline_net + baseline_cost) - any_value(fixed_cost) * 100)
        as profit_amount_idr
from counted
inner join promotion using (promotion_id)
group by promotion_id
"""

_ELASTICITIES = """
select name, cast(-elasticity * 0.1 as decimal(4, 1)) as price_elasticity_of_quantity
from product_line
"""

_LOST_CUSTOMERS = """
select customer_id, any_value(lost_from) as buys_nothing_from, count(order_id) as orders_before
from customer
left join ordered using (customer_id)
where lost_from is not null
group by customer_id
"""

# The part of each day's sales that a vehicle brought.
_CONTRIBUTIONS = f"""
create table contribution as
with daily as (
    select
        day.day,
        any_value(effect) as effect,
        cast(coalesce(sum(net), 0) as hugeint) as net,
        cast(coalesce(sum(net - cost), 0) as hugeint) as margin
    from day
    left join counted using (day)
    where day.day <= {LAST_DAY}
    group by day.day
)
select
    media_effect.number,
    daily.day,
    coalesce(media_spend.spend, 0) as spend,
    cast(net * media_effect.effect // (1000000 + daily.effect) as bigint) as net,
    cast(margin * media_effect.effect // (1000000 + daily.effect) as bigint) as margin
from daily
inner join media_effect on date_trunc('week', daily.day) = media_effect.week
left join media_spend using (number, day);
"""

_MEDIA = """
select
    vehicle.medium,
    vehicle.name,
    rupiah(sum(spend) * 100) as spend_amount_idr,
    rupiah(sum(net)) as contribution_net_amount_idr,
    rupiah(sum(margin)) as contribution_margin_amount_idr,
    cast(100 * sum(net) / (select sum(net) from counted) as decimal(8, 4))
        as contribution_percent_of_net_sales,
    per_rupiah(sum(net), sum(spend) * 100) as net_amount_per_rupiah_spent,
    per_rupiah(sum(margin), sum(spend) * 100) as margin_amount_per_rupiah_spent,
    cast(any_value(most) * 0.0001 as decimal(8, 4)) as most_effect_percent_of_a_day,
    rupiah(scaled(any_value(half)) * 100) as spend_of_half_effect_idr_a_week,
    any_value(carry) as carried_over_percent_a_week
from contribution
inner join vehicle using (number)
group by vehicle.medium, vehicle.name
"""

_MEDIA_QUARTERS = """
select
    vehicle.medium,
    vehicle.name,
    quarter_name(contribution.day) as quarter,
    rupiah(sum(spend) * 100) as spend_amount_idr,
    rupiah(sum(net)) as contribution_net_amount_idr,
    rupiah(sum(margin)) as contribution_margin_amount_idr
from contribution
inner join vehicle using (number)
group by all
"""

_TOOLS = """
select
    segment,
    tool,
    any_value(win_percent) as win_percent_before_product_line,
    count(*) as contacts,
    count(*) filter (where outcome = 'MENANG') as won_contacts,
    count(*) filter (where outcome = 'KALAH') as lost_contacts
from visit
inner join tool_effect using (segment, tool)
group by all
"""

_BEST_TOOLS = "select segment, arg_max(tool, win_percent) as tool from tool_effect group by segment"

_LINE_LIFTS = "select name, line_lift(line) as added_win_percent from product_line"

_OPINIONS = """
select
    segment,
    quarter_name(quarter) as quarter,
    promoters as promoters_percent,
    detractors as detractors_percent,
    promoters - detractors as net_promoter_score_points,
    hundredth(
        satisfied_of(1) * detractors + satisfied_of(2) * (100 - promoters - detractors)
        + satisfied_of(3) * promoters
    ) as satisfied_percent_of_csat,
    hundredth(
        easy_of(1) * detractors + easy_of(2) * (100 - promoters - detractors)
        + easy_of(3) * promoters
    ) as easy_percent_of_ces
from opinion
"""

_RESPONSE_RATES = """
select
    segment,
    count(answered_at) as answered_count,
    count(*) as invited_count,
    cast(100 * count(answered_at) / count(*) as decimal(6, 2)) as answered_percent
from (
    select segment, answered_at from answer
    union all
    select segment, null from silence
)
group by segment
"""

# Of those who will buy nothing more within 120 days.
_LEAVING = """
select promoters_of(true, 0) as promoters_percent, detractors_of(true, 0) as detractors_percent
"""

_CAUSES = """
select name, tickets as share_percent, hours as median_hours_to_resolve from cause
"""

_FLAWED = "select product_id from product where character = 'flawed' order by product_id"
_LOVED = "select product_id from product where character = 'loved' order by product_id"

_EXPERTS = """
select
    name,
    bias as bias_percent,
    noise as most_noise_percent_1_month_ahead,
    noise * 3 // 2 as most_noise_percent_2_months_ahead,
    noise * 2 as most_noise_percent_3_months_ahead
from expert
"""

_COMPETITORS = "select name, price_percent as price_percent_of_own_list_price from competitor"

_PARTNERS = "select channel_id, sold_on_percent as sold_on_percent_of_purchases from partner"

_PREFERENCES = """
select
    segment,
    'W' || team || '0' as region,
    channel_type,
    cast(100 * weight / sum(weight) over (partition by segment, team) as decimal(6, 2))
        as share_percent
from preference
"""

_FOLLOW_UPS = """
select
    case when response_id is null then 'complaints' else 'survey responses' end as about,
    promptness,
    count(*) as followed_up_count
from follow_up
group by all
"""


def write_truth(company: duckdb.DuckDBPyConnection, path: Path, lines: int, seed: int) -> None:
    """Write what is true about the company as one JSON document."""
    company.execute(_MACROS)
    company.execute(_CONTRIBUTIONS)
    document = {
        "about": _ABOUT,
        "made_of": {"lines": lines, "seed": seed},
        "promotions": _table(company, 1, _PROMOTIONS),
        "product_lines": _table(company, 1, _ELASTICITIES),
        "lost_customers": _table(company, 1, _LOST_CUSTOMERS),
        "media": _table(company, 2, _MEDIA),
        "media_by_quarter": _table(company, 3, _MEDIA_QUARTERS),
        "sales_tools": _table(company, 2, _TOOLS),
        "best_sales_tools": _table(company, 1, _BEST_TOOLS),
        "wins_by_product_line": _table(company, 1, _LINE_LIFTS),
        "survey_scores": _table(company, 2, _OPINIONS),
        "survey_response_rates": _table(company, 1, _RESPONSE_RATES),
        "survey_scores_of_leaving_customers": _table(company, 0, _LEAVING),
        "complaint_causes_of_ordinary_products": _table(company, 1, _CAUSES),
        "flawed_products": _list(company, _FLAWED),
        "loved_products": _list(company, _LOVED),
        "follow_ups": _table(company, 2, _FOLLOW_UPS),
        "shopping_preferences": _table(company, 3, _PREFERENCES),
        "experts": _table(company, 1, _EXPERTS),
        "competitors": _table(company, 1, _COMPETITORS),
        "partners": _table(company, 1, _PARTNERS),
    }
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, indent=1, default=str)
    path.write_text(text + "\n", encoding="utf-8")


def _table(company: duckdb.DuckDBPyConnection, levels: int, query: str) -> dict[str, Any]:
    """Give the figures of a query by name, below the values of its first `levels` columns."""
    found = company.execute(query)
    names = [name for name, *_ in found.description or ()]
    table: dict[str, Any] = {}
    for row in found.fetchall():
        figures = table
        for key in row[:levels]:
            figures = figures.setdefault(key, {})
        figures.update(zip(names[levels:], row[levels:], strict=True))
    return table


def _list(company: duckdb.DuckDBPyConnection, query: str) -> list[str]:
    return [value for (value,) in company.execute(query).fetchall()]
