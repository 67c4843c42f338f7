"""The yardstick: the core path written by hand in DuckDB, with no framework and no safety at all.

    python -m benchmarks.yardstick OUTPUT EXPORTS [EXPORTS ...]

It reads the sales lines of all EXPORTS folders and the masters of the first, writes Parquet files
to OUTPUT, and prints the seconds of each step and its peak memory as JSON. It does what niaga does
on these data and nothing more: typed CSV to Parquet; credit, window and payout in one statement;
sums by rep, by channel and by promotion. It knows what niaga can't know: that all ids are numbers,
that a return is in the month of its sale and carries the sale's rep, that nothing is ever faulty.

Amounts are whole cents, rates basis points. The payout of a running sum x is F(x), the sum of the
rate's rises times max(0, x - edge), and a credit pays round(F(after)) - round(F(before)).
"""

from __future__ import annotations

import json
import resource
import shutil
import sys
import time
from pathlib import Path

import duckdb

from .company import PLANS

_TIERS = range(1, max(len(tiers) for tiers in PLANS.values()) + 1)
_COPY = "copy ({select}) to '{output}/{name}.parquet' (format parquet, compression zstd)"

_SALES_LINE = """
select *
from read_csv({sales}, header = true, delim = ',', quote = '"', columns = {{
    order_id: 'BIGINT', line_number: 'INTEGER', document_type: 'VARCHAR', order_date: 'DATE',
    status: 'VARCHAR', customer_id: 'INTEGER', product_id: 'INTEGER', channel_id: 'INTEGER',
    sales_rep_id: 'INTEGER', promotion_id: 'INTEGER', quantity: 'INTEGER',
    unit_price: 'DECIMAL(18,2)', discount_amount: 'DECIMAL(18,2)', net_amount: 'DECIMAL(18,2)',
    cost_amount: 'DECIMAL(18,2)', original_order_id: 'BIGINT', original_line_number: 'INTEGER'
}})
"""

# One wide row for each rep and month: edges in cents, and by how much the rate rises there.
_EDGES = ", ".join(
    f"""
    cast(coalesce(max(edge) filter (tier = {tier}), 0) as bigint) as edge_{tier},
    cast(coalesce(max(rise) filter (tier = {tier}), 0) as bigint) as rise_{tier}"""
    for tier in _TIERS
)
_PLAN_TIERS = ", ".join(
    f"('{plan}', {tier}, {percent}, {basis_points})"
    for plan, tiers in PLANS.items()
    for tier, (percent, basis_points) in enumerate(tiers, start=1)
)
_CURVE = f"""
create temp table curve as
with plan_tier (plan_id, tier, percent, basis_points) as (
    values {_PLAN_TIERS}
),
tier as (
    select
        quota.participant_id,
        cast(quota.period || '-01' as date) as month,
        plan_tier.tier,
        -- Quotas are whole dollars: a percent of one is as many cents.
        quota.amount * plan_tier.percent as edge,
        plan_tier.basis_points - coalesce(lag(plan_tier.basis_points) over (
            partition by quota.participant_id, quota.period order by plan_tier.tier
        ), 0) as rise
    from read_csv('{{masters}}/quota_*.csv', types = {{{{period: 'VARCHAR', amount: 'BIGINT'}}}})
        as quota
    inner join '{{masters}}/plan_assignment_*.csv' as assignment using (participant_id)
    inner join plan_tier using (plan_id)
)
select cast(participant_id as integer) as participant_id, month, {_EDGES}
from tier
group by all
"""

_SHARE = """
create temp table share as
select
    cast(customer_id as integer) as customer_id,
    cast(participant_id as integer) as participant_id,
    cast(share * 100 as bigint) as percent,
    -- The first of two gets the larger remainder, and a tie; the second what is left.
    participant_id = min(participant_id) over (partition by customer_id) as is_first
from read_csv('{masters}/credit_split_*.csv', types = {{share: 'DECIMAL(9,2)'}})
"""


def _paid(measure: str) -> str:
    """Write F(measure), rounded half up to whole cents; the measure is never below zero here."""
    slices = " + ".join(
        f"rise_{tier} * greatest(cast(0 as bigint), {measure} - edge_{tier})" for tier in _TIERS
    )
    return f"(({slices} + 5000) // 10000)"


