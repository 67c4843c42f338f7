"""How the files of the demo workspace are named, and which header means what.

It is said here once more, on purpose: the workspace's own sources are not used.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Layout:
    """How one kind of file is named and which header holds which field: `name: (header, type)`.

    A type that ends in `!` must have a value; `words` translates texts and refuses all others.
    """

    file: str
    fields: dict[str, tuple[str, str]]
    key: tuple[str, ...]
    words: dict[str, dict[str, str]] = field(default_factory=dict)
    delimiter: str = ";"
    sheet: str = ""


SALES = Layout(
    r"penjualan_(\d{4}-\d{2}).*\.csv",
    {
        "order_id": ("No Faktur", "text!"),
        "line_number": ("Baris", "integer!"),
        "document_type": ("Jenis", "text!"),
        "order_date": ("Tgl Pesan", "date!"),
        "invoice_date": ("Tgl Faktur", "date"),
        "ship_date": ("Tgl Kirim", "date"),
        "paid_date": ("Tgl Bayar", "date"),
        "customer_id": ("Kode Pelanggan", "text"),
        "product_id": ("Kode Barang", "text!"),
        "channel_id": ("Kode Saluran", "text"),
        "territory_id": ("Kode Wilayah", "text"),
        "sales_rep_id": ("Kode Sales", "text"),
        "status": ("Status", "text"),
        "ordered_quantity": ("Jumlah Pesan", "quantity"),
        "quantity": ("Jumlah", "quantity!"),
        "unit_price": ("Harga", "money"),
        "list_price": ("Harga Daftar", "money"),
        "discount_amount": ("Potongan", "money"),
        "net_amount": ("Nilai Bersih", "money!"),
        "cost_amount": ("HPP", "money"),
        "currency": ("Mata Uang", "text"),
        "promotion_id": ("Kode Promo", "text"),
        "original_order_id": ("Faktur Asal", "text"),
        "original_line_number": ("Baris Asal", "integer"),
        "cancelled_date": ("Tgl Batal", "date"),
        "is_new_customer": ("Pelanggan Baru", "boolean"),
    },
    ("order_id", "line_number", "document_type"),
    {
        "document_type": {"JUAL": "sale", "RETUR": "return", "BATAL": "cancellation"},
        "status": {"DRAF": "draft", "POSTED": "posted", "VOID": "void"},
    },
)
PEOPLE = Layout(
    r"crm_(.*)\.xlsx",
    {
        "participant_id": ("NIK", "text!"),
        "name": ("Nama", "text"),
        "manager_id": ("NIK Atasan", "text"),
        "team": ("Tim", "text"),
        "territory_id": ("Kode Wilayah", "text"),
        "target_incentive_amount": ("Target Insentif", "money"),
        "hire_date": ("Tgl Masuk", "date"),
        "leave_date": ("Tgl Keluar", "date"),
    },
    ("participant_id",),
    sheet="Karyawan",
)
PRODUCTS = Layout(
    r"barang_(.*)\.csv",
    {
        "product_id": ("Kode Barang", "text!"),
        "name": ("Nama Barang", "text"),
        "line": ("Lini", "text"),
        "category": ("Kategori", "text"),
    },
    ("product_id",),
)
CUSTOMERS = Layout(
    r"crm_(.*)\.xlsx",
    {
        "customer_id": ("Kode Pelanggan", "text!"),
        "channel_id": ("Kode Saluran", "text"),
        "territory_id": ("Kode Wilayah", "text"),
    },
    ("customer_id",),
    sheet="Pelanggan",
)
CHANNELS = Layout(
    r"saluran_(.*)\.csv",
    {
        "channel_id": ("Kode Saluran", "text!"),
        "name": ("Nama Saluran", "text"),
        "type": ("Jenis Saluran", "text!"),
    },
    ("channel_id",),
    {
        "type": {
            "LANGSUNG": "direct",
            "TOKO SENDIRI": "own shop",
            "LAPAK": "marketplace",
            "GROSIR": "wholesale",
            "DISTRIBUTOR": "distributor",
            "RITEL": "retailer",
        }
    },
)
SPLITS = Layout(
    r"pembagian_kredit_(.*)\.csv",
    {
        "rule_id": ("No Aturan", "text!"),
        "order_id": ("No Faktur", "text"),
        "customer_id": ("Kode Pelanggan", "text"),
        "participant_id": ("NIK", "text!"),
        "share": ("Bagian", "rate!"),
        "valid_from": ("Berlaku Sejak", "date"),
        "valid_to": ("Berlaku Sampai", "date"),
    },
    ("rule_id", "participant_id", "valid_from"),
)
ASSIGNMENTS = Layout(
    r"rencana_komisi_(.*)\.csv",
    {
        "participant_id": ("NIK", "text!"),
        "plan_id": ("Kode Rencana", "text!"),
        "valid_from": ("Berlaku Sejak", "date!"),
        "valid_to": ("Berlaku Sampai", "date"),
    },
    ("participant_id", "plan_id", "valid_from"),
)
QUOTAS = Layout(
    r"kuota_(.*)\.csv",
    {
        "participant_id": ("NIK", "text!"),
        "quota_type": ("Jenis Kuota", "text!"),
        "period": ("Periode", "text!"),
        "amount": ("Jumlah", "money!"),
        "valid_from": ("Berlaku Sejak", "date"),
    },
    ("participant_id", "quota_type", "period", "valid_from"),
    {
        "quota_type": {
            "OMZET": "revenue",
            "MARGIN": "margin",
            "OMZET TIM": "team_revenue",
            "MARGIN TIM": "team_margin",
            "UJI": "UJI",
        }
    },
)
GOALS = Layout(
    r"target_perusahaan_(.*)\.csv",
    {
        "goal_id": ("Kode Target", "text!"),
        "measure": ("Ukuran", "text!"),
        "scope": ("Lingkup", "text"),
        "period": ("Periode", "text!"),
        "amount": ("Jumlah", "money!"),
    },
    ("goal_id", "period"),
    {
        "measure": {
            "OMZET": "revenue",
            "MARGIN": "margin",
            "VOLUME": "volume",
            "PELANGGAN BARU": "new customers",
        }
    },
)
TERMS = Layout(
    r"syarat_dagang_(.*)\.csv",
    {
        "channel_id": ("Kode Saluran", "text!"),
        "term": ("Syarat", "text!"),
        "rate": ("Tarif", "rate"),
        "amount": ("Jumlah", "money"),
        "valid_from": ("Berlaku Sejak", "date!"),
        "valid_to": ("Berlaku Sampai", "date"),
    },
    ("channel_id", "term", "valid_from"),
)
COSTS = Layout(
    r"biaya_saluran_(.*)\.csv",
    {
        "channel_id": ("Kode Saluran", "text!"),
        "month": ("Bulan", "date!"),
        "kind": ("Jenis Biaya", "text!"),
        "amount": ("Jumlah", "money!"),
    },
    ("channel_id", "month", "kind"),
)
DEALS = Layout(
    r"crm_(.*)\.xlsx",
    {"deal_id": ("No Peluang", "text!"), "amount": ("Nilai", "money")},
    ("deal_id",),
    sheet="Peluang",
)
WISHES = Layout(
    r"survey_responses_(.*)\.csv",
    {"request_id": ("Response ID", "text!"), "wish": ("Q6 Wish", "text")},
    ("request_id",),
    {"wish": {word: word for word in ("keep", "change", "drop", "add")}},
    delimiter=",",
)
TOUCHPOINTS = Layout(
    r"touchpoints_(.*)\.jsonl",
    {"touchpoint_id": ("id", "text!"), "touched_at": ("ts", "text!")},
    ("touchpoint_id",),
)
