"""What every translation of a case says alike: people, orders, quotas, rates and edges."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from .case import Case

CURRENCIES = {0: "IDR", 2: "USD", 3: "KWD"}
"""The company's currency by its digits: the money of a case is only money."""
MONEY_DIGITS = 4
"""Decimals that sales, costs and quotas may have, whatever the currency."""


class NotSaid(Exception):
    """The plan language does not calculate yet what a case needs; the words say what."""


Feeds = dict[str, list[dict[str, str]]]


@dataclass
class Said:
    """A case in niaga's words: its plan, and the rows of each feed.

    `plans_to_check` are those that `niaga plan check` must refuse, or not, by name; `managers` says
    who is above whom, `others` who belongs to the case besides those who sell. `parts` are the
    components that make up one of the case where it is not the one of its name, `readings` those
    whose pay is the figure that an item asks for; `columns` are more of the feed `participant` by
    name; `more_plans` are those of who is paid otherwise than by `plan`, by name; `targets` from
    when on a participant has which yearly target incentive; `nights` the rows that come after all
    others, night by night, each with the period that it stands for.
    """

    currency: str
    plan: dict[str, Any]
    plans_to_check: dict[str, dict[str, Any]] = field(default_factory=dict)
    managers: dict[str, str] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)
    parts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    readings: dict[str, tuple[str, ...]] = field(default_factory=dict)
    columns: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    more_plans: dict[str, dict[str, Any]] = field(default_factory=dict)
    targets: list[tuple[str, date, str]] = field(default_factory=list)
    nights: list[tuple[str, Feeds]] = field(default_factory=list)
    feeds: Feeds = field(default_factory=lambda: defaultdict(list))

    def night(self, period: str) -> Feeds:
        """Begin the next night; give its rows to fill."""
        feeds: Feeds = defaultdict(list)
        self.nights.append((period, feeds))
        return feeds

    def plan_of(self, rep: str) -> str:
        """Name the plan that someone is on."""
        plan: str = self.more_plans.get(rep, self.plan)["plan"]
        return plan

    @property
    def every_plan(self) -> list[dict[str, Any]]:
        """All plans of the case, each once."""
        plans = {plan["plan"]: plan for plan in [self.plan, *self.more_plans.values()] if plan}
        return list(plans.values())

    @property
    def every_feed(self) -> list[Feeds]:
        """The rows of the first night, and of each later one."""
        return [self.feeds, *(feeds for _, feeds in self.nights)]


def person(case: Case, rep: str) -> str:
    """Name a participant; by their names they come as the case lists them, which decides ties."""
    listed = list(dict.fromkeys(_listed(case.inputs)))
    place = f"{listed.index(rep):03}" if rep in listed else "999"
    return f"{case.case_id}.{place}.{_plain(rep)}"


def _listed(said: object) -> Iterator[str]:
    """Give everyone in the order of their mention; who shares an order comes as its shares do."""
    if isinstance(said, list):
        for each in said:
            yield from _listed(each)
    elif isinstance(said, dict):
        for each in said.values():
            yield from _listed(each)
        if isinstance(said.get("rep"), str):
            yield said["rep"]


def _plain(name: str) -> str:
    """Give a name without the mark that ends a text in a condition."""
    return name.replace("'", "_")


def order(case: Case, transaction: str) -> str:
    """Name the order of a transaction; by their names orders of a day come as the case has them."""
    ids = [each["id"] for each in case.inputs.get("transactions", [])]
    place = f"{ids.index(transaction):05}." if transaction in ids else ""
    return f"{case.case_id}.{place}{_plain(transaction)}"


def component_name(said: Said, name: str) -> str:
    """Give the name that a component of the case has in the plan: small letters."""
    if name != name.lower():
        said.parts[name] = (name.lower(),)
    return name.lower()


def product_id(case: Case, product: str) -> str:
    return f"{case.case_id}.{_plain(product)}"


def only(known: Iterable[str], said: dict[str, Any], what: str) -> None:
    always = {"calc", "currency", "rounding", "id"}
    if unknown := sorted(set(said) - set(known) - always):
        raise NotSaid(f"{what}: {', '.join(unknown)}")


