"""Dumps that say all anew: a row that the latest one lacks is gone, in whatever order they come."""

from __future__ import annotations

import itertools
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from niaga.errors import ConfigurationError
from niaga.ingest.trial import try_source
from niaga.progress import Silent
from niaga.refresh.gates import check
from niaga.refresh.registration import complete, register
from niaga.state import State

from .conftest import SALES, Company, act, line, lines, open_company
from .test_again import again
from .test_quarantine import export, take

DUMP = SALES.replace("{date:%Y-%m}*", "{date:%Y-%m-%d}") + "replaces: everything\n"
MONTHLY = SALES.replace("{date:%Y-%m}*", "{date:%Y-%m-%d}") + (
    "replaces: {period: month, column: order_date}\n"
)
SEVEN_DAYS = MONTHLY.replace("period: month", "days: 7")
STATED = SALES.replace("{date:%Y-%m}*", "{from:%Y%m%d}_{to:%Y%m%d}_made{date:%Y%m%d}") + (
    "replaces: {days: file_name, column: order_date}\n"
)
HEADER = lines(0)


def invoices(company: Company) -> list[str]:
    return [row[0] for row in company.lake("order_id")]


@pytest.mark.parametrize("order", list(itertools.permutations((1, 2, 3))))
def test_the_latest_dump_alone_counts(bare_company: Company, order: tuple[int, ...]) -> None:
    bare_company.source(DUMP)
    # A row too many on the first day, gone and back again on the others.
    dumps = {1: lines(3), 2: lines(1), 3: HEADER + line(2) + line(4)}
    for day in order:
        bare_company.land(f"penjualan_2026-02-0{day}.csv", dumps[day])
        bare_company.ingest()
    assert invoices(bare_company) == ["F2", "F4"]


def test_a_dump_that_says_again_what_an_older_one_said_counts(bare_company: Company) -> None:
    bare_company.source(DUMP)
    for day, text in ((1, lines(3)), (2, lines(1)), (3, lines(3))):
        bare_company.land(f"penjualan_2026-02-0{day}.csv", text)
        bare_company.ingest()
    assert invoices(bare_company) == ["F1", "F2", "F3"]


def test_a_rejected_dump_leaves_the_last_good_one_in_place(bare_company: Company) -> None:
    bare_company.source(DUMP)
    bare_company.land("penjualan_2026-02-01.csv", lines(2))
    bare_company.land("penjualan_2026-02-02.csv", lines(3)[:-5])
    bare_company.ingest()
    assert invoices(bare_company) == ["F1", "F2"]


@pytest.mark.parametrize("source", [DUMP, MONTHLY])
def test_a_dump_of_nothing_takes_nothing_away(bare_company: Company, source: str) -> None:
    bare_company.source(source)
    bare_company.land("penjualan_2026-01-30.csv", lines(2))
    bare_company.land("penjualan_2026-01-31.csv", HEADER)
    report = bare_company.ingest()
    assert [outcome.status for outcome in report.outcomes] == ["loaded", "rejected"]
    assert "a dump that failed looks like this" in str(report.outcomes[1].reason)
    assert invoices(bare_company) == ["F1", "F2"]


@pytest.mark.parametrize("order", list(itertools.permutations((0, 1, 2, 3))))
def test_a_month_is_replaced_by_its_latest_export(
    bare_company: Company, order: tuple[int, ...]
) -> None:
    bare_company.source(MONTHLY)
    files = [
        ("penjualan_2026-01-31.csv", HEADER + line(1) + line(2)),
        ("penjualan_2026-01-15.csv", HEADER + line(1) + line(3)),
        ("penjualan_2026-02-28.csv", HEADER + line(5, Tanggal="28/02/2026")),
        ("penjualan_2026-02-10.csv", HEADER + line(4, Tanggal="01/02/2026")),
    ]
    for position in order:
        bare_company.land(*files[position])
        bare_company.ingest()
    assert invoices(bare_company) == ["F1", "F2", "F5"]


