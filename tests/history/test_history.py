"""What a workspace's own history says: which source is late, which export is out of the usual."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy
from hypothesis import given
from hypothesis import strategies as st
from niaga.configuration import parse_yaml, validate
from niaga.errors import ConfigurationError
from niaga.history.arrivals import Arrival, read_arrivals, usual_bound
from niaga.history.expected import Expected, parse_expected
from niaga.history.trends import bars, read_trends
from niaga.history.volumes import UnusualVolume, read_unusual, usual_volume
from niaga.ingest.sources import Source
from niaga.state import State, tables
from niaga.workspace import Workspace, create_workspace

JAKARTA = ZoneInfo("Asia/Jakarta")
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture(params=["sqlite", "postgresql"])
def state(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[State]:
    workspace = create_workspace(tmp_path / "company", "Toko Maju", "IDR", "Asia/Jakarta")
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql").new_database()
        settings = workspace.settings.model_copy(update={"state": url})
        workspace = Workspace(workspace.root, settings)
    with State.open(workspace) as opened:
        yield opened


def source(expected: str | None = None) -> Source:
    line = f"expected: {expected}" if expected else ""
    text = f"source: erp\n{line}\nexports: {{lines: {{file: a.csv}}}}\nfeeds: {{sales_line: x}}\n"
    return validate(parse_yaml(text, Path("erp.yml")), Source)


def rhythm(text: str) -> Expected:
    expected = parse_expected(text)
    assert expected
    return expected


def local(text: str, zone: ZoneInfo = JAKARTA) -> datetime:
    """Give a moment by the company's clocks as the state database has it."""
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC).replace(tzinfo=None)


def land(state: State, *moments: datetime) -> None:
    with state.engine.begin() as connection:
        connection.execute(
            sqlalchemy.insert(tables.export),
            [
                {
                    "source": "erp", "part": "lines", "export_id": f"{at}", "file_name": "a.csv",
                    "size_bytes": 1, "status": "loaded", "landed_at": at,
                }
                for at in moments
            ],
        )  # fmt: skip


def arrival(state: State, expected: str | None, now: datetime) -> Arrival:
    with state.reading() as connection:
        (found,) = read_arrivals(connection, [source(expected)], "Asia/Jakarta", now)
    return found


@pytest.mark.parametrize(
    ("expected", "now", "counts_from", "due"),
    [
        # 2026-10-30 is a Friday.
        ("daily", "2026-10-30 06:00", "2026-10-29 00:00", "2026-10-30 00:00"),
        ("daily by 07:00", "2026-10-30 06:59", "2026-10-28 19:00", "2026-10-29 07:00"),
        ("daily by 07:00", "2026-10-30 07:00", "2026-10-29 19:00", "2026-10-30 07:00"),
        ("weekdays by 07:00", "2026-11-01 12:00", "2026-10-29 19:00", "2026-10-30 07:00"),
        ("weekdays by 07:00", "2026-11-02 08:00", "2026-11-01 19:00", "2026-11-02 07:00"),
        ("weekly", "2026-11-01 23:00", "2026-10-19 00:00", "2026-10-26 00:00"),
        ("weekly", "2026-11-02 00:00", "2026-10-26 00:00", "2026-11-02 00:00"),
        ("weekly on monday by 9:30", "2026-11-02 10:00", "2026-10-29 21:30", "2026-11-02 09:30"),
        ("monthly", "2026-10-31 12:00", "2026-09-01 00:00", "2026-10-01 00:00"),
        ("monthly", "2026-11-01 00:00", "2026-10-01 00:00", "2026-11-01 00:00"),
        ("Monthly on 5 by 12:00", "2026-11-05 13:00", "2026-10-21 12:00", "2026-11-05 12:00"),
        ("monthly on 5", "2026-11-05 13:00", "2026-09-21 00:00", "2026-10-06 00:00"),
    ],
)
def test_what_a_source_says_is_due(expected: str, now: str, counts_from: str, due: str) -> None:
    found = rhythm(expected).last_due(datetime.fromisoformat(now).replace(tzinfo=JAKARTA), JAKARTA)
    assert (f"{found.counts_from:%Y-%m-%d %H:%M}", f"{found.at:%Y-%m-%d %H:%M}") == (
        counts_from,
        due,
    )


