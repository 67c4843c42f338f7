"""An ingest that is killed at any place and run again ends as one clean run."""

from __future__ import annotations

import contextlib
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from niaga.operate.run import FILE_HELD
from niaga.state import State
from niaga.workspace import ensure_folders, find_workspace

from tests.support.places import chosen
from tests.support.warm import Warm

from .conftest import HEADER, SALES, Company, line, lines
from .workbooks import write_workbook

JOINED = """\
source: shop
exports:
  details: {file: "details_{date:%Y-%m-%d}.csv"}
  orders: {file: "orders_{date:%Y-%m-%d}.csv"}
feeds:
  territory: select details._row_number, id as territory_id from details join orders using (id)
"""
# A workbook of which one sheet is rejected, for it has no column Kota, and the other is loaded.
SHEET = """\
source: {name}
exports: {{rows: {{file: crm.xlsx, format: {{type: excel, sheet: {sheet}}}}}}}
feeds:
  {feed}: select _row_number, "{column}" as {feed}_id from rows
"""


def fill_landing(company: Company) -> None:
    company.source(JOINED)
    company.land("penjualan_2026-01.csv", lines(30) + line(31, Netto="x"))
    company.land("penjualan_2026-02.csv", HEADER + line(1, Jumlah="3") + line(50))
    company.land("penjualan_2026-03.csv", lines(2)[:-1])
    company.land("details_2026-01-31.csv", "id\nA\nB\n")
    company.land("orders_2026-01-31.csv", "id\nA\nB\n")
    company.land("notes.txt", "hello\n")
    company.source(SHEET.format(name="products", sheet="Barang", column="Kode", feed="product"))
    company.source(SHEET.format(name="places", sheet="Wilayah", column="Kota", feed="territory"))
    write_workbook(
        company.workspace.landing / "crm.xlsx",
        {"Barang": [["Kode"], ["P1"]], "Wilayah": [["Nama"], ["Jakarta"]]},
    )


