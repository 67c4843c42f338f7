"""A source is tried with a file as a load would read it, and nothing changes by that."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from niaga.errors import UsageError
from niaga.ingest.trial import try_source
from niaga.operate import commands

from .conftest import HEADER, SALES, Company, line, lines
from .test_deliveries import DETAILS, FILES, ORDERS

NAME = "penjualan_2026-01.csv"
MIXED = (
    HEADER
    + "".join(line(number) for number in range(1, 19))
    + line(19, Jenis="DRAFT")
    + line(20, Jumlah="two")
)


def write(tmp_path: Path, name: str, content: str) -> Path:
    folder = tmp_path / "mine"
    folder.mkdir(exist_ok=True)
    file = folder / name
    file.write_text(content)
    return file


def everything(company: Company) -> dict[str, bytes]:
    """Read all files of the workspace; the state database may have a journal beside it."""
    root = company.workspace.root
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file()
    }


def test_it_tells_what_a_load_does_and_changes_nothing(company: Company, tmp_path: Path) -> None:
    file = write(tmp_path, NAME, MIXED)
    before = everything(company)
    trial = try_source(company.workspace, "erp", [file], None)
    assert everything(company) == before
    assert trial.reason is None
    (feed,) = trial.feeds
    assert (feed.feed, feed.rows, feed.records_held) == ("sales_line", 18, 1)
    shown = [dict(zip(feed.columns, row, strict=True)) for row in feed.first_rows]
    assert [(row["_row_number"], row["order_id"], str(row["net_amount"])) for row in shown] == [
        (1, "F1", "1000.500000"),
        (2, "F2", "2000.500000"),
        (3, "F3", "3000.500000"),
    ]
    (fault,) = trial.faults
    assert (fault.row_number, fault.column, fault.value) == (20, "quantity", "two")
    company.land(NAME, MIXED)
    loaded = company.ingest_one()
    assert (trial.rows_read, trial.rows_loaded, trial.rows_held, trial.rows_filtered) == (
        *(loaded.rows_read, loaded.rows_loaded, loaded.rows_held, loaded.rows_filtered),
    )
    assert (loaded.rows_read, loaded.rows_loaded, loaded.rows_filtered) == (20, 18, 1)


def test_a_file_that_would_be_rejected_exits_4_with_examples(
    company: Company, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path, NAME, HEADER + line(1) + line(2, Netto="much"))
    root = company.workspace.root
    assert commands.check_source(False, root, "erp", [file], None) == 4
    told = capsys.readouterr().out
    assert "1 of 2 records are faulty (50.0%), and erp rejects a file above 10%" in told
    assert "row 2: net_amount" in told
    assert commands.check_source(True, root, "erp", [file], None) == 4
    assert json.loads(capsys.readouterr().out)["part"] == "lines"


def test_what_is_shown_to_people_is_no_wider_than_its_cells(
    company: Company, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path, NAME, HEADER + line(1, Barang="x" * 500))
    assert commands.check_source(False, company.workspace.root, "erp", [file], None) == 0
    told = capsys.readouterr().out
    assert "x" * 23 + "…" in told
    assert max(map(len, told.splitlines())) < 100


def test_each_part_is_found_by_its_pattern_or_by_name(
    bare_company: Company, tmp_path: Path
) -> None:
    bare_company.source(ORDERS)
    details = write(tmp_path, "details_a_2026-01-05.csv", DETAILS)
    orders = write(tmp_path, "mine.csv", FILES["orders_a_2026-01-05.csv"])
    trial = try_source(bare_company.workspace, "shop", [orders, details], "orders")
    assert trial.feeds[0].rows == 3
    for files, part, problem in [
        ([details], None, "shop needs a file for orders"),
        ([details, orders], None, "no pattern of shop takes mine.csv"),
        ([details, details], None, "are both for the part details"),
        ([details, orders], "order", "shop has no part `order`"),
        ([tmp_path / "gone.csv"], None, "there is no file"),
    ]:
        with pytest.raises(UsageError, match=problem):
            try_source(bare_company.workspace, "shop", files, part)


def test_a_file_that_another_source_takes_too_is_told_before_it_lands(
    company: Company, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path, NAME, lines(1))
    broken = company.workspace.sources_folder / "broken.yml"
    broken.write_text("source: broken\n")
    root = company.workspace.root
    assert commands.check_source(False, root, "erp", [file], None) == 0
    company.source(SALES.replace("erp", "shop").replace("penjualan", "penj*"))
    assert commands.check_source(False, root, "erp", [file], None) == 2
    told = capsys.readouterr().err
    assert f"shop.yml:4: exports.lines.file: takes the file {NAME}, and so does erp" in told


def test_an_unknown_source_or_one_that_is_wrong_is_wrong_use(
    company: Company, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path, NAME, lines(1))
    root = company.workspace.root
    assert commands.check_source(False, root, "erpp", [file], None) == 2
    assert "did you mean `erp`?" in capsys.readouterr().err
    (company.workspace.sources_folder / "erp.yml").write_text("source: erp\nexprts: {}\n")
    assert commands.check_source(False, root, "erp", [file], None) == 2
    assert "erp.yml:2: exprts" in capsys.readouterr().err
