"""Each record is in the lake, in quarantine or left out by the SQL: else a gate stops the run."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from niaga.errors import GateStopped
from niaga.ingest.durable import sha256_of
from niaga.progress import Silent
from niaga.refresh.gates import check
from niaga.refresh.registration import complete, register
from niaga.state.tables import segment
from sqlalchemy import update

from .conftest import HEADER, Company, line

MIXED = HEADER + "".join(line(number) for number in range(1, 19)) + line(19, Jenis="DRAFT")
FAULTY = line(20, Jumlah="two", Netto="much")


def stopped_by(company: Company) -> list[str]:
    register(company.workspace, company.state, "run-x", is_posting=False)
    try:
        check(company.workspace, company.state, "run-x", "landed", Silent())
    except GateStopped as stopped:
        return [result.expectation for result in stopped.report.failed_critical]
    return []


def lose_a_row(company: Company, file: Path, condition: str) -> None:
    """Take rows out of a file as if they had been lost before it was committed."""
    with duckdb.connect() as connection:
        connection.execute(f"create table kept as from '{file}' where not ({condition})")
        connection.execute(f"copy kept to '{file}' (format parquet)")
    path = file.relative_to(company.workspace.root).as_posix()
    with company.state.engine.begin() as connection:
        connection.execute(
            update(segment).where(segment.c.path == path).values(sha256=sha256_of(file))
        )


def test_rows_in_are_rows_kept_and_held_and_left_out(company: Company) -> None:
    company.land("penjualan_2026-01.csv", MIXED + FAULTY)
    outcome = company.ingest_one()
    assert (outcome.rows_read, outcome.rows_loaded, outcome.rows_held, outcome.rows_filtered) == (
        20, 18, 1, 1,
    )  # fmt: skip
    assert stopped_by(company) == []


@pytest.mark.parametrize(
    ("folder", "lost", "sentence"),
    [
        ("lake/sales_line", "order_id = 'F3'", "the lake has the rows that the state database"),
        ("lake/sales_line", "order_id = 'F3'", "records read = records loaded + held back"),
        ("quarantine", "row_number = 20", "quarantine has the records that the state database"),
    ],
)
def test_a_row_that_is_lost_stops_the_gate(
    company: Company, folder: str, lost: str, sentence: str
) -> None:
    company.land("penjualan_2026-01.csv", MIXED + FAULTY)
    company.ingest()
    [file] = (company.workspace.root / folder).glob("*.parquet")
    lose_a_row(company, file, lost)
    assert any(found.startswith(sentence) for found in stopped_by(company))


def test_a_file_of_held_rows_that_is_gone_stops_the_gate(company: Company) -> None:
    company.land("penjualan_2026-01.csv", MIXED + FAULTY)
    company.ingest()
    [file] = company.workspace.quarantine.glob("*.parquet")
    file.unlink()
    [sentence] = stopped_by(company)
    assert sentence.startswith("quarantine has the records")


def test_what_an_earlier_build_has_seen_is_not_counted_again(company: Company) -> None:
    company.land("penjualan_2026-01.csv", MIXED + FAULTY)
    company.ingest()
    assert stopped_by(company) == []
    complete(company.workspace, company.state)
    for file in company.workspace.quarantine.glob("*.parquet"):
        file.unlink()
    company.land("penjualan_2026-02.csv", MIXED + line(21, Jumlah="three"))
    company.ingest()
    assert stopped_by(company) == []
    [file] = company.workspace.quarantine.glob("*.parquet")
    lose_a_row(company, file, "true")
    [sentence] = stopped_by(company)
    assert sentence.startswith("quarantine has the records")
