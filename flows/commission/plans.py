"""Reads the plan files of a workspace and checks them against each other."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from ..configuration import load_yaml, validate
from ..errors import ConfigurationError, Fault
from .component_model import Component
from .period_kinds import is_fiscal
from .plan_model import Plan
from .units import parse_amount, parse_curve_rate, parse_rate

if TYPE_CHECKING:
    from pathlib import Path

    from ..workspace import Workspace

FAR_FUTURE = date(9999, 12, 31)


@dataclass(frozen=True)
class PlanFile:
    """One version of a plan with the file that says it; `text_hash` is of the file's bytes."""

    path: Path
    text_hash: str
    plan: Plan

    @property
    def valid_to(self) -> date:
        """The last day of the version; open versions end in the far future."""
        return self.plan.to or FAR_FUTURE


@dataclass(frozen=True)
class PlanCheck:
    """What `niaga plan check` says of one plan version."""

    plan_id: str
    version: int
    components: int
    warnings: tuple[str, ...]


def load_plans(workspace: Workspace) -> list[PlanFile]:
    """Read all of plans/*.yml, in order of plan and version.

    Raises ConfigurationError with every mistake of every file.
    """
    files: list[PlanFile] = []
    faults: list[Fault] = []
    for path in sorted(workspace.plans_folder.glob("*.yml")):
        try:
            plan = validate(load_yaml(path), Plan)
        except ConfigurationError as error:
            faults += error.faults
            continue
        files.append(PlanFile(path, hashlib.sha256(path.read_bytes()).hexdigest(), plan))
    files.sort(key=lambda file: (file.plan.plan, file.plan.version))
    faults += _faults_between(files, workspace.settings.currency)
    if workspace.settings.fiscal_year is None:
        faults += _faults_of_fiscal_periods(files)
    if faults:
        raise ConfigurationError(faults)
    return files


def _faults_between(files: list[PlanFile], currency: str) -> list[Fault]:
    faults = [
        Fault(file.path, None, "currency", f"{file.plan.currency} is not the company's {currency}",
              "plans in another currency are not calculated yet")
        for file in files
        if file.plan.currency != currency
    ]  # fmt: skip
    for first, second in pairwise(files):
        if first.plan.plan != second.plan.plan:
            continue
        if first.plan.version == second.plan.version:
            faults.append(
                Fault(second.path, None, "version", f"version {second.plan.version} of "
                      f"{second.plan.plan} is also in {first.path.name}",
                      "give each version a number of its own")
            )  # fmt: skip
        elif second.plan.from_ <= first.valid_to:
            faults.append(
                Fault(second.path, None, "from", f"{second.plan.from_} lies inside version "
                      f"{first.plan.version} of {first.path.name} (to {first.plan.to or 'open'})",
                      "end the earlier version the day before")
            )  # fmt: skip
        faults += _faults_of_changed_dates(first, second)
    for file in files:
        faults += _faults_of_weights(file)
    return faults


def _faults_of_fiscal_periods(files: list[PlanFile]) -> list[Fault]:
    said: list[tuple[PlanFile, str, str]] = [(file, "pay", file.plan.pay) for file in files]
    said += [
        (file, f"components.{name}.window", component.window or "")
        for file in files
        for name, component in file.plan.components.items()
    ]
    return [
        Fault(file.path, None, where, f"{kind}: the company has no fiscal year",
              "add fiscal_year: {first_month: 4} to niaga.yml, with its own first month")
        for file, where, kind in said
        if is_fiscal(kind)
    ]  # fmt: skip


def _faults_of_changed_dates(first: PlanFile, second: PlanFile) -> list[Fault]:
    """Refuse a component that counts another date than before: a sale would count twice."""
    return [
        Fault(second.path, None, f"components.{name}.on",
              f"is {component.on}, and {earlier.on} in version {first.plan.version}",
              "give the component another name")
        for name, component in second.plan.components.items()
        if (earlier := first.plan.components.get(name)) and earlier.on != component.on
    ]  # fmt: skip


def _pays(component: Component) -> list[str]:
    points = [point.pays for point in component.points or []]
    return points + [step.pays for step in component.steps or []]


def _faults_of_weights(file: PlanFile) -> list[Fault]:
    components = file.plan.components.values()
    weights = [parse_rate(c.weight) for c in components if c.uses_target and c.target is None]
    total = sum(weights, Fraction(0))
    if not weights or total == 1:
        return []
    return [
        Fault(file.path, None, "components", f"weights add to {percent(total)}",
              "weights of the components that pay % of target add to 100%")
    ]  # fmt: skip


def percent(share: Fraction) -> str:
    """Write a fraction as a percentage without trailing zeros."""
    value = Decimal(share.numerator * 100) / Decimal(share.denominator)
    return f"{value.normalize():f}%"


def check_plans(workspace: Workspace) -> list[PlanCheck]:
    """Check every plan of the workspace; warnings are what is legal and yet unusual.

    Raises ConfigurationError for what can't be calculated.
    """
    return [
        PlanCheck(
            file.plan.plan, file.plan.version, len(file.plan.components), tuple(_warnings(file))
        )
        for file in load_plans(workspace)
    ]


def _warnings(file: PlanFile) -> list[str]:
    warnings = []
    if file.plan.approved is None:
        warnings.append("not approved: it is calculated, and nothing is posted")
    for name, component in file.plan.components.items():
        for lower, upper in pairwise(component.tiers):
            if parse_curve_rate(upper.rate).value < parse_curve_rate(lower.rate).value:
                warnings.append(f"{name}: the rate falls from {lower.rate} to {upper.rate}")
        pays = [parse_amount(text).value for text in _pays(component)]
        if any(upper < lower for lower, upper in pairwise(pays)):
            warnings.append(f"{name}: pay falls from one row to the next")
        warnings += _warnings_of_terms(name, component)
    return warnings


def _warnings_of_terms(name: str, component: Component) -> list[str]:
    terms = component.terms or []
    warnings = []
    for number, term in enumerate(terms, start=1):
        if term.where is None and term.from_ is None and term.to is None:
            if number < len(terms):
                warnings.append(f"{name}: terms[{number}] holds always, those after it never")
            if component.curves_said:
                warnings.append(f"{name}: terms[{number}] holds always, and the rate never")
            return warnings
    if terms and not component.curves_said:
        warnings.append(f"{name}: a sale of which no term holds pays nothing (no_rate)")
    return warnings