def decimal_text(value: Fraction) -> str:
    text = f"{Decimal(value.numerator) / Decimal(value.denominator):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(share: str) -> str:
    return f"{decimal_text(Fraction(share) * 100)}%"


def edge(said: Said, value: str, basis: str) -> str:
    if Fraction(value) == 0:
        return "0"
    if basis == "attainment":
        return f"{percent(value)} of quota"
    return f"{value} {said.currency}"


def tier_rows(
    said: Said, tiers: list[dict[str, Any]], basis: str, boundary: str, key: str, form: str
) -> list[dict[str, str]]:
    """Give the rows of a table of rates; what lies in no tier has a rate of nothing."""

    def pay(tier: dict[str, Any] | None) -> dict[str, str]:
        rate = tier[key] if tier else "0"
        return {"rate": percent(rate) if form == "%" else f"{rate}x"}

    return table_rows(tiers, boundary, lambda value: edge(said, value, basis), pay)


def table_rows(
    tiers: list[dict[str, Any]],
    boundary: str,
    edge_of: Callable[[str], str],
    pay_of_tier: Callable[[dict[str, Any] | None], dict[str, str]],
) -> list[dict[str, str]]:
    """Give the rows of a table by its edges; `pay_of_tier` of None is what a hole pays: nothing.

    A closed table has its edges in the lower tier where two meet, and a row for each hole.
    """
    rows: list[dict[str, str]] = []
    end: Fraction | None = Fraction(0)
    word = "above" if boundary == "upper_inclusive" else "from"
    for tier in tiers:
        start = Fraction(tier["from"])
        touches = bool(rows) and start == end
        if not touches and start > 0:
            hole = "from" if not rows else ("above" if boundary == "closed" else word)
            rows.append({hole: edge_of(decimal_text(end or Fraction(0))), **pay_of_tier(None)})
        at = "above" if touches and boundary == "closed" else word
        rows.append({at if start else "from": edge_of(tier["from"]), **pay_of_tier(tier)})
        end = None if tier.get("to") is None else Fraction(tier["to"])
    if end is not None:
        closing = word if boundary == "lower_inclusive" else "above"
        rows.append({closing: edge_of(decimal_text(end)), **pay_of_tier(None)})
    return rows


def put_plan(case: Case, said: Said, pay: str, components: dict[str, Any], **more: Any) -> None:
    said.plan = {
        "plan": case.case_id.lower(),
        "currency": said.currency,
        "from": "1990-01-01",
        "pay": pay,
        **more,
        "components": components,
    }


def put_plan_of(said: Said, rep: str, number: int, components: dict[str, Any], **more: Any) -> None:
    """Put a plan for one person: as the case's own, but for its components and `more`."""
    name = f"{said.plan['plan']}-{number}"
    said.more_plans[rep] = said.plan | more | {"plan": name, "components": components}


def pay_of(period: str) -> str:
    if period not in ("month", "quarter", "year"):
        raise NotSaid(f"a pay period of {period}")
    return period


def days(case: Case) -> list[date]:
    return [date.fromisoformat(each["date"]) for each in case.inputs["transactions"]]


def reps(case: Case) -> list[str]:
    """Everyone that the case names, in order of the first mention."""
    said = [
        *(
            each["rep"]
            for name in ("assignments", "clawbacks")
            for each in case.inputs.get(name, [])
        ),
        *(each["rep"] for each in case.inputs.get("transactions", [])),
        *(
            split["rep"]
            for each in case.inputs.get("transactions", [])
            for split in each.get("splits", [])
        ),
        *(each["rep"] for each in case.inputs.get("measures", [])),
        *(figure.rep for figure in case.figures if figure.rep != "*"),
    ]
    return list(dict.fromkeys(said))


_OF_A_TRANSACTION = (
    "date", "rep", "amount", "type", "ref", "original_date", "product", "new_customer",
    "quantity", "margin", "margin_pct", "cost",
)  # fmt: skip


