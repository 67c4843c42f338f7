"""Text of any dialect, of fixed width and with a footer becomes records by configuration alone."""

from __future__ import annotations

import gzip
import io
import tempfile
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from niaga.errors import ConfigurationError
from niaga.ingest.faults import FileFault
from niaga.ingest.locales import Locale
from niaga.ingest.records import Records
from niaga.ingest.sources import load_source
from niaga.ingest.trial import try_source

from .conftest import Company
from .test_formats import read

ENDS = st.sampled_from(["\n", "~\n", "\x1e", "^^"])
VALUES = st.text(st.sampled_from("ab|;§\"\\ 'ü,\n"), min_size=1, max_size=6).filter(
    lambda value: value.strip("\n") == value
)


def read_text(
    folder: Path, content: str | bytes, layout: dict[str, Any], **export: Any
) -> tuple[Records, list[Any], list[Any]]:
    """Give what was read: the records, the good ones, the faulty ones."""
    content = content if isinstance(content, bytes) else content.encode()
    (folder / "landed.txt").write_bytes(content)
    return read(folder, folder / "landed.txt", format=layout, **export)


def refusal(folder: Path, content: str | bytes, layout: dict[str, Any]) -> str:
    with pytest.raises(FileFault) as caught:
        read_text(folder, content, layout)
    return caught.value.reason


@pytest.mark.parametrize(
    ("content", "layout", "expected"),
    [
        ('a||b\n"z"|1||2\n', {"delimiter": "||", "quote": ""}, [('"z"|1', "2")]),
        ("a||b\nx|||y\n", {"delimiter": "||"}, [("x", "|y")]),
        ('a||b\n"1||2"||"say ""hi"""\n', {"delimiter": "||"}, [("1||2", 'say "hi"')]),
        ("a~|~b\r\n1~|~2\r\n", {"delimiter": "~|~"}, [("1", "2")]),
        ("a§b\n1§\n", {"delimiter": "§", "encoding": "latin-1"}, [("1", None)]),
        ("a|b|\n1|2|\n", {"delimiter": "|", "record_separator": "|\n"}, [("1", "2")]),
        (
            "a\x1fb\x1e1\x1f2\x1e",
            {"delimiter": "\x1f", "record_separator": "\x1e", "quote": ""},
            [("1", "2")],
        ),
        ('a,b~\n"x\ny",2~\n', {"record_separator": "~\n"}, [("x\ny", "2")]),
        ("a,b\r1,2\r", {}, [("1", "2")]),
        ('a,b\n"x\\"y","z\\\\"\n', {"escape": "\\"}, [('x"y', "z\\")]),
        (
            "a\tb\n\\N\tx\\\ny\n1\t2\\tz\n",
            {"delimiter": "\t", "quote": "", "escape": "\\"},
            [("\\N", "x\ny"), ("1", "2\tz")],
        ),
        ("a'b\n1'2\n", {"delimiter": "'"}, [("1", "2")]),
    ],
)  # fmt: skip
def test_a_dialect_is_read(
    tmp_path: Path, content: str, layout: dict[str, Any], expected: list[tuple[str, ...]]
) -> None:
    given_bytes = content.encode(layout.get("encoding", "utf-8"))
    records, good, faults = read_text(tmp_path, given_bytes, layout)
    assert records.header == ("a", "b")
    assert [row[1:] for row in good] == expected
    assert faults == []


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(VALUES, VALUES, st.just("end")), min_size=1, max_size=5),
    st.sampled_from([",", "||", "§"]),
    ENDS,
    st.sampled_from(["", "\\"]),
)
def test_values_come_back_as_they_were_written(
    rows: list[tuple[str, str, str]], delimiter: str, end: str, escape: str
) -> None:
    def written(value: str) -> str:
        if escape:
            return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        return '"' + value.replace('"', '""') + '"'

    layout = {"delimiter": delimiter, "record_separator": end, "escape": escape, "header": False}
    text = "".join(delimiter.join(map(written, row)) + end for row in rows)
    with tempfile.TemporaryDirectory() as folder:
        _, good, faults = read_text(Path(folder), text, layout)
    assert [row[1:] for row in good] == rows
    assert faults == []


def test_the_null_of_mysql_is_one_of_the_locale(tmp_path: Path) -> None:
    layout = {"delimiter": "\t", "quote": "", "escape": "\\"}
    null = Locale(null=("", "\\N"))
    assert read_text(tmp_path, "a\tb\n\\N\tx\\\ty\n", layout, locale=null)[1] == [(1, None, "x\ty")]


