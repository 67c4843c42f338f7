"""Exports that come compressed, or as members of a zip file, load as if they came plain."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pyarrow
import pytest
from niaga.errors import ConfigurationError
from niaga.ingest import packing
from niaga.ingest.patterns import can_both_match

from .conftest import SALES, Company, lines
from .workbooks import write_workbook

TWO_LINES = [("F1", 1000.5), ("F2", 2000.5)]
SALES_OF_A_ZIP = SALES.replace(".csv", ".zip")
PRODUCTS = """\
source: products
exports:
  rows:
    file: "{file}"
    {more}
business_date: file_time
feeds:
  product: select _row_number, "Kode" as product_id, "Nama" as name from rows
"""


def gzipped(content: bytes) -> bytes:
    # Without a time in it, the names of these tests are the same in each process.
    return gzip.compress(content, mtime=0)


def zstd(content: bytes) -> bytes:
    return bytes(pyarrow.compress(content, codec="zstd", asbytes=True))


def zipped(members: dict[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return packed.getvalue()


def workbook(folder: Path) -> bytes:
    path = folder / "made.xlsx"
    write_workbook(path, {"Barang": [["Kode", "Nama"], ["P1", "Teh"]]})
    return path.read_bytes()


def sales(company: Company) -> list[tuple[str, float]]:
    found = company.lake("order_id, cast(net_amount as double)")
    return [(order, amount) for order, amount in found]


def products(company: Company) -> list[tuple[str, str]]:
    return [(code, name) for code, name in company.lake("product_id, name", "product")]


def refused(company: Company, name: str, content: bytes) -> str:
    """Ingest a file that must be refused, whole and as it came; give the reason."""
    company.land(name, content)
    outcome = company.ingest_one()
    assert outcome.status == "rejected"
    assert company.lake("order_id") == []
    assert (company.workspace.rejected / name).read_bytes() == content
    assert not list(company.workspace.landing.iterdir())
    assert outcome.reason is not None
    assert outcome.reason in company.reason(name)
    return outcome.reason


@pytest.fixture
def packed(bare_company: Company) -> Company:
    """A company whose sales come in a pattern that takes any ending."""
    bare_company.source(SALES.replace(".csv", ".csv*"))
    return bare_company


@pytest.fixture
def zips(bare_company: Company) -> Company:
    """A company whose sales come in a zip file."""
    bare_company.source(SALES_OF_A_ZIP)
    return bare_company


@pytest.mark.parametrize("pack", [gzipped, zstd])
def test_a_compressed_text_loads_like_a_plain_one(
    packed: Company, pack: Callable[[bytes], bytes]
) -> None:
    packed.land("penjualan_2026-01.csv.packed", pack(lines(2).encode()))
    assert packed.ingest_one().status == "loaded"
    assert sales(packed) == TWO_LINES
    assert not list((packed.workspace.warehouse / "ingest").glob("*"))


def test_two_streams_in_one_gzip_file_are_one_text(packed: Company) -> None:
    first, second = lines(2)[:150], lines(2)[150:]
    content = gzipped(first.encode()) + gzipped(second.encode())
    packed.land("penjualan_2026-01.csv.gz", content)
    packed.ingest()
    assert sales(packed) == TWO_LINES


def test_a_compressed_text_in_another_encoding_is_recoded(bare_company: Company) -> None:
    more = "format: {encoding: utf-16}"
    bare_company.source(PRODUCTS.format(file="products.csv.gz", more=more))
    bare_company.land("products.csv.gz", gzipped("Kode,Nama\r\nP1,Café\r\n".encode("utf-16")))
    bare_company.ingest()
    assert products(bare_company) == [("P1", "Café")]


def test_compressed_json_lines_and_workbooks_load(bare_company: Company, tmp_path: Path) -> None:
    json_lines = PRODUCTS.format(file="*.jsonl.zst", more="format: {type: json_lines}")
    bare_company.source(json_lines.replace("source: products", "source: json_products"))
    bare_company.source(PRODUCTS.format(file="*.xlsx.gz", more="format: {type: excel}"))
    line = json.dumps({"Kode": "P2", "Nama": "Kopi"}) + "\n"
    bare_company.land("products.jsonl.zst", zstd(line.encode()))
    bare_company.land("products.xlsx.gz", gzipped(workbook(tmp_path)))
    bare_company.ingest()
    assert products(bare_company) == [("P1", "Teh"), ("P2", "Kopi")]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (gzipped(lines(9).encode())[:-20], "can't be unpacked: its gzip data is cut off"),
        (gzipped(lines(9).encode())[:-1], "can't be unpacked: its gzip data is cut off"),
        (gzipped(lines(9).encode()) + b"junk", "can't be unpacked: its gzip data is cut off"),
        (
            gzipped(lines(9).encode())[:-8] + b"\0\0\0\0\0\0\0\0",
            "can't be unpacked: its gzip data is cut off or damaged",
        ),
        (zstd(lines(9).encode())[:-1], "can't be unpacked: its zstd data is cut off or damaged"),
        (gzipped(gzipped(b"a;b\n")), "is packed twice (gzip inside of gzip)"),
        (gzipped(b""), "is empty"),
        (zstd(lines(2).encode()[:-1]), "is truncated: it does not end in a newline"),
    ],
)
def test_what_does_not_unpack_whole_is_refused(
    packed: Company, content: bytes, reason: str
) -> None:
    assert refused(packed, "penjualan_2026-01.csv.gz", content).startswith(reason)


def test_what_unpacks_to_too_much_is_refused(
    packed: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packing, "ALWAYS_ALLOWED", 1 << 20)
    monkeypatch.setattr(packing, "MOST_TIMES", 10)
    blanks = b" " * (2 << 20)
    reason = refused(packed, "penjualan_2026-01.csv.zst", zstd(blanks))
    assert reason.startswith("unpacks to more than 1048576 bytes, from ")


def test_a_member_that_unpacks_to_too_much_is_refused_whatever_is_stated(
    zips: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packing, "ALWAYS_ALLOWED", 1 << 20)
    monkeypatch.setattr(packing, "MOST_TIMES", 10)
    content = zipped({"a.csv": b" " * (2 << 20)})
    stated = (2 << 20).to_bytes(4, "little")
    assert content.count(stated) == 2
    content = content.replace(stated, (100).to_bytes(4, "little"))
    reason = refused(zips, "penjualan_2026-01.zip", content)
    assert reason.startswith("unpacks to more than 1048576 bytes, from ")


def test_the_only_member_needs_no_name(zips: Company) -> None:
    zips.land("penjualan_2026-01.zip", zipped({"any.txt": lines(2)}))
    assert zips.ingest_one().status == "loaded"
    assert sales(zips) == TWO_LINES


def test_a_member_is_chosen_by_its_pattern(bare_company: Company) -> None:
    member = '    member: "lines_*.csv"\n    format'
    bare_company.source(SALES_OF_A_ZIP.replace("    format", member, 1))
    content = zipped({"read me.txt": "hello", "lines_01.csv": lines(2), "docs/": b""})
    bare_company.land("penjualan_2026-01.zip", content)
    bare_company.ingest()
    assert sales(bare_company) == TWO_LINES
    for name, members, reason in [
        ("02", {"a.csv": "a"}, "has no member that matches the source's `member`, but: a.csv"),
        (
            "03",
            {"lines_1.csv": "a", "lines_2.csv": "b"},
            "has the members lines_1.csv, lines_2.csv, and all match the source's `member`",
        ),
        ("04", {"old/lines_1.csv": "a"}, "has old/lines_1.csv in a folder"),
        ("05", {"lines_1.csv": "a", "old/lines_1.csv": "b"}, "has the members lines_1.csv, old/"),
    ]:
        bare_company.land(f"penjualan_2026-{name}.zip", zipped(dict(members)))
        outcome = bare_company.ingest_one()
        assert (outcome.status, (outcome.reason or "")[: len(reason)]) == ("rejected", reason)
    bare_company.land("penjualan_2026-06.zip", lines(2))
    assert "no zip file" in (bare_company.ingest_one().reason or "")


def linked() -> bytes:
    link = zipfile.ZipInfo("a.csv")
    link.create_system, link.external_attr = 3, 0o120777 << 16
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr(link, "/etc/passwd")
    return packed.getvalue()


def encrypted() -> bytes:
    """Flip the flag in both headers: the first bit of the flags, 6 and 8 bytes behind the magic."""
    content = bytearray(zipped({"a.csv": lines(2)}))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def damaged() -> bytes:
    content = zipped({"a.csv": lines(2)}, zipfile.ZIP_STORED)
    return content.replace(b"1.000,50", b"9.000,50")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (zipped({"../a.csv": lines(2)}), 'has the member "../a.csv", which points out'),
        (zipped({"a.csv": lines(2), "x/../../b": ""}), 'has the member "x/../../b", which points'),
        (zipped({"/a.csv": lines(2)}), 'has the member "/a.csv", which points out'),
        (zipped({"C:/a.csv": lines(2)}), 'has the member "C:/a.csv", which points out'),
        (zipped({"x\\a.csv": lines(2)}), 'has the member "x\\a.csv", which has a character'),
        (
            zipped({"a.csv": lines(2), "b.csv": lines(2)}).replace(b"b.csv", b"a.csv"),
            "has members of the same name: a.csv",
        ),
        (linked(), 'has the member "a.csv", which is a link and no file'),
        (encrypted(), "has a.csv encrypted, and niaga knows no passwords"),
        (zipped({"x/a.csv": lines(2)}), "has x/a.csv in a folder"),
        (zipped({"a.csv": "a", "b.csv": "b"}), "has the members a.csv, b.csv, and the source name"),
        (zipped({}), "is a zip file without members"),
        (zipped({"x/": b""}), "is a zip file without members"),
        (zipped({"a.csv": lines(2)}, zipfile.ZIP_BZIP2), "has a.csv packed by a rare method"),
        (zipped({"a.csv": lines(2)})[:-30], "can't be unpacked: it is cut off, damaged or no zip"),
        (damaged(), "can't be unpacked: it is cut off, damaged or no zip file (Bad CRC-32"),
        (zipped({"a.csv.gz": gzipped(b"a")}), "is packed twice (gzip inside of zip)"),
        (zipped({"a.zip": zipped({"a.csv": "a"})}), "is packed twice (zip inside of zip)"),
    ],
)  # fmt: skip
def test_a_zip_file_that_is_not_clear_or_not_safe_is_refused(
    zips: Company, content: bytes, reason: str
) -> None:
    assert refused(zips, "penjualan_2026-01.zip", content).startswith(reason)


def test_a_member_that_is_larger_than_stated_is_refused(zips: Company) -> None:
    """The checksum is that of the stated part: a reader that stops there would lose rows."""
    text = lines(2).encode()
    cut = text.rindex(b"F2")
    content = zipped({"a.csv": text})
    for old, new in [
        (len(text), cut),
        (zlib.crc32(text), zlib.crc32(text[:cut])),
    ]:
        content = content.replace(old.to_bytes(4, "little"), new.to_bytes(4, "little"))
    assert refused(zips, "penjualan_2026-01.zip", content).startswith("can't be unpacked")


def test_a_workbook_is_read_as_one_and_in_a_zip_file_by_its_member(
    bare_company: Company, tmp_path: Path
) -> None:
    more = 'member: "*.xlsx"\n    format: {type: excel, sheet: Barang}'
    bare_company.source(PRODUCTS.format(file="*.zip", more=more))
    content = workbook(tmp_path)
    bare_company.land("products.zip", zipped({"products.xlsx": content, "notes.txt": "x"}))
    assert bare_company.ingest_one().export_id.endswith("@*.xlsx@Barang")
    assert products(bare_company) == [("P1", "Teh")]


def test_parts_and_sources_take_one_zip_file_by_member(bare_company: Company) -> None:
    company = bare_company
    company.source(
        """\
        source: erp
        exports:
          lines: {file: "night_{date:%Y-%m-%d}.zip", member: lines.csv}
          heads: {file: "night_{date:%Y-%m-%d}.zip", member: heads.csv}
        feeds:
          sales_line: |
            select lines._row_number, id as order_id, 1 as line_number, 'sale' as document_type,
                day as order_date, product as product_id, 1 as quantity, net as net_amount,
                'IDR' as currency
            from lines join heads using (id)
        """
    )
    more = 'member: "products_*.csv"'
    company.source(PRODUCTS.format(file="night_*.zip", more=more))
    good: dict[str, str | bytes] = {
        "lines.csv": "id,product,net\nF1,P1,1000.50\nF2,P1,2000.50\n",
        "heads.csv": "id,day\nF1,2026-01-05\nF2,2026-01-06\n",
        "products_1.csv": "Kode,Nama\nP1,Teh\n",
    }
    company.land("night_2026-01-31.zip", zipped(good | {"products_1.csv": "Kode\nP1\n"}))
    company.ingest()
    assert sales(company) == TWO_LINES
    assert products(company) == []
    assert "source products, part rows" in company.reason("night_2026-01-31.zip")

    company.land("night_2026-01-31.zip", zipped(good))
    company.ingest()
    assert products(company) == [("P1", "Teh")]
    assert sales(company) == TWO_LINES
    assert not list(company.workspace.rejected.iterdir())


def test_two_sources_that_could_read_one_member_are_refused(bare_company: Company) -> None:
    first = PRODUCTS.format(file="*.zip", more='member: "products*.csv"')
    bare_company.source(first)
    bare_company.source(
        first.replace("source: products", "source: others").replace("products*", "*_2026")
    )
    bare_company.land("night.zip", zipped({"products.csv": "Kode,Nama\nP1,Teh\n"}))
    with pytest.raises(ConfigurationError, match="or another `member` of the zip file"):
        bare_company.ingest()
    assert list(bare_company.workspace.landing.iterdir())


@pytest.mark.parametrize("member", ["x_{date:%Y}.csv", "{delivery}.csv", "x/a.csv", ""])
def test_a_member_is_a_plain_name_with_stars(bare_company: Company, member: str) -> None:
    bare_company.source(PRODUCTS.format(file="*.zip", more=f'member: "{member}"'))
    with pytest.raises(ConfigurationError, match=r"placeholder|no file name"):
        bare_company.ingest()


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("a.csv", "a.csv", True),
        ("a.csv", "b.csv", False),
        ("a*.csv", "*b.csv", True),
        ("a*", "b*", False),
        ("*", "a", True),
        ("a*c", "abd", False),
        ("sales_*.csv", "sales.csv", False),
        ("", "**", True),
    ],
)
def test_patterns_that_can_match_one_name_are_told(
    first: str, second: str, *, expected: bool
) -> None:
    assert can_both_match(first, second) is expected
    assert can_both_match(second, first) is expected