def test_a_due_time_is_that_of_the_clocks_whatever_summer_does() -> None:
    # The clocks of Berlin were put back on 2026-10-25, and forward on 2026-03-29 at 02:00.
    for day, offset in (("2026-10-24", 2), ("2026-10-26", 1), ("2026-03-28", 1), ("2026-03-30", 2)):
        now = datetime.fromisoformat(f"{day} 12:00").replace(tzinfo=BERLIN)
        due = rhythm("daily by 07:00").last_due(now, BERLIN).at
        assert due.astimezone(UTC) == datetime.fromisoformat(f"{day}T0{7 - offset}:00+00:00")


@given(
    st.sampled_from(
        ["daily", "weekdays", "weekly", "weekly on sunday", "monthly", "monthly on 28"]
    ),
    st.none() | st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001
)
def test_an_export_counts_for_its_own_period_only(
    every: str, by: time | None, now: datetime
) -> None:
    expected = rhythm(every + (f" by {by:%H:%M}" if by else ""))
    due = expected.last_due(now.replace(tzinfo=BERLIN), BERLIN)
    assert due.counts_from < due.at <= now.replace(tzinfo=BERLIN)
    # What came in time for the one before is too old for this one.
    before = expected.last_due(due.at - timedelta(minutes=1), BERLIN)
    assert before.at <= due.counts_from


def test_a_source_is_late_until_its_export_has_come(state: State) -> None:
    expected = "weekdays by 07:00"
    assert arrival(state, expected, local("2026-10-30 08:00")).is_late
    land(state, local("2026-10-29 07:30"))
    early = arrival(state, expected, local("2026-10-30 06:59"))
    assert (early.is_late, early.due_at) == (False, local("2026-10-30 07:00"))
    late = arrival(state, expected, local("2026-10-30 07:00"))
    assert late == Arrival(
        "erp", local("2026-10-29 07:30"), local("2026-10-30 07:00"), True, f"expected {expected}"
    )
    land(state, local("2026-10-30 07:40"))
    came = arrival(state, expected, local("2026-10-30 07:45"))
    assert (came.is_late, came.due_at) == (False, local("2026-11-02 07:00"))
    assert not arrival(state, expected, local("2026-11-01 12:00")).is_late
    assert arrival(state, expected, local("2026-11-02 07:00")).is_late


def test_the_rhythm_of_a_source_is_learnt_with_its_weekends(state: State) -> None:
    monday = date(2026, 8, 3)
    days = [monday + timedelta(days=n) for n in range(7 * 8) if n % 7 < 5]
    land(state, *(local(f"{day} 06:10") for day in days[:7]))
    assert not arrival(state, "irregularly", local("2030-12-31 00:00")).is_late
    unknown = arrival(state, None, local("2026-12-31 00:00"))
    assert (unknown.is_late, unknown.due_at) == (False, None)
    assert unknown.basis == "not known: 7 days with exports, 8 are needed"

    land(state, *(local(f"{day} 06:10") for day in days[7:]))
    assert days[-1] == date(2026, 9, 25)
    friday = arrival(state, None, local("2026-09-28 23:59"))
    assert (friday.is_late, friday.due_at) == (False, local("2026-09-29 00:00"))
    assert friday.basis == "learnt: the next within 3 days after a Friday (7 gaps)"
    assert arrival(state, None, local("2026-09-29 00:00")).is_late

    # After a Monday one day is usual.
    land(state, local("2026-09-28 06:10"))
    assert not arrival(state, None, local("2026-09-29 23:59")).is_late
    assert arrival(state, None, local("2026-09-30 00:00")).is_late


def test_what_lands_at_once_is_one_arrival(state: State) -> None:
    land(state, *(local("2026-10-30 05:00") + timedelta(seconds=n) for n in range(24)))
    assert arrival(state, None, local("2026-12-31 00:00")).due_at is None


def test_a_learnt_bound_is_passed_as_seldom_as_it_says() -> None:
    chance = random.Random(5)
    for before, allowed in ((8, 1 / 9), (19, 0.05), (60, 0.05)):
        passed, rounds = 0, 4000
        for _ in range(rounds):
            gaps = [chance.randint(1, 1000) for _ in range(before + 1)]
            passed += gaps[-1] > usual_bound(gaps[:-1])
        assert passed / rounds < allowed + 3 * (allowed / rounds) ** 0.5
        # Nor is it so wide that nothing would ever be late.
        assert passed / rounds > allowed / 3


