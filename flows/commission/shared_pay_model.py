"""Money that several participants share or contend for: pools and contests."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Any, Literal

import pyarrow as pa
from pydantic import AfterValidator, Field, model_validator

from .plan_part import PlanPart
from .state_condition import StateConditionText, condition_rows
from .units import NUMBER, Quantity, fitting, parse_amount, parse_curve_rate, parse_rate, whole

if TYPE_CHECKING:
    from .component_model import Component
    from .curves import Scale

_OF_COMPANY = re.compile(r"^(.+%) of company$")
_COUNT = re.compile(rf"^({NUMBER}) (unit|order|customer)s?$")
_UNITS_OF = {"unit": "quantity", "order": "orders", "customer": "customers"}
_QUANTITY_SCALE = 10**6
SCHEMAS: dict[str, pa.Schema] = {
    "plan_pool": pa.schema(
        [
            ("component_key", pa.string()), ("is_of_company", pa.bool_()),
            ("fund_numerator", pa.int64()), ("fund_denominator", pa.int64()),
            ("share_kind", pa.string()), ("base_units", pa.int64()),
            ("members_condition_id", pa.string()),
        ]
    ),
    "plan_contest": pa.schema(
        [
            ("component_key", pa.string()), ("contest_rank", pa.int64()),
            ("first_to_units", pa.int64()), ("prize_minor", pa.int64()), ("ties", pa.string()),
        ]
    ),
}  # fmt: skip


def parse_fund(text: str) -> tuple[Quantity | None, Fraction]:
    """Read what fills a pool: money, or none and the share of what the company sells."""
    if found := _OF_COMPANY.match(text):
        return None, parse_rate(found[1])
    fund = parse_amount(text)
    if fund.unit != "money":
        raise ValueError(f'"{text}" is no fund; write for example 3_000 USD or 1% of company')
    return fund, fund.value


def _fund(text: str) -> str:
    parse_fund(text)
    return text


def _factor(text: str) -> str:
    if parse_curve_rate(text).unit != "target":
        raise ValueError(f'"{text}" is no factor; write for example 1.15x')
    return text


def parse_reach(text: str) -> tuple[str, Fraction]:
    """Read what is to be reached first: the measure that it is of, and how much."""
    if found := _COUNT.match(text):
        return _UNITS_OF[found[2]], Fraction(found[1].replace("_", ""))
    amount = parse_amount(text)
    if amount.unit != "money" or amount.is_zero:
        raise ValueError(f'"{text}" can\'t be reached; write for example 3 orders or 50_000 USD')
    return "money", amount.value


def _reach(text: str) -> str:
    parse_reach(text)
    return text


def _rank(text: str) -> str:
    if not text.isdigit() or int(text) < 1:
        raise ValueError(f"{text} is no rank; write 1 for whoever has most")
    return text


def _prize(text: str) -> str:
    if parse_amount(text).unit != "money":
        raise ValueError(f'"{text}" is no prize; write for example 2_500 USD')
    return text


def _base(text: str) -> str:
    if not re.match(rf"^{NUMBER}( [A-Z]{{3}})?$", text) or _base_value(text) <= 0:
        raise ValueError(f'"{text}" is no sum of weights; write for example 4_000_000 USD or 100')
    return text


def _base_value(text: str) -> Fraction:
    return Fraction(text.split()[0].replace("_", ""))


class Pool(PlanPart):
    """Money that the members of a window share, equally or by a weight.

    `base` is a sum of weights that is fixed: each member has his own part of the fund, whoever else
    is a member, and what is left is nobody's.

    Keys:
        fund: Money for each window, or a share of what the company sells of what the component
            measures.
        factor: What the fund is multiplied by.
        members: Condition of who has a part; unless said everyone on the plan.
        share: What the parts are in proportion to: nothing, each one's measure, or his target
            incentive.
        base: A fixed sum of weights to divide by, in place of that of the members.
    """

    fund: Annotated[str, AfterValidator(_fund), Field(examples=["1% of company", "3_000 USD"])]
    factor: Annotated[str, AfterValidator(_factor), Field(examples=["1.15x"])] = "1x"
    members: StateConditionText | None = None
    share: Literal["equal", "measure", "target_incentive_amount"] = "equal"
    base: Annotated[str, AfterValidator(_base), Field(examples=["4_000_000 USD"])] | None = None

    @property
    def money_texts(self) -> list[str]:
        """Every number of the pool that is money."""
        texts = [] if _OF_COMPANY.match(self.fund) else [self.fund]
        return [*texts, *([self.base] if self.base and " " in self.base else [])]


class Contest(PlanPart):
    """A prize for the one of some rank by the measure, or for who reaches an amount first.

    Keys:
        rank: Who wins: 1 is who has most.
        first_to: An amount; who reaches it first wins.
        prize: Money for each window.
        ties: Whether those who tie share the prize, each get it, or nobody does.
    """

    rank: Annotated[str, AfterValidator(_rank), Field(examples=["1"])] | None = None
    first_to: (
        Annotated[str, AfterValidator(_reach), Field(examples=["3 orders", "50_000 USD"])] | None
    ) = None
    prize: Annotated[str, AfterValidator(_prize), Field(examples=["2_500 USD"])]
    ties: Literal["share", "all", "none"] = "share"

    @model_validator(mode="after")
    def _one_way_to_win(self) -> Contest:
        if (self.rank is None) == (self.first_to is None):
            raise ValueError("say either rank: 1 (most wins) or first_to: 3 orders (soonest wins)")
        return self

    @property
    def money_texts(self) -> list[str]:
        """Every number of the contest that is money."""
        is_money = self.first_to is not None and parse_reach(self.first_to)[0] == "money"
        return [self.prize, *([str(self.first_to)] if is_money else [])]


def check_shared_pay(component: Component) -> None:
    """Check pools and contests against their component; raise ValueError in the plan's words."""
    pool, contest = component.pool, component.contest
    if pool is not None and pool.base is not None and pool.share == "equal":
        raise ValueError("pool.base is a sum of weights: say share: measure or a column")
    if pool is not None and pool.fund.endswith("of company") and component.of not in (
        "net_amount", "margin",
    ):  # fmt: skip
        raise ValueError("pool.fund: 1% of company is of net_amount or margin")
    if contest is not None and contest.first_to is not None:
        measure, _ = parse_reach(contest.first_to)
        is_money = component.of in ("net_amount", "margin", "payments")
        if measure != ("money" if is_money else component.of):
            raise ValueError(
                f"contest.first_to: {contest.first_to} is no amount of {component.of}; "
                "say with `of` what is counted"
            )


