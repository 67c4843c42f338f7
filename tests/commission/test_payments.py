"""Commission on money received: of which line, whose, when, and what is told of odd payments."""

from __future__ import annotations

from decimal import Decimal

from niaga.state import State
from niaga.workspace import Workspace

from tests.support.builds import build, rows, sale
from tests.support.lake import put

PLAN = """
plan: reps
currency: USD
from: 2026-01-01
components: {cash: {of: payments, on: payment, rate: 10%}}
"""


def payment(number: str, order: str, day: str, amount: str) -> dict[str, str]:
    return {"payment_id": number, "order_id": order, "payment_date": day, "amount": amount}


def test_money_received_pays_whoever_sold_the_lines_of_its_order(
    workspace: Workspace, state: State
) -> None:
    """Lines of 100 (Ani) and 50 (Ani 70%, Budi 30%); 50 in February, 100 in June, 20 too much.

    February: 50 x 100/150 = 33.33 and 16.67; Ani 33.33 + 11.67 = 45, Budi 5.
    June: 66.67 and 33.33; Ani 66.67 + 23.33 = 90, Budi 10.
    July: 20: 13.33 and 6.67; Ani 13.33 + 4.67 = 18, Budi 2.
    """
    (workspace.plans_folder / "reps.yml").write_text(PLAN)
    people = ("ani", "budi")
    put(workspace, state, "participant", [{"participant_id": who, "name": who} for who in people])
    assigned = {"plan_id": "reps", "valid_from": "2026-01-01"}
    put(workspace, state, "plan_assignment", [{"participant_id": who} | assigned for who in people])
    put(
        workspace,
        state,
        "sales_line",
        [
            sale("o1", "2026-01-10", "100"),
            sale("o1", "2026-01-10", "50") | {"line_number": "2", "product_id": "shared"},
            sale("free", "2026-01-10", "0"),
        ],
    )
    split = {"rule_id": "r", "product_id": "shared", "valid_from": "2026-01-01"}
    shares = [("ani", "0.7"), ("budi", "0.3")]
    put(
        workspace,
        state,
        "credit_split",
        [split | {"participant_id": who, "share": share} for who, share in shares],
    )
    put(
        workspace,
        state,
        "payment",
        [
            payment("p1", "o1", "2026-02-01", "50"),
            payment("p2", "o1", "2026-06-30", "100"),
            payment("p3", "o1", "2026-07-01", "20"),
            payment("p4", "o9", "2026-07-01", "20"),
        ],
    )
    build(workspace, state)

    paid = rows(
        workspace,
        "select participant_id, period, commission_amount from commission.commission_summary "
        "where measure_amount <> 0 order by all",
    )
    assert paid == [
        ("ani", "2026-02", Decimal("4.50")),
        ("ani", "2026-06", Decimal("9.00")),
        ("ani", "2026-07", Decimal("1.80")),
        ("budi", "2026-02", Decimal("0.50")),
        ("budi", "2026-06", Decimal("1.00")),
        ("budi", "2026-07", Decimal("0.20")),
    ]
    spread = rows(workspace, "select sum(net_units) from intermediate.int_commission__sale_event")
    assert spread == [(170_00,)]
    told = rows(
        workspace,
        "select transaction_id, reason, severity from commission.commission_exception order by all",
    )
    assert told == [
        ("p3", "payment_exceeds_sale", "warning"),
        ("p4", "orphan_payment", "critical"),
    ]
