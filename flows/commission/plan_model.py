"""A plan file: the plan language as pydantic models.

A key of the language that niaga does not calculate yet is refused by name, because a term that is
read and not calculated would pay people wrongly.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import Field, model_validator

from ..wording import Refusal
from .component_model import Component
from .condition_model import ParticipantConditionText
from .conditions import parse_condition
from .exchange_model import Exchange
from .period_kinds import PayKind
from .plan_part import Identifier, PlanPart, TargetText, refuse_keys_to_come
from .quota_model import check_quota_rule
from .units import currency_of

_KEYS_TO_COME = {"rounding", "cap", "draw", "negative_pay", "accounting"}


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
    who: ParticipantConditionText | None = None
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")]
    pay: PayKind = "month"
    target: TargetText = "from participant"
    exchange: Exchange | None = None
    components: dict[Identifier, Component] = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _calculated(cls, values: Any) -> Any:
        return refuse_keys_to_come(values, _KEYS_TO_COME)

    @model_validator(mode="after")
    def _consistent(self) -> Plan:
        if self.to is not None and self.to < self.from_:
            raise ValueError(f"to {self.to} is before from {self.from_}")
        if self.exchange is not None and self.exchange.to == self.currency:
            raise ValueError(f"exchange: {self.currency} is the plan's own currency")
        for name, component in self.components.items():
            window = component.window or self.pay
            try:
                check_quota_rule(component.quota, window, needs_quota=component.needs_quota)
            except ValueError as error:
                raise ValueError(f"{name}: {error}") from error
            self._check_dates(name, component)
            self._check_currency(name, component)
        return self

    def _check_dates(self, name: str, component: Component) -> None:
        if (component.to and component.to < self.from_) or (
            self.to and component.from_ and component.from_ > self.to
        ):
            raise Refusal("no day of it lies within the plan's dates", at=("components", name))

    def _check_currency(self, name: str, component: Component) -> None:
        place = ("components", name)
        for text in component.money_texts:
            if currency_of(text) not in ("", self.currency):
                raise Refusal(f"{text} is not in the plan's currency {self.currency}", at=place)
        for condition in component.conditions:
            for currency in parse_condition(condition).currencies - {self.currency}:
                raise Refusal(
                    f"{condition} has {currency}, not the plan's currency {self.currency}", at=place
                )
