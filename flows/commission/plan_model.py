"""A plan file: the plan language as pydantic models.

A key of the language that niaga does not calculate yet is refused by name, because a term that is
read and not calculated would pay people wrongly.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import Field, model_validator

from .component_model import Component
from .period_kinds import PayKind
from .plan_part import Identifier, PlanPart, TargetText, refuse_keys_to_come
from .quota_model import check_quota_rule
from .units import parse_amount

_KEYS_TO_COME = {"who", "rounding", "cap", "draw", "negative_pay", "exchange", "accounting"}


class Approval(PlanPart):
    """Who approved the plan, and when; an unapproved plan calculates and never posts."""

    by: list[str] = Field(min_length=1)
    on: date


class Plan(PlanPart):
    """A plan as a rep signs it: one version of it per file."""

    plan: Identifier
    title: str | None = None
    note: str | None = None
    version: Annotated[int, Field(ge=1)] = 1
    from_: date = Field(alias="from")
    to: date | None = None
    approved: Approval | None = None
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")]
    pay: PayKind = "month"
    target: TargetText = "from participant"
    components: dict[Identifier, Component] = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _calculated(cls, values: Any) -> Any:
        return refuse_keys_to_come(values, _KEYS_TO_COME)

    @model_validator(mode="after")
    def _consistent(self) -> Plan:
        if self.to is not None and self.to < self.from_:
            raise ValueError(f"to {self.to} is before from {self.from_}")
        for name, component in self.components.items():
            window = component.window or self.pay
            try:
                check_quota_rule(component.quota, window, needs_quota=component.needs_quota)
            except ValueError as error:
                raise ValueError(f"{name}: {error}") from error
            for text in component.money_texts:
                amount = parse_amount(text)
                if amount.unit == "money" and amount.currency != self.currency:
                    raise ValueError(
                        f"{name}: {text} is not in the plan's currency {self.currency}"
                    )
        return self
