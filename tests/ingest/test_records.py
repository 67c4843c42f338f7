"""Records are found and counted as by Python's csv module, whatever the file looks like."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from niaga.ingest.archive import archive_export
from niaga.ingest.faults import FileFault
from niaga.ingest.locales import Locale
from niaga.ingest.parsing import Parser
from niaga.ingest.records import Records, read_records
from niaga.ingest.sources import Export

GOOD = st.lists(
    st.sampled_from(["a", "b b", "1.000", '"q"', '"x\ny"', '"x\n\ny;z"', '"say ""hi"""', "é"]),
    min_size=3,
    max_size=3,
).map(";".join)
MALFORMED = st.sampled_from(["a", "a;b", '"x\n\ny";b', "a;b;c;d", "a;b;c;d;e;f", 'a;"b"x;c'])
BLANK = st.just("")


def read(folder: Path, content: bytes, **options: Any) -> tuple[Records, list[Any], list[Any]]:
    """Give what was read of a file: the records, the good ones, the faulty ones."""
    (folder / "landed").write_bytes(content)
    archived = archive_export(folder / "landed", folder / "archive")
    columns = options.pop("columns", {})
    export = Export(file="x", format={"delimiter": ";", **options}, columns=columns)
    parser = Parser(Locale(), money_scale=2, time_zone="UTC")
    with duckdb.connect() as connection:
        connection.execute("set threads = 2; create schema niaga")
        records = read_records(connection, "part", export, parser, archived.path, folder)
        good = connection.execute("select * from part order by _row_number").fetchall()
        faults = connection.execute(
            "select row_number, column_name, value, reason from niaga.fault_part order by all"
        ).fetchall()
    return records, good, faults


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lines=st.lists(st.one_of(GOOD, GOOD, MALFORMED, BLANK), max_size=25),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_each_record_has_its_ordinal(tmp_path: Path, lines: list[str], line_end: str) -> None:
    content = "\n".join(["one;two;three", *lines, ""])
    rows = list(csv.reader(io.StringIO(content), delimiter=";", strict=False))[1:]
    expected = list(enumerate((row for row in rows if row), start=1))
    is_good = [row for row in expected if len(row[1]) == 3 and "bx" not in row[1]]
    records, good, faults = read(tmp_path, content.replace("\n", line_end).encode())
    assert [(row[0], list(row[1:])) for row in good] == is_good
    assert sorted({row[0] for row in faults}) == sorted(
        {number for number, _ in expected} - {number for number, _ in is_good}
    )
    assert records.read == len(expected)
    assert records.faulty == len(expected) - len(is_good)


def test_ordinals_hold_in_a_file_that_is_read_by_several_threads(tmp_path: Path) -> None:
    count = 400_000
    content = "".join(
        f'{number};"x\n\ny"\n'
        if number % 7 == 0
        else f"{number}\n"
        if number % 1000 == 0
        else f"{number};{'z' * 60}\n"
        for number in range(1, count + 1)
    )
    records, good, faults = read(tmp_path, f"number;text\n\n{content}".encode())
    malformed = [number for number in range(1, count + 1) if number % 1000 == 0 and number % 7]
    assert [row[0] for row in faults] == malformed
    assert all(str(row[0]) == row[1] for row in good)
    assert (records.read, records.faulty) == (count, len(malformed))


def test_a_preamble_is_skipped_and_a_file_may_have_no_header(tmp_path: Path) -> None:
    records, good, faults = read(tmp_path, b"Report\n\n1;2\n3\n4;5\n", skip_rows=2, header=False)
    assert records.header == ("column_1", "column_2")
    assert good == [(1, "1", "2"), (3, "4", "5")]
    assert faults == [(2, None, "3", "the record has 1 instead of 2 fields")]


def test_typed_columns_calculate_and_their_faults_are_kept(tmp_path: Path) -> None:
    content = b"n;price\n1;1.50\n2;x\n3;\n4;  \n"
    records, good, faults = read(tmp_path, content, columns={"price": "money"})
    assert [(row[0], row[2] and row[2] * 2) for row in good] == [(1, 3), (3, None), (4, None)]
    assert faults == [(2, "price", "x", 'is no number (decimals after ".")')]
    assert (records.read, records.faulty) == (4, 1)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings_are_understood(tmp_path: Path, encoding: str) -> None:
    _, good, _ = read(tmp_path, "naam;x\nCafé;1\n".encode(encoding), encoding=encoding)
    assert good == [(1, "Café", "1")]


def test_bytes_that_are_no_text_hold_back_their_record_only(tmp_path: Path) -> None:
    _, good, faults = read(tmp_path, b"a;b\nCaf\xe9;1\nx;2\n")
    assert good == [(2, "x", "2")]
    assert [(row[0], row[3]) for row in faults] == [(1, "the record has bytes that are no UTF-8")]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"a;b\n1;2", "is truncated: it does not end in a newline"),
        (b"\n1;2\n", "has no header"),
        (b"a;b;a\n1;2;3\n", 'has the column "a" twice'),
        (b"a;b;A\n1;2;3\n", 'has the column "A" twice (as "a": capitals make no difference)'),
        (b"a;b\n1;\x002\n", "holds zero bytes: it is half-written, or no text file"),
        (b'a;b\n1;2\n3;"4\n5;6\n', "a quote that opens in record 2 is never closed"),
    ],
)
def test_a_broken_file_is_refused_with_the_reason(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    with pytest.raises(FileFault) as caught:
        read(tmp_path, content)
    assert caught.value.reason == reason
