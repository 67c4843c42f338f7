"""Write a plan out in full, with every default that its file leaves unsaid."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from ..errors import UsageError
from .curve_model import Curve
from .plans import PlanFile, load_plans
from .quota_rules import rule_of as quota_rule_of

if TYPE_CHECKING:
    from ..workspace import Workspace


def find_plan(workspace: Workspace, plan_id: str, version: int | None) -> PlanFile:
    """Find a version of a plan, the newest when none is named; raise UsageError where it is not."""
    files = load_plans(workspace)
    versions = [file for file in files if file.plan.plan == plan_id]
    if not versions:
        known = ", ".join(sorted({file.plan.plan for file in files})) or "no plan yet"
        raise UsageError(f"there is no plan `{plan_id}`", f"there is: {known}")
    chosen = [file for file in versions if version in (None, file.plan.version)]
    if not chosen:
        known = ", ".join(str(file.plan.version) for file in versions)
        raise UsageError(f"{plan_id} has no version {version}", f"there is: {known}")
    return chosen[-1]


def in_full(file: PlanFile) -> dict[str, Any]:
    """Give a plan as its file could say it, nothing left to a default."""
    plan = file.plan
    said: dict[str, Any] = plan.model_dump(mode="json", by_alias=True, exclude_none=True)
    said.setdefault("title", plan.plan)
    components: dict[str, Any] = said.pop("components")
    for name, component in components.items():
        component.setdefault("title", name)
        component.setdefault("window", plan.pay)
        if component.get("quota") != "none":
            rule = quota_rule_of(plan.components[name])
            component["quota"] = {"type": name, **rule.model_dump(mode="json", exclude_none=True)}
        components[name] = _curve_last(component)
    return {**said, "components": components}


def _curve_last(component: dict[str, Any]) -> dict[str, Any]:
    """Order keys as the language does: what is measured, then what it pays."""
    return {key: component[key] for key in sorted(component, key=Curve.model_fields.__contains__)}


def as_yaml(said: dict[str, Any]) -> str:
    """Write a plan as YAML, its keys in the order of the language."""
    return yaml.safe_dump(said, sort_keys=False, allow_unicode=True, width=100)
