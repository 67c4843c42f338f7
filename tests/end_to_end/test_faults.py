"""What a user sees when exports are broken: one night with four kinds of faults."""

from __future__ import annotations

import json
from pathlib import Path

from .conftest import niaga, night
from .marts import content, october


def test_broken_exports_are_held_back_by_name_and_reason_and_the_rest_goes_on(
    company: Path,
) -> None:
    night(company)
    before = content(company)
    header, first, *_ = october(company)
    landing = company / "landing"
    renamed = header.replace("Nilai Bersih", "Netto")
    (landing / "penjualan_2026-10_a.csv").write_text(f"{renamed}\r\n{first}\r\n", newline="")
    (landing / "penjualan_2026-10_b.csv").write_bytes(b"")
    (landing / "penjualan_2026-10_c.csv").write_text(f"{header}\r\n{first[:40]}", newline="")
    wrong = first.replace(first.split(";")[0], "WRONG1").replace("/10/2026", "/13/2026")
    good = "\r\n".join(first.replace(first.split(";")[0], f"AGAIN{number}") for number in range(30))
    (landing / "penjualan_2026-10_d.csv").write_text(
        f"{header}\r\n{wrong}\r\n{good}\r\n", newline=""
    )

    ended = niaga("nightly", "--workspace", company)

    assert ended.returncode == 4
    told = ended.stdout + ended.stderr
    for name, reason in (
        ("penjualan_2026-10_a.csv", "Nilai Bersih"),
        ("penjualan_2026-10_b.csv", "empty"),
        ("penjualan_2026-10_c.csv", "newline"),
    ):
        line = next(line for line in told.splitlines() if name in line)
        assert reason in line, line
        assert (company / "rejected" / name).exists()
    status = niaga("status", "--workspace", company)
    assert "/13/2026" in status.stdout
    after = content(company)
    orders = {row[1] for row in after["core.sales_line"]} - {
        row[1] for row in before["core.sales_line"]
    }
    assert orders == {f"AGAIN{number}" for number in range(30)}
    facts = json.loads(niaga("status", "--workspace", company, "--json").stdout)
    assert "penjualan_2026-10_a.csv" in json.dumps(facts)


def test_a_lost_state_database_stops_the_night_and_costs_nothing(company: Path) -> None:
    night(company)
    kept = {file for name in ("lake", "ledger") for file in (company / name).rglob("*.parquet")}
    for file in company.glob("state.db*"):
        file.unlink()

    ended = niaga("nightly", "--workspace", company)

    assert ended.returncode == 1
    assert "put back the state database" in ended.stderr
    assert kept
    assert all(file.exists() for file in kept)
