"""What a condition of a plan may ask of a sale, and where the models have it.

The SQL speaks of the aliases that the macro `tables_of_conditions` joins: the credit, its document,
and the masters as they were on the day of the order.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from .condition_sql import Ratio, Value


@dataclass(frozen=True)
class SaleColumn:
    """A column by the name that plans use; `tables` are the aliases that it needs joined."""

    value: Value | Ratio
    description: str
    tables: frozenset[str] = field(default_factory=frozenset)


def sale_columns(money_scale: int) -> dict[str, SaleColumn]:
    """Give every column by name; `money_scale` is the number of decimals of money in integers."""
    document = frozenset({"document"})
    product, channel = document | {"product"}, document | {"channel"}
    participant = document | {"participant"}

    def of_document(kind: str, column: str, description: str) -> SaleColumn:
        return SaleColumn(Value(f"document.{column}", kind), description, document)

    def units(column: str, description: str) -> SaleColumn:
        value = Value(f"document.{column}_units", "money", money_scale)
        return SaleColumn(value, description, document)

    def margin_over(base: str, description: str) -> SaleColumn:
        return SaleColumn(Ratio("document.margin_units", base), description, document)

    return {
        "order_id": of_document("text", "order_id", "number of the order"),
        "order_date": of_document("date", "order_date", "day of the order"),
        "invoice_date": of_document("date", "invoice_date", "day of the invoice"),
        "ship_date": of_document("date", "ship_date", "day the goods left"),
        "product_id": of_document("text", "product_id", "product sold"),
        "product_line": SaleColumn(Value("product.line", "text"), "its line", product),
        "product_category": SaleColumn(Value("product.category", "text"), "its category", product),
        "customer_id": of_document("text", "customer_id", "customer who bought"),
        "customer_segment": of_document("text", "customer_segment", "the customer's segment"),
        "new_customer": of_document("boolean", "is_new_customer", "whether it is the first buy"),
        "channel_id": of_document("text", "channel_id", "channel sold through"),
        "channel_type": SaleColumn(Value("channel.type", "text"), "its type", channel),
        "territory_id": of_document("text", "territory_id", "territory of the sale"),
        "promotion_id": of_document("text", "promotion_id", "promotion sold under"),
        "contract_id": of_document("text", "contract_id", "contract that the line belongs to"),
        "contract_start": of_document("date", "contract_start", "first day of the contract"),
        "contract_months": of_document("ordinal", "contract_months", "length of the contract"),
        "quantity": of_document("quantity", "quantity", "quantity sold"),
        "unit_price": of_document("money", "unit_price", "price of one before discounts"),
        "list_price": of_document("money", "list_price", "list price of one"),
        "discount_amount": of_document("money", "discount_amount", "discount on the line"),
        "net_amount": units("net", "amount of the line after discounts"),
        "margin_amount": units("margin", "net amount less cost of the line"),
        "margin_rate": margin_over("document.net_units", "margin / net amount"),
        "markup_rate": margin_over(
            "(document.net_units - document.margin_units)", "margin / cost"
        ),
        "participant_id": SaleColumn(Value("credit.participant_id", "text"), "who has the credit"),
        "level": SaleColumn(
            Value("credit.credit_level", "ordinal"), "0 who sold, 1 the manager, and so on"
        ),
        "role": SaleColumn(
            Value("coalesce(split.role, participant.role)", "text"),
            "role in the split of the credit, else the participant's",
            participant | {"split"},
        ),
        "team": SaleColumn(Value("participant.team", "text"), "the participant's", participant),
    }  # fmt: skip
