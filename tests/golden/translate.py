"""Say a case in niaga's own words: a plan file, and rows of feeds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from .calculations import (
    crediting,
    exceptions,
    flat,
    grids,
    houses,
    limits,
    orders,
    payments,
    quotas,
    shared_pay,
    tiers,
)
from .case import Case
from .words import CURRENCIES, NotSaid, Said, person, reps

_CALCULATIONS: dict[str, Callable[[Case, Said], None]] = {
    "tier_cum": tiers.tier_cum,
    "flat_rate": flat.flat_rate,
    "spiff": flat.spiff,
    "margin_filter_nrr": flat.margin_filter_nrr,
    "split": crediting.split,
    "rollup": crediting.rollup,
    "differential": crediting.differential,
    "pool": shared_pay.pool,
    "override_on_commission": shared_pay.override_on_commission,
    "target_mult": tiers.target_mult,
    "curve": tiers.curve,
    "matrix": grids.matrix,
    "lump_interp": tiers.lump_interp,
    "hurdle": tiers.hurdle,
    "weighted": limits.weighted,
    "multiplier": limits.multiplier,
    "prorated_bonus": limits.prorated_bonus,
    "txn_tier": orders.txn_tier,
    "units_split": orders.units_split,
    "quota_calc": quotas.quota_calc,
    "incremental_ytd": quotas.incremental_ytd,
    "quota_rerun": quotas.quota_rerun,
    "version_delta": quotas.version_delta,
    "claw": quotas.claw,
    "broker_cap": houses.broker_cap,
    "pre_rules": exceptions.pre_rules,
    "currency": payments.currency,
    "collected_over_target": payments.collected_over_target,
}


def say(case: Case) -> Said:
    """Translate a case; raise NotSaid where the language has no word for it yet."""
    calculation = case.plan["calc"]
    translate = _CALCULATIONS.get(calculation)
    if translate is None:
        raise NotSaid(f"the calculation {calculation}")
    rounding = case.plan["rounding"]
    digits = int(rounding["digits"])
    currency = CURRENCIES.get(digits, CURRENCIES[3] if digits < 3 else None)
    if currency is None:
        raise NotSaid(f"pay of {digits} digits")
    said = Said(currency, {})
    translate(case, said)
    own = {"mode": rounding["mode"], "scope": rounding.get("scope", "total")}
    if digits not in CURRENCIES:
        own["digits"] = str(digits)
    if own != {"mode": "half_up", "scope": "total"}:
        for plan in said.every_plan:
            plan["rounding"] = own
    _put_people(case, said)
    return said


def _put_people(case: Case, said: Said) -> None:
    days = [
        date.fromisoformat(row["order_date"])
        for feeds in said.every_feed
        for row in feeds.get("sales_line", [])
    ]
    are_assigned = "plan_assignment" in said.feeds
    for rep in dict.fromkeys([*reps(case), *said.managers, *said.managers.values(), *said.others]):
        manager = said.managers.get(rep)
        said.feeds["participant"].append(
            {
                "participant_id": person(case, rep),
                "name": rep,
                "manager_id": person(case, manager) if manager else "",
                "valid_from": "1990-01-01",
                **said.columns[rep],
            }
        )
        of_rep = [(since, target) for name, since, target in said.targets if name == rep]
        for number, (since, target) in enumerate(of_rep):
            row = dict(said.feeds["participant"][-1]) | {"target_incentive_amount": target}
            if number:
                said.feeds["participant"].append(row | {"valid_from": since.isoformat()})
            else:
                said.feeds["participant"][-1] = row
        if are_assigned:
            continue
        said.feeds["plan_assignment"].append(
            {
                "participant_id": person(case, rep),
                "plan_id": said.plan_of(rep),
                "valid_from": f"{min(days).year}-01-01",
                "valid_to": f"{max(days).year}-12-31",
            }
        )
