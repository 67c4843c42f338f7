"""Write the company's tables as its systems export them: `;`, 1.234.567,89, 31/12/2026, CRLF."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from . import faults

if TYPE_CHECKING:
    import duckdb

NEWLINE = "\r\n"

_MACROS = """
create macro grouped(number) as format('{:t.}', cast(abs(number) as bigint));
create macro money(sen) as coalesce(
    case when sen < 0 then '-' else '' end || grouped(abs(sen) // 100) || ','
    || lpad(cast(abs(sen) % 100 as varchar), 2, '0'), '');
create macro whole_money(rupiah) as coalesce(grouped(rupiah) || ',00', '');
create macro amount(tenths) as
    case when tenths < 0 then '-' else '' end || grouped(abs(tenths) // 10)
    || case when tenths % 10 = 0 then '' else ',' || abs(tenths) % 10 end;
create macro day_text(day) as coalesce(strftime(day, '%d/%m/%Y'), '');
create macro flag(condition) as case when condition then 'Y' else 'T' end;
create macro words(value) as coalesce(
    case when contains(value, ';') or contains(value, '"')
        then '"' || replace(value, '"', '""') || '"'
        else cast(value as varchar) end, '');
"""

_SALES_COLUMNS = {
    "No Faktur": "order_id",
    "Baris": "line_number",
    "Jenis": "kind",
    "Tgl Pesan": "day_text(day)",
    "Tgl Faktur": "day_text(invoiced)",
    "Tgl Kirim": "day_text(shipped)",
    "Tgl Bayar": "day_text(paid)",
    "Kode Pelanggan": "customer_id",
    "Kode Barang": "product_id",
    "Kode Saluran": "channel_id",
    "Kode Wilayah": "territory_id",
    "Kode Sales": "coalesce(rep_id, '')",
    "Status": "status",
    "Jumlah Pesan": "amount(wanted_quantity)",
    "Jumlah": "amount(quantity)",
    "Harga": "whole_money(price)",
    "Harga Daftar": "whole_money(price)",
    "Potongan": "money(discount)",
    "Nilai Bersih": "money(net)",
    "HPP": "money(cost)",
    "Mata Uang": "'IDR'",
    "Kode Promo": "coalesce(promotion_id, '')",
    "Faktur Asal": "coalesce(original_order, '')",
    "Baris Asal": "coalesce(cast(original_line as varchar), '')",
    "Tgl Batal": "day_text(cancelled)",
    "Pelanggan Baru": "flag(is_new_customer)",
}


@dataclass(frozen=True)
class Export:
    """One file for each value of `file` among the rows of `rows`, a table or a select."""

    file: str
    rows: str
    order: str
    columns: Mapping[str, str]


_EXPORTS = (
    Export(
        "'penjualan_' || strftime(written, '%Y-%m')",
        "document",
        "written, kind, order_id, line_number",
        _SALES_COLUMNS,
    ),
    Export(
        "'wilayah_2024-11-01'",
        "territory",
        "territory_id",
        {
            "Kode Wilayah": "territory_id",
            "Nama Wilayah": "words(name)",
            "Wilayah Induk": "words(parent_id)",
        },
    ),
    Export(
        "'saluran_2024-11-01'",
        "channel",
        "channel_id",
        {
            "Kode Saluran": "channel_id",
            "Nama Saluran": "words(name)",
            "Jenis Saluran": """case type when 'direct' then 'LANGSUNG'
                when 'own shop' then 'TOKO SENDIRI' when 'marketplace' then 'LAPAK'
                when 'wholesale' then 'GROSIR' when 'retailer' then 'RITEL' else upper(type) end""",
            "Saluran Induk": "words(parent_id)",
            "Kode Wilayah": "territory_id",
            "Tempo Hari": "terms_days",
        },
    ),
    Export(
        "'karyawan_' || exported_on",
        "person_version",
        "person_id",
        {
            "NIK": "person_id",
            "Nama": "words(name)",
            "Jabatan": "job",
            "NIK Atasan": "words(manager_id)",
            "Tim": "case team when 0 then 'Nasional' else 'Tim ' || team end",
            "Kode Wilayah": "territory_id",
            "Tgl Masuk": "day_text(hired)",
            "Tgl Keluar": "day_text(leaves)",
            "No Gaji": "'PG-' || person_id",
            "Target Insentif": "whole_money(incentive)",
            "Mata Uang": "'IDR'",
            "Badan Hukum": "'PT Contoh Rasa Nusantara'",
            "Pusat Biaya": "'PB' || lpad(cast(team as varchar), 2, '0')",
        },
    ),
    Export(
        "'barang_' || exported_on",
        """(select *, '2024-11-01' as exported_on, price as list_price, cost as list_cost
            from product
            union all
            select *, '2026-01-01', later_price, later_cost from product)""",
        "product_id",
        {
            "Kode Barang": "product_id",
            "Nama Barang": "words(name)",
            "Lini": "line",
            "Kategori": "category",
            "Satuan": "unit",
            "Harga Pokok": "money(list_cost)",
            "Harga Daftar": "whole_money(list_price)",
            "Tgl Luncur": "day_text(launched)",
            "Tgl Henti": "day_text(case when exported_on > '2026' then discontinued end)",
        },
    ),
    Export(
        "'pelanggan_2026-10-31'",
        "customer",
        "customer_id",
        {
            "Kode Pelanggan": "customer_id",
            "Nama Pelanggan": "words(name)",
            "Segmen": "segment",
            "Kode Wilayah": "territory_id",
            "Kode Saluran": "channel_id",
            "NIK Pemilik": "owner_id",
            "Sejak": "day_text(since)",
            "Surel": "'pelanggan' || number || '@example.com'",
            "Telepon": "'+62 21 5550 ' || lpad(cast(number as varchar), 4, '0')",
        },
    ),
    Export(
        "'promosi_2026-10-31'",
        """(select promotion.*, product_line.name from promotion
            inner join product_line on promotion.line_number = product_line.line)""",
        "promotion_id",
        {
            "Kode Promo": "promotion_id",
            "Kode Kampanye": "campaign_id",
            "Jenis": "kind",
            "Mekanisme": "'potongan harga untuk jumlah tertentu'",
            "Tarif": "'0,' || lpad(cast(discount as varchar), 4, '0')",
            "Tgl Mulai": "day_text(starts)",
            "Tgl Selesai": "day_text(ends)",
            "Lingkup": "'product_line: ' || name",
            "Biaya Tetap": "whole_money(fixed_cost)",
        },
    ),
    Export(
        "'kuota_' || exported_on",
        "quota",
        "person_id, kind, period",
        {
            "NIK": "person_id",
            "Jenis Kuota": "kind",
            "Periode": "period",
            "Jumlah": "whole_money(amount)",
            "Satuan": "'RUPIAH'",
            "Mata Uang": "'IDR'",
            "Berlaku Sejak": "day_text(exported_on)",
        },
    ),
    Export(
        "'target_perusahaan_' || year || '-01-01'",
        "goal",
        "goal_id",
        {
            "Kode Target": "goal_id",
            "Ukuran": "measure",
            "Lingkup": "scope",
            "Periode": "period",
            "Jumlah": "whole_money(amount)",
        },
    ),
    Export(
        "'pembagian_kredit_2026-10-31'",
        "credit_split",
        "rule_id, person_id",
        {
            "No Aturan": "rule_id",
            "No Faktur": "words(order_id)",
            "Kode Pelanggan": "words(customer_id)",
            "NIK": "person_id",
            "Bagian": "'0,' || share",
            "Peran": "role",
            "Berlaku Sejak": "day_text(starts)",
            "Berlaku Sampai": "day_text(ends)",
        },
    ),
    Export(
        "'rencana_komisi_2026-10-31'",
        "assignment",
        "person_id",
        {
            "NIK": "person_id",
            "Kode Rencana": "plan_id",
            "Berlaku Sejak": "day_text(starts)",
            "Berlaku Sampai": "day_text(ends)",
        },
    ),
    Export(
        "'syarat_dagang_2026-10-31'",
        "trade_term",
        "channel_id, term, starts",
        {
            "Kode Saluran": "channel_id",
            "Syarat": "upper(term)",
            "Dasar": "upper(basis)",
            "Tarif": "coalesce('0,' || lpad(cast(rate as varchar), 4, '0'), '')",
            "Jumlah": "whole_money(amount)",
            "Berlaku Sejak": "day_text(starts)",
            "Berlaku Sampai": "day_text(ends)",
        },
    ),
    Export(
        """'biaya_saluran_'
            || case year(month) when 2026 then '2026-10' else year(month) || '-12' end""",
        "channel_cost",
        "month, channel_id, kind",
        {
            "Kode Saluran": "channel_id",
            "Bulan": "day_text(month)",
            "Jenis Biaya": "kind",
            "Jumlah": "whole_money(amount)",
        },
    ),
)


def write_all(company: duckdb.DuckDBPyConnection, landing: Path) -> None:
    """Write every export into `landing`, with the few bad rows and the one bad file."""
    company.execute(_MACROS)
    for export in _EXPORTS:
        for name, text in _texts(company, export):
            _write(landing / f"{name}.csv", faults.spoil(name, text))
    faults.write_truncated(landing)


def _texts(company: duckdb.DuckDBPyConnection, export: Export) -> list[tuple[str, str]]:
    """Give name and text of each file of an export, header and last newline included."""
    record = " || ';' || ".join(f"({expression})" for expression in export.columns.values())
    header = ";".join(export.columns) + NEWLINE
    found = company.execute(
        f"select {export.file} as file_name, "
        f"string_agg({record} || chr(13) || chr(10), '' order by {export.order}) "
        f"from {export.rows} group by file_name order by file_name"
    ).fetchall()
    return [(name, header + records) for name, records in found]


def _write(path: Path, text: str) -> None:
    path.write_bytes(text.encode())
