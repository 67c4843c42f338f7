"""Once each date, by the company's clock, also when that is changed."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st
from niaga.serve.night_times import next_night

BERLIN = ZoneInfo("Europe/Berlin")


def nights(after: datetime, at: time, zone: ZoneInfo, number: int) -> list[datetime]:
    found = []
    for _ in range(number):
        after = next_night(after, at, zone)
        found.append(after)
    return found


@pytest.mark.parametrize(
    ("noon", "wanted"),
    [
        # The clock goes from 02:00 to 03:00 on the 29th: half past two is half past three.
        ("2026-03-27", ["28T02:30:00+01:00", "29T03:30:00+02:00", "30T02:30:00+02:00"]),
        # It goes from 03:00 back to 02:00 on the 25th: the first of two, and no second one.
        ("2026-10-23", ["24T02:30:00+02:00", "25T02:30:00+02:00", "26T02:30:00+01:00"]),
    ],
)
def test_at_half_past_two_in_berlin(noon: str, wanted: list[str]) -> None:
    after = datetime.fromisoformat(f"{noon}T12:00").replace(tzinfo=BERLIN)
    found = nights(after, time(2, 30), BERLIN, 3)
    assert [night.astimezone(BERLIN).isoformat()[8:] for night in found] == wanted


def test_between_the_two_half_past_two_the_night_of_the_date_was_had() -> None:
    between = datetime(2026, 10, 25, 0, 45, tzinfo=UTC)
    assert next_night(between, time(2, 30), BERLIN) == datetime(2026, 10, 26, 1, 30, tzinfo=UTC)


@given(
    st.sampled_from(sorted(available_timezones())),
    st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    st.integers(0, 37 * 365 * 24 * 60),
)
def test_in_any_zone_nights_are_a_day_apart_and_none_is_left_out(
    zone_name: str, at: time, minutes: int
) -> None:
    zone = ZoneInfo(zone_name)
    after = datetime(2000, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    first, *others = nights(after, at, zone, 4)
    assert after < first
    # Whoever has waited for days has seen the same one next.
    assert first in nights(after - timedelta(days=4), at, zone, 8)
    assert not any(
        after < night < first for night in nights(after - timedelta(days=4), at, zone, 8)
    )
    for one, other in zip([first, *others], others, strict=False):
        # Zones that change sides of the date line skip a date.
        assert timedelta(hours=20) <= other - one <= timedelta(hours=50)
