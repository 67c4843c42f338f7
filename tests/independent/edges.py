"""More exports for the demo's landing folder: what seldom happens and is easily calculated wrongly.

Amounts are odd, returns come in parts and late, splits cross teams, a few rows can't be read. What
each case gives is not said here: the two calculations must agree on it.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import xlsxwriter

COLUMNS = (
    "No Faktur;Baris;Jenis;Tgl Pesan;Tgl Faktur;Tgl Kirim;Tgl Bayar;Kode Pelanggan;Kode Barang;"
    "Kode Saluran;Kode Wilayah;Kode Sales;Status;Jumlah Pesan;Jumlah;Harga;Harga Daftar;Potongan;"
    "Nilai Bersih;HPP;Mata Uang;Kode Promo;Faktur Asal;Baris Asal;Tgl Batal;Pelanggan Baru"
)
HEADER = COLUMNS.split(";")
NEWLINE = "\r\n"
REPS = ("K107", "K108", "K109", "K110", "K138", "K139")
EDGE_REPS = ("KX1", "KX2", "KX3", "KX4")
LAST_DAY = date(2026, 10, 31)


def sen(amount: int) -> str:
    """1.234,56 of an amount in hundredths."""
    whole = f"{abs(amount) // 100:,}".replace(",", ".")
    return f"{'-' if amount < 0 else ''}{whole},{abs(amount) % 100:02}"


def day_text(day: date | None) -> str:
    return day.strftime("%d/%m/%Y") if day else ""


def row(
    order: str,
    day: str,
    net: int,
    cost: int,
    *,
    line: int = 1,
    rep: str = "K101",
    kind: str = "JUAL",
    of: str = "",
    invoiced: str | None = "same",
    cancelled: str = "",
    customer: str = "C00001",
    channel: str = "S08",
    quantity: int = 1,
    **changes: str,
) -> str:
    """One record; days are ISO, `of` names the sale (line 1) that is taken back."""
    when = date.fromisoformat(day)
    invoice = when if invoiced == "same" else invoiced and date.fromisoformat(invoiced)
    values = {
        "No Faktur": order,
        "Baris": str(line),
        "Jenis": kind,
        "Tgl Pesan": day_text(when),
        "Tgl Faktur": day_text(invoice or None),
        "Tgl Kirim": day_text(when + timedelta(days=3)),
        "Kode Pelanggan": customer,
        "Kode Barang": "B0001",
        "Kode Saluran": channel,
        "Kode Wilayah": "W11",
        "Kode Sales": rep,
        "Status": "POSTED",
        "Jumlah": str(quantity),
        "Nilai Bersih": sen(net),
        "HPP": sen(cost),
        "Mata Uang": "IDR",
        "Faktur Asal": of,
        "Baris Asal": "1" if of else "",
        "Tgl Batal": day_text(date.fromisoformat(cancelled)) if cancelled else "",
        "Pelanggan Baru": "T",
    }
    values |= {name.replace("_", " "): value for name, value in changes.items()}
    return ";".join(values.get(name, "") for name in HEADER)


def back(order: str, day: str, net: int, cost: int, of: str, rep: str = "K101", **more: str) -> str:
    return row(order, day, -net, -cost, rep=rep, kind="RETUR", of=of, quantity=-1, **more)


def chosen_cases() -> list[str]:
    return [
        # three share 1,000,000.01; the return comes in odd parts, in three months
        row("TX01", "2026-05-11", 100_000_001, 70_000_003),
        back("TX01R1", "2026-05-30", 33_333_333, 20_000_001, "TX01"),
        back("TX01R2", "2026-06-02", 33_333_333, 25_000_001, "TX01"),
        back("TX01R3", "2026-08-02", 33_333_335, 25_000_001, "TX01"),
        # one sen for two
        row("TX02", "2026-05-12", 1, 0),
        back("TX02R1", "2026-07-12", 1, 0, "TX02"),
        # the seller changes teams between sale and return
        row("TX03", "2026-03-10", 55_555_555, 44_444_444, rep="K108"),
        back("TX03R1", "2026-04-15", 22_222_222, 17_777_777, "TX03", rep="K108"),
        # sold under a plan, invoiced and returned after leaving it
        row("TX04", "2025-12-20", 9_999_999, 5_555_555, rep="K139", invoiced="2026-01-03"),
        back("TX04R1", "2026-01-15", 4_444_444, 2_222_222, "TX04", rep="K139"),
        # nobody's, a stranger's
        row("TX05", "2026-05-12", 7_777_777, 5_000_000, rep=""),
        back("TX05R1", "2026-05-13", 7_777_777, 5_000_000, "TX05", rep=""),
        row("TX06", "2026-05-12", 7_777_777, 5_000_000, rep="K999"),
        # void before it was invoiced, in another quarter; void on the day of the order
        row(
            "TX07",
            "2026-03-30",
            8_888_888,
            6_000_000,
            invoiced="2026-04-02",
            cancelled="2026-03-31",
        ),
        row("TX08", "2026-03-30", 8_888_888, 6_000_000, cancelled="2026-03-30"),
        # returns of what does not count
        row("TX09", "2026-05-12", 7_777_777, 5_000_000, Status="VOID"),
        back("TX09R1", "2026-05-13", 7_777_777, 5_000_000, "TX09"),
        back("TX10R1", "2026-05-13", 7_777_777, 5_000_000, "TX10"),
        # returned, cancelled, returned again
        row("TX11", "2026-05-12", 7_777_777, 5_000_000, cancelled="2026-06-20"),
        back("TX11R1", "2026-06-20", 1_111_111, 700_000, "TX11"),
        back("TX11R2", "2026-07-20", 1_111_111, 700_000, "TX11"),
        # the second return is too much, the third fits again
        row("TX12", "2026-05-12", 7_777_777, 5_000_000),
        back("TX12R1", "2026-06-13", 5_555_555, 3_000_000, "TX12"),
        back("TX12R2", "2026-06-14", 5_555_555, 3_000_000, "TX12"),
        back("TX12R3", "2026-06-15", 2_222_222, 2_000_000, "TX12"),
        # a rule for the order goes before two that tie for the customer
        row("TX13", "2026-05-12", 3_333_333, 2_000_000, customer="C01999"),
        row("TX14", "2026-05-12", 3_333_333, 2_000_000, customer="C01999"),
        back("TX14R1", "2026-05-15", 3_333_333, 2_000_000, "TX14", customer="C01999"),
        # both ends of a rule's dates count
        *(
            row(f"TX15{number}", day, 3_333_333, 2_000_000, customer="C01998")
            for number, day in enumerate(("2026-04-30", "2026-05-01", "2026-05-31", "2026-06-01"))
        ),
        # shared with a stranger; shares of 100% and nothing
        row("TX16", "2026-05-12", 3_333_333, 2_000_000),
        row("TX17", "2026-05-12", 3_333_333, 2_000_000),
        # margin comes back in another proportion than sales; given away; sold below cost
        row("TX18", "2026-05-12", 3_333_333, 2_000_000),
        back("TX18R1", "2026-08-12", 1_111_111, 1_100_000, "TX18"),
        back("TX18R2", "2026-09-12", 2_222_222, 900_000, "TX18"),
        row("TX19", "2026-05-12", 0, 2_000_000),
        back("TX19R1", "2026-08-12", 0, 2_000_000, "TX19"),
        row("TX20", "2026-05-12", 3_333_333, 4_444_445),
        back("TX20R1", "2026-08-12", 1_111_111, 1_481_481, "TX20"),
        # back on the day of the sale, by an earlier number; back before it was sold
        row("TX21", "2026-05-12", 3_333_333, 2_000_000),
        back("TX20Z", "2026-05-12", 3_333_333, 2_000_000, "TX21"),
        row("TX22", "2026-05-12", 3_333_333, 2_000_000),
        back("TX22R1", "2026-04-12", 1_111_111, 700_000, "TX22"),
        # channel from the customer, channel of nobody
        row("TX23", "2026-05-12", 3_333_333, 2_000_000, customer="C00002", channel=""),
        row("TX24", "2026-05-12", 3_333_333, 2_000_000, customer="", channel=""),
        # sold under the first version of a plan, back under the second
        row("TX25", "2025-02-12", 8_333_333, 2_000_000),
        back("TX25R1", "2026-02-12", 4_111_111, 700_000, "TX25"),
        back("TX25R2", "2026-08-12", 4_222_222, 1_300_000, "TX25"),
        # not invoiced, and back
        row("TX26", "2026-05-12", 3_333_333, 2_000_000, invoiced=None),
        back("TX26R1", "2026-06-12", 1_111_111, 700_000, "TX26"),
        # cancelled by two papers; a cancellation of nothing
        row("TX27", "2026-05-12", 3_333_333, 2_000_000, cancelled="2026-08-03"),
        row("TX27", "2026-05-12", -1, -1, kind="BATAL", of="TX27", cancelled="2026-07-03"),
        row("TX28", "2026-05-12", -1, -1, kind="BATAL", of="TX28", cancelled="2026-07-03"),
        # too much came back, then it was cancelled
        row("TX30", "2026-05-12", 3_333_333, 2_000_000, cancelled="2026-06-12"),
        back("TX30R1", "2026-06-11", 4_444_444, 3_000_000, "TX30"),
        # before any plan
        row("TX29", "2024-10-31", 3_333_333, 2_000_000),
        back("TX29R1", "2024-12-12", 1_111_111, 700_000, "TX29"),
        # can't be read, each for a reason of its own
        row("TX90", "2026-05-12", 3_333_333, 2_000_000, Mata_Uang="USD"),
        row("TX91", "2026-05-12", 3_333_333, 2_000_000, Nilai_Bersih="1,234"),
        row("TX92", "2026-05-12", 3_333_333, 2_000_000, kind="RETUR", of="TX18"),
        row("TX93", "2026-05-12", 3_333_333, 2_000_000, Status="SELESAI"),
    ]


def by_chance(letter: str, reps: Sequence[str], count: int, seed: int) -> list[str]:
    """Sales of a few reps, half of them back in up to three odd parts, on any later day."""
    chance = random.Random(seed)
    rows = []
    for number in range(count):
        order, rep = f"{letter}{number:04}", chance.choice(reps)
        sold = date(2025, 6, 1) + timedelta(days=chance.randrange(430))
        net = chance.randrange(1, 40_000_000)
        cost = chance.randrange(net * 12 // 10 + 1)
        cancelled = ""
        if chance.random() < 0.1:
            cancelled = (sold + timedelta(days=chance.randrange(90))).isoformat()
        invoiced = (sold + timedelta(days=chance.randrange(8))).isoformat()
        customer = chance.choice(["C00001", "C00001", "C00777"])
        days = {"invoiced": invoiced, "cancelled": cancelled}
        rows.append(row(order, sold.isoformat(), net, cost, rep=rep, customer=customer, **days))
        left_net, left_cost, day = net, cost, sold
        for part in range(chance.choice([0, 0, 0, 1, 2, 3])):
            day = min(day + timedelta(days=chance.randrange(60)), LAST_DAY)
            is_rest = chance.random() < 0.4
            net_back = left_net if is_rest else chance.randrange(left_net + 1)
            cost_back = left_cost if is_rest else chance.randrange(left_cost + 1)
            left_net, left_cost = left_net - net_back, left_cost - cost_back
            name = f"Z{chance.randrange(10**6):06}{order}{part}"
            rows.append(back(name, day.isoformat(), net_back, cost_back, order, rep=rep))
    return rows


def corrections(landing: Path) -> list[str]:
    """Rows of earlier exports once more: another amount, void, and one of this export's month."""
    rows = []
    for month, change in (("2026-05", "amount"), ("2026-06", "void"), ("2026-10", "amount")):
        records = (landing / f"penjualan_{month}.csv").read_text("utf-8").splitlines()
        sale = next(record for record in records if ";JUAL;" in record and ";POSTED;" in record)
        values = dict(zip(HEADER, sale.split(";"), strict=True))
        values |= {"Nilai Bersih": "1.234.567,89"} if change == "amount" else {"Status": "VOID"}
        rows.append(";".join(values.values()))
    return rows


