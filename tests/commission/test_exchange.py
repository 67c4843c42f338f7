"""Pay changed into another currency: at which rate, rounded how, and what is told without one."""

from __future__ import annotations

from decimal import Decimal

import pytest
from niaga.commission.plans import check_plans
from niaga.errors import ConfigurationError
from niaga.progress import Silent
from niaga.refresh import stage
from niaga.state import State
from niaga.workspace import Workspace

from tests.support.builds import rows, sale
from tests.support.lake import put

PLAN = """
plan: {name}
currency: USD
from: 2026-01-01
approved: {{by: [a], on: 2025-12-01}}
{exchange}
components: {{commission: {{rate: 10%}}}}
"""
EXCHANGES = {
    "mean": "exchange: {to: IDR, rate: month_average}",
    "daily": "exchange: {to: IDR, rate: day}",
    "last": "exchange: {to: IDR, rate: month_end, of: earning}",
    "agreed": "exchange: {to: IDR, rate: 15_000.5}",
    "own": "",
}
RATES = {"2025-12-31": "15900", "2026-01-05": "16000.5", "2026-01-30": "16002"}


def test_pay_is_changed_at_the_rate_of_its_period_and_rounded_once(
    workspace: Workspace, state: State
) -> None:
    """In January 100.10 at 10% is 10.01 USD.

    mean: (16,000.5 + 16,002) / 2 = 16,001.25; x 10.01 = 160,172.5125
    daily and last: the 30th is the last day with a rate; 16,002 x 10.01 = 160,180.02
    agreed: 15,000.5 x 10.01 = 150,155.005
    Whoever is paid by two plans of two currencies has no one amount; in March there is no rate of
    the month, and the last one before is that of the 30th of January: 16,002 x 20 = 320,040.
    """
    for name, exchange in EXCHANGES.items():
        text = PLAN.format(name=name, exchange=exchange)
        (workspace.plans_folder / f"{name}.yml").write_text(text)
    people = [*EXCHANGES, "both"]
    put(workspace, state, "participant", [{"participant_id": who, "name": who} for who in people])
    plans = [(who, who) for who in EXCHANGES] + [("both", "own"), ("both", "daily")]
    put(
        workspace,
        state,
        "plan_assignment",
        [
            {"participant_id": who, "plan_id": plan, "valid_from": "2026-01-01"}
            for who, plan in plans
        ],
    )
    usd = {"from_currency": "USD", "to_currency": "IDR"}
    put(
        workspace,
        state,
        "exchange_rate",
        [usd | {"day": day, "rate": rate} for day, rate in RATES.items()],
    )
    january = [sale(f"j-{who}", "2026-01-10", "100.10", rep=who) for who in people]
    march = [sale(f"m-{who}", "2026-03-10", "200", rep=who) for who in ("mean", "daily")]
    put(workspace, state, "sales_line", january + march)
    stage.register(workspace, state, state.start_run("nightly"), is_posting=True)
    stage.build_staging(workspace, Silent())
    stage.build_marts(workspace, Silent())

    paid = rows(
        workspace,
        "select participant_id, period, paid_amount, paid_currency from commission.statement "
        "where payable_amount <> 0 order by all",
    )
    assert paid == [
        ("agreed", "2026-01", Decimal(150_155), "IDR"),
        ("both", "2026-01", None, None),
        ("daily", "2026-01", Decimal(160_180), "IDR"),
        ("daily", "2026-03", Decimal(320_040), "IDR"),
        ("last", "2026-01", Decimal(160_180), "IDR"),
        ("mean", "2026-01", Decimal(160_173), "IDR"),
        ("mean", "2026-03", None, None),
        ("own", "2026-01", Decimal("10.01"), "USD"),
    ]
    told = rows(
        workspace,
        "select participant_id, plan_id, period, reason, amount, severity "
        "from commission.commission_exception",
    )
    assert told == [("mean", "mean", "2026-03", "no_exchange_rate", Decimal(20), "critical")]


@pytest.mark.parametrize(
    ("exchange", "told"),
    [
        ("exchange: {to: USD, rate: day}", "USD is the plan's own currency"),
        ("exchange: {to: XXX, rate: day}", "no currency of ISO 4217 is called XXX"),
        ("exchange: {to: IDR}", "say either rate or steps"),
        ("exchange: {to: IDR, rate: weekly}", '"weekly" is no exchange rate; write for example'),
        ("exchange: {to: IDR, steps: [{times: 2, divide: 3}]}", "either times or divide"),
        ("exchange: {to: IDR, rate: 0}", '"0" is no exchange rate'),
    ],
)
def test_a_wrong_exchange_is_told(workspace: Workspace, exchange: str, told: str) -> None:
    text = PLAN.format(name="reps", exchange=exchange)
    (workspace.plans_folder / "reps.yml").write_text(text)
    with pytest.raises(ConfigurationError, match=told):
        check_plans(workspace)
