"""Dumps that say all anew: a row that the latest one lacks is gone, in whatever order they come."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from niaga.errors import ConfigurationError
from niaga.ingest.trial import try_source

from .conftest import SALES, Company, line, lines

DUMP = SALES.replace("{date:%Y-%m}*", "{date:%Y-%m-%d}") + "replaces: everything\n"
MONTHLY = SALES.replace("{date:%Y-%m}*", "{date:%Y-%m-%d}") + (
    "replaces: {period: month, column: order_date}\n"
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


def test_trying_a_dump_tells_of_rows_outside_of_its_month(
    bare_company: Company, tmp_path: Path
) -> None:
    bare_company.source(MONTHLY + "reject_above: 50%\n")
    file = tmp_path / "penjualan_2026-01-31.csv"
    file.write_text(HEADER + line(1) + line(3, Tanggal="01/02/2026"))
    trial = try_source(bare_company.workspace, "erp", [file], None)
    assert [(fault.row_number, fault.column) for fault in trial.faults] == [(2, "order_date")]


@pytest.mark.parametrize(
    ("replaces", "problem"),
    [
        ("{period: month, column: order_day}", "`order_day` is no date column of sales_line"),
        ("{period: week, column: order_date}", "week"),
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
