"""Random conditions on random sales, in one build, against the conditions read in Python."""

from __future__ import annotations

import random
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import duckdb
from niaga.commission.conditions import parse_condition
from niaga.progress import Silent
from niaga.refresh import stage
from niaga.state import State
from niaga.workspace import Workspace

from tests.support.lake import put

from .condition_oracle import holds

PLANS = 60
SALES = 12
PRODUCTS = {"p1": ("tea", "drink"), "p2": ("coffee", "drink"), "p3": ("it's", ""), "p4": ("", "")}
CHANNELS = {"c1": "retailer", "c2": "own shop"}
SIMPLE = [
    "product_line = 'tea'", "product_line <> 'tea'", "product_line in ('coffee', 'it''s')",
    "product_category is null", "not product_category = 'drink'", "channel_type = 'retailer'",
    "channel_id is not null", "new_customer", "not new_customer", "net_amount >= 100 USD",
    "net_amount > 100 USD", "margin_rate >= 33.3%", "markup_rate < 50%", "margin_amount > 0",
    "quantity > 2 units", "contract_months >= 12", "unit_price <> 10 USD", "level = 0",
    "order_date <= 2026-01-15", "role = 'lead'", "customer_segment = 'gold'", "team is null",
]  # fmt: skip


def random_condition(chance: random.Random) -> str:
    parts = chance.sample(SIMPLE, chance.randint(1, 3))
    if len(parts) < 3:
        return chance.choice([" and ", " or "]).join(parts)
    return chance.choice([f"({parts[0]} or {parts[1]}) and {parts[2]}", " or ".join(parts)])


def cents(amount: int) -> str:
    return f"{amount / 100:.2f}"


def random_sale(chance: random.Random, order: str, person: str) -> dict[str, str]:
    net = chance.choice([9_999, 10_000, 10_001, 0, chance.randint(1, 30_000)])
    return {
        "order_id": order, "line_number": "1", "document_type": "sale",
        "order_date": str(date(2026, 1, 1) + timedelta(days=chance.randint(0, 30))),
        "product_id": chance.choice(list(PRODUCTS)), "sales_rep_id": person,
        "channel_id": chance.choice([*CHANNELS, ""]),
        "customer_id": chance.choice(["k1", "k2", ""]),
        "quantity": chance.choice(["1", "2", "2.5"]), "net_amount": cents(net),
        "cost_amount": chance.choice(["", cents(net * 2 // 3), cents(chance.randint(0, 20_000))]),
        "unit_price": chance.choice(["", "10", "12.50"]),
        "contract_months": chance.choice(["", "11", "12"]),
        "is_new_customer": chance.choice(["", "true", "false"]),
    }  # fmt: skip


def values_of(sale: dict[str, str]) -> dict[str, Any]:
    """Give what conditions call the columns of a sale, worked out from its export."""
    net = Fraction(sale["net_amount"])
    cost = Fraction(sale["cost_amount"]) if sale["cost_amount"] else None
    margin = None if cost is None else net - cost
    line, category = PRODUCTS[sale["product_id"]]
    return {
        "product_line": line or None, "product_category": category or None,
        "channel_id": sale["channel_id"] or None, "channel_type": CHANNELS.get(sale["channel_id"]),
        "new_customer": {"true": True, "false": False}.get(sale["is_new_customer"]),
        "net_amount": net, "margin_amount": margin,
        "margin_rate": margin / net if margin is not None and net else None,
        "markup_rate": margin / cost if margin is not None and cost else None,
        "quantity": Fraction(sale["quantity"]), "level": 0,
        "contract_months": int(sale["contract_months"]) if sale["contract_months"] else None,
        "unit_price": Fraction(sale["unit_price"]) if sale["unit_price"] else None,
        "order_date": date.fromisoformat(sale["order_date"]),
        "role": "lead" if sale["sales_rep_id"].endswith("0") else None, "team": None,
        "customer_segment": {"k1": "gold"}.get(sale["customer_id"]),
    }  # fmt: skip


def returned(sale: dict[str, str]) -> dict[str, str]:
    """Give the return of all of it, after the dates of every component."""
    negative = {
        name: f"-{sale[name]}" for name in ("net_amount", "quantity", "cost_amount") if sale[name]
    }
    return sale | negative | {
        "order_id": f"{sale['order_id']}-return", "document_type": "return",
        "order_date": "2026-02-20", "original_order_id": sale["order_id"],
        "original_line_number": "1",
    }  # fmt: skip


def put_masters(workspace: Workspace, state: State) -> None:
    products = [
        {"product_id": product, "name": product, "line": line, "category": category}
        for product, (line, category) in PRODUCTS.items()
    ]
    put(workspace, state, "product", [said(product) for product in products])
    channels = [
        {"channel_id": channel, "name": channel, "type": kind} for channel, kind in CHANNELS.items()
    ]
    put(workspace, state, "channel", channels)
    customers = [
        {"customer_id": "k1", "name": "k1", "segment": "gold"},
        {"customer_id": "k2", "name": "k2"},
    ]
    put(workspace, state, "customer", customers)


def said(row: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in row.items() if value}


def test_a_component_counts_what_its_condition_and_dates_say_and_takes_back_only_that(
    workspace: Workspace, state: State
) -> None:
    chance = random.Random(20261126)
    expected: dict[tuple[str, str], Fraction] = {}
    sales, people, assignments = [], [], []
    for number in range(PLANS):
        name, condition = f"p{number}", random_condition(chance)
        first, last = sorted(date(2026, 1, 1) + timedelta(days=chance.randint(0, 30)) for _ in "ab")
        dates = f"from: {first}, to: {last}, " if number % 3 == 0 else ""
        (workspace.plans_folder / f"{name}.yml").write_text(
            f"plan: {name}\ncurrency: USD\nfrom: 2026-01-01\n"
            f'components: {{c: {{{dates}where: "{condition}", rate: 100%}}}}\n'
        )
        sold = [random_sale(chance, f"{name}-{each}", name) for each in range(SALES)]
        counted = [
            Fraction(sale["net_amount"])
            if holds(parse_condition(condition).root, values_of(sale))
            and (not dates or first <= date.fromisoformat(sale["order_date"]) <= last)
            else Fraction(0)
            for sale in sold
        ]
        expected[name, "2026-01"] = sum(counted, Fraction(0))
        expected[name, "2026-02"] = -counted[0]
        sales += [said(sale) for sale in [*sold, returned(sold[0])]]
        person = {"participant_id": name, "name": name}
        people.append(person | ({"role": "lead"} if number % 10 == 0 else {}))
        assignments.append({"participant_id": name, "plan_id": name, "valid_from": "2026-01-01"})
    put_masters(workspace, state)
    put(workspace, state, "participant", people)
    put(workspace, state, "plan_assignment", assignments)
    put(workspace, state, "sales_line", sales)

    stage.register(workspace, state, "run", is_posting=False)
    stage.build_staging(workspace, Silent())
    stage.build_marts(workspace, Silent())

    with duckdb.connect(str(workspace.build_database), read_only=True) as connection:
        lines = connection.execute(
            "select plan_id, period, sum(commission_amount) from commission.commission_line"
            " group by all"
        ).fetchall()
    found = dict.fromkeys(expected, Fraction(0))
    found |= {(plan, period): Fraction(amount) for plan, period, amount in lines}
    assert found == expected
    assert len({amount for amount in expected.values() if amount}) > PLANS / 2
