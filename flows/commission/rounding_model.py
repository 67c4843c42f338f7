"""How the pay of a plan is rounded."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from .plan_part import PlanPart


class Rounding(PlanPart):
    """Halves away from zero or to even; running totals or single lines; to this many decimals.

    Without `digits` pay has those of the currency.

    Keys:
        mode: Halves away from zero (`half_up`), or to the even neighbour.
        scope: `total` rounds the running sum and pays differences, so that lines add up to it;
            `line` rounds each line.
        digits: Decimals of pay; unless said those of the currency.
    """

    mode: Literal["half_up", "half_even"] = "half_up"
    scope: Literal["total", "line"] = "total"
    digits: Annotated[int, Field(ge=0, le=6)] | None = None

    def minor_units_of(self, currency_digits: int) -> int:
        """Give the minor units of the currency that pay is a multiple of.

        Raises ValueError where the currency has no such small ones.
        """
        if self.digits is None:
            return 1
        if self.digits > currency_digits:
            raise ValueError(
                f"rounding to {self.digits} digits: the currency has {currency_digits}"
            )
        return int(10 ** (currency_digits - self.digits))
