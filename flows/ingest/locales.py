"""The locale of an export: how it writes numbers, dates and truth, as a whole and by column."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from ..configuration import FileModel
from ..wording import Refusal
from ..workspace import check_time_zone

_DAYS = {"%d", "%-d"}
_MONTHS = {"%m", "%-m", "%b", "%B"}

ColumnType = Literal["text", "integer", "quantity", "money", "rate", "date", "timestamp", "boolean"]


def _check_date_format(text: str) -> str:
    known = set(re.findall(r"%-?[A-Za-z]", text.replace("%%", "")))
    has_day = bool(known & {"%j"}) or bool(known & _DAYS and known & _MONTHS)
    if not (has_day and known & {"%Y", "%y"}):
        # `%M` is the minute: without this check every date of the export would be held back.
        raise Refusal(f"`{text}` does not say day, month and year", "like %d/%m/%Y")
    return text


DecimalCharacter = Literal[".", ","]
Grouping = Literal["", ",", ".", " ", "'", "\u00a0", "\u202f"]
Negative = Literal["minus", "trailing_minus", "parentheses"]
DateFormat = Annotated[str, AfterValidator(_check_date_format)]


class Locale(FileModel):
    """How an export writes numbers, dates and truth; formats are those of strptime."""

    decimal: Annotated[
        DecimalCharacter, Field(description="The character before the decimals.")
    ] = "."
    thousands: Annotated[
        Grouping,
        Field(description='Between groups of three digits; "" for none.'),
    ] = ""
    negative: Annotated[
        Negative,
        Field(description="How numbers below zero are written: -5, 5- or (5)."),
    ] = "minus"
    date: DateFormat = "%Y-%m-%d"
    timestamp: DateFormat = "%Y-%m-%d %H:%M:%S"
    time_zone: Annotated[
        Annotated[str, AfterValidator(check_time_zone)] | None,
        Field(description="Zone of times that state none. Default: the workspace's time_zone."),
    ] = None
    null: Annotated[tuple[str, ...], Field(description="Texts that mean: no value.")] = ("",)
    true: Annotated[tuple[str, ...], Field(description="Texts that mean yes.")] = (
        "true",
        "1",
        "yes",
    )
    false: Annotated[tuple[str, ...], Field(description="Texts that mean no.")] = (
        "false",
        "0",
        "no",
    )
    currency_prefix: Annotated[
        str | None, Field(description="What stands before an amount, like Rp, and is taken off.")
    ] = None

    def signed(self, number: str) -> str:
        """Write a number that may have a minus in front as this locale does."""
        if not number.startswith("-") or self.negative == "minus":
            return number
        return f"{number[1:]}-" if self.negative == "trailing_minus" else f"({number[1:]})"

    def check(self) -> None:
        """Raise Refusal where one character or text means two things."""
        if self.thousands == self.decimal:
            raise Refusal(
                "is the decimal character too", 'use "" for no thousands', at=("thousands",)
            )
        both = sorted(set(self.true) & set(self.false))
        if both:
            raise Refusal(
                f"`{both[0]}` stands under true too", "a text means one of the two", at=("false",)
            )

    @model_validator(mode="after")
    def _check_contradictions(self) -> Self:
        self.check()
        return self


class ExportColumn(FileModel):
    """The type of a raw column, and where it is written otherwise than the source's locale says."""

    type: ColumnType
    optional: Annotated[
        bool, Field(description="Whether a file may lack the column, which then has no values.")
    ] = False
    decimal: DecimalCharacter | None = None
    thousands: Grouping | None = None
    negative: Negative | None = None
    date: DateFormat | None = None
    timestamp: DateFormat | None = None
    true: tuple[str, ...] | None = None
    false: tuple[str, ...] | None = None
    currency_prefix: str | None = None

    @property
    def own_locale(self) -> dict[str, Any]:
        """What the column has otherwise than its source."""
        return self.model_dump(exclude={"type", "optional"}, exclude_none=True)
