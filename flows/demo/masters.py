"""Whom and what the company deals with: people, places, channels, products, customers.

A rep has a slot (1 to 39), which is the market that customers belong to; in slot 39 one rep follows
another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .chance import FIRST_DAY

if TYPE_CHECKING:
    import duckdb

SLOTS = 39
CUSTOMERS = 2_000
PRODUCTS = 200

_REGIONS = {
    "Jabodetabek": "Jakarta Pusat, Jakarta Barat, Jakarta Selatan, Jakarta Timur, Jakarta Utara, "
    "Bogor, Tangerang, Bekasi",
    "Jawa Barat": "Bandung, Cimahi, Cirebon, Tasikmalaya, Sukabumi, Karawang, Garut, Purwakarta",
    "Jawa Tengah dan Timur": "Semarang, Surakarta, Yogyakarta, Surabaya, Malang, Kediri, "
    "Sidoarjo, Jember",
    "Sumatera": "Medan, Padang, Pekanbaru, Palembang, Batam, Jambi, Bengkulu, Bandar Lampung",
    "Indonesia Timur": "Denpasar, Mataram, Kupang, Makassar, Manado, Balikpapan, Banjarmasin, "
    "Pontianak",
}

_FIRST_NAMES = (
    "Adi, Agus, Ayu, Bagus, Bambang, Budi, Cahya, Citra, Dewi, Dian, Eka, Endah, Fajar, Farida, "
    "Gilang, Hadi, Hendra, Indah, Intan, Joko, Kartika, Lestari, Made, Maya, Nanda, Ningsih, "
    "Nyoman, Oki, Putri, Rahmat, Ratna, Rini, Sari, Satria, Sinta, Slamet, Sri, Teguh, Tri, Utami, "
    "Wahyu, Wawan, Wulan, Yanti, Yoga, Yusuf"
)
_LAST_NAMES = (
    "Anggraini, Atmaja, Firmansyah, Gunawan, Halim, Handayani, Hidayat, Kurniawan, Kusuma, Lubis, "
    "Maharani, Nasution, Nugroho, Permana, Pranata, Prasetyo, Purnama, Putra, Rahayu, Saputra, "
    "Setiawan, Simatupang, Siregar, Suryani, Susanto, Wibowo, Wijaya, Yulianto"
)

_CHANNELS = """
create table channel (
    channel_id varchar, name varchar, type varchar, parent_id varchar, territory_id varchar,
    terms_days bigint
);
insert into channel values
    ('S01', 'Penjualan Langsung', 'direct', null, 'W00', 14),
    ('S02', 'Toko Sendiri', 'own shop', null, 'W00', 0),
    ('S03', 'Toko Sendiri Jakarta', 'own shop', 'S02', 'W11', 0),
    ('S04', 'Toko Sendiri Surabaya', 'own shop', 'S02', 'W34', 0),
    ('S05', 'Toko Sendiri Medan', 'own shop', 'S02', 'W41', 0),
    ('S06', 'Lapak Merah', 'marketplace', null, 'W00', 7),
    ('S07', 'Lapak Hijau', 'marketplace', null, 'W00', 7),
    ('S08', 'Lapak Biru', 'marketplace', null, 'W00', 10),
    ('S09', 'Grosir Jakarta', 'wholesale', null, 'W10', 21),
    ('S10', 'Grosir Bandung', 'wholesale', null, 'W20', 21),
    ('S11', 'Grosir Surabaya', 'wholesale', null, 'W30', 21),
    ('S12', 'Grosir Medan', 'wholesale', null, 'W40', 30),
    ('S13', 'Distributor Nasional', 'distributor', null, 'W00', 45),
    ('S14', 'Distributor Jawa Barat', 'distributor', 'S13', 'W20', 45),
    ('S15', 'Distributor Jawa Tengah dan Timur', 'distributor', 'S13', 'W30', 45),
    ('S16', 'Distributor Sumatera', 'distributor', 'S13', 'W40', 60),
    ('S17', 'Distributor Indonesia Timur', 'distributor', 'S13', 'W50', 60),
    ('S18', 'Ritel Modern', 'retailer', null, 'W00', 30),
    ('S19', 'Minimarket Cepat', 'retailer', 'S18', 'W00', 30),
    ('S20', 'Supermarket Segar', 'retailer', 'S18', 'W00', 30),
    ('S21', 'Apotek "Sehat"; dan Toko Obat', 'retailer', 'S18', 'W00', 30);

-- What each type buys: units on a line from low to high, and its standing discount in 1/10,000.
create table buying (type varchar, low bigint, high bigint, discount bigint);
insert into buying values
    ('direct', 2, 12, 0), ('own shop', 1, 5, 0), ('marketplace', 1, 6, 500),
    ('wholesale', 15, 90, 800), ('distributor', 30, 160, 1200), ('retailer', 6, 40, 400);