SPLITS = """No Aturan;No Faktur;Kode Pelanggan;NIK;Bagian;Peran;Berlaku Sejak;Berlaku Sampai
X01;TX01;;K103;0,34;;;
X01;TX01;;K101;0,33;;;
X01;TX01;;K110;0,33;;;
X02;TX02;;K102;0,50;;;
X02;TX02;;K101;0,50;;;
X03;TX03;;K108;0,55;;;
X03;TX03;;K107;0,45;;;
X13;TX13;;K101;1,00;;;
X13A;;C01999;K101;1,00;;;
X13B;;C01999;K102;1,00;;01/01/2026;
X15;;C01998;K102;1,00;;01/05/2026;31/05/2026
X16;TX16;;K101;0,40;;;
X16;TX16;;K999;0,60;;;
X17;TX17;;K101;1,00;;;
X17;TX17;;K102;0,00;;;
X20;TX20;;K101;0,50;;;
X20;TX20;;K109;0,50;;;
Y1;;C00777;K107;0,335;;01/09/2025;31/12/2025
Y1;;C00777;K110;0,665;;01/09/2025;31/12/2025
"""
QUOTAS = """NIK;Jenis Kuota;Periode;Jumlah;Satuan;Mata Uang;Berlaku Sejak
K110;OMZET;2026-06;0,00;RUPIAH;IDR;01/10/2026
K109;OMZET;2026-05;7.000.000,01;RUPIAH;IDR;01/10/2026
K109;OMZET;2026-06;999.999.999,00;RUPIAH;IDR;01/12/2025
K108;OMZET;2026-02;3.000.001,00;RUPIAH;IDR;
"""


