"""The people, places and channels of the company.

A rep has a slot (1 to 39), which is the market that customers belong to; in slot 39 one rep follows
another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .chance import FIRST_DAY, LAST_DAY

if TYPE_CHECKING:
    import duckdb

SLOTS = 39

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
-- At least two, so that a higher price never leaves nothing.
create table buying (type varchar, low bigint, high bigint, discount bigint);
insert into buying values
    ('direct', 2, 12, 0), ('own shop', 2, 6, 0), ('marketplace', 2, 6, 500),
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
    select unnest([{FIRST_DAY}, date '2026-01-01', date '2026-04-01', {LAST_DAY}]) as exported_on
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


def make(company: duckdb.DuckDBPyConnection, lines: int, seed: int) -> None:  # noqa: ARG001
    """Make the tables of territories, channels and people."""
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
    for script in (_CHANNELS, _PEOPLE):
        company.execute(script)
