"""What a component says of sales that come back."""

from __future__ import annotations

from typing import Literal

from .plan_part import PlanPart


class ReturnRule(PlanPart):
    """At which rate a return takes back, and whether it takes from the attainment too.

    `as_sold`: walks back inside the window of its sale, else at the sale's own rate and cents;
    `walk_back`: walks back wherever it falls; `current`: at the rate of the place it falls on;
    `rerate`: as if the part taken back had never been sold.
    """

    rate: Literal["as_sold", "walk_back", "current", "rerate"] = "as_sold"
    attainment: Literal["reduce", "keep"] = "reduce"