def test_a_record_without_clear_meaning_is_held_alone(tmp_path: Path) -> None:
    layout = {"record_separator": "~\n", "escape": "\\", "delimiter": "||"}
    _, good, faults = read_text(
        tmp_path, 'a||b~\n1||2~\n3\n||4~\n"5\\n"||6~\n"7""7"||8~\n9||9||9~\n10||11~\n', layout
    )
    assert good == [(1, "1", "2"), (6, "10", "11")]
    unclear = (
        "the record has bytes that are no UTF-8, or a line break that ends no record, or a \\ or a"
        " quote of no clear meaning"
    )
    assert faults[3][2] == "9||9||9"
    assert [(fault[0], fault[3]) for fault in faults] == [
        (2, unclear),
        (3, unclear),
        (4, "the record has a quote that is not closed, or text behind a closing quote"),
        (5, "the record has 3 instead of 2 fields"),
    ]


@pytest.mark.parametrize(
    ("content", "layout", "reason"),
    [
        ("a||b\n1||2\n3\x1f||4\n", {"delimiter": "||"}, "has the control character U+001F in line"),
        ("a,b~\n1,2", {"record_separator": "~\n"}, "is truncated: it does not end in its record"),
        ("a,a\n1,2\n", {}, 'has the column "a" twice'),
        ("column_2,\n1,2\n", {}, 'has the column "column_2" twice'),
        (b"a,\xe9\n1,2\n", {}, "has a header that has bytes that are no UTF-8"),
        (b"a,b\n1,\xe9\n" * 20, {"encoding": "utf-16"}, "has no byte order mark: the source must"),
        ("a\n1\n".encode("utf-16")[:-1], {"encoding": "utf-16"}, "can't be read as utf-16: line 2"),
        (b"a\r\n1\r\n\x81\r\n", {"encoding": "cp1252"}, "can't be read as cp1252: line 3 has the"),
        (b"a\n1\n\x82\n", {"encoding": "shift_jis"}, "can't be read as shift_jis: line 3 has the"),
    ],
)
def test_a_file_that_can_not_be_read_is_refused(
    tmp_path: Path, content: str | bytes, layout: dict[str, Any], reason: str
) -> None:
    assert refusal(tmp_path, content, layout).startswith(reason)


@pytest.mark.parametrize(
    ("codec", "encoding"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("cp1252", "windows-1252"),
        ("latin-1", "latin-1"),
        ("cp932", "shift-jis"),
    ],
)
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_encodings_are_read(tmp_path: Path, codec: str, encoding: str, mark: str) -> None:
    value = "表ソ" if codec == "cp932" else "Café"
    if not codec.startswith("utf-16-"):
        mark = ""
    content = f"{mark}nama;harga\r\n{value};5\r\n".encode(codec)
    records, good, _ = read_text(tmp_path, content, {"delimiter": ";", "encoding": encoding})
    assert records.header == ("nama", "harga")
    assert good == [(1, value, "5")]


TOTALS = "kode;jumlah\nA;1\nB;2\n"
FOOTER = {"delimiter": ";", "footer": "TOTAL*"}


@pytest.mark.parametrize(
    "footer", ["TOTAL;3\n", "TOTAL;3\nTOTAL;EUR\n\nprinted by Sari\n\n", "TOTAL\n" + "\n" * 30]
)
def test_a_footer_is_no_record(tmp_path: Path, footer: str) -> None:
    records, good, faults = read_text(tmp_path, TOTALS + footer, FOOTER)
    assert good == [(1, "A", "1"), (2, "B", "2")]
    assert faults == []
    assert records.read == 2


def test_a_footer_of_another_dialect_is_written_as_it_stands(tmp_path: Path) -> None:
    layout = {"delimiter": "||", "record_separator": "~\n", "footer": "TOTAL||*"}
    assert read_text(tmp_path, "a||b~\n1||2~\nTOTAL||2~\n", layout)[1] == [(1, "1", "2")]


@pytest.mark.parametrize("layout", [{"header": False}, {"header": False, "quote": ""}, {}])
def test_an_export_may_have_no_records_before_its_footer(
    tmp_path: Path, layout: dict[str, Any]
) -> None:
    content = "TOTAL;0\n" if layout else "kode;jumlah\nTOTAL;0\n"
    assert read_text(tmp_path, content, FOOTER | layout)[0].read == 0