SHEETS = {
    "Pelanggan": "Kode Pelanggan;Nama Pelanggan;Segmen;Kode Wilayah;Kode Saluran;NIK Pemilik;Sejak;"
    "Surel;Telepon",
    "Karyawan": "NIK;Nama;Jabatan;NIK Atasan;Tim;Kode Wilayah;Tgl Masuk;Tgl Keluar;No Gaji;"
    "Target Insentif;Mata Uang;Badan Hukum;Pusat Biaya",
    "Wilayah": "Kode Wilayah;Nama Wilayah;Wilayah Induk",
    "Kontak": "No Kontak;Waktu;NIK;Kode Pelanggan;Kode Barang;Alat;Penekanan;Hasil;Tema;Sentimen;"
    "No Respon;No Keluhan;Catatan",
    "Peluang": "No Peluang;NIK;Kode Pelanggan;Kode Barang;Perkiraan Tutup;Nilai;Kemungkinan;Tahap",
}
PERSON = "{0};{0} Uji;{1};{2};Tim Uji;W11;01/02/2020;;PG-{0};{3};IDR;PT Uji;PB09"
ASSIGNMENTS = """NIK;Kode Rencana;Berlaku Sejak;Berlaku Sampai
KX1;edge;01/01/2025;
KX2;edge;01/01/2025;31/03/2026
KX2;sales-reps;01/04/2026;
KX3;edge;15/06/2025;
KX4;edge;01/01/2025;31/10/2025
KX5;edge-team;01/01/2025;
"""
PLANS = {
    "edge-2025": """
plan: edge
version: 1
from: 2025-01-01
to: 2026-06-30
approved: {by: [a, b], on: 2024-12-18}
currency: IDR
components:
  year_revenue:
    window: year
    quota: {type: revenue}
    whole:
      - {from: 0, rate: 0.123%}
      - {above: 50% of quota, rate: 0.3333333%}
      - {from: 100% of quota, rate: 0.7%}
      - {from: 130% of quota, rate: 0.1%}
  half_margin:
    of: margin
    on: ship
    window: half
    points:
      - {at: 0, pays: 0}
      - {at: 33_333_333 IDR, pays: 77_777 IDR}
      - {at: 100_000_000.37 IDR, pays: 1_000_001 IDR}
  shared:
    shares: overlay
    window: quarter
    marginal:
      - {from: 0, rate: 0.7%}
      - {above: 1_000_000.55 IDR, rate: 1.1%}
      - {from: 50_000_000 IDR, rate: 0.2%}
  month_target:
    quota: {type: revenue}
    weight: 33.3%
    points:
      - {at: 50% of quota, pays: 25% of target}
      - {at: 100% of quota, pays: 100% of target}
      - {at: 150% of quota, pays: 133.3% of target}
  margin_target:
    of: margin
    window: quarter
    weight: 66.7%
    quota: {type: margin}
    points:
      - {at: 0, pays: 0% of target}
      - {at: 99.9% of quota, pays: 120% of target}
""",
    "edge-2026": """
plan: edge
version: 2
from: 2026-07-01
approved: {by: [a, b], on: 2026-06-18}
currency: IDR
components:
  year_revenue:
    window: year
    quota: {type: revenue}
    whole:
      - {from: 0, rate: 0.2%}
      - {from: 50% of quota, rate: 0.4%}
  shared:
    window: month
    rate: 0.77%
  invoiced:
    on: invoice
    rate: 0.55%
""",
    "edge-team": """
plan: edge-team
from: 2025-01-01
currency: IDR
target: 12_345_678 IDR per year
components:
  team:
    credit: rollup
    quota: {type: UJI}
    shares: overlay
    window: half
    weight: 70%
    points:
      - {at: 30% of quota, pays: 10% of target}
      - {at: 90% of quota, pays: 110% of target}
  team_year:
    credit: rollup
    quota: {type: UJI}
    window: year
    weight: 30%
    points:
      - {at: 0, pays: 0}
      - {at: 75% of quota, pays: 100% of target}
  team_margin:
    credit: rollup
    of: margin
    rate: 0.333%
""",
}