def put_transactions(case: Case, said: Said, credited_by: str = "splits") -> None:
    """Put all transactions; `credited_by` is who else than its rep one may count for.

    Shares of an order are put here; who credits by something else puts that.
    """
    for transaction in case.inputs["transactions"]:
        only((*_OF_A_TRANSACTION, credited_by), transaction, "a transaction")
        if credited_by == "splits":
            for each in transaction.get("splits", []):
                put_share(case, said, transaction["id"], each)
        amount = Fraction(transaction["amount"])
        if transaction["type"] not in ("sale", "return"):
            raise NotSaid(f"a transaction of type {transaction['type']}")
        day = date.fromisoformat(transaction["date"])
        # A return that names no sale is a credit note: a sale of a negative amount.
        signed = amount if transaction["type"] == "sale" else -amount
        put_sale(case, said, transaction["id"], day, transaction["rep"], decimal_text(signed))
        _describe(case, said, transaction, signed)
        if transaction["type"] == "return" and "ref" in transaction:
            take_back(said.feeds["sales_line"][-1], order(case, transaction["ref"]))


def take_back(line: dict[str, str], original: str) -> None:
    """Make a line the return of an order."""
    line |= {
        "document_type": "return",
        "original_order_id": original,
        "original_line_number": "1",
    }


def forget_sale(line: dict[str, str]) -> None:
    """Make a return a credit note, which walks by itself: a sale of a negative amount."""
    if line["document_type"] == "return":
        line["document_type"] = "sale"
        del line["original_order_id"], line["original_line_number"]


def put_share(case: Case, said: Said, transaction: str, share: dict[str, Any]) -> None:
    said.feeds["credit_split"].append(
        {
            "rule_id": order(case, transaction),
            "order_id": order(case, transaction),
            "participant_id": person(case, share["rep"]),
            "share": share["share"],
        }
    )


def _describe(case: Case, said: Said, transaction: dict[str, Any], amount: Fraction) -> None:
    """Say what was sold, to whom, and what of it is margin."""
    line = said.feeds["sales_line"][-1]
    if "product" in transaction:
        line["product_id"] = product_id(case, transaction["product"])
        product = {"product_id": line["product_id"], "name": transaction["product"]}
        if product not in said.feeds["product"]:
            said.feeds["product"].append(product)
    if "new_customer" in transaction:
        line["is_new_customer"] = "true" if transaction["new_customer"] else "false"
    sign = -1 if amount < 0 else 1
    if "quantity" in transaction:
        line["quantity"] = decimal_text(sign * Fraction(transaction["quantity"]))
    if "cost" in transaction:
        line["cost_amount"] = decimal_text(sign * Fraction(transaction["cost"]))
    elif "margin" in transaction:
        line["cost_amount"] = decimal_text(amount - sign * Fraction(transaction["margin"]))


def put_costs(case: Case, said: Said, edges: list[Fraction]) -> int:
    """Put the cost that a given margin rate says; give what rates are divided by.

    Rates are fractions, or percentages where some edge is above 1.
    """
    given = [each for each in case.inputs["transactions"] if "margin_pct" in each]
    divisor = 100 if given and max(edges) > 1 else 1
    for transaction in given:
        amount = Fraction(transaction["amount"])
        cost = amount - amount * Fraction(transaction["margin_pct"]) / divisor
        if (cost * 10**MONEY_DIGITS).denominator != 1:
            raise NotSaid("a margin rate whose cost is no amount of money")
        for row in said.feeds["sales_line"]:
            if row["order_id"] == order(case, transaction["id"]):
                sign = -1 if row["net_amount"].startswith("-") else 1
                row["cost_amount"] = decimal_text(sign * cost)
    return divisor


def put_sale(case: Case, said: Said, number: str, day: date, rep: str, amount: str) -> None:
    said.feeds["sales_line"].append(
        {
            "order_id": order(case, number),
            "line_number": "1",
            "document_type": "sale",
            "order_date": day.isoformat(),
            "product_id": "product",
            "sales_rep_id": person(case, rep),
            "quantity": "-1" if amount.startswith("-") else "1",
            "net_amount": amount,
        }
    )


def put_quota(case: Case, said: Said, rep: str, kind: str, period: str, amount: str) -> None:
    said.feeds["quota"].append(
        {
            "participant_id": person(case, rep),
            "quota_type": kind,
            "period": period,
            "amount": amount,
        }
    )