def rows_of(component: Component, key: str, scale: Scale) -> dict[str, list[dict[str, Any]]]:
    """Give the rows of a component; raise ValueError where its numbers can't be exact."""
    rows: dict[str, list[dict[str, Any]]] = {}
    if (pool := component.pool) is not None:
        money, value = parse_fund(pool.fund)
        fund = value * parse_curve_rate(pool.factor).value
        fund *= scale.measure_to_pay if money is None else 10**scale.pay
        members = f"{key}/pool/members" if pool.members else None
        base = None
        if pool.base is not None:
            unit = _weight_unit(component, scale)
            base = whole(_base_value(pool.base) * unit, pool.base)
        rows["plan_pool"] = [
            {
                "component_key": key,
                "is_of_company": money is None,
                "fund_numerator": fitting(fund.numerator, pool.fund),
                "fund_denominator": fitting(fund.denominator, pool.fund),
                "share_kind": pool.share,
                "base_units": base,
                "members_condition_id": members,
            }
        ]
        if pool.members and members:
            rows["plan_condition"] = condition_rows(pool.members, key, members, scale.measure)
    if (contest := component.contest) is not None:
        reach = None
        if contest.first_to is not None:
            measure, value = parse_reach(contest.first_to)
            unit = {"money": 10**scale.measure, "quantity": _QUANTITY_SCALE}.get(measure, 1)
            reach = whole(value * unit, contest.first_to)
        prize = parse_amount(contest.prize).value * 10**scale.pay
        rows["plan_contest"] = [
            {
                "component_key": key,
                "contest_rank": int(contest.rank) if contest.rank else None,
                "first_to_units": reach,
                "prize_minor": whole(prize, contest.prize),
                "ties": contest.ties,
            }
        ]
    return rows


def _weight_unit(component: Component, scale: Scale) -> int:
    """Give the units of one: of money, or of what the measure counts."""
    by_measure = component.pool is not None and component.pool.share == "measure"
    units = {"quantity": _QUANTITY_SCALE, "orders": 1, "customers": 1}
    unit = units.get(component.of) if by_measure else None
    return unit or int(10**scale.measure)
