"""A company small enough to be run hundreds of times, whose second night exercises every stage.

The first night takes in two months. The second has a third month, corrections of lines that were
paid for, returns of them, a new manager, a doubled export, faulty rows and a file to be rejected.
"""

from __future__ import annotations

import json
import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from niaga.workspace import ensure_folders, find_workspace

from tests.ingest.workbooks import write_workbook

_SETTINGS = """\
company: Toko Tahan Uji
currency: IDR
money_scale: 2
time_zone: Asia/Jakarta
keep_publications: 1
"""
_SOURCES = {
    "erp": """\
source: erp
exports: {lines: {file: "penjualan_{date:%Y-%m-%d}*.csv", format: {delimiter: ";"}}}
locale: {decimal: ",", thousands: ".", date: "%d/%m/%Y"}
feeds:
  sales_line: |
    select
        _row_number,
        "Faktur" as order_id,
        "Baris" as line_number,
        case "Jenis" when 'JUAL' then 'sale' when 'RETUR' then 'return' else "Jenis" end
            as document_type,
        "Tanggal" as order_date,
        "Pelanggan" as customer_id,
        "Barang" as product_id,
        "Sales" as sales_rep_id,
        "Jumlah" as quantity,
        "Netto" as net_amount,
        "Faktur Asal" as original_order_id,
        "Baris Asal" as original_line_number
    from lines
""",
    "shop": """\
source: shop
exports: {lines: {file: "shop_{date:%Y-%m-%d}.jsonl", format: {type: json_lines}}}
feeds:
  sales_line: |
    select
        _row_number,
        'WEB-' || id as order_id,
        '1' as line_number,
        'sale' as document_type,
        day as order_date,
        product as product_id,
        rep as sales_rep_id,
        pieces as quantity,
        net as net_amount
    from lines
""",
    "people": """\
source: people
exports: {rows: {file: "people_{date:%Y-%m-%d}.xlsx", format: {type: excel, sheet: People}}}
feeds:
  participant: |
    select
        _row_number,
        "Id" as participant_id,
        "Name" as name,
        "Role" as role,
        "Manager" as manager_id
    from rows
""",
    "assignments": """\
source: assignments
exports: {rows: {file: "people_{date:%Y-%m-%d}.xlsx", format: {type: excel, sheet: Plans}}}
feeds:
  plan_assignment: |
    select
        _row_number,
        "Id" as participant_id,
        "Plan" as plan_id,
        '2026-01-01' as valid_from
    from rows
""",
    "quotas": """\
source: quotas
exports: {rows: {file: "quotas_{date:%Y-%m-%d}.csv"}}
feeds:
  quota: |
    select
        _row_number,
        id as participant_id,
        kind as quota_type,
        period,
        amount,
        'money' as unit
    from rows
""",
}
_PLANS = {
    "reps": """\
plan: reps
from: 2026-01-01
approved: {by: [Board], on: 2025-12-15}
currency: IDR
components:
  revenue:
    window: month
    marginal:
      - {from: 0, rate: 1.25%}
      - {from: 60% of quota, rate: 2.5%}
      - {above: 100% of quota, rate: 4%}
""",
    "managers": """\
plan: managers
from: 2026-01-01
approved: {by: [Board], on: 2025-12-15}
currency: IDR
pay: quarter
components:
  team:
    credit: rollup
    window: quarter
    whole:
      - {from: 0, rate: 0.1%}
      - {from: 90% of quota, rate: 0.25%}
""",
}
_REPS = ("ani", "budi", "citra", "dewi")
_HEADER = (
    "Faktur;Baris;Jenis;Tanggal;Pelanggan;Barang;Sales;Jumlah;Netto;Faktur Asal;Baris Asal\r\n"
)
_LINES_A_MONTH = 120


def make_company(root: Path) -> None:
    """Make the workspace in `root` with the exports of the first night landed."""
    for folder, texts in (("sources", _SOURCES), ("plans", _PLANS)):
        (root / folder).mkdir(parents=True)
        for name, text in texts.items():
            (root / folder / f"{name}.yml").write_text(text)
    (root / "niaga.yml").write_text(_SETTINGS)
    workspace = find_workspace(root)
    ensure_folders(workspace)
    landing = workspace.landing
    _land_people(landing, date(2026, 1, 5), "eka")
    quotas = [f"{rep},revenue,2026-{month:02},40000000" for rep in _REPS for month in (1, 2, 3)]
    quotas.append("eka,team_revenue,2026-Q1,400000000")
    (landing / "quotas_2026-01-05.csv").write_text(
        "\n".join(["id,kind,period,amount", *quotas]) + "\n"
    )
    for month in (1, 2):
        _land_csv(landing / f"penjualan_2026-{month:02}-28.csv", _month(month))
        _land_shop(landing, month)