def outcome(company: Company) -> dict[str, Any]:
    """Give everything that a user or a mart can see."""
    root = company.workspace.root
    counted = "select path from segment union all select path from held"
    with company.state.reading() as connection:
        paths = set(connection.exec_driver_sql(counted).scalars())
        loads = connection.exec_driver_sql(
            "select source, status, rows_read, rows_held, rows_filtered from load"
            " order by source, rows_read"
        ).all()
        exports = connection.exec_driver_sql(
            "select source, part, file_name, status, reason from export order by 1, 2, 3"
        ).all()
    folders = [company.workspace.lake, company.workspace.quarantine]
    files = {path for folder in folders for path in folder.rglob("*") if path.is_file()}
    assert {str(path.relative_to(root)) for path in files} == paths, "garbage, or a lost file"
    return {
        "lines": company.lake("* exclude (_loaded_at)"),
        "territories": company.lake("* exclude (_loaded_at)", "territory"),
        "held": company.quarantine("* exclude (held_at)"),
        "loads": [tuple(row) for row in loads],
        "exports": [tuple(row) for row in exports],
        "landing": names(company.workspace.landing),
        "rejected": names(company.workspace.rejected),
        "archive": names(company.workspace.archive),
    }


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.fixture(scope="module")
def landed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace whose files have landed, and nothing else has happened."""
    root = tmp_path_factory.mktemp("landed")
    with opened(root) as company:
        fill_landing(company)
    return root


@pytest.fixture(scope="module")
def clean(
    warm: Warm, landed: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, Any], list[str]]:
    """What one clean run ends with, and the places that it comes by."""
    root = tmp_path_factory.mktemp("clean") / "company"
    shutil.copytree(landed, root)
    assert warm.run(root, ["ingest"], log=root / "places") == FILE_HELD
    places = (root / "places").read_text().split()
    with opened(root) as company:
        return outcome(company), places


@contextlib.contextmanager
def opened(root: Path) -> Iterator[Company]:
    (root / "niaga.yml").write_text(
        "company: Toko\ncurrency: IDR\nmoney_scale: 2\ntime_zone: Asia/Jakarta\n"
    )
    workspace = find_workspace(root)
    ensure_folders(workspace)
    with State.open(workspace) as state:
        company = Company(workspace, state)
        company.source(SALES)
        yield company


def test_a_clean_run_takes_everything_in(clean: tuple[dict[str, Any], list[str]]) -> None:
    ended, places = clean
    assert (len(ended["lines"]), len(ended["held"]), len(ended["territories"])) == (32, 1, 2)
    assert ended["landing"] == []
    assert ended["rejected"] == [
        "crm.xlsx",
        "crm.xlsx.reason.txt",
        "notes.txt",
        "notes.txt.reason.txt",
        "penjualan_2026-03.csv",
        "penjualan_2026-03.csv.reason.txt",
    ]
    assert len(places) > 60


def test_killed_at_any_step_and_run_again_it_ends_as_one_clean_run(
    warm: Warm, landed: Path, clean: tuple[dict[str, Any], list[str]], tmp_path: Path
) -> None:
    ended, places = clean
    for number, place in chosen(places):
        root = tmp_path / "company"
        shutil.copytree(landed, root)
        assert warm.run(root, ["ingest"], failpoint=f"#{number}") == -signal.SIGKILL, place
        assert warm.run(root, ["ingest"]) == FILE_HELD, place
        with opened(root) as company:
            assert outcome(company) == ended, place
        shutil.rmtree(root)


@pytest.mark.parametrize(
    "place", ["ingest.archived", "ingest.segment_renamed", "ingest.committed", "landing.removed"]
)
def test_killed_at_one_place_again_and_again_it_gets_on(
    warm: Warm, landed: Path, clean: tuple[dict[str, Any], list[str]], tmp_path: Path, place: str
) -> None:
    root = tmp_path / "company"
    shutil.copytree(landed, root)
    for _ in range(3):
        assert warm.run(root, ["ingest"], failpoint=place) == -signal.SIGKILL
    for _ in range(2):
        assert warm.run(root, ["ingest"]) == FILE_HELD
        with opened(root) as company:
            assert outcome(company) == clean[0]


def test_killed_while_small_files_are_read_ahead_it_ends_as_one_clean_run(
    warm: Warm, tmp_path: Path
) -> None:
    root, pristine = tmp_path / "company", tmp_path / "pristine"
    pristine.mkdir()
    with opened(pristine) as company:
        for month in range(1, 41):
            name = f"penjualan_{2020 + month // 12}-{month % 12 + 1:02}.csv"
            cells = {"Netto": "x"} if month % 13 == 0 else {}
            company.land(name, HEADER + line(month, **cells))
    shutil.copytree(pristine, root)
    assert warm.run(root, ["ingest"], log=tmp_path / "places") == FILE_HELD
    places = (tmp_path / "places").read_text().split()
    with opened(root) as company:
        ended = outcome(company)
    assert (len(ended["lines"]), len(ended["exports"])) == (37, 40)
    # All in one batch: what is written ahead, its commit, and each file's way out of landing/.
    committed = places.index("ingest.committed") + 1
    removed = [number for number, name in enumerate(places, start=1) if name == "landing.removed"]
    numbers = (committed - 1, committed, removed[0], removed[20], removed[-1])
    written_ahead = ("archive.copied", "file.renamed", "ingest.segment_renamed")
    for place in (*written_ahead, *(f"#{number}" for number in numbers)):
        shutil.rmtree(root)
        shutil.copytree(pristine, root)
        assert warm.run(root, ["ingest"], failpoint=place) == -signal.SIGKILL
        assert warm.run(root, ["ingest"]) == FILE_HELD
        with opened(root) as company:
            assert outcome(company) == ended, place


def test_half_written_files_of_a_dead_run_are_swept(company: Company) -> None:
    workspace = company.workspace
    company.land("penjualan_2026-01.csv", lines(1))
    company.ingest()
    garbage = [
        workspace.lake / "sales_line" / "unknown.parquet",
        workspace.lake / "sales_line" / "unknown.parquet.tmp",
        workspace.quarantine / "unknown_sales_line.parquet",
        workspace.archive / "0123.tmp",
    ]
    for path in garbage:
        path.write_bytes(b"half")
    kept = workspace.lake / "sales_line" / "README.md"
    kept.write_text("mine")
    company.ingest()
    assert not [path for path in garbage if path.exists()]
    assert kept.exists()
    assert company.lake("count(*)") == [(1,)]
