"""Writes the workbooks that tests land, and knows those that other programs have written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

Sheet = list[list[Any]]

FILES = Path(__file__).parent / "workbook_files"
"""Workbooks of other programs: its README says where they are from."""


def write_workbook(
    file: Path,
    sheets: Mapping[str, Sheet],
    change: Callable[[xlsxwriter.Workbook], None] | None = None,
) -> None:
    """Write sheets of values; `change` may do more with the workbook."""
    with xlsxwriter.Workbook(str(file)) as workbook:
        day = workbook.add_format({"num_format": "dd/mm/yyyy"})
        moment = workbook.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        for name, rows in sheets.items():
            sheet = workbook.add_worksheet(name)
            for row, cells in enumerate(rows):
                for column, cell in enumerate(cells):
                    if isinstance(cell, datetime):
                        sheet.write_datetime(row, column, cell, moment)
                    elif isinstance(cell, date):
                        sheet.write_datetime(row, column, cell, day)
                    elif isinstance(cell, str):
                        sheet.write_string(row, column, cell)
                    elif cell is not None:
                        sheet.write(row, column, cell)
        if change:
            change(workbook)


def write_report(file: Path, *, date_1904: bool = False) -> None:
    """Write a report as an ERP lays it out: a title, merged customers, an error, a total."""
    with xlsxwriter.Workbook(str(file), {"date_1904": date_1904}) as workbook:
        form = {
            name: workbook.add_format({"num_format": pattern})
            for name, pattern in {
                "day": "dd/mm/yyyy",
                "moment": "[$-421]dd mmm yyyy hh:mm:ss",
                "rupiah": '"Rp" #,##0;("Rp" #,##0)',
                "share": "0%",
            }.items()
        }
        sheet = workbook.add_worksheet("Penjualan Jan")
        moment = datetime.fromisoformat
        sheet.write_string("A1", "PT Toko Sejahtera")
        sheet.write_string("C2", "dicetak")
        header = ["Pelanggan", "No\nFaktur", "Tanggal", "Jam", "Netto", "Diskon", "Bonus", " Kode "]
        sheet.write_row("A4", header)
        sheet.merge_range("A5:A7", "Andi")
        sheet.write_string("A8", "Budi")
        rows = [
            ("F1", date(2026, 1, 5), moment("2026-01-05 13:45:30"), 1500, 0.05, "=E5*2", "007"),
            ("F2", date(2026, 1, 6), moment("2026-01-06"), -2500.75, 0, "=E6*2", "008"),
            ("F3", date(2026, 1, 7), moment("2026-01-07 08:00"), 10, 0.1, "=E7/0", "009"),
            ("F4", date(2026, 2, 28), moment("2026-02-28 09:00"), 0.1 + 0.2, 0.5, "=E8*2", " 010 "),
        ]
        results = [3000, -5001.5, "#DIV/0!", 0.6]
        for row, (number, day, printed, net, share, formula, code) in enumerate(rows, 4):
            sheet.write_string(row, 1, number)
            sheet.write_datetime(row, 2, day, form["day"])
            sheet.write_datetime(row, 3, printed, form["moment"])
            sheet.write_number(row, 4, net, form["rupiah"])
            sheet.write_number(row, 5, share, form["share"])
            sheet.write_formula(row, 6, formula, None, results[row - 4])
            sheet.write_string(row, 7, code)
        sheet.write_string("A9", "TOTAL Januari")
        sheet.write_formula("E9", "=SUM(E5:E8)", form["rupiah"], -990.45)
        workbook.add_worksheet("Kurs").hide()