def _money(cents: str) -> str:
    return f"cast(cast({cents} as decimal(18, 0)) * 0.01 as decimal(18, 2))"


_COMMISSION_LINE = f"""
with posted as (
    select
        *, cast(net_amount * 100 as bigint) as net, document_type = 'return' as is_return,
        cast(date_trunc('month', order_date) as date) as month
    from '{{output}}/sales_line.parquet'
    where status = 'posted'
),
credit as (
    select
        posted.order_id, posted.line_number, posted.order_date, posted.is_return, posted.month,
        posted.channel_id, posted.promotion_id, posted.net_amount,
        coalesce(share.participant_id, posted.sales_rep_id) as participant_id,
        case
            when share.customer_id is null then posted.net
            when share.is_first
                then sign(posted.net) * ((abs(posted.net) * share.percent + 50) // 100)
            else posted.net
                - sign(posted.net) * ((abs(posted.net) * (100 - share.percent) + 50) // 100)
        end as credit
    from posted
    left join share on posted.customer_id = share.customer_id
),
running as (
    select
        *, cast(sum(credit) over (
            partition by participant_id, month
            order by order_date, is_return, order_id, line_number
            rows unbounded preceding
        ) as bigint) as measure
    from credit
)
select
    running.order_id, running.line_number, running.order_date, running.month,
    running.participant_id, running.channel_id, running.promotion_id, running.net_amount,
    {_money("running.credit")} as credited_amount,
    {_money(f"{_paid('measure')} - {_paid('(measure - credit)')}")} as commission_amount
from running
inner join curve on running.participant_id = curve.participant_id and running.month = curve.month
"""

_REP_MONTH = """
select
    participant_id, month, count(*) as credits, sum(credited_amount) as credited_amount,
    sum(commission_amount) as commission_amount
from '{output}/commission_line.parquet'
group by all
"""

_CHANNEL_MONTH = """
select
    channel_id, cast(date_trunc('month', order_date) as date) as month, count(*) as lines,
    count(distinct order_id) as orders, count(distinct customer_id) as customers,
    sum(quantity) as quantity, sum(net_amount) as net_amount,
    sum(discount_amount) as discount_amount, sum(net_amount - cost_amount) as gross_margin_amount
from '{output}/sales_line.parquet'
where status = 'posted'
group by all
"""

_PROMOTION_MONTH = """
select
    promotion_id, cast(date_trunc('month', order_date) as date) as month, count(*) as lines,
    count(distinct customer_id) as customers, sum(quantity) as quantity,
    sum(net_amount) as net_amount, sum(discount_amount) as discount_amount
from '{output}/sales_line.parquet'
where status = 'posted'
group by all
"""

STEPS = {
    "csv_to_parquet": {"sales_line": _SALES_LINE},
    "curve": {"curve": _CURVE, "share": _SHARE},
    "commission": {"commission_line": _COMMISSION_LINE},
    "rep_month": {"rep_month": _REP_MONTH},
    "channel_month": {"channel_month": _CHANNEL_MONTH},
    "promotion_month": {"promotion_month": _PROMOTION_MONTH},
}
"""What each step makes: Parquet files, but for the small tables of step `curve`."""


def run(output: Path, exports: list[Path]) -> dict[str, float]:
    """Run the yardstick and give the seconds of each step."""
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir(parents=True)
    files = [str(folder / "sales_line_*.csv") for folder in exports]
    names = {"sales": files, "masters": exports[0], "output": output}
    seconds: dict[str, float] = {}
    with duckdb.connect() as connection:
        connection.execute("set threads = 2")
        connection.execute("set preserve_insertion_order = false")
        connection.execute(f"set temp_directory = '{output / 'spill'}'")
        for step, tables in STEPS.items():
            began = time.perf_counter()
            for name, text in tables.items():
                select = text.format(**names)
                is_table = step == "curve"
                connection.execute(
                    select if is_table else _COPY.format(select=select, output=output, name=name)
                )
            seconds[step] = time.perf_counter() - began
    return seconds


if __name__ == "__main__":
    found = run(Path(sys.argv[1]), [Path(folder) for folder in sys.argv[2:]])
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu, peak = used.ru_utime + used.ru_stime, used.ru_maxrss * 1024
    print(json.dumps({"steps": found, "cpu": cpu, "peak_bytes": peak}))
