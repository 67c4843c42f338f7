"""`python -m tests.corpus` reads any folder: counts are those by which the files were written."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pyarrow
import pyarrow.parquet
import xlsxwriter

ROOT = Path(__file__).parents[2]
ROWS = [[f"F{number}", f"2026-01-{number % 28 + 1:02}", f"Café {number}, A", number * 1.5, number]
        for number in range(1, 41)]  # fmt: skip
HEADER = ["order", "day", "text", "price", "count"]


def text(rows: list[list[object]], delimiter: str = ",", end: str = "\n") -> str:
    written = io.StringIO()
    csv.writer(written, delimiter=delimiter, lineterminator=end).writerows(rows)
    return written.getvalue()


def workbook(file: Path, sheets: dict[str, tuple[int, list[list[object]]]]) -> None:
    with xlsxwriter.Workbook(str(file)) as book:
        for name, (skipped, rows) in sheets.items():
            sheet = book.add_worksheet(name)
            if skipped:
                sheet.write(0, 0, "Report of January")
            for at, row in enumerate(rows):
                sheet.write_row(skipped + at, 0, row)


def write_folder(folder: Path) -> dict[str, tuple[int, int] | str]:
    """Write files, and give for each table its rows and columns, or a part of why it is refused."""
    table: list[list[object]] = [HEADER, *ROWS]
    plain = text(table)
    files: dict[str, bytes] = {
        "comma.csv": plain.encode(),
        "semicolon.csv": text(table, ";").encode(),
        "tab.tsv": text(table, "\t").encode(),
        "pipe.txt": text(table, "|", "\r\n").encode(),
        "bom.csv": b"\xef\xbb\xbf" + plain.encode(),
        "utf16.csv": text(table, ";").encode("utf-16"),
        "utf16-bare.csv": text(table, "\t").encode("utf-16-le"),
        "windows.csv": text(table, ";").encode("windows-1252"),
        "bare.csv": text([*ROWS]).encode(),
        "titled.csv": f"Report\nof January\n\n{text(table, ';')}".encode(),
        "told.csv": f"sep=;\n{text(table, ';')}".encode(),
        "no-end.csv": plain.rstrip().encode(),
        "lines.csv": text([["a", "b"], ["1", "x\ny"], ["2", 'a "b" c'], ["3", "\n\n"]]).encode(),
        "twice.csv": text([["id", "sum", "sum"], [1, 2, 3], [4, 5, 6]]).encode(),
        "trailing.csv": b"a;b;c\n1;2;3;\n4;5;6;\n7;8;9;\n",
        "packed.csv.gz": gzip.compress(plain.encode()),
        "years.csv": b"country,2019,2020,2021\nA,1,2,3\nB,4,5,6\n",
        "rowid.csv": b"rowid,b\n1,x\n2,y\n",
        "decimal.csv": b"a;b\n1,5;2,5\n2,5;3,5\n",
        "one.csv": b"name\nann\nbob\n",
        "numbers.csv": b"10,5.25\n9,4\n8,-3.5\n",
        "state.csv": b"state,2021\nA,-1.5\nB,2.25\n",
        "document.json": json.dumps({"data": {"items": [{"a": 1, "b": 2}, {"a": 3}]}}).encode(),
        "many.jsonl": b'{"a": 1}\n{"a": 2, "b": {"c": 3}}\n{"a": 4}\n',
        "ended.csv": "".join(
            f"{number}+|Name {number}+|2.5&|\r\n" for number in range(1, 9)
        ).encode("utf-16"),
        "long.txt": b"a||b||c\n1||||3\n4||5||6\n",
        "escaped.csv": b'a,b\n1,"x \\"y\\", z"\n2,"p, q"\n3,w\n',
        "empty.csv": b"",
        "blank.csv": b"\n \n\n",
        "zeros.csv": b"a,b\n1,2\n" + bytes(100),
        "prose.txt": b"It was a dark night; nobody, not even the cat, was out.\nRain fell.\n" * 3,
        "picture.csv": b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
        "paper.pdf": b"%PDF-1.4\n1 0 obj\n",
        "page.xls": b"<html><table><tr><td>1</td></tr></table></html>",
        "broken.xlsx": b"PK\x03\x04 no workbook",
        "object.json": b'{\n "a": {"b": 1}\n}\n',
        "ragged.csv": b"a,b\n1,2\n1,2,3\n1\n1,2,3,4\n5,6\n",
        "half.csv": b'a,b\n1,2\n3,"4\n5,6\n7,8\n',
    }
    for name, content in files.items():
        (folder / name).write_bytes(content)
    (folder / "deep").mkdir()
    (folder / "deep" / "comma.csv").write_text(plain)
    with zipfile.ZipFile(folder / "one.zip", "w") as packed:
        packed.writestr("lines.csv", plain)
    with zipfile.ZipFile(folder / "two.zip", "w") as packed:
        packed.writestr("lines.csv", plain)
        packed.writestr("people.csv", "id;name\n1;Ann\n2;Bob\n")
    pyarrow.parquet.write_table(
        pyarrow.table({"a": [1, 2, 3], "b": ["x", None, "z"]}), folder / "table.parquet"
    )
    workbook(folder / "book.xlsx", {"Data": (0, table)})
    workbook(folder / "sheets.xlsx", {"Data": (3, table), "More": (0, [["k", "v"], ["a", 1]])})
    same = (40, 5)
    return {
        **dict.fromkeys(
            ["comma.csv", "semicolon.csv", "tab.tsv", "pipe.txt", "bom.csv", "utf16.csv",
             "utf16-bare.csv", "windows.csv", "bare.csv", "titled.csv", "told.csv", "no-end.csv",
             "packed.csv.gz", "deep/comma.csv", "one.zip [lines.csv]",
             "two.zip [lines.csv]", "book.xlsx",
             "sheets.xlsx [Data]"], same,
        ),
        "lines.csv": (3, 2), "twice.csv": (2, 3), "trailing.csv": (3, 4), "years.csv": (2, 4),
        "rowid.csv": (2, 2), "decimal.csv": (2, 2), "one.csv": (2, 1),
        "ended.csv": (8, 3), "long.txt": (2, 3), "escaped.csv": (3, 2), "numbers.csv": (3, 2),
        "state.csv": (2, 2), "document.json": (2, 2),
        "many.jsonl": (3, 2), "two.zip [people.csv]": (2, 2), "table.parquet": (3, 2),
        "sheets.xlsx [More]": (1, 2),
        "empty.csv": "is empty", "blank.csv": "is empty", "zeros.csv": "zero bytes",
        "prose.txt": "no table", "picture.csv": "a picture", "paper.pdf": "a PDF",
        "page.xls": "HTML", "broken.xlsx": "", "object.json": "no records",
        "ragged.csv": "no table", "half.csv": (4, 2),
    }  # fmt: skip


def test_every_file_of_a_folder_is_counted_or_refused(tmp_path: Path) -> None:
    expected = write_folder(tmp_path)
    done = subprocess.run(
        [sys.executable, "-m", "tests.corpus", str(tmp_path)],
        capture_output=True, text=True, cwd=ROOT, check=False,
    )  # fmt: skip
    *lines, last = done.stdout.splitlines()
    found: dict[str, tuple[int, int] | str] = {}
    for line in lines:
        name, _, told = line.partition(": ")
        sizes = re.match(r"loaded (\d+) rows, (\d+) columns \(", told)
        found[name] = (int(sizes[1]), int(sizes[2])) if sizes else told
    assert done.returncode == 0, done.stdout + done.stderr
    assert set(found) == set(expected)
    for name, size in expected.items():
        if isinstance(size, str):
            assert isinstance(found[name], str), name
            assert str(found[name]).startswith("refused: "), name
            assert size in str(found[name])
        else:
            assert found[name] == size, name
    assert last == "44 files: 34 loaded (36 tables, 769 rows), 10 refused"


def test_a_file_that_takes_too_long_is_refused_and_the_next_one_is_read(tmp_path: Path) -> None:
    from tests.corpus import read_folder

    (tmp_path / "a.csv").write_text("a,b\n1,2\n")
    ((_, outcomes),) = list(read_folder(tmp_path, seconds=0.0))
    assert outcomes[0].reason == "takes longer than 0 seconds"
