"""The company's fiscal year: which days its months, quarters, halves and years have."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from .configuration import FileModel

FIRST_YEAR, LAST_YEAR = 1980, 2120
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class FiscalYear(FileModel):
    """A fiscal year of calendar months, or of 52 or 53 whole weeks.

    A year of weeks ends on the weekday `week_ends`: on the last one of the month before
    `first_month`, or on the one nearest to that month's last day. Its quarters have 13 weeks, in
    three months of `weeks`; the 53rd week, where there is one, belongs to the last month.
    """

    first_month: Annotated[
        int, Field(ge=1, le=12, description="Month in which the year begins: 4 for April.")
    ]
    named_after: Annotated[
        Literal["last day", "first day"],
        Field(
            description="Whose calendar year is the year's number: FY2026 ends or begins in 2026."
        ),
    ] = "last day"
    weeks: Annotated[
        Literal["4-4-5", "4-5-4", "5-4-4"] | None,
        Field(description="Weeks of the months of a quarter. Default: calendar months."),
    ] = None
    week_ends: Annotated[
        Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"],
        Field(description="Last day of a week."),
    ] = "saturday"
    ends: Annotated[
        Literal["last", "nearest"],
        Field(
            description="The year ends on the last such day of its last month, or on the nearest "
            "one to the month's end."
        ),
    ] = "last"

    @model_validator(mode="after")
    def _of_weeks(self) -> FiscalYear:
        said = self.model_fields_set & {"week_ends", "ends"}
        if said and self.weeks is None:
            raise ValueError(f"{', '.join(sorted(said))}: only a year of weeks (weeks: 4-4-5)")
        return self

    def month_starts(self, year: int) -> list[date]:
        """Give the first days of the twelve months of the year numbered `year`, and of the next."""
        if self.weeks is None:
            first = self._nominal_start(year)
            months = [first.year * 12 + first.month - 1 + number for number in range(13)]
            return [date(month // 12, month % 12 + 1, 1) for month in months]
        start = self._week_start(year)
        lengths = [int(weeks) for weeks in self.weeks.split("-")] * 4
        starts = [start + timedelta(weeks=sum(lengths[:number])) for number in range(12)]
        return [*starts, self._week_start(year + 1)]

    def _nominal_start(self, year: int) -> date:
        is_earlier = self.named_after == "last day" and self.first_month > 1
        return date(year - is_earlier, self.first_month, 1)

    def _week_start(self, year: int) -> date:
        """Give the day after the last day of the year before."""
        last_day = self._nominal_start(year) - timedelta(days=1)
        latest = last_day + timedelta(days=3 if self.ends == "nearest" else 0)
        back = (latest.weekday() - _WEEKDAYS.index(self.week_ends)) % 7
        return latest - timedelta(days=back) + timedelta(days=1)


def fiscal_periods(fiscal_year: FiscalYear | None) -> list[dict[str, Any]]:
    """Give the months, quarters, halves and years of the fiscal years 1980 to 2120.

    Keys: period_kind, period (FY2026-P10, FY2026-Q4, FY2026-H2, FY2026), period_start, period_end.
    No row without a fiscal year.
    """
    if fiscal_year is None:
        return []
    return [row for year in range(FIRST_YEAR, LAST_YEAR + 1) for row in _rows(fiscal_year, year)]


def _rows(fiscal_year: FiscalYear, year: int) -> Iterator[dict[str, Any]]:
    starts = fiscal_year.month_starts(year)
    for kind, months, form in (
        ("FY month", 1, "-P{:02}"),
        ("FY quarter", 3, "-Q{}"),
        ("FY half", 6, "-H{}"),
        ("FY year", 12, ""),
    ):
        for number in range(12 // months):
            yield {
                "period_kind": kind,
                "period": f"FY{year}{form.format(number + 1)}",
                "period_start": starts[number * months],
                "period_end": starts[(number + 1) * months] - timedelta(days=1),
            }
