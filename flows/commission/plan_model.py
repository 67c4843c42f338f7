"""A plan file: the plan language as pydantic models.

A key of the language that niaga does not calculate yet is refused by name, because a term that is
read and not calculated would pay people wrongly.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import Field, model_validator

from ..wording import Refusal, did_you_mean
from .component_model import Component
from .condition_model import ParticipantConditionText
from .conditions import Call, parse_condition
from .credit_model import TEAM_COMMISSION
from .exchange_model import Exchange
from .factor_model import ALL, Gate
from .house_model import check_houses
from .limit_model import CapTerm, limit_text, parse_limit
from .period_kinds import MONTHS, PayKind, in_calendar_of, length_of
from .plan_part import Identifier, PlanPart, TargetText, refuse_keys_to_come
from .quota_model import check_quota_rule
from .rounding_model import Rounding
from .units import currency_of, parse_recurring

_KEYS_TO_COME = {"draw", "negative_pay", "accounting"}


class Approval(PlanPart):
    """Who approved the plan, and when; an unapproved plan calculates and never posts.

    Keys:
        by: Names of those who approved.
        on: Day of the approval.
    """

    by: list[str] = Field(min_length=1)
    on: date


class Plan(PlanPart):
    """A plan as a rep signs it: one version of it per file.

    Keys:
        plan: Name of the plan in all marts and in the feed `plan_assignment`.
        title: Name that is printed; unless said the plan's.
        note: Words that are printed on statements.
        version: Number of the version; each is a file. A sale is paid by the version valid on its
            day.
        from: First day of the version.
        to: Last day of the version; none means open.
        approved: Who approved it. Without it the plan is calculated, and nothing is posted.
        who: Participants of whom this holds, day by day, are on the plan; the feed
            `plan_assignment` adds others.
        currency: ISO 4217 code of all money of the plan: the company's.
        pay: How often it is paid.
        target: Target incentive of a year; `from participant` is each one's own
            `target_incentive_amount`.
        cap: What all components together pay at most.
        rounding: How pay is rounded.
        exchange: In which other currency it is paid; none means the plan's.
        components: The lines of the plan in the order in which they are printed, each with a name
            of its own.
    """

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
    cap: CapTerm | None = None
    rounding: Rounding = Rounding()
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
            window = component.accumulates_over(self.pay)
            if {window, self.pay} <= MONTHS.keys() and MONTHS[window] < MONTHS[self.pay]:
                raise ValueError(f"{name}: a window of a {window} can't be paid by the {self.pay}")
            try:
                check_quota_rule(component.quota, window, needs_quota=component.needs_quota)
            except ValueError as error:
                raise ValueError(f"{name}: {error}") from error
            self._check_dates(name, component)
            self._check_currency(name, component)
            self._check_limit(f"{name}: a cap", limit_text(component.cap))
            self._check_limit(f"{name}: a floor", component.floor)
            for call in component.calls:
                self._check_call(name, call)
            for gate in component.gates or []:
                self._check_gate_cap(name, gate, window)
        check_houses(self)
        if (cap := limit_text(self.cap)) and parse_limit(cap).period:
            self._check_recurring("cap", cap)
        self._check_limit("a cap", limit_text(self.cap))
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
        for text in component.recurring_texts:
            self._check_recurring(name, text)
        for condition in [*component.conditions, *component.state_conditions]:
            for currency in parse_condition(condition).currencies - {self.currency}:
                raise Refusal(
                    f"{condition} has {currency}, not the plan's currency {self.currency}", at=place
                )

    def _check_recurring(self, name: str, text: str) -> None:
        if parse_recurring(text).currency != self.currency:
            raise ValueError(f"{name}: {text} is not in the plan's currency {self.currency}")

    def _check_call(self, name: str, call: Call) -> None:
        is_known = call.argument in self.components or (
            call.function == "attainment" and call.argument == ALL
        )
        if call.function in ("attainment", "measure") and not is_known:
            raise Refusal(
                f"{name}: {call}: there is no component `{call.argument}`",
                did_you_mean(call.argument, self.components),
            )
        if self.components.get(call.argument) and (
            self.components[call.argument].of == TEAM_COMMISSION
        ):
            raise Refusal(
                f"{name}: {call} would need a third pass",
                f"`{call.argument}` is calculated in the second one, when all others are",
            )

    def _check_gate_cap(self, name: str, gate: Gate, window: str) -> None:
        period = parse_limit(gate.else_cap).period if gate.else_cap else ""
        if period and in_calendar_of(self.pay, period) != window:
            raise Refusal(
                f"{name}: else_cap {gate.else_cap} is not for the window of the component",
                f"write it per {window}, or in % of target",
            )

    def _check_limit(self, what: str, text: str | None) -> None:
        period = parse_limit(text).period if text else ""
        if period and length_of(period) < length_of(self.pay):
            raise ValueError(f"{what} per {period} can't limit what is paid by the {self.pay}")
