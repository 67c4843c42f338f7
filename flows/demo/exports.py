"""Write the company's tables as its systems export them, with what is wrong in a few of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from . import advertising, crm, erp, faults, research
from .layouts import MACROS, Export

if TYPE_CHECKING:
    import duckdb


def write_all(company: duckdb.DuckDBPyConnection, landing: Path) -> None:
    """Write every export into `landing`, with the few bad rows and the one bad file."""
    company.execute(MACROS)
    for export in (*erp.EXPORTS, *advertising.EXPORTS, *research.EXPORTS):
        for name, text in _texts(company, export):
            (landing / name).write_bytes(faults.spoil(name, text).encode())
    crm.write_workbooks(company, landing)
    faults.write_truncated(landing)


def _texts(company: duckdb.DuckDBPyConnection, export: Export) -> list[tuple[str, str]]:
    """Give name and text of each file of an export, header and last newline included."""
    newline = " || ".join(f"chr({ord(character)})" for character in export.newline)
    found = company.execute(
        f"select {export.file} || '.{export.ending}' as file_name, "
        f"string_agg({export.record} || {newline}, '' order by {export.order}) "
        f"from {export.rows} group by file_name order by file_name"
    ).fetchall()
    return [(name, export.header + records) for name, records in found]
