"""Bands: another curve for a whole window where a condition holds at its end."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from ..wording import Refusal
from .curve_model import CURVES, Curve
from .state_condition import StateConditionText


class Band(Curve):
    """A curve for where the condition holds; the first band that holds replaces the component's.

    Keys:
        if: Condition on what has been reached at the window's end.
    """

    if_: StateConditionText = Field(alias="if")

    @model_validator(mode="after")
    def _has_curve(self) -> Self:
        if not self.curves_said:
            raise Refusal(f"a band says one of {', '.join(CURVES)}")
        return self
