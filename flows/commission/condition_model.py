"""Conditions as texts of a plan file, checked when it is read."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from .condition_sql import columns_of, to_sql
from .conditions import parse_condition
from .eligibility import participant_sql
from .sale_columns import sale_columns

_FINEST_SCALE = 6


def sale_condition(text: str) -> str:
    """Check a condition that is asked of a sale; raise ConditionError where it is wrong."""
    columns = {name: column.value for name, column in sale_columns(_FINEST_SCALE).items()}
    to_sql(parse_condition(text), columns_of(columns))
    return text


SaleConditionText = Annotated[
    str, AfterValidator(sale_condition), Field(examples=["product_line = 'tea'"])
]
"""A condition that is asked of a sale and whoever has credit for it."""


def _participant_condition(text: str) -> str:
    participant_sql(text)
    return text


ParticipantConditionText = Annotated[
    str, AfterValidator(_participant_condition), Field(examples=["role = 'seller'"])
]
"""A condition that is asked of a participant, as it was on a day."""
