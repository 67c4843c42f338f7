from __future__ import annotations

import shutil
import threading
from pathlib import Path

import duckdb
import pytest
from niaga.operate.stages import NIGHT

from .conftest import niaga, night
from .marts import assert_equal, content, marts_file, october, query


def test_a_second_night_posts_nothing_and_publishes_the_same(company: Path, clean: Path) -> None:
    first = night(company)
    second = night(company)

    assert first.work.posted > 0
    assert second.work.posted == 0
    assert second.work.built is not None
    assert not second.work.built.is_full
    assert_equal(content(company), content(clean))


def test_another_order_and_batching_of_the_exports_gives_the_same_marts(
    company: Path, clean: Path
) -> None:
    later = company / "later"
    shutil.move(company / "landing", later)
    (company / "landing").mkdir()
    files = sorted(later.iterdir(), reverse=True)
    sales = [file for file in files if file.name.startswith("penjualan")]
    # Sales before the people who sold, then all masters, then the sales in between.
    batches = [sales[:3], [file for file in files if file not in sales], sales[3:11], sales[11:]]

    is_full = []
    for batch in batches:
        for file in batch:
            shutil.move(file, company / "landing")
        built = night(company).work.built
        assert built is not None
        is_full.append(built.is_full)

    assert is_full == [True, True, False, False]
    assert_equal(content(company), content(clean))


def test_killed_between_any_two_stages_and_run_again_is_as_one_clean_night(
    company: Path, clean: Path
) -> None:
    """Each night dies one stage later than the one before, and the last one lives."""
    for stage in NIGHT:
        killed = niaga("nightly", "--workspace", company, failpoint=f"night.{stage.name}")
        assert killed.returncode == -9, (stage.name, killed.stderr)
    for failpoint in ("ledger.segment_renamed", "publish.written", "publish.swapped"):
        niaga("nightly", "--workspace", company, failpoint=failpoint)

    assert niaga("nightly", "--workspace", company).returncode == 4
    assert_equal(content(company), content(clean))


@pytest.mark.parametrize("failpoint", ["ledger.segment_renamed", "ledger.committed"])
def test_killed_while_posting_posts_once(company: Path, clean: Path, failpoint: str) -> None:
    killed = niaga("nightly", "--workspace", company, failpoint=failpoint)
    assert killed.returncode == -9

    again = night(company)

    assert again.work.posted == (0 if failpoint == "ledger.committed" else len(ledger(clean)))
    assert_equal(content(company), content(clean))


def ledger(root: Path) -> list[tuple[object, ...]]:
    return query(root, "select posting_id from commission.ledger")


def test_readers_see_one_whole_publication_at_any_moment(company: Path) -> None:
    night(company)
    stop = threading.Event()
    seen: set[str] = set()
    faults: list[str] = []

    def read() -> None:
        while not stop.is_set():
            with duckdb.connect(str(marts_file(company)), read_only=True) as connection:
                runs = connection.execute("select distinct run_id from core.publication").fetchall()
                counted = connection.execute(
                    "select rows from core.publication "
                    "where table_name = 'commission.commission_line'"
                ).fetchall()
                lines = connection.execute(
                    "select count(*) from commission.commission_line"
                ).fetchall()
            if len(runs) != 1 or counted != lines:
                faults.append(f"{runs} {counted} {lines}")
            seen.add(runs[0][0])

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for number in range(3):
            (company / "landing" / f"penjualan_2026-10_{number}.csv").write_bytes(
                one_more_sale(company, number)
            )
            assert night(company).work.posted > 0
    finally:
        stop.set()
        reader.join()

    assert faults == []
    assert len(seen) >= 3


def one_more_sale(company: Path, number: int) -> bytes:
    """Give an export of the ERP with one more sale of a rep on a plan."""
    header, *sales = october(company)
    sale = next(sale for sale in sales if ";POSTED;" in sale and ";K1" in sale)
    again = sale.replace(sale.split(";")[0], f"NEW{number}")
    return f"{header}\r\n{again}\r\n".encode()