def test_a_row_outside_of_the_replaced_month_is_held_back(bare_company: Company) -> None:
    bare_company.source(MONTHLY + "reject_above: 50%\n")
    bare_company.land(
        "penjualan_2026-01-31.csv",
        HEADER + line(1) + line(2, Tanggal="31/01/2026") + line(3, Tanggal="01/02/2026"),
    )
    report = bare_company.ingest()
    assert (report.rows_loaded, report.rows_held) == (2, 1)
    assert bare_company.quarantine("row_number, column_name, value, reason") == [
        (
            3,
            "order_date",
            "01/02/2026",
            "is not within 2026-01-01 to 2026-01-31, which the export replaces",
        )
    ]


@pytest.mark.parametrize(
    ("source", "name"),
    [
        (MONTHLY, "penjualan_2026-01-31.csv"),
        (SEVEN_DAYS, "penjualan_2026-01-07.csv"),
        (STATED, "penjualan_20260101_20260131_made20260214.csv"),
    ],
)
def test_trying_a_dump_tells_of_rows_outside_of_its_range(
    bare_company: Company, tmp_path: Path, source: str, name: str
) -> None:
    bare_company.source(source + "reject_above: 50%\n")
    file = tmp_path / name
    file.write_text(HEADER + line(1) + line(3, Tanggal="01/02/2026"))
    trial = try_source(bare_company.workspace, "erp", [file], None)
    assert [(fault.row_number, fault.column) for fault in trial.faults] == [(2, "order_date")]


def on(day: int, number: int, **cells: str) -> str:
    """Write a line of a day of January."""
    return line(number, Tanggal=f"{day:02}/01/2026", **cells)


def land_range(company: Company, first: int, last: int, made: int, *rows: str) -> None:
    """Land an export of a range of days of January that was made on a day of February."""
    name = f"penjualan_202601{first:02}_202601{last:02}_made202602{made:02}.csv"
    company.land(name, HEADER + "".join(rows))


def counted(company: Company) -> list[str]:
    return [order for (order,) in company.counted("order_id")]


@dataclass(frozen=True)
class Dump:
    """An export that is the whole truth about its days, as numbers; one row a day at most."""

    first: int
    last: int
    rows: dict[int, int]


FIRST_DAY, DUMPS = date(2026, 1, 1), 6


@st.composite
def dumps(draw: st.DrawFn, length: int | None) -> list[Dump]:
    """Draw dumps in the order in which they were made; all of `length` days, or of any."""
    drawn = []
    for _ in range(draw(st.integers(3, DUMPS))):
        first = draw(st.integers(1, 8))
        last = first + (length or draw(st.integers(1, 6))) - 1
        days = st.sets(st.integers(first, last), min_size=1)
        rows = {day: draw(st.integers(1, 3)) for day in sorted(draw(days))}
        drawn.append(Dump(first, last, rows))
    # The date of a rolling dump is its last day: of two with one date chance would decide.
    return sorted({d.last: d for d in drawn}.values(), key=lambda d: d.last) if length else drawn


def land_dump(company: Company, source: str, made: int, dump: Dump, length: int | None) -> str:
    """Land a dump, and give its name; those of any length say when they were made."""
    first, last = (FIRST_DAY + timedelta(day - 1) for day in (dump.first, dump.last))
    made_on = date(2026, 2, 1) + timedelta(made)
    name = f"{last}" if length else f"{first:%Y%m%d}_{last:%Y%m%d}_made{made_on:%Y%m%d}"
    rows = "".join(
        line(amount, Faktur=f"{source}-{day}", Tanggal=f"{FIRST_DAY + timedelta(day - 1):%d/%m/%Y}")
        for day, amount in dump.rows.items()
    )
    return company.land(f"{source}_{name}.csv", HEADER + rows).name


def what_counts(dumps: list[Dump]) -> dict[int, int]:
    """Work out what the later dumps leave: amount by day."""
    truth: dict[int, int] = {}
    for dump in dumps:
        truth = {day: n for day, n in truth.items() if not dump.first <= day <= dump.last}
        truth |= dump.rows
    return truth


def what_is_left(dumps: list[Dump]) -> list[bool]:
    """Tell of each dump whether it has a day that no later one is about."""
    spans = [set(range(dump.first, dump.last + 1)) for dump in dumps]
    return [bool(span - set().union(*spans[at + 1 :])) for at, span in enumerate(spans)]


