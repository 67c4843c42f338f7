"""The ERP's exports: CSV with `;`, 1.234.567,89, 31/12/2026 and CRLF."""

from __future__ import annotations

from .layouts import Export

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

EXPORTS = (
    Export(
        "'penjualan_' || strftime(written, '%Y-%m')",
        "document",
        "written, kind, order_id, line_number",
        _SALES_COLUMNS,
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
        "'barang_' || exported_on",
        """(select
                product.*, exported_on, price_list.price as list_price, price_list.cost as list_cost
            from price_list
            inner join product on price_list.number = product.number)""",
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
        "'promosi_2026-10-31'",
        """(select promotion.*, product_line.name from promotion
            inner join product_line on promotion.line_number = product_line.line)""",
        "promotion_id",
        {
            "Kode Promo": "promotion_id",
            "Kode Kampanye": "campaign_id",
            "Jenis": "kind",
            "Mekanisme": "mechanic",
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