def load(
    state: State, name: str, day: date | None, rows: int, committed_at: datetime, run_id: str
) -> None:
    with state.engine.begin() as connection:
        connection.execute(
            sqlalchemy.insert(tables.load).values(
                load_id=f"{name} {run_id}", source="erp", delivery=name, export_ids={},
                business_date=day, rows_read=rows, rows_filtered=0, rows_held=0, status="current",
                committed_at=committed_at, run_id=run_id,
            )
        )  # fmt: skip


def unusual(state: State, now: datetime) -> tuple[UnusualVolume, ...]:
    with state.reading() as connection:
        return read_unusual(connection, now)


def test_an_export_is_held_against_those_of_its_day_of_the_week(state: State) -> None:
    chance = random.Random(7)
    first = date(2026, 7, 6)
    at = datetime(2026, 7, 6, 1)  # noqa: DTZ001
    for back in range(10 * 7):
        day = first + timedelta(days=back)
        usual = 100 if day.weekday() == 6 else 1000
        rows = round(usual * chance.uniform(0.9, 1.1))
        load(state, f"{day}", day, rows, at + timedelta(days=back), f"{day}")
    now = at + timedelta(days=70)
    assert unusual(state, now) == ()
    # A Sunday's number is nothing odd but on a Monday.
    load(state, "new", first + timedelta(days=70), 110, now, "new")
    (found,) = unusual(state, now)
    assert (found.delivery, found.records, found.weekday, found.exports) == (
        "new", 110, "Monday", 10,
    )  # fmt: skip
    assert 900 < found.usual < 1100
    assert found.low > 500 and found.high < 2000
    # Whole, the same delivery is usual.
    load(state, "new", first + timedelta(days=70), 1010, now + timedelta(hours=1), "newer")
    assert unusual(state, now) == ()


def test_the_first_load_of_old_files_is_no_news(state: State) -> None:
    now = datetime(2026, 11, 1)  # noqa: DTZ001
    for month in range(1, 13):
        rows = 9 if month == 12 else 1000 + month
        at = now + timedelta(seconds=month)
        load(state, f"{month}", date(2025, month, 28), rows, at, "first")
    assert unusual(state, now) == ()
    load(state, "13", date(2026, 1, 28), 3, now + timedelta(hours=1), "second")
    assert [one.delivery for one in unusual(state, now)] == ["13"]
    assert usual_volume([10] * 7) is None


@given(st.lists(st.integers(1, 10**6), min_size=8, max_size=60), st.integers(2, 50))
def test_usual_volumes_hold_the_middle_and_do_not_depend_on_a_few(
    records: list[int], times: int
) -> None:
    usual = usual_volume(records)
    assert usual is not None
    middle = sorted(records)[len(records) // 2]
    assert usual.has(middle)
    assert usual.low <= usual.median <= usual.high
    assert not usual.has((usual.high + 1) * times)
    # One export that is far off, whichever, does not make another one that is far off usual.
    steady = usual_volume([1000] * 20 + [10**9])
    assert steady is not None
    assert (steady.has(1499), steady.has(1502), steady.has(668), steady.has(665)) == (
        True, False, True, False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "dayly",
            "`dayly` is none of: daily, weekdays, weekly, monthly, irregularly (did you mean",
        ),
        ("daily at 7", "`daily at 7` does not say when exports come"),
        ("weekly on tusday", "`tusday` is no day of the week (did you mean `tuesday`?)"),
        ("monthly on 31", "`31` is no day that each month has (a day from 1 to 28"),
        ("daily on monday", "`daily` has no day of its own"),
        ("daily by 25:00", "`25:00` is no time of day (like 07:00)"),
    ],
)
def test_mistakes_are_told_with_their_line(text: str, told: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        source(text)
    assert str(caught.value).startswith(f"erp.yml:2: expected: {told}")


def test_trends_are_of_the_runs_that_are_done(state: State) -> None:
    for seconds in (1, 5, 9):
        run_id = state.start_run("nightly")
        state.finish_run(
            run_id, "done", 0,
            {"seconds": seconds, "ingested": {"rows_loaded": 10 * seconds, "rows_held": 0}},
        )  # fmt: skip
        state.finish_run(state.start_run("nightly"), "failed", 1, {"reason": "x"})
    with state.reading() as connection:
        trends = {trend.figure: trend for trend in read_trends(connection)}
    # Of the run that was done, since those that failed have no figures.
    assert trends["duration"].values == (1, 5, 9)
    assert (trends["loaded"].last, trends["loaded"].usual) == (90, 50)
    assert bars(trends["duration"].values) == "▁▅█"
    assert bars(trends["held back"].values) == "▁▁▁"
