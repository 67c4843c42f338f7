"""What must hold of staging: of each record the version that counts, exactly as in the lake.

Sales lines are compared where orders have arrived, which in a full build is everywhere; all else
is compared whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from .counting_records import latest, records, versions
from .rules import filled, fractions, in_order, known, unique
from .severity import ExpectNoRows, critical, warning

if TYPE_CHECKING:
    # The package is installed under another name than its folder's, which mypy does not follow.
    from niaga.ingest.contracts import Contract  # type: ignore[import-not-found]

ARRIVED = "order_id in (select order_id from lake.sales_line_arrived)"

PERIODS = (
    "[0-9]{4}(-(0[1-9]|1[0-2]|Q[1-4]|H[12]|W(0[1-9]|[1-4][0-9]|5[0-3])))?"
    "|FY[0-9]{4}(-(P(0[1-9]|1[0-2])|Q[1-4]|H[12]))?"
)
"""Periods that have a place in the calendar: 2026, 2026-H2, 2026-Q4, 2026-10."""


def suites(contracts: Iterable[Contract]) -> dict[str, list[ExpectNoRows]]:
    """Give the expectations by table, for the feeds that the build has rows of."""
    return {
        f"staging.stg_{contract.feed}": _OF_FEED.get(contract.feed, records)(contract)
        for contract in contracts
    }


def stg_sales_line(contract: Contract) -> list[ExpectNoRows]:
    """Expect the latest version of each sales line, and ids that the masters know."""
    return [
        unique(*contract.key, within=ARRIVED),
        filled(contract.key, contract.required),
        critical(
            "amounts have no more decimals than money_scale: what is loaded is never rounded",
            """
            select order_id, line_number, document_type, net_amount, cost_amount, money_scale
            from this
            cross join run.parameter
            where
                (net_amount * cast(power(10, money_scale) as bigint)) % 1 <> 0
                or (cost_amount * cast(power(10, money_scale) as bigint)) % 1 <> 0
            """,
        ),
        critical(
            "lines that name a currency name the company's",
            """
            select
                order_id, line_number, document_type, this.currency,
                parameter.currency as company_currency
            from this
            cross join run.parameter as parameter
            where this.currency <> parameter.currency
            """,
        ),
        warning(
            "no two sources have the same line: the later one would replace the other",
            f"""
            select
                order_id, line_number, document_type, min(source) as source,
                max(source) as other_source
            from lake.sales_line
            inner join (select distinct export_id, source from state.export) as export
                on _export_id = export.export_id
            where {ARRIVED}
            group by order_id, line_number, document_type
            having min(source) <> max(source)
            """,
        ),
        critical(
            "each line of the lake is staged in its latest version, to the last digit",
            f"""
            select
                order_id, line_number, document_type, row._export_id, row._row_number,
                row.net_amount as net_amount_in_lake, line.net_amount,
                row.quantity as quantity_in_lake, line.quantity,
                row.cost_amount as cost_amount_in_lake, line.cost_amount
            from lake.sales_line as row
            left join this as line using (order_id, line_number, document_type)
            where
                {ARRIVED}
                and (
                    line.order_id is null
                    or (row._business_date, row._export_id, row._row_number)
                    > (line._business_date, line._export_id, line._row_number)
                    or (
                        row._export_id = line._export_id
                        and row._row_number = line._row_number
                        and (row.net_amount, row.quantity, row.cost_amount)
                        is distinct from (line.net_amount, line.quantity, line.cost_amount)
                    )
                )
            """,
        ),
        critical(
            "each staged line is a row of the lake",
            f"""
            select order_id, line_number, document_type, _export_id, _row_number, net_amount
            from (select * from this where {ARRIVED}) as line
            anti join lake.sales_line as row
                using (order_id, line_number, document_type, _export_id, _row_number)
            union all
            select order_id, line_number, document_type, _export_id, _row_number, net_amount
            from this
            where
                _export_id not in (select distinct _export_id from lake.sales_line)
                and not {ARRIVED}
            """,
        ),
        *(
            known(
                column,
                f"staging.{table}",
                key,
                "sum(net_amount) as net_amount, min(order_id) as first_order_id",
            )
            for column, table, key in (
                ("product_id", "stg_product", "product_id"),
                ("customer_id", "stg_customer", "customer_id"),
                ("channel_id", "stg_channel", "channel_id"),
                ("territory_id", "stg_territory", "territory_id"),
                ("sales_rep_id", "stg_participant", "participant_id"),
            )
        ),
    ]


def stg_product(contract: Contract) -> list[ExpectNoRows]:
    """Expect the versions of each product."""
    return versions(contract)


def stg_customer(contract: Contract) -> list[ExpectNoRows]:
    """Expect the versions of each customer, in territories and channels that are known."""
    return [
        *versions(contract),
        known("territory_id", "staging.stg_territory"),
        known("channel_id", "staging.stg_channel"),
        known("owner_participant_id", "staging.stg_participant", "participant_id"),
    ]


def stg_channel(contract: Contract) -> list[ExpectNoRows]:
    """Expect the versions of each channel."""
    return [
        *versions(contract),
        known("parent_channel_id", "staging.stg_channel", "channel_id"),
        known("territory_id", "staging.stg_territory"),
    ]


def stg_territory(contract: Contract) -> list[ExpectNoRows]:
    """Expect the versions of each territory."""
    return [
        *versions(contract),
        known("parent_territory_id", "staging.stg_territory", "territory_id"),
        warning(
            "no territory lies in itself: whoever is in such a circle counts as part of no other",
            """
            with recursive above as (
                select territory_id, parent_territory_id from this where is_current
                union
                select above.territory_id, territory.parent_territory_id
                from above
                inner join this as territory
                    on above.parent_territory_id = territory.territory_id and territory.is_current
            )
            select territory_id from above where territory_id = parent_territory_id
            """,
        ),
    ]


def stg_participant(contract: Contract) -> list[ExpectNoRows]:
    """Expect the versions of each participant, and nobody under themselves."""
    return [
        *versions(contract),
        known("manager_id", "staging.stg_participant", "participant_id"),
        known("territory_id", "staging.stg_territory"),
        warning(
            "nobody is their own manager",
            "select participant_id, valid_from from this where manager_id = participant_id",
        ),
    ]


def stg_quota(contract: Contract) -> list[ExpectNoRows]:
    """Expect quotas that can be measured against."""
    shown = ", ".join((*contract.key, "amount"))
    return [
        *latest(contract),
        critical(
            "a quota that a component is measured against is money: it would be reached at once",
            """
            select participant_id, quota_type, period, amount, unit
            from this
            where unit = 'quantity' and quota_type in (select quota_type from plan.plan_quota_rule)
            """,
        ),
        critical("a quota is not negative", f"select {shown} from this where amount < 0"),
        critical("a quota's period has a place in the calendar", _without_period(shown)),
        known("participant_id", "staging.stg_participant"),
    ]


def stg_company_goal(contract: Contract) -> list[ExpectNoRows]:
    """Expect goals that can be measured against."""
    shown = ", ".join((*contract.key, "measure", "amount"))
    return [
        *latest(contract),
        warning("a goal is not negative", f"select {shown} from this where amount < 0"),
        warning("a goal's period has a place in the calendar", _without_period(shown)),
        warning(
            "a goal's measure is one that is calculated",
            f"""
            select {shown}
            from this
            where measure not in ('revenue', 'volume', 'margin', 'new customers')
            """,
        ),
    ]


def stg_credit_split(contract: Contract) -> list[ExpectNoRows]:
    """Expect shares that are shares, of participants who are known."""
    return [
        *latest(contract),
        fractions(contract.key, ("share", "pay_share"), stops=True),
        known("participant_id", "staging.stg_participant"),
    ]


def stg_plan_assignment(contract: Contract) -> list[ExpectNoRows]:
    """Expect nobody to be paid twice by one plan, and plans that exist."""
    return [
        *latest(contract),
        critical(
            "nobody has one plan twice at the same time: it would pay twice",
            """
            select
                participant_id, plan_id, assignment.valid_from, assignment.valid_to,
                other.valid_from as other_valid_from, other.valid_to as other_valid_to
            from this as assignment
            inner join this as other using (participant_id, plan_id)
            where
                assignment.valid_from < other.valid_from
                and coalesce(assignment.valid_to, date '9999-12-31') >= other.valid_from
            """,
        ),
        warning(
            "nobody is on two plans at the same time: both would pay",
            """
            select
                participant_id, assignment.plan_id, other.plan_id as other_plan_id,
                assignment.valid_from, assignment.valid_to
            from this as assignment
            inner join this as other using (participant_id)
            where
                assignment.plan_id < other.plan_id
                and assignment.valid_from <= coalesce(other.valid_to, date '9999-12-31')
                and other.valid_from <= coalesce(assignment.valid_to, date '9999-12-31')
            """,
        ),
        known("participant_id", "staging.stg_participant"),
        warning(
            "each plan_id is the name of a plan",
            """
            select plan_id, count(*) as participants
            from this
            where plan_id not in (select plan_id from plan.plan_version)
            group by plan_id
            """,
        ),
    ]


def stg_expert_projection(contract: Contract) -> list[ExpectNoRows]:
    """Expect projections of months that are still to come or run."""
    return [
        *records(contract),
        warning(
            "a month is projected before it is over: later that counts for nothing",
            f"""
            select {", ".join(contract.key)}, quantity
            from this
            where date_trunc('month', month) < date_trunc('month', made_date)
            """,
        ),
    ]


def stg_trade_term(contract: Contract) -> list[ExpectNoRows]:
    """Expect terms that can be a share of sales, of channels that are known."""
    return [
        *latest(contract),
        critical(
            "a rate is taken of net_amount, an amount due each month: no other basis is calculated",
            f"""
            select {", ".join(contract.key)}, basis, rate, amount
            from this
            where
                (rate is not null and basis <> 'net_amount')
                or (amount is not null and basis <> 'month')
            """,
        ),
        fractions(contract.key, ("rate",)),
        in_order(contract.key, "valid_from", "valid_to"),
        known("channel_id", "staging.stg_channel"),
    ]


_OF_FEED: Mapping[str, Callable[[Contract], list[ExpectNoRows]]] = {
    "sales_line": stg_sales_line,
    "product": stg_product,
    "customer": stg_customer,
    "channel": stg_channel,
    "territory": stg_territory,
    "participant": stg_participant,
    "quota": stg_quota,
    "company_goal": stg_company_goal,
    "expert_projection": stg_expert_projection,
    "credit_split": stg_credit_split,
    "plan_assignment": stg_plan_assignment,
    "trade_term": stg_trade_term,
}


def _without_period(shown: str) -> str:
    return f"""
        select {shown}
        from this
        where
            (period_start is null or period_end is null)
            and not coalesce(regexp_full_match(period, '{PERIODS}'), false)
        """
