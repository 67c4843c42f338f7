"""What a component says of sales that come back."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from .plan_part import PlanPart


class ReturnRule(PlanPart):
    """At which rate a return takes back, and whether it takes from the attainment too.

    `as_sold`: walks back inside the window of its sale, else at the sale's own rate and cents;
    `walk_back`: walks back wherever it falls; `current`: at the rate of the place it falls on;
    `rerate`: as if the part taken back had never been sold.
    """

    rate: Literal["as_sold", "walk_back", "current", "rerate"] = "as_sold"
    attainment: Literal["reduce", "keep"] = "reduce"

    @model_validator(mode="after")
    def _keeps_what_does_not_walk(self) -> ReturnRule:
        if self.attainment == "keep" and self.rate in ("walk_back", "rerate"):
            raise ValueError(
                f"returns: {self.rate} takes from the attainment; keep goes with as_sold or current"
            )
        return self

    def check_measure(self, measure: str) -> None:
        """Refuse what has no meaning for a measure."""
        is_said = self.rate == "rerate" or self.attainment == "keep"
        if is_said and measure not in ("net_amount", "margin"):
            raise ValueError(
                f"returns: rerate and keep go with net_amount or margin, not {measure}"
            )