def test_a_preamble_and_a_header_are_no_footer(tmp_path: Path) -> None:
    content = "TOTAL SALES\nTOTAL;b\n1;2\nTOTAL;2\n"
    assert read_text(tmp_path, content, FOOTER | {"skip_rows": 1})[1] == [(1, "1", "2")]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (TOTALS, "is cut off: it has no footer, a line like TOTAL* behind its records"),
        (TOTALS + "TOTAL;3", "is truncated: it does not end in a newline"),
        (
            "kode;jumlah\nA;1\nTOTAL A;1\nB;2\nTOTAL;3\n",
            "line 3 is like the footer, TOTAL*, but line 4 behind it looks like a record: B;2",
        ),
        (
            "kode;jumlah\nTOTAL;1\n" + "B;2\n" * 10 + "TOTAL;3\n",
            "line 2 is like the footer, TOTAL*, but more than 9 lines follow it",
        ),
    ],
)
def test_a_footer_that_may_hide_records_is_refused(
    tmp_path: Path, content: str, reason: str
) -> None:
    assert refusal(tmp_path, content, FOOTER) == reason


FIXED: dict[str, Any] = {
    "type": "fixed_width",
    "fields": {"order_id": [1, 6], "amount": [7, 8], "name": [17, 6]},
}


def test_lines_of_fixed_width_are_taken_apart(tmp_path: Path) -> None:
    lines = [
        "A TITLE",
        "",
        "000001    1.50..Café  ",
        "000002      2 ..      ",
        "000003    3.00..cut",
        "",
        "000004    4.00..Toko Bx",
        " " * 22,
        "    05    5,00..Toko B",
        "000006    6.00\t.Toko\xff ",
        "     7    7.00..-     ",
    ]
    content = "".join(f"{line}\r\n" for line in lines).encode("latin-1", "replace")
    content = content.replace(b"\xe9", b"\xc3\xa9")
    records, good, faults = read_text(
        tmp_path,
        content,
        FIXED | {"skip_rows": 2},
        locale=Locale(null=("", "-")),
        columns={"amount": "money"},
    )
    assert records.header == ("order_id", "amount", "name")
    assert good == [
        (1, "000001", Decimal("1.5"), "Café"),
        (2, "000002", Decimal("2"), None),
        (7, "7", Decimal("7"), None),
    ]
    assert [(fault[0], fault[1], fault[3][:46]) for fault in faults] == [
        (3, None, "the record has 19 instead of 22 characters"),
        (4, None, "the record has 23 instead of 22 characters"),
        (5, "amount", 'is no number (decimals after ".")'),
        (6, None, "the record has bytes that are no UTF-8"),
    ]
    assert (records.read, records.faulty) == (7, 4)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(*[st.text(st.sampled_from("aü 7.漢"), max_size=5)] * 3), max_size=8),
    st.sampled_from(["utf-8", "utf-16", "shift-jis"]),
)
def test_fields_of_fixed_width_are_slices(rows: list[tuple[str, ...]], encoding: str) -> None:
    lines = ["".join(value.ljust(5) for value in row) + "x" for row in rows]
    if encoding == "shift-jis":
        lines = [line.replace("ü", "u") for line in lines]
    layout = {
        "type": "fixed_width",
        "encoding": encoding,
        "length": 16,
        "fields": {"b": [6, 5], "a": [1, 5], "c": [11, 5]},
        "footer": "END*",
    }
    content = "".join(f"{line}\n" for line in [*lines, "END"]).encode(encoding)
    with tempfile.TemporaryDirectory() as folder:
        _, good, faults = read_text(Path(folder), content, layout)
    assert [row[1:] for row in good] == [
        tuple(line[start : start + 5].strip() or None for start in (5, 0, 10)) for line in lines
    ]
    assert faults == []


def test_fixed_width_without_an_end_is_refused(tmp_path: Path) -> None:
    line = "000001    1.50..Café  "
    assert refusal(tmp_path, line, FIXED) == "is truncated: it does not end in a newline"
    assert read_text(tmp_path, line, FIXED | {"final_newline": "optional"})[0].read == 1
    assert refusal(tmp_path, "", FIXED) == "is empty"
    content = f"{line}\nTOTAL\n{line}\n"
    assert refusal(tmp_path, content, FIXED | {"footer": "TOTAL*"}).startswith(
        "line 2 is like the footer, TOTAL*, but line 3 behind it looks like a record: 000001"
    )


