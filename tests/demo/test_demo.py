"""What users of the demo rely on: how much there is, that it adds up, and that it never differs."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from niaga.commission.plans import check_plans, load_plans
from niaga.demo import is_truth, make_demo, truth_file
from niaga.ingest.sources import load_sources
from niaga.workspace import find_workspace
from python_calamine import CalamineWorkbook

from .conftest import BAD_FILE, Line, all_rows, day, number, records, sheet

Sales = tuple[list[Line], list[str]]

ERP_EXPORTS = (
    "barang", "biaya_saluran", "kuota", "pembagian_kredit", "penjualan", "promosi",
    "rencana_komisi", "saluran", "syarat_dagang", "target_perusahaan",
)  # fmt: skip


def digests(root: Path) -> dict[str, str]:
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in root.rglob("*")
        if path.is_file()
    }


def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not(tmp_path: Path) -> None:
    for name, seed in (("first", 7), ("second", 7), ("other", 8)):
        make_demo(tmp_path / name, lines=4_000, seed=seed)
    first = digests(tmp_path / "first")
    assert digests(tmp_path / "second") == first
    truths = [truth_file(tmp_path / name).read_bytes() for name in ("first", "second", "other")]
    assert truths[0] == truths[1] != truths[2]
    other = digests(tmp_path / "other")
    assert other.keys() == first.keys()
    assert {name for name in first if first[name] == other[name]}.isdisjoint(
        name for name in first if "penjualan" in name
    )


def test_the_truth_lies_beside_the_workspace_and_nowhere_in_it(demo: Path) -> None:
    truth = truth_file(demo)
    assert truth == demo.parent / f"{demo.name}-truth.json"
    assert is_truth(truth)
    files = [file for file in demo.rglob("*") if file.is_file()]
    assert len(files) < 150 + 30  # exports; settings, sources, plans
    words = (b"uplift", b"elasticity", b"bias", b"contribution", b"lost_customers")
    assert [file.name for file in files if any(word in file.read_bytes() for word in words)] == []


def test_too_few_lines_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least 2,000 lines, not 100"):
        make_demo(tmp_path, lines=100)


def test_importing_the_demo_does_not_import_an_engine() -> None:
    code = "import sys, niaga.demo; sys.exit('duckdb' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_there_is_as_much_as_promised(demo: Path, sales: Sales) -> None:
    lines, _ = sales
    assert 196_000 < len(lines) < 204_000
    months = sorted({line.file for line in lines})
    assert len(months) == 24
    assert (months[0], months[-1]) == ("penjualan_2024-11", "penjualan_2026-10")
    landing = demo / "landing"
    jobs = {row["NIK"]: row["Jabatan"] for row in all_rows(landing, "Karyawan")}
    assert Counter(jobs.values()) == {"Sales": 40, "Manajer Area": 5, "Kepala Penjualan": 1}
    assert len(list(records(landing / "barang_2026-01-01.csv"))) == 200
    assert len(sheet(landing / "crm_2026-10-31.xlsx", "Pelanggan")) == 2_000
    assert len(sheet(landing / "crm_2024-11-01.xlsx", "Pelanggan")) < 1_900  # some come later
    channels = list(records(landing / "saluran_2024-11-01.csv"))
    assert len(channels) == 21
    assert len({channel["Jenis Saluran"] for channel in channels}) == 6
    assert any(channel["Saluran Induk"] for channel in channels)


def test_every_export_is_of_one_source_and_the_configuration_holds(demo: Path) -> None:
    workspace = find_workspace(demo)
    parts = [
        (source.source, part, export)
        for source in load_sources(workspace)
        for part, export in source.exports.items()
    ]
    taken = set()
    for file in sorted(workspace.landing.iterdir()):
        matching = [(source, part) for source, part, export in parts if export.match(file.name)]
        assert len(matching) == (5 if file.suffix == ".xlsx" else 1), file.name
        taken.update(matching)
    assert len(taken) == len(parts)
    assert {check.warnings for check in check_plans(workspace)} == {()}
    assert all(plan.plan.approved for plan in load_plans(workspace))


def test_amounts_of_every_line_add_up(sales: Sales) -> None:
    lines, _ = sales
    wrong = [line for line in lines if line.net != line.quantity * line.price - line.discount]
    assert wrong == []
    sold = [line for line in lines if line.kind == "JUAL"]
    assert all(line.net > 0 and line.discount >= 0 for line in sold)
    below_cost = sum(line.net < line.cost for line in sold)
    assert 0 < below_cost < len(sold) // 20
    assert all(line.net < 0 and line.quantity < 0 for line in lines if line.kind != "JUAL")


def test_keys_are_unique_and_lines_stand_in_the_month_that_they_were_written(sales: Sales) -> None:
    lines, _ = sales
    assert len({(line.order, line.line, line.kind) for line in lines}) == len(lines)
    for line in lines:
        written = day(line.cancelled) if line.kind == "BATAL" else line.day
        assert line.file == f"penjualan_{written:%Y-%m}"


def test_goods_come_back_in_whole_and_in_part_soon_and_late(sales: Sales) -> None:
    lines, _ = sales
    sold = {(line.order, line.line): line for line in lines if line.kind == "JUAL"}
    returned: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    lateness: Counter[str] = Counter()
    for line in lines:
        if line.kind != "RETUR":
            continue
        returned[line.original] -= line.quantity
        if sale := sold.get(line.original):
            assert (line.rep, line.price, line.promotion) == (sale.rep, sale.price, sale.promotion)
            assert line.day > sale.day
            lateness[_how_late(sale, line)] += 1
    known = {key: quantity for key, quantity in returned.items() if key in sold}
    assert len(returned) - len(known) == 5  # of sales before there was a system
    excess = [key for key, quantity in known.items() if quantity > sold[key].quantity]
    assert len(excess) == 1
    whole = sum(quantity == sold[key].quantity for key, quantity in known.items())
    assert 0.3 < whole / len(known) < 0.7
    assert all(lateness[when] > 1_000 for when in ("month", "quarter", "later"))


def _how_late(sale: Line, line: Line) -> str:
    months = (line.day.year - sale.day.year) * 12 + line.day.month - sale.day.month
    if months == 0:
        return "month"
    return "quarter" if (sale.day.month - 1) % 3 + months < 3 else "later"


def test_cancellations_drafts_and_voids_are_few(sales: Sales) -> None:
    lines, _ = sales
    sold = {(line.order, line.line): line for line in lines if line.kind == "JUAL"}
    cancelled = [line for line in lines if line.kind == "BATAL"]
    assert 500 < len(cancelled) < 2_000
    assert all(line.net == -sold[line.order, line.line].net for line in cancelled)
    assert 500 < sum(bool(line.cancelled) for line in sold.values()) < 2_000
    statuses = Counter(line.status for line in sold.values())
    assert set(statuses) == {"POSTED", "DRAF", "VOID"}
    assert statuses["DRAF"] + statuses["VOID"] < len(sold) // 50


def test_quotas_are_met_by_some_and_missed_by_others(demo: Path, sales: Sales) -> None:
    lines, _ = sales
    sold: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for line in lines:
        if line.status == "POSTED" and (line.kind == "BATAL" or not line.cancelled):
            sold[line.rep, line.file.removeprefix("penjualan_")] += line.net
    quotas = {
        (record["NIK"], record["Periode"]): number(record["Jumlah"])
        for file in sorted((demo / "landing").glob("kuota_*.csv"))
        for record in records(file)
        if record["Jenis Kuota"] == "OMZET"
    }
    missing = {key for key in sold if key[0]} - set(quotas)
    assert ("K117", "2025-05") in missing
    assert all(rep == "K139" for rep, _ in missing - {("K117", "2025-05")})  # who left
    reached = sorted(sold[key] / quotas[key] for key in sold if key in quotas)
    within = sum(Decimal("0.7") <= share <= Decimal("1.3") for share in reached)
    assert within / len(reached) > 0.8
    for low, high in (("0", "0.7"), ("0.7", "1"), ("1", "1.25"), ("1.25", "9")):
        assert sum(Decimal(low) <= share < Decimal(high) for share in reached) > 20


def test_seven_rows_and_one_file_are_bad(demo: Path, sales: Sales) -> None:
    _, unreadable = sales
    assert [record.split(";")[0] for record in unreadable] == [
        f"FKX{number:07}" for number in range(1, 8)
    ]
    truncated = (demo / "landing" / BAD_FILE).read_bytes()
    assert not truncated.endswith(b"\n")
    # It repeats what the month's own export has, so nothing is missing without it.
    month = (demo / "landing" / "penjualan_2026-10.csv").read_bytes()
    assert month.startswith(truncated)


def test_files_are_as_an_erp_writes_them(demo: Path) -> None:
    for name in ERP_EXPORTS:
        files = list((demo / "landing").glob(f"{name}_*.csv"))
        assert files, name
        for file in files:
            content = file.read_bytes()
            assert b"\r\n" in content
            assert content.count(b"\n") == content.count(b"\r\n")
    channels = (demo / "landing" / "saluran_2024-11-01.csv").read_text("utf-8")
    assert '"Apotek ""Sehat""; dan Toko Obat"' in channels


def test_workbooks_have_titles_typed_cells_and_numbers_as_text(demo: Path) -> None:
    workbook = CalamineWorkbook.from_path(demo / "landing" / "crm_2026-10-31.xlsx")
    assert workbook.sheet_names == ["Pelanggan", "Karyawan", "Wilayah", "Kontak", "Peluang"]
    first, second, header, *_ = workbook.get_sheet_by_name("Pelanggan").to_python()
    assert first[0] == "PT Contoh Rasa Nusantara - Pelanggan"
    assert second[0] == "Diekspor 31/10/2026 17.05"
    assert header[0] == "Kode Pelanggan"
    customers = sheet(demo / "landing" / "crm_2026-10-31.xlsx", "Pelanggan")
    assert {type(row["Sejak"]) for row in customers} == {date}
    assert 'Toko "Rejeki"; Cabang 250' in {row["Nama Pelanggan"] for row in customers}
    assert any("Kafé" in row["Nama Pelanggan"] for row in customers)
    people = sheet(demo / "landing" / "crm_2026-10-31.xlsx", "Karyawan")
    assert {type(row["Target Insentif"]) for row in people} == {float, str}
    contacts = sheet(demo / "landing" / "crm_2026-10-31.xlsx", "Kontak")
    assert {type(row["Waktu"]) for row in contacts} == {datetime}