"""

_PEOPLE = f"""
create table slot as
with numbered as (
    select
        cast(slot as bigint) as slot,
        cast((slot - 1) // 8 + 1 as bigint) as team,
        60 + draw(slot, 11, 81) as strength
    from range(1, {SLOTS + 1}) as slots (slot)
)
select *, cast(sum(strength) over (order by slot) - strength as bigint) as strength_before
from numbered;

create table person as
with reps as (
    select
        'K' || (100 + rep) as person_id,
        'Sales' as job,
        cast(least((rep - 1) // 8 + 1, 5) as bigint) as team,
        'K01' || least((rep - 1) // 8 + 1, 5) as manager_id,
        'W' || least((rep - 1) // 8 + 1, 5) || (1 + (rep - 1) % 8) as territory_id,
        case when rep = 40 then date '2026-01-01'
            else day_plus(date '2016-01-04', draw(rep, 12, 3000)) end as hired,
        case when rep = 39 then date '2025-12-31' end as leaves,
        cast(24000000 + 1000000 * draw(rep, 13, 13) as bigint) as incentive
    from range(1, 41) as numbers (rep)
),
managers as (
    select
        'K01' || team, 'Manajer Area', cast(team as bigint), 'K001', 'W' || team || '0',
        day_plus(date '2012-03-01', draw(team, 14, 1500)), null,
        96000000 + 6000000 * draw(team, 15, 5)
    from range(1, 6) as teams (team)
),
everyone as (
    select * from reps
    union all
    select * from managers
    union all
    select 'K001', 'Kepala Penjualan', 0, null, 'W00', date '2010-08-02', null, 240000000
),
numbered as (
    select *, row_number() over (order by person_id) as number from everyone
)
-- Both lists are walked with steps that share no divisor with their length, so no name comes twice.
select
    *,
    first_names[1 + number * 17 % len(first_names)] || ' '
    || last_names[1 + number * 9 % len(last_names)] as name
from numbered, (
    select
        string_split('{_FIRST_NAMES}', ', ') as first_names,
        string_split('{_LAST_NAMES}', ', ') as last_names
);

-- What was known of people on the day of each export: one follows another, three change teams.
create table person_version as
with exported as (
    select unnest([{FIRST_DAY}, date '2026-01-01', date '2026-04-01']) as exported_on
),
placed as (
    select
        person.* exclude (team, manager_id, leaves),
        exported_on,
        case when exported_on >= date '2026-01-01' then leaves end as leaves,
        case when exported_on >= date '2026-04-01' and person_id in ('K108', 'K116', 'K124')
            then team + 1 else team end as team,
        case when exported_on >= date '2026-04-01' and person_id in ('K108', 'K116', 'K124')
            then 'K01' || (team + 1) else manager_id end as manager_id
    from person
    cross join exported
)
select * from placed
where person_id <> 'K140' or exported_on >= date '2026-01-01';
"""

_PRODUCTS = f"""
create table product_line (
    line bigint, name varchar, categories varchar[], unit varchar, low bigint
);
insert into product_line values
    (0, 'Minuman', ['Teh', 'Kopi', 'Sirup', 'Jus'], 'karton', 90),
    (1, 'Makanan Ringan', ['Keripik', 'Biskuit', 'Kacang'], 'karton', 70),
    (2, 'Bumbu', ['Kecap', 'Sambal', 'Kaldu', 'Santan'], 'karton', 80),
    (3, 'Perawatan Diri', ['Sabun', 'Sampo', 'Pasta Gigi'], 'lusin', 110),
    (4, 'Perawatan Rumah', ['Deterjen', 'Pembersih Lantai', 'Pewangi'], 'karton', 95),
    (5, 'Curah', ['Gula', 'Beras', 'Kacang Hijau'], 'kg', 12);

-- Prices in whole rupiah, costs in sen. The second list of prices holds from 2026-01-01.
create table product as
with numbered as (
    select cast(number as bigint) as number from range(1, {PRODUCTS + 1}) as numbers (number)
),
priced as (
    select
        numbered.number,
        product_line.name as line,
        product_line.line as line_number,
        pick(number, 21, categories) as category,
        product_line.unit,
        100 * (product_line.low + draw(number, 22, product_line.low * 4)) * 3 as price,
        58 + draw(number, 23, 22) as cost_percent,
        case when number % 20 = 0 then day_plus(date '2025-02-01', draw(number, 24, 400))
            else day_plus(date '2015-01-01', draw(number, 25, 3000)) end as launched,
        case when number % 33 = 0 then day_plus(date '2026-03-01', draw(number, 26, 150)) end
            as discontinued
    from numbered
    inner join product_line on product_line.line = numbered.number % 6
)
select
    *,
    'B' || lpad(cast(number as varchar), 4, '0') as product_id,
    category || ' '
    || pick(number, 27, ['Melati', 'Nusa', 'Bahari', 'Segara', 'Mentari', 'Lestari', 'Cendana'])
    || ' '
    || pick(number, 28, ['Asli', 'Premium', 'Keluarga', 'Hemat', 'Spesial']) || ' '
    || (100 + number) as name,
    price * cost_percent as cost,
    (price * 104 // 100 + 50) // 100 * 100 as later_price,
    (price * 104 // 100 + 50) // 100 * 100 * (cost_percent - 1) as later_cost
from priced;

-- Each product line has a promotion six times; never two at once.
create table promotion as
with numbered as (
    select
        cast(number as bigint) as number,
        number % 6 as line_number,
        day_plus(
            {FIRST_DAY}, (number // 6) * 120 + (number % 6) * 15 + draw(number, 31, 10)
        ) as starts
    from range(36) as numbers (number)
)
select
    *,
    'P' || lpad(cast(number + 1 as varchar), 3, '0') as promotion_id,
    'KMP' || (1 + number // 6) as campaign_id,
    pick(number, 32, ['DISKON', 'PAKET', 'KUPON']) as kind,
    500 + 250 * draw(number, 33, 7) as discount,
    day_plus(starts, 13 + draw(number, 34, 28)) as ends,
    5000000 + 500000 * draw(number, 35, 40) as fixed_cost
from numbered;
"""

_CUSTOMERS = f"""
create table customer as
with numbered as (
    select
        cast(number as bigint) as number,
        cast((number - 1) % {SLOTS} + 1 as bigint) as slot,
        cast((number - 1) // {SLOTS} as bigint) as place
    from range(1, {CUSTOMERS + 1}) as numbers (number)
),
placed as (
    select
        numbered.*,
        slot.team,
        -- The last slot looks after two towns.
        case when slot = {SLOTS} and number % 2 = 0 then 'W58'
            else 'W' || team || (1 + (slot - 1) % 8) end as territory_id,
        pick(number, 41, [
            'S01', 'S01', 'S06', 'S06', 'S07', 'S08', 'S19', 'S19', 'S20', 'S21',
            case team when 1 then 'S03' when 3 then 'S04' when 4 then 'S05' else 'S01' end,
            case team when 1 then 'S09' when 2 then 'S10' when 4 then 'S12' else 'S11' end,
            case team when 1 then 'S09' when 2 then 'S10' when 4 then 'S12' else 'S11' end,
            case team when 1 then 'S13' when 2 then 'S14' when 3 then 'S15' when 4 then 'S16'
                else 'S17' end
        ]) as channel_id,
        case when place % 7 = 5 then day_plus(date '2024-12-01', draw(number, 42, 600)) end
            as new_from
    from numbered
    inner join slot using (slot)
)
select
    placed.*,
    'C' || lpad(cast(number as varchar), 5, '0') as customer_id,
    case
        when number % 250 = 0 then 'Toko "Rejeki"; Cabang ' || number
        when number % 250 = 125 then 'Kafé Bintang ' || number
        else
            pick(number, 43, ['Toko', 'Warung', 'UD', 'CV', 'Kios', 'Depot']) || ' '
            || pick(number, 44, ['Sumber', 'Maju', 'Berkah', 'Sinar', 'Mulia', 'Jaya', 'Makmur'])
            || ' '
            || pick(number, 45, ['Rejeki', 'Bersama', 'Sentosa', 'Baru', 'Indah', 'Raya'])
            || ' ' || number
    end as name,
    case channel.type
        when 'direct' then 'Horeka' when 'own shop' then 'Rumah Tangga'
        when 'marketplace' then 'Rumah Tangga' when 'retailer' then 'Ritel Modern'
        else 'Toko Tradisional'
    end as segment,
    channel.type as channel_type,
    channel.terms_days,
    coalesce(new_from, day_plus(date '2017-01-02', draw(number, 46, 2700))) as since,
    'K' || (100 + slot + case when slot = {SLOTS} then 1 else 0 end) as owner_id
from placed
inner join channel using (channel_id);
"""


def make(company: duckdb.DuckDBPyConnection, lines: int, seed: int) -> None:  # noqa: ARG001
    """Make the tables of everything that sales lines refer to."""
    towns = ["('W00', 'Indonesia', null)"]
    for number, (region, names) in enumerate(_REGIONS.items(), start=1):
        towns.append(f"('W{number}0', '{region}', 'W00')")
        towns += [
            f"('W{number}{place}', '{name}', 'W{number}0')"
            for place, name in enumerate(names.split(", "), start=1)
        ]
    company.execute(
        "create table territory as "
        f"select * from (values {', '.join(towns)}) as towns (territory_id, name, parent_id)"
    )
    for script in (_CHANNELS, _PEOPLE, _PRODUCTS, _CUSTOMERS):
        company.execute(script)
