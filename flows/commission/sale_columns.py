"""What a condition of a plan may ask of a sale, and where the models have it.

The SQL speaks of the aliases that the macro `tables_of_conditions` joins: the credit, its document,
and the masters as they were on the day of the order. A month of tenure is counted from 1, the month
of hiring; a role is that of the split of the credit, else the participant's.
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


def sale_columns(money_scale: int) -> dict[str, SaleColumn]:
    """Give every column by name; `money_scale` is the number of decimals of money in integers."""
    document = frozenset({"document"})
    participant = document | {"participant"}

    def of_document(kind: str, *names: str) -> dict[str, SaleColumn]:
        return {name: SaleColumn(Value(f"document.{name}", kind), document) for name in names}

    def units(column: str) -> SaleColumn:
        return SaleColumn(Value(f"document.{column}_units", "money", money_scale), document)

    def margin_over(base: str) -> SaleColumn:
        return SaleColumn(Ratio("document.margin_units", base), document)

    def of_master(master: str, column: str) -> SaleColumn:
        return SaleColumn(Value(f"{master}.{column}", "text"), document | {master})

    return {
        **of_document("text", "order_id", "product_id", "customer_id", "customer_segment"),
        **of_document("text", "channel_id", "territory_id", "promotion_id", "contract_id"),
        **of_document("date", "order_date", "invoice_date", "ship_date", "contract_start"),
        **of_document("ordinal", "contract_months"),
        **of_document("quantity", "quantity"),
        **of_document("money", "unit_price", "list_price", "discount_amount"),
        "new_customer": SaleColumn(Value("document.is_new_customer", "boolean"), document),
        "product_line": of_master("product", "line"),
        "product_category": of_master("product", "category"),
        "channel_type": of_master("channel", "type"),
        "net_amount": units("net"),
        "margin_amount": units("margin"),
        "margin_rate": margin_over("document.net_units"),
        "markup_rate": margin_over("(document.net_units - document.margin_units)"),
        "participant_id": SaleColumn(Value("credit.participant_id", "text")),
        "team": of_master("participant", "team"),
        "role": SaleColumn(
            Value("coalesce(split.role, participant.role)", "text"), participant | {"split"}
        ),
        "tenure_months": SaleColumn(Value(_TENURE, "ordinal"), participant),
        "level": SaleColumn(Value("credit.credit_level", "ordinal")),
    }