@pytest.fixture(scope="module")
def many_sources(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """A company for the exports of all examples, each of which is of a source of its own."""
    with open_company(tmp_path_factory.mktemp("many")) as company:
        yield company


@settings(
    max_examples=16,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(data=st.data())
def test_any_ranges_in_any_order_and_batches_leave_what_the_latest_says_of_each_day(
    many_sources: Company, data: st.DataObject
) -> None:
    company = many_sources
    length = data.draw(st.sampled_from([None, 7]))
    made = data.draw(dumps(length))
    source = f"s{company.runs}"
    text = SEVEN_DAYS if length else STATED
    company.source(text.replace("erp", source).replace("penjualan", source))
    names = {}
    for position in data.draw(st.permutations(range(len(made)))):
        names[position] = land_dump(company, source, position, made[position], length)
        if data.draw(st.booleans()):
            company.ingest()
    company.ingest()
    (company.workspace.sources_folder / f"{source}.yml").unlink()
    rows = company.counted("order_id, net_amount")
    assert {
        int(order.partition("-")[2]): amount
        for order, amount in rows
        if order.startswith(f"{source}-")
    } == {day: number * 1000 + Decimal("0.50") for day, number in what_counts(made).items()}
    exports = company.exports()
    assert [exports[names[position]] for position in range(len(made))] == [
        ("loaded", None if is_left else "a later export replaces what it says")
        for is_left in what_is_left(made)
    ]


def test_a_corrected_export_of_a_range_counts_and_a_row_that_it_lacks_is_gone(
    bare_company: Company,
) -> None:
    bare_company.source(STATED)
    land_range(bare_company, 10, 20, 3, on(12, 1, Jumlah="7"), on(15, 4))
    land_range(bare_company, 1, 31, 2, on(9, 5), on(11, 3), on(12, 1), on(13, 2), on(21, 6))
    bare_company.ingest()
    assert bare_company.counted("order_id, quantity") == [
        ("F1", 7), ("F4", 2), ("F5", 2), ("F6", 2),
    ]  # fmt: skip
    land_range(bare_company, 10, 20, 5, on(12, 1, Jumlah="8"))
    land_range(bare_company, 10, 20, 4, on(12, 1), on(15, 9))
    bare_company.ingest()
    assert bare_company.counted("order_id, quantity") == [("F1", 8), ("F5", 2), ("F6", 2)]
    # Of the last one made on the 3rd, and the one of the 4th, nothing counts any more.
    assert sorted(load.status for load in bare_company.loads()) == (
        ["current"] * 2 + ["replaced"] * 2
    )


def test_the_last_day_in_a_name_dates_an_export_that_says_no_other_date(
    bare_company: Company,
) -> None:
    bare_company.source(STATED.replace("_made{date:%Y%m%d}", ""))
    for first, last, rows in ((5, 20, on(10, 1)), (1, 10, on(10, 2) + on(4, 3))):
        bare_company.land(f"penjualan_202601{first:02}_202601{last:02}.csv", HEADER + rows)
    bare_company.ingest()
    assert counted(bare_company) == ["F1", "F3"]
    found = {(str(load.business_date), load.replaced_column) for load in bare_company.loads()}
    assert found == {("2026-01-20", "order_date"), ("2026-01-10", "order_date")}


def test_months_in_names_are_whole_ones(bare_company: Company) -> None:
    bare_company.source(STATED.replace("{from:%Y%m%d}_{to:%Y%m%d}", "{from:%b%y}-{to:%b%y}"))
    bare_company.land("penjualan_Jan26-Feb26_made20260301.csv", HEADER + on(1, 1) + on(31, 2))
    bare_company.ingest()
    (load,) = bare_company.loads()
    assert (load.replaced_from, load.replaced_to) == (date(2026, 1, 1), date(2026, 2, 28))


def test_days_in_a_name_the_last_one_first_hold_the_file_back(bare_company: Company) -> None:
    bare_company.source(STATED)
    land_range(bare_company, 20, 10, 1, on(15, 1))
    bare_company.ingest()
    name = "penjualan_20260120_20260110_made20260201.csv"
    assert "2026-01-20 to 2026-01-10 in its name, the last one first" in bare_company.reason(name)


def test_what_an_export_no_longer_says_anew_counts_again(bare_company: Company) -> None:
    """A delivery's corrected parts date it, and so move it to another month."""
    bare_company.source(
        MONTHLY.replace("penjualan_", "penjualan_{delivery}_").replace(
            "locale:", '  notes: {file: "notes_{delivery}_{date:%Y-%m-%d}.csv"}\nlocale:'
        )
    )
    for delivery, made, row, counts in (
        ("A", "2026-01-10", on(8, 1), ["F1"]),
        ("B", "2026-01-12", on(4, 2), ["F2"]),
        ("B", "2026-02-05", line(3, Tanggal="01/02/2026"), ["F1", "F3"]),
    ):
        bare_company.land(f"penjualan_{delivery}_{made}.csv", HEADER + row)
        bare_company.land(f"notes_{delivery}_{made}.csv", f"note\n{made}\n")
        bare_company.ingest()
        assert invoices(bare_company) == counts
    assert bare_company.exports()["penjualan_A_2026-01-10.csv"] == ("loaded", None)


def test_the_landed_gate_counts_what_is_superseded(bare_company: Company) -> None:
    """Of five rows read one is held, and of the four loaded a later export says two anew."""
    bare_company.source(STATED + "reject_above: 50%\n")
    land_range(bare_company, 1, 10, 1, on(2, 1), on(3, 2), on(5, 3), on(6, 4), on(7, 5, Netto="x"))
    land_range(bare_company, 5, 20, 2, on(6, 4), on(20, 6))
    bare_company.ingest()
    assert counted(bare_company) == ["F1", "F2", "F4", "F6"]
    report = check(bare_company.workspace, bare_company.state, "run", "landed", Silent())
    told = {result.expectation for result in report.passed}
    assert "rows loaded = rows that count + rows of days that a later export says anew" in told
    assert "records read = records loaded + held back + left out + dropped, for each load" in told


def test_a_build_starts_anew_when_rows_that_it_has_read_count_no_more(
    bare_company: Company,
) -> None:
    company = bare_company
    company.source(STATED)

    def is_full() -> bool:
        company.ingest()
        found = register(company.workspace, company.state, "run", is_posting=False)
        complete(company.workspace, company.state)
        return found.is_full

    land_range(company, 1, 10, 5, on(2, 1))
    assert is_full()
    # Days that nothing was said of; an older export, of which nothing counts, and a part.
    land_range(company, 11, 20, 6, on(12, 2))
    land_range(company, 1, 5, 1, on(2, 3))
    land_range(company, 19, 25, 2, on(22, 4))
    assert not is_full()
    land_range(company, 25, 25, 7, on(25, 5))
    assert is_full()
    assert not is_full()


def test_read_again_exports_of_ranges_are_as_before_and_as_the_source_now_says(
    bare_company: Company,
) -> None:
    bare_company.source(STATED)
    land_range(bare_company, 1, 10, 1, on(2, 1), on(6, 2))
    land_range(bare_company, 5, 20, 2, on(20, 3))
    land_range(bare_company, 5, 6, 1, on(6, 4))
    bare_company.ingest()
    for replaces, orders in (
        ("{days: file_name, column: order_date}", ["F1", "F3"]),
        ("everything", ["F3"]),
        ("{period: month, column: order_date}", None),
        ("{days: file_name, column: order_date}", ["F1", "F3"]),
        ("", ["F1", "F2", "F3", "F4"]),
        ("{days: file_name, column: order_date}", ["F1", "F3"]),
    ):
        source, _, _ = STATED.partition("replaces:")
        bare_company.source(source + f"replaces: {replaces}\n")
        report = again(bare_company)
        if orders is None:
            # Of February, where the names' dates lie, no export has rows: all are held back.
            assert {outcome.status for outcome in report.outcomes} == {"not read again"}
        else:
            assert counted(bare_company) == orders


def test_a_held_row_that_is_corrected_counts_unless_its_day_is_said_anew(
    bare_company: Company,
) -> None:
    bare_company.source(STATED + "reject_above: 80%\n")
    land_range(bare_company, 1, 10, 1, on(2, 1), on(3, 2, Netto="x"), on(7, 3, Netto="x"))
    land_range(bare_company, 5, 20, 2, on(20, 4))
    bare_company.ingest()
    records = export(bare_company)
    for record in records:
        record["Netto"] = "Rp 1,00"
    assert take(bare_company, records).still_held == 0
    assert counted(bare_company) == ["F1", "F2", "F4"]


@pytest.mark.parametrize("place", ["ingest.segment_renamed", "ingest.committed"])
def test_killed_in_between_and_run_again_ranges_end_as_one_clean_run(
    bare_company: Company, place: str
) -> None:
    bare_company.source(STATED)
    land_range(bare_company, 1, 10, 1, on(2, 1), on(6, 2))
    bare_company.ingest()
    land_range(bare_company, 5, 20, 2, on(20, 3))
    assert act(bare_company, 'run_verb("ingest", workspace, Silent())', place) == -signal.SIGKILL
    assert counted(bare_company) in (["F1", "F2"], ["F1", "F3"])
    bare_company.ingest()
    assert counted(bare_company) == ["F1", "F3"]
    assert len(bare_company.loads()) == 2


def test_loads_of_an_older_version_are_given_what_they_say_anew(bare_company: Company) -> None:
    """Before ranges were kept a load that was replaced was superseded, and none had its days."""
    bare_company.source(DUMP)
    for day in (1, 3):
        bare_company.land(f"penjualan_2026-02-0{day}.csv", HEADER + line(day))
        bare_company.ingest()
    with bare_company.state.engine.begin() as connection:
        for statement in (
            "update load set status = 'superseded' where status = 'replaced'",
            "drop index ix_load_source_replaced_from",
            *(f"alter table load drop column replaced_{it}" for it in ("column", "from", "to")),
            "drop table notice",
            "drop table notice_target",
            "update alembic_version set version_num = '0004'",
        ):
            connection.exec_driver_sql(statement)
    with State.open(bare_company.workspace) as state:
        company = Company(bare_company.workspace, state, runs=3)
        assert invoices(company) == ["F3"]
        company.land("penjualan_2026-02-02.csv", HEADER + line(2))
        company.ingest()
        assert invoices(company) == ["F3"]
        assert {load.replaced_to for load in company.loads() if load.status == "current"} == {
            date.max
        }


@pytest.mark.parametrize(
    ("replaces", "problem"),
    [
        ("{period: month, column: order_day}", "`order_day` is no date column of sales_line"),
        ("{period: week, column: order_date}", "week"),
        ("{days: 0, column: order_date}", "0"),
        ("{days: all, column: order_date}", "days"),
        ("{column: order_date}", "does not say which days an export replaces"),
        ("{days: 7, period: month, column: order_date}", "says the range of days twice"),
        ("{days: file_name, column: order_date}", "the file pattern of lines states no days"),
        ("nothing", "nothing"),
    ],
)
def test_what_can_not_be_replaced_is_refused(
    bare_company: Company, replaces: str, problem: str
) -> None:
    bare_company.source(SALES + f"replaces: {replaces}\n")
    with pytest.raises(ConfigurationError, match=problem):
        bare_company.ingest()


def test_a_dump_whose_name_has_no_date_is_refused(bare_company: Company) -> None:
    bare_company.source(DUMP.replace("_{date:%Y-%m-%d}", ""))
    with pytest.raises(ConfigurationError, match="replaces which"):
        bare_company.ingest()


def test_masters_keep_their_history(bare_company: Company) -> None:
    bare_company.source(
        'source: crm\nexports: {rows: {file: "c_{date:%Y-%m-%d}.csv"}}\nreplaces: everything\n'
        'feeds: {customer: "select _row_number, id as customer_id from rows"}\n'
    )
    with pytest.raises(ConfigurationError, match="would lose the history of customer"):
        bare_company.ingest()