def shared_orders(seed: int = 13) -> str:
    """Splits of a third of the edge plan's orders: thirds, too much, too little, across teams."""
    chance = random.Random(seed)
    rows = []
    for number in range(0, 600, 3):
        shares = chance.choice(
            [
                {"KX1": "0,333333333", "KX2": "0,333333333", "KX3": "0,333333334"},
                {"KX1": "0,6", "KX3": "0,6"},
                {"KX2": "0,5"},
                {"KX3": "0,125", "KX4": "0,875"},
                {"KX1": "0,5", "K107": "0,5"},
            ]
        )
        order = f"X{number:04}"
        rows += [f"XS{order};{order};;{name};{share};;;" for name, share in shares.items()]
    return "".join(f"{one}\n" for one in rows)


def edge_quotas() -> str:
    """Monthly quotas; one month of one rep has none."""
    rows = [
        f"{rep};OMZET;{year}-{month:02};{10 + month}.500.000,25;RUPIAH;IDR;"
        for rep in EDGE_REPS
        for year in (2025, 2026)
        for month in range(1, 13)
        if (rep, year, month) != ("KX3", 2026, 2)
    ]
    rows += [
        f"{rep};MARGIN;{year}-Q{quarter};7.777.777,70;RUPIAH;IDR;"
        for rep in EDGE_REPS
        for year in (2025, 2026)
        for quarter in range(1, 5)
    ]
    halves = (("2025-H1", "700"), ("2025-H2", "400"), ("2026-H1", "650"), ("2026-H2", "100"))
    rows += [f"KX5;UJI;{half};{amount}.000.000,00;RUPIAH;IDR;" for half, amount in halves]
    return "".join(f"{one}\n" for one in rows)


