"""Pools, contests and pay on the commission of a team, by hand in one company."""

from __future__ import annotations

import pytest
from niaga.commission.plans import check_plans
from niaga.errors import ConfigurationError
from niaga.state import State
from niaga.workspace import Workspace

from tests.support.builds import build, rows, sale, taken_back
from tests.support.lake import put

HEAD = "currency: USD\nfrom: 2026-01-01\napproved: {by: [a], on: 2025-12-01}\ncomponents:\n"
REPS = f"""plan: reps
{HEAD}
  revenue: {{rate: 5%}}
  pool:
    pool:
      {{fund: 1% of company, factor: 1.15x, members: attainment(revenue) >= 60%, share: measure}}
    quota: {{type: none}}
  cup: {{contest: {{rank: 1, prize: 100.01 USD}}}}
  race: {{contest: {{first_to: 100 USD, prize: 50 USD}}}}
"""
MANAGERS = f"""plan: managers
{HEAD}
  team_commission: {{of: commission(team), credit: rollup, levels: 2, rate: 4%}}
  team_sales: {{credit: rollup, rate: 1%}}
"""
SECOND = "  d: {of: commission(team), credit: rollup, rate: 1%}\n"


def test_money_is_shared_to_the_cent_and_paid_without_a_transaction(
    workspace: Workspace, state: State
) -> None:
    """Sold: ani 100, budi 300, citra 50 and 300, of 100, 300, 1,000; 10 of ani's are back.

    Fund: 1% of 740 x 1.15 = 8.51, of ani (90) and budi (300): 1.963.. and 6.546..: 1.96 and 6.55.
    Cup: citra with 350. Race: ani is at 100 first, on the 10th, whatever comes back later.
    Team of m: ani 5.00 - 0.50 + 1.96 + 50, half of budi's 15.00 + 6.55 = 10.775: 67.235 -> 67.24
    x 4% = 2.69; citra has no manager. Of n: the same, and m's own 1% of 90 + 150 = 2.40.
    """
    (workspace.plans_folder / "reps.yml").write_text(REPS)
    (workspace.plans_folder / "managers.yml").write_text(MANAGERS)
    managers = {"ani": "m", "budi": "m", "citra": "", "m": "n", "n": ""}
    put(
        workspace,
        state,
        "participant",
        [{"participant_id": p, "name": p, "manager_id": m or None} for p, m in managers.items()],
    )
    put(
        workspace,
        state,
        "reporting_line",
        [
            {"participant_id": "budi", "manager_id": "m", "share": "0.5"}
            | {"valid_from": "2026-01-01"}
        ],
    )
    put(
        workspace,
        state,
        "plan_assignment",
        [
            {"participant_id": p, "plan_id": "managers" if p in "mn" else "reps"}
            | {"valid_from": "2026-01-01"}
            for p in managers
        ],
    )
    put(
        workspace,
        state,
        "quota",
        [
            {"participant_id": p, "quota_type": "revenue", "period": "2026-01", "amount": amount}
            for p, amount in (("ani", "100"), ("budi", "300"), ("citra", "1000"))
        ],
    )
    put(
        workspace,
        state,
        "sales_line",
        [
            sale("o1", "2026-01-10", "100", "ani"),
            sale("o2", "2026-01-11", "300", "budi"),
            sale("o3", "2026-01-09", "50", "citra"),
            sale("o4", "2026-01-12", "300", "citra"),
            taken_back("r1", "2026-01-20", "-10", "o1", "ani"),
        ],
    )
    build(workspace, state)

    found = rows(
        workspace,
        "select participant_id, component_id, cast(sum(commission_amount) * 100 as integer) "
        "from commission.commission_summary where component_id <> 'revenue' "
        "group by all having sum(commission_amount) <> 0 order by all",
    )
    assert found == [
        ("ani", "pool", 196),
        ("ani", "race", 5000),
        ("budi", "pool", 655),
        ("citra", "cup", 10001),
        ("m", "team_commission", 269),
        ("m", "team_sales", 240),
        ("n", "team_commission", 279),
    ]
    assert rows(
        workspace,
        "select distinct line_kind, transaction_id from commission.commission_line "
        "where component_id in ('pool', 'cup', 'race', 'team_commission') "
        "and commission_amount <> 0",
    ) == [("fixed", None)]
    assert (
        rows(
            workspace,
            "select participant_id, component_id from commission.commission_summary "
            "join (select participant_id, component_id, period, sum(commission_amount) as paid "
            "from commission.commission_line group by all) as line "
            "using (participant_id, component_id, period) where paid <> commission_amount",
        )
        == []
    )


@pytest.mark.parametrize(
    ("component", "told"),
    [
        ("pool: {fund: 1%}", "is no fund"),
        ("pool: {fund: 5 USD, base: 100}", "sum of weights"),
        ("contest: {prize: 5 USD}", "say either rank"),
        ("contest: {first_to: 3 orders, prize: 5 USD}", "is no amount of net_amount"),
        ("{of: commission(team), rate: 5%}", "says whose"),
        ("{of: commission(team), credit: rollup, rate: 5%, cap: 1 USD per month}", "second pass"),
        ("{rate: 5%, gates: [{needs: measure(d) > 5 USD, else: 0%}]}", "third pass"),
        ("{levels: 2, rate: 5%}", "go with credit: rollup"),
        ("{credit: rollup, levels: 9, rate: 5%}", "write 1 to 8"),
        ("{share_out: pay, marginal: [{from: 0, rate: 1%}]}", "goes with a rate"),
    ],
)
def test_a_wrong_plan_is_told_in_its_own_words(
    workspace: Workspace, component: str, told: str
) -> None:
    text = component if component.startswith("{") else f"{{{component}}}"
    (workspace.plans_folder / "plan.yml").write_text(f"plan: p\n{HEAD}  c: {text}\n{SECOND}")
    with pytest.raises(ConfigurationError, match=told):
        check_plans(workspace)
