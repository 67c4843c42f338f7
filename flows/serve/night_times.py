"""When nights are due: once each date, at a time of the company's clock."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


def next_night(after: datetime, at: time, zone: ZoneInfo) -> datetime:
    """Give the first moment after `after` at which a night is due, in UTC.

    A date on which the clock jumps over the time has its night as long after midnight as any other
    (02:30 is then 03:30); one on which the time comes twice has it at the first.
    """
    # Not Prefect's cron: it puts the night of a jump an hour too early, and differs by Python.
    day = after.astimezone(zone).date() - timedelta(days=1)
    while True:
        moment = datetime.combine(day, at, zone).astimezone(UTC)
        if moment > after:
            return moment
        day += timedelta(days=1)