def write_people(path: Path, managers: dict[str, str], incentive: str) -> None:
    """Write a workbook of the CRM that has people only; all its cells are text."""
    people = [PERSON.format(name, "Sales", boss, incentive) for name, boss in managers.items()]
    with xlsxwriter.Workbook(str(path)) as workbook:
        for name, header in SHEETS.items():
            sheet = workbook.add_worksheet(name)
            sheet.write_column(0, 0, [name, "Uji"])
            for number, record in enumerate([header, *(people if name == "Karyawan" else [])]):
                sheet.write_row(2 + number, 0, record.split(";"))


def write(root: Path) -> None:
    """Put the cases into the landing folder, as further exports, and their plans beside it."""
    before = {"KX1": "KX5", "KX2": "KX5", "KX3": "KX5", "KX4": "KX5", "KX5": ""}
    after = before | {"KX3": "KX6", "KX6": ""}
    sales = [
        COLUMNS,
        *chosen_cases(),
        *by_chance("Y", REPS, 400, seed=11),
        *by_chance("X", EDGE_REPS, 600, seed=12),
        *corrections(root / "landing"),
    ]
    texts = {
        "penjualan_2026-10_tambahan": "".join(f"{one}\n" for one in sales),
        "pembagian_kredit_2026-10-30": SPLITS + shared_orders(),
        "kuota_2026-10-15": QUOTAS + edge_quotas(),
        "rencana_komisi_2026-10-30": ASSIGNMENTS,
    }
    write_people(root / "landing" / "crm_2024-11-02.xlsx", before, "36.000.000,00")
    write_people(root / "landing" / "crm_2026-02-15.xlsx", after, "47.111.111,00")
    for name, text in texts.items():
        (root / "landing" / f"{name}.csv").write_bytes(text.replace("\n", NEWLINE).encode())
    for name, text in PLANS.items():
        (root / "plans" / f"{name}.yml").write_text(text.lstrip(), "utf-8")
