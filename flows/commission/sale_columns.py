"""What a condition of a plan may ask of a sale, and where the models have it.

The SQL speaks of the aliases that the macro `tables_of_conditions` joins: the credit, its document,
the whole order, and the masters as they were on the day of the order. A month of tenure is counted
from 1, the month of hiring; a role is that of the split of the credit, else the participant's.
"""

from __future__ import annotations

from dataclasses import dataclass

from .condition_sql import Ratio, Value

_TENURE = (
    "(12 * (extract(year from document.order_date) - extract(year from participant.hire_date))"
    " + extract(month from document.order_date) - extract(month from participant.hire_date) + 1)"
)


@dataclass(frozen=True)
class SaleColumn:
    """A column by the name that plans use; `tables` are the aliases that it needs joined."""

    value: Value | Ratio
    tables: frozenset[str] = frozenset()


def is_text(name: str) -> bool:
    """Whether a column of this name is known, and text."""
    column = sale_columns(0).get(name)
    return column is not None and isinstance(column.value, Value) and column.value.kind == "text"


def sale_columns(
    money_scale: int, *, are_of_order: bool = False, are_of_size: bool = False
) -> dict[str, SaleColumn]:
    """Give every column by name; `money_scale` is the number of decimals of money in integers.

    `are_of_order`: amounts are those of the whole order, not of the line. `are_of_size`: those of a
    credit note are those of a sale of its size.
    """
    document = frozenset({"document"})
    participant = document | {"participant"}
    summed = "whole_order" if are_of_order else "document"

    def of_document(kind: str, *names: str) -> dict[str, SaleColumn]:
        return {name: SaleColumn(Value(f"document.{name}", kind), document) for name in names}

    def amount(column: str, kind: str, scale: int | None = None) -> SaleColumn:
        sql = f"{summed}.{column}"
        if are_of_size:
            sql = f"(case when {summed}.net_units < 0 then -{sql} else {sql} end)"
        return SaleColumn(Value(sql, kind, scale), frozenset({summed}))

    def margin_over(base: str) -> SaleColumn:
        return SaleColumn(Ratio(f"{summed}.margin_units", base), frozenset({summed}))

    def of_master(master: str, column: str) -> SaleColumn:
        return SaleColumn(Value(f"{master}.{column}", "text"), document | {master})

    return {
        **of_document("text", "order_id", "product_id", "customer_id", "customer_segment"),
        **of_document("text", "channel_id", "territory_id", "promotion_id", "contract_id"),
        **of_document("date", "order_date", "invoice_date", "ship_date", "contract_start"),
        **of_document("ordinal", "contract_months"),
        **of_document("money", "unit_price", "list_price"),
        "quantity": amount("quantity", "quantity"),
        "discount_amount": amount("discount_amount", "money"),
        "new_customer": SaleColumn(Value("document.is_new_customer", "boolean"), document),
        "product_line": of_master("product", "line"),
        "product_category": of_master("product", "category"),
        "channel_type": of_master("channel", "type"),
        "net_amount": amount("net_units", "money", money_scale),
        "margin_amount": amount("margin_units", "money", money_scale),
        "margin_rate": margin_over(f"{summed}.net_units"),
        "markup_rate": margin_over(f"({summed}.net_units - {summed}.margin_units)"),
        "participant_id": SaleColumn(Value("credit.participant_id", "text")),
        "team": of_master("participant", "team"),
        "role": SaleColumn(
            Value("coalesce(split.role, participant.role)", "text"), participant | {"split"}
        ),
        "tenure_months": SaleColumn(Value(_TENURE, "ordinal"), participant),
        "level": SaleColumn(Value("credit.credit_level", "ordinal")),
    }