def land_second_night(root: Path) -> None:
    """Land what the second night takes in."""
    landing = root / "landing"
    january, march = _month(1), _month(3)
    corrected = [_said_anew(line, "Netto", "1.250.000,50") for line in january[:9]]
    moved = [_said_anew(line, "Sales", "budi") for line in january[20:26]]
    returns = [_returned(line) for line in january[30:42]]
    faulty = [
        _said_anew(march[0], "Tanggal", "31/02/2026"),
        _said_anew(march[1], "Netto", "banyak"),
    ]
    _land_csv(landing / "penjualan_2026-03-28.csv", [*march[2:], *faulty])
    _land_csv(landing / "penjualan_2026-04-02_koreksi.csv", corrected + moved)
    _land_csv(landing / "penjualan_2026-04-03_retur.csv", returns)
    _land_csv(landing / "penjualan_2026-02-28_lagi.csv", _month(2))
    _land_shop(landing, 3)
    _land_people(landing, date(2026, 4, 1), "fajar")
    (landing / "quotas_2026-04-01.csv").write_text("id,kind\nani,revenue\n")


def _month(month: int) -> list[dict[str, str]]:
    chance = random.Random(month)
    return [
        {
            "Faktur": f"F{month}-{number // 3}",
            "Baris": str(number % 3 + 1),
            "Jenis": "JUAL",
            "Tanggal": f"{1 + number * 27 // _LINES_A_MONTH:02}/{month:02}/2026",
            "Pelanggan": f"K{chance.randrange(20)}",
            "Barang": f"B{chance.randrange(12)}",
            # One order is one rep's.
            "Sales": _REPS[number // 3 % len(_REPS)],
            "Jumlah": str(chance.randrange(1, 9)),
            "Netto": _rupiah(chance.randrange(1_000_000, 4_000_000)),
            "Faktur Asal": "",
            "Baris Asal": "",
        }
        for number in range(_LINES_A_MONTH)
    ]


def _rupiah(amount: int) -> str:
    return f"{amount:,},25".replace(",", ".", 2)


def _said_anew(line: dict[str, str], column: str, value: str) -> dict[str, str]:
    return line | {column: value}


def _returned(line: dict[str, str]) -> dict[str, str]:
    of = {"Faktur Asal": line["Faktur"], "Baris Asal": line["Baris"]}
    back = {"Faktur": f"R{line['Faktur']}", "Jenis": "RETUR", "Tanggal": "03/04/2026"}
    return line | of | back | {"Jumlah": f"-{line['Jumlah']}", "Netto": f"-{line['Netto']}"}


def _land_csv(path: Path, lines: list[dict[str, str]]) -> None:
    text = "".join(";".join(line.values()) + "\r\n" for line in lines)
    path.write_text(_HEADER + text, newline="")


def _land_shop(landing: Path, month: int) -> None:
    chance = random.Random(100 + month)
    first = date(2026, month, 1)
    orders: list[dict[str, Any]] = [
        {
            "id": f"{month}{number:03}",
            "day": (first + timedelta(days=number % 28)).isoformat(),
            "product": f"B{chance.randrange(12)}",
            "rep": chance.choice(_REPS),
            "pieces": chance.randrange(1, 5),
            "net": f"{chance.randrange(100000, 900000)}.50",
        }
        for number in range(40)
    ]
    text = "".join(json.dumps(order) + "\n" for order in orders)
    (landing / f"shop_2026-{month:02}-28.jsonl").write_text(text)


def _land_people(landing: Path, day: date, manager: str) -> None:
    people = [[rep, rep.title(), "rep", manager] for rep in _REPS]
    people += [["eka", "Eka", "manager", None], ["fajar", "Fajar", "manager", None]]
    plans = [[rep, "reps"] for rep in _REPS] + [["eka", "managers"], ["fajar", "managers"]]
    write_workbook(
        landing / f"people_{day}.xlsx",
        {
            "People": [["Id", "Name", "Role", "Manager"], *people],
            "Plans": [["Id", "Plan"], *plans],
        },
    )
