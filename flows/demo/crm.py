"""The CRM's exports: a workbook a day of export, with a sheet for each kind of record.

Two rows of titles stand above each header. Dates and numbers are typed cells; amounts that were
entered by hand are text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

from .chance import FIRST_DAY, LAST_DAY
from .faults import BAD_DEAL
from .workbook import Sheet, write_workbook

if TYPE_CHECKING:
    import duckdb

_COMPANY = "PT Contoh Rasa Nusantara"

# A contact is in the first workbook after it.
_SCRIPT = f"""
create table workbook as
select exported_on, lag(exported_on, 1, date '2000-01-01') over (order by exported_on) as before
from (
    select unnest([{FIRST_DAY}, date '2026-01-01', date '2026-04-01', {LAST_DAY}]) as exported_on
);

create macro number_cell(number, is_typed) as case
    when is_typed then cast(cast(number as bigint) as union (number bigint, words varchar))
    else cast(whole_money(number) as union (number bigint, words varchar))
end;
"""


@dataclass(frozen=True)
class _Table:
    """A sheet's rows, one workbook beside each, and its columns, header -> value, all as SQL."""

    rows: str
    order: str
    columns: Mapping[str, str]


_SHEETS = {
    "Pelanggan": _Table(
        "customer inner join workbook on since <= exported_on",
        "customer_id",
        {
            "Kode Pelanggan": "customer_id",
            "Nama Pelanggan": "name",
            "Segmen": "segment",
            "Kode Wilayah": "territory_id",
            "Kode Saluran": "channel_id",
            "NIK Pemilik": "owner_of(slot, exported_on)",
            "Sejak": "since",
            "Surel": "'pelanggan' || number || '@example.com'",
            "Telepon": "'+62 21 5550 ' || lpad(cast(number as varchar), 4, '0')",
        },
    ),
    "Karyawan": _Table(
        "person_version inner join workbook using (exported_on)",
        "person_id",
        {
            "NIK": "person_id",
            "Nama": "name",
            "Jabatan": "job",
            "NIK Atasan": "manager_id",
            "Tim": "case team when 0 then 'Nasional' else 'Tim ' || team end",
            "Kode Wilayah": "territory_id",
            "Tgl Masuk": "hired",
            "Tgl Keluar": "leaves",
            "No Gaji": "'PG-' || person_id",
            "Target Insentif": "number_cell(incentive, hired < date '2022-01-01')",
            "Mata Uang": "'IDR'",
            "Badan Hukum": f"'{_COMPANY}'",
            "Pusat Biaya": "'PB' || lpad(cast(team as varchar), 2, '0')",
        },
    ),
    "Wilayah": _Table(
        "territory cross join workbook",
        "territory_id",
        {
            "Kode Wilayah": "territory_id",
            "Nama Wilayah": "name",
            "Wilayah Induk": "parent_id",
        },
    ),
    "Kontak": _Table(
        "contact inner join workbook on day > before and day <= exported_on",
        "contact_id",
        {
            "No Kontak": "contact_id",
            "Waktu": "contacted_at",
            "NIK": "person_id",
            "Kode Pelanggan": "customer_id",
            "Kode Barang": "product_id",
            "Alat": """case tool when 'demo' then 'DEMO' when 'sample' then 'SAMPEL'
                when 'brochure' then 'BROSUR' when 'trial' then 'UJI COBA'
                when 'call script' then 'NASKAH TELEPON' end""",
            "Penekanan": "emphasis",
            "Hasil": "outcome",
            "Tema": "theme",
            "Sentimen": "sentiment",
            "No Respon": "response_id",
            "No Keluhan": "complaint_id",
            "Catatan": "note",
        },
    ),
    "Peluang": _Table(
        "deal inner join workbook using (exported_on)",
        "deal_id",
        {
            "No Peluang": "deal_id",
            "NIK": "person_id",
            "Kode Pelanggan": "customer_id",
            "Kode Barang": "product_id",
            "Perkiraan Tutup": "closes",
            "Nilai": "number_cell(amount, true)",
            "Kemungkinan": "probability / 100",
            "Tahap": "stage",
        },
    ),
}


def write_workbooks(company: duckdb.DuckDBPyConnection, landing: Path) -> None:
    """Write a workbook for each day on which the CRM was exported; the last has a bad deal."""
    company.execute(_SCRIPT)
    days = company.execute("select exported_on from workbook order by exported_on").fetchall()
    for (exported_on,) in days:
        sheets = []
        for name, table in _SHEETS.items():
            values = ", ".join(table.columns.values())
            rows = company.execute(
                f"select {values} from {table.rows} where exported_on = ? order by {table.order}",
                [exported_on],
            ).fetchall()
            if name == "Peluang" and exported_on == days[-1][0]:
                rows.insert(len(rows) // 2, BAD_DEAL)
            titles = (f"{_COMPANY} - {name}", f"Diekspor {exported_on:%d/%m/%Y} 17.05")
            sheets.append(Sheet(name, titles, tuple(table.columns), rows))
        created = datetime.combine(exported_on, time(17, 5))
        write_workbook(landing / f"crm_{exported_on}.xlsx", created, sheets)
