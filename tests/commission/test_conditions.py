"""Conditions: what they mean is checked against a second reading in Python, on the engine."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from niaga.commission.condition_sql import Ratio, Value, columns_of, to_sql
from niaga.commission.conditions import (
    And,
    Call,
    Column,
    Comparison,
    Condition,
    ConditionError,
    Constant,
    Flag,
    Membership,
    Missing,
    Node,
    Not,
    Or,
    parse_condition,
)

from .condition_oracle import holds

COLUMNS = {
    "product_line": Value("product_line", "text"),
    "net_amount": Value("net_units", "money", scale=2),
    "unit_price": Value("unit_price", "money"),
    "quantity": Value("quantity", "quantity"),
    "level": Value("level", "ordinal"),
    "order_date": Value("order_date", "date"),
    "new_customer": Value("is_new", "boolean"),
    "margin_rate": Ratio("margin_units", "net_units"),
}

texts = st.one_of(st.sampled_from(["tea", "it's", "a\\b"]), st.text(max_size=4)).filter(
    lambda text: "\0" not in text and text.isprintable()
)
cents = st.integers(-300, 300)
shares = st.integers(-2000, 2000).map(lambda number: Fraction(number, 1000))
days = st.dates(date(2026, 1, 1), date(2026, 1, 5))
OPERATORS = ["=", "<>", "<", "<=", ">", ">="]

CONSTANTS: dict[str, st.SearchStrategy[Constant]] = {
    "product_line": st.builds(Constant, texts, st.just("text")),
    "net_amount": cents.map(lambda number: Constant(Fraction(number, 100), "money", "USD")),
    "unit_price": cents.map(lambda number: Constant(Fraction(number, 1000), "money", "USD")),
    "quantity": cents.map(lambda number: Constant(Fraction(number, 10), "units")),
    "level": st.integers(1, 3).map(lambda number: Constant(Fraction(number), "number")),
    "order_date": days.map(lambda day: Constant(day, "date")),
    "margin_rate": shares.map(lambda share: Constant(share, "share")),
}


@st.composite
def comparisons(draw: st.DrawFn) -> Node:
    name = draw(st.sampled_from(sorted(CONSTANTS)))
    operators = OPERATORS[:2] if name == "product_line" else OPERATORS
    return Comparison(Column(name), draw(st.sampled_from(operators)), draw(CONSTANTS[name]))


@st.composite
def memberships(draw: st.DrawFn) -> Node:
    name = draw(st.sampled_from(sorted(CONSTANTS)))
    constants = draw(st.lists(CONSTANTS[name], min_size=1, max_size=3))
    return Membership(Column(name), tuple(constants))


leaves = st.one_of(
    comparisons(),
    memberships(),
    st.sampled_from(sorted(COLUMNS)).map(lambda name: Missing(Column(name))),
    st.just(Flag(Column("new_customer"))),
)
nodes: st.SearchStrategy[Node] = st.recursive(
    leaves,
    lambda inner: st.one_of(
        inner.map(Not),
        st.lists(inner, min_size=2, max_size=3).map(lambda each: And(tuple(each))),
        st.lists(inner, min_size=2, max_size=3).map(lambda each: Or(tuple(each))),
    ),
    max_leaves=8,
)
rows = st.fixed_dictionaries(
    {
        "product_line": st.none() | texts,
        "net_units": st.none() | cents | st.just(2**62),
        "unit_price": st.none() | cents.map(lambda number: Fraction(number, 1000)),
        "quantity": st.none() | cents.map(lambda number: Fraction(number, 10)),
        "level": st.none() | st.integers(1, 3),
        "order_date": st.none() | days,
        "is_new": st.none() | st.booleans(),
        "margin_units": st.none() | cents | st.just(-(2**62)),
    }
)
TYPES = {
    "product_line": "varchar", "net_units": "bigint", "unit_price": "decimal(24, 6)",
    "quantity": "decimal(24, 6)", "level": "integer", "order_date": "date", "is_new": "boolean",
    "margin_units": "bigint",
}  # fmt: skip


def values_of(row: dict[str, Any]) -> dict[str, Any]:
    """Give what the conditions call the cells of a row."""
    net, margin = row["net_units"], row["margin_units"]
    return row | {
        "new_customer": row["is_new"],
        "net_amount": None if net is None else Fraction(net, 100),
        "margin_rate": Fraction(margin, net) if net and margin is not None else None,
    }


def literal(value: Any) -> Any:
    return f"{value.numerator / value.denominator:.3f}" if isinstance(value, Fraction) else value


@settings(max_examples=200, deadline=None)
@given(node=nodes, row=rows)
def test_a_condition_means_the_same_written_again_and_on_the_engine(
    node: Node, row: dict[str, Any]
) -> None:
    condition = parse_condition(str(node))

    assert condition == Condition(node, "")
    cells = ", ".join(f"cast(? as {TYPES[name]}) as {name}" for name in row)
    (found,) = duckdb.execute(
        f"select {to_sql(condition, columns_of(COLUMNS))} from (select {cells})",
        [literal(value) for value in row.values()],
    ).fetchone() or (None,)
    assert found is holds(node, values_of(row))


def test_precedence_is_that_of_sql() -> None:
    assert parse_condition("a or not b and c").root == Or(
        (Flag(Column("a")), And((Not(Flag(Column("b"))), Flag(Column("c")))))
    )
    assert str(parse_condition("( a or b )\n and c is not null")) == "(a or b) and c is not null"


def test_a_condition_tells_what_it_refers_to() -> None:
    condition = parse_condition(
        "attainment(all) >= 95% and (score(nps) > 0 or net_amount >= 1_000.50 USD) and new_customer"
    )

    assert condition.columns == {"net_amount", "new_customer"}
    assert condition.calls == {("attainment", "all"), ("score", "nps")}
    assert condition.currencies == {"USD"}


def test_an_attainment_of_several_holds_when_each_does_and_is_never_rounded() -> None:
    third = Ratio("1", "3")
    condition = parse_condition("attainment(all) >= 33.3333333333333333333%")

    def resolve(reference: Column | Call) -> tuple[Ratio, ...]:
        assert reference == Call("attainment", "all")
        return third, Ratio("measure", "quota")

    sql = to_sql(condition, resolve)
    found = duckdb.execute(
        f"select {sql} from (values (1, 3), (1, 4), (null, 3), (1, 0)) as t (measure, quota)"
    ).fetchall()
    assert found == [(True,), (False,), (False,), (False,)]


@pytest.mark.parametrize(
    ("text", "position", "told"),
    [
        ("product_line = tea", 16, "write text in quotes: 'tea'"),
        ("product_line = 'tea", 16, "the quoted text has no end"),
        ("product_lin = 'tea'", 1, "did you mean `product_line`?"),
        ("net_amount > 500", 14, "`net_amount` is money, and 500 is not"),
        ("net_amount > 'a lot'", 14, "compare it with money: 500 USD"),
        ("net_amount > 500.005 USD", 14, "more decimals"),
        ("product_line > 'tea'", 1, "neither above nor below"),
        ("product_line = 5%", 16, "compare it with text in quotes"),
        ("margin_rate >= 500 USD", 16, "a percentage"),
        ("new_customer = 'yes'", 16, "write new_customer or not new_customer"),
        ("level", 1, "is no yes or no"),
        ("level = 1 AND new_customer", 11, "join with and, or"),
        ("(level = 1", 11, "the text ends where `)` is expected"),
        ("level in ()", 11, "where a value is expected"),
        ("level not in (1)", 7, "write not level in (..)"),
        ("5% < margin_rate", 1, "a comparison begins with a column"),
        ("attainmnt(c) > 5%", 1, "did you mean `attainment`?"),
        ("quantity >= 3 pieces", 15, "`pieces` is no unit"),
        ("order_date > 2026-02-30", 14, "there is no day 2026-02-30"),
        ("attainment(c) > 5%", 1, "can't be asked here"),
        ("", 1, "where a column or a call is expected"),
    ],
)  # fmt: skip
def test_a_wrong_condition_says_where_and_what_to_write(
    text: str, position: int, told: str
) -> None:
    with pytest.raises(ConditionError) as error:
        to_sql(parse_condition(text), columns_of(COLUMNS))

    assert error.value.position == position
    assert told in f"{error.value.problem} ({error.value.remedy})"