def test_lines_of_fixed_width_may_lack_blanks_at_their_end(tmp_path: Path) -> None:
    content = (
        "000001    1.50..Café  \n000002    2.50..Tea\n000003\n000004    9.50..Coffee  too long\n"
    )
    assert len(read_text(tmp_path, content, FIXED)[2]) == 3
    _, good, faults = read_text(tmp_path, content, FIXED | {"trailing_blanks": "optional"})
    assert [row[1:] for row in good] == [
        ("000001", "1.50", "Café"),
        ("000002", "2.50", "Tea"),
        ("000003", None, None),
    ]
    assert [(fault[0], fault[3]) for fault in faults] == [
        (4, "the record has 32 instead of at most 22 characters")
    ]


SOURCE = """\
source: pos
exports:
  lines:
    file: "pos_*"
    member: "*.txt"
    format: {layout}
feeds:
  territory: select _row_number, territory_id, name from lines
"""


@pytest.mark.parametrize(
    ("layout", "content"),
    [
        (
            '{delimiter: "||", record_separator: "~\\n", footer: "-- * rows --"}',
            "territory_id||name~\nW||West~\n-- 1 rows --~\n",
        ),
        (
            "{type: fixed_width, fields: {territory_id: [1, 3], name: [4, 6]}}",
            "W  West  \n",
        ),
    ],
)
def test_text_formats_load_and_are_tried_however_they_are_packed(
    bare_company: Company, tmp_path: Path, layout: str, content: str
) -> None:
    text = SOURCE.replace("{layout}", layout)
    bare_company.source(text.replace('    member: "*.txt"\n', ""))
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("pos.txt", content)
    packed = {
        "pos_a.txt": content.encode(),
        "pos_b.gz": gzip.compress(content.encode()),
        "pos_c.zst": pyarrow.compress(content.encode(), "zstd", asbytes=True),
        "pos_d.zip": zipped.getvalue(),
    }
    for name, landed in packed.items():
        (tmp_path / name).write_bytes(landed)
        trial = try_source(bare_company.workspace, "pos", [tmp_path / name], None)
        assert (trial.reason, trial.rows_loaded) == (None, 1)
        bare_company.land(name, landed)
    assert {outcome.status for outcome in bare_company.ingest().outcomes} == {"loaded"}
    assert set(bare_company.lake("territory_id, name", "territory")) == {("W", "West")}


@pytest.mark.parametrize(
    ("layout", "fault"),
    [
        ('{delimiter: "a\\nb"}', "delimiter: `a\nb` can't stand between two fields"),
        ('{record_separator: ""}', "record_separator: `` can't stand behind a record"),
        ('{record_separator: ","}', "record_separator: `,` can't be told from the delimiter `,`"),
        ("{delimiter: '\"'}", 'quote: `"` is also a part of what ends a field or a record'),
        ("{escape: ab}", "escape: `ab` is not one ASCII character"),
        ("{quote: §}", "quote: `§` is not one ASCII character"),
        ("{escape: '\"'}", "escape: a quote in a value is written twice wherever nothing else"),
        ("{footer: '*'}", "footer: `*` tells no row from another"),
        ("{type: fixed_width}", "fields: is missing"),
        ("{type: fixed_width, fields: {a: 1}}", "fields.a: `1` is not a list"),
        ("{type: fixed_width, fields: {a: [1]}}", "fields.a: "),
        ("{type: fixed_width, fields: {a: [0, 5]}}", "fields.a[1]: `0`: should be greater than 0"),
        (
            "{type: fixed_width, fields: {b: [5, 2], a: [1, 5]}}",
            "fields.b: begins at 5, before the end of `a` (write [first character, length])",
        ),
        (
            "{type: fixed_width, length: 4, fields: {a: [1, 5]}}",
            "fields.a: `a` ends at 5, behind the end of a line (a line has 4 characters)",
        ),
    ],
)
def test_a_format_that_can_not_be_is_refused_at_its_place(
    tmp_path: Path, layout: str, fault: str
) -> None:
    path = tmp_path / "pos.yml"
    path.write_text(SOURCE.replace("{layout}", layout))
    with pytest.raises(ConfigurationError) as caught:
        load_source(path)
    place = f"pos.yml:6: exports.lines.format.{fault}"
    found = [str(fault) for fault in caught.value.faults]
    assert [line[line.index("pos.yml") :][: len(place)] for line in found] == [place]
