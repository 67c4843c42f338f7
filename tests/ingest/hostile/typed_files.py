"""Bad workbooks, JSON and Parquet files."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow
import pyarrow.parquet
import xlsxwriter

from .case import HEADER, Case, row

ONE, TWO, THREE = row(1), row(2), row(3)
NAMES = ("id", "day", "amount", "note")
EXCEL: dict[str, Any] = {"format": {"type": "excel"}}
LINES: dict[str, Any] = {"format": {"type": "json_lines"}}
DOCUMENT: dict[str, Any] = {"format": {"type": "json"}}
PARQUET: dict[str, Any] = {"format": {"type": "parquet"}}


def cases() -> Iterator[Case]:
    yield from _workbooks()
    yield from _json_lines()
    yield from _documents()
    yield from _parquet_files()


def _workbook(*rows: tuple[Any, ...], sheets: tuple[str, ...] = ("A",)) -> bytes:
    """Write the rows into each of the sheets; a text that begins with = is a formula."""
    packed = io.BytesIO()
    with xlsxwriter.Workbook(packed, {"in_memory": True}) as workbook:
        day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        for name in sheets:
            sheet = workbook.add_worksheet(name)
            for at, cells in enumerate(rows):
                for column, cell in enumerate(cells):
                    if isinstance(cell, date):
                        sheet.write_datetime(
                            at, column, datetime.combine(cell, datetime.min.time()), day
                        )
                    elif isinstance(cell, str) and cell.startswith("=#"):
                        sheet.write_formula(at, column, "=1/0", None, cell[1:])
                    elif cell is not None:
                        sheet.write(at, column, cell)
    return packed.getvalue()


def _cells(number: int, **cells: Any) -> tuple[Any, ...]:
    good = {
        "id": str(number),
        "day": date(2026, 1, number),
        "amount": number * 10 + 0.5,
        "note": f"teh {number}",
    }
    return tuple((good | cells).values())


def _without(content: bytes, part: str) -> bytes:
    """Give a workbook without one of its parts."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(packed, "w") as new:
        for name in old.namelist():
            if name != part:
                new.writestr(name, old.read(name))
    return packed.getvalue()


def _workbooks() -> Iterator[Case]:
    good = _workbook(NAMES, _cells(1), _cells(2))
    damaged = "can't be read as a workbook: it is cut off or damaged"

    def excel(name: str, content: bytes, **more: Any) -> Case:
        return Case(f"Excel: {name}", content, options=EXCEL, **more)

    yield excel("good", good, loaded=(ONE, TWO))
    yield excel("nothing", b"", rejected="is no workbook: it is empty")
    yield excel("cut in the middle", good[: len(good) // 2], rejected=damaged)
    yield excel("cut by a byte", good[:-1], rejected=damaged)
    yield excel(
        "a web page",
        b"<html><table><tr><td>id</td></tr></table></html>",
        rejected="looks like an HTML page",
    )
    yield excel("CSV", HEADER.encode() + b"1,2026-01-01,10.50,teh 1\n", rejected="looks like CSV")
    yield excel("a zip file", _zip_of({"a.csv": b"id\n"}), rejected="is a zip file and no workbook")
    sheet = "xl/worksheets/sheet1.xml"
    yield excel("without its sheet", _without(good, sheet), rejected=damaged)
    yield excel("without its list", _without(good, "xl/workbook.xml"), rejected="it has no sheets")
    yield excel(
        "of the old kind, cut",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        rejected="can't be read as a workbook",
    )
    yield excel("nothing in its sheet", _workbook(), rejected="has no header")
    yield excel(
        "two sheets", _workbook(NAMES, _cells(1), sheets=("A", "B")), rejected="has the sheets A, B"
    )
    yield excel("only a header", _workbook(NAMES))
    yield excel(
        "a column twice", _workbook(("id", "day", "amount", "ID"), _cells(1)), rejected="twice"
    )
    yield excel("no header", _workbook(_cells(1), _cells(2)), rejected='the column "id" that')
    yield excel(
        "an error in a number",
        _workbook(NAMES, _cells(1), _cells(2, amount="=#DIV/0!"), _cells(3)),
        loaded=(ONE, THREE),
        held={(2, ""): "#DIV/0!"},
    )
    yield excel(
        "a formula that was never calculated",
        _workbook(NAMES, _cells(1), _cells(2, amount="=1+1"), _cells(3)),
        loaded=(ONE, THREE),
        held={(2, ""): "formula"},
    )
    yield excel(
        "a truth as a number",
        _workbook(NAMES, _cells(1), _cells(2, amount=True)),
        loaded=(ONE,),
        held={(2, "net_amount"): "is no number"},
    )
    yield excel(
        "a number as a day",
        _workbook(NAMES, _cells(1), _cells(2, day=46024)),
        loaded=(ONE,),
        held={(2, "order_date"): "is no date"},
    )
    yield excel(
        "a value right of the header",
        _workbook(NAMES, _cells(1), (*_cells(2), "more")),
        loaded=(ONE, TWO),
    )
    yield excel(
        "a value left of the header",
        _workbook((None, *NAMES), (None, *_cells(1)), ("x", *_cells(2))),
        loaded=(ONE, TWO),
    )


def _zip_of(members: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        for name, content in members.items():
            file.writestr(name, content)
    return packed.getvalue()


def _object(number: int, **cells: Any) -> str:
    good = dict(zip(NAMES, row(number), strict=True))
    return json.dumps(good | cells)


def _json_lines() -> Iterator[Case]:
    def held(name: str, line: str | bytes, words: str, column: str = "") -> Case:
        second = line if isinstance(line, bytes) else line.encode()
        content = b"\n".join([_object(1).encode(), second, _object(3).encode(), b""])
        return Case(
            f"JSON line: {name}",
            content,
            loaded=(ONE, THREE),
            held={(2, column): words},
            options=LINES,
        )

    good = _object(2)
    for name, line in {
        "cut": good[:-1],
        "something behind": good + "x",
        "two in a line": good + good,
        "single quotes": good.replace('"', "'"),
        "no quotes around a key": good.replace('"id"', "id"),
        "a comment": good + " // teh",
        "leading zeros": good.replace('"20.50"', "020.50"),
        "a plus sign": good.replace('"20.50"', "+20.50"),
        "hexadecimal": good.replace('"20.50"', "0x14"),
        "a control character": good.replace("teh", "t\x02h"),
        "half an escape": good.replace("teh", "t\\u12"),
        "an unknown escape": good.replace("teh", "t\\x41"),
        "arrays as deep as 100,000": "[" * 100_000 + "]" * 100_000,
        "a word": "undefined",
        "a byte order mark": "\ufeff" + good,
        "a zero-width blank": "\u200b" + good,
    }.items():
        yield held(name, line, "is no JSON")
    for name, line in {
        "an array": "[1, 2]",
        "a text": '"x"',
        "a number": "1",
        "null": "null",
    }.items():
        yield held(name, line, "is no JSON object")
    yield held("a key twice", good[:-1] + ', "amount": 5}', "has a key twice")
    yield held("a key twice, by an escape", good[:-1] + ', "\\u0069d": "5"}', "has a key twice")
    yield held(
        "many digits", good.replace('"20.50"', "20.500000000000000001"), "more than 15 digits"
    )
    for number in ("NaN", "-Infinity", "1e400"):
        yield held(number, good.replace('"20.50"', number), "is no number", "net_amount")
    yield held("half a pair", good.replace("teh", "\\ud800"), "is no JSON")
    yield held("60 digits", good.replace('"20.50"', "9" * 60), "is too large", "net_amount")
    yield held(
        "a list as an amount", good.replace('"20.50"', "[20.5]"), "is no number", "net_amount"
    )
    yield held("true as an amount", good.replace('"20.50"', "true"), "is no number", "net_amount")
    yield held("null as an amount", good.replace('"20.50"', "null"), "is missing", "net_amount")

    def whole(name: str, content: bytes, **more: Any) -> Case:
        return Case(f"JSON lines: {name}", content, options=LINES, **more)

    lines = f"{_object(1)}\n{_object(2)}\n".encode()
    yield whole("good", lines, loaded=(ONE, TWO))
    comma = lines.replace(b'teh 1"', b'teh 1",')
    yield whole("a comma too much, which does no harm", comma, loaded=(ONE, TWO))
    zero = lines.replace(b"teh 1", b"t\\u0000h")
    yield whole("a zero byte by an escape", zero, loaded=(row(1, note="t\0h"), TWO))
    yield whole(
        "objects as deep as 100,000",
        lines + b'{"id":' * 100_000 + b"1" + b"}" * 100_000 + b"\n",
        loaded=(ONE, TWO),
        held={(3, "order_date"): "is missing", (3, "net_amount"): "is missing"},
    )
    yield whole("no line end", lines[:-1], loaded=(ONE, TWO))
    yield whole("a byte order mark", b"\xef\xbb\xbf" + lines, loaded=(ONE, TWO))
    yield whole("blank lines", b"\n \n" + lines + b"\t\n\n", loaded=(ONE, TWO))
    yield whole("nothing", b"", rejected="is empty")
    yield whole("no objects", b"1\n2\n", rejected="has no line that is a JSON object")
    yield whole("empty objects", b"{}\n{}\n", rejected="has no line that is a JSON object")
    yield whole(
        "no UTF-8", lines.replace(b"teh", b"t\xe9h"), rejected="can't be read as lines of UTF-8"
    )
    yield whole("UTF-16", lines.decode().encode("utf-16"), rejected="holds zero bytes")
    yield whole("keys in other capitals", _object(1, ID="1").encode(), rejected="twice")
    yield whole(
        "a document over many lines", json.dumps([1], indent=1).encode(), rejected="has no line"
    )
    yield whole("a key with a quote", _object(1, **{'"x"': 1}).encode(), loaded=(ONE,))
    yield whole("a key with a slash", _object(1, **{"a/b~c": 1}).encode(), loaded=(ONE,))
    yield whole("a key of nothing", _object(1, **{"": 1}).encode(), rejected="without a name")
    yield whole(
        "a key of 10,000 characters", _object(1, **{"n" * 10_000: 1}).encode(), loaded=(ONE,)
    )


def _documents() -> Iterator[Case]:
    document = f"[{_object(1)}, {_object(2)}]"
    no_document = "is no JSON document, or is truncated"

    def whole(name: str, text: str | bytes, records: str = "", **more: Any) -> Case:
        content = text if isinstance(text, bytes) else text.encode()
        options = {"format": {"type": "json", "records": records}}
        return Case(f"JSON: {name}", content, options=options, **more)

    yield whole("good", document, loaded=(ONE, TWO))
    yield whole("cut", document[:-1], rejected=no_document)
    yield whole("cut in an object", document[:-9], rejected=no_document)
    yield whole("something behind", document + "x", rejected=no_document)
    yield whole("two documents", document * 2, rejected=no_document)
    yield whole(
        "NaN",
        document.replace('"10.50"', "NaN"),
        loaded=(TWO,),
        held={(1, "net_amount"): "is no number"},
    )
    yield whole("a comma too much, which does no harm", document[:-1] + ",]", loaded=(ONE, TWO))
    no_objects = "has no element that is a JSON object with keys"
    yield whole("deep", "[" * 100_000 + "]" * 100_000, rejected=no_objects)
    yield whole("an object", _object(1), rejected="has no array of records")
    yield whole("no such place", document, records="/data", rejected="has no array of records")
    yield whole("an empty array", "[]", rejected=no_objects)
    yield whole("no UTF-8", document.encode().replace(b"teh", b"t\xe9h"), rejected="no UTF-8 text")
    yield whole("UTF-16", document.encode("utf-16"), rejected="holds zero bytes")
    yield whole("a byte order mark", b"\xef\xbb\xbf" + document.encode(), loaded=(ONE, TWO))
    yield whole(
        "the records twice", f'{{"a": {document}, "a": []}}', records="/a", rejected="twice"
    )
    yield whole(
        "elements that are none",
        f"[{_object(1)}, null, 5, [], {_object(5)}]",
        loaded=(ONE, row(5)),
        held={(at, ""): "is no JSON object" for at in (2, 3, 4)},
    )
    yield whole(
        "a key twice",
        f'[{_object(1)}, {_object(2)[:-1]}, "id": 5}}]',
        loaded=(ONE,),
        held={(2, ""): "has a key twice"},
    )


def _table(**columns: Any) -> pyarrow.Table:
    good = {
        "id": ["1", "2"],
        "day": [date(2026, 1, 1), date(2026, 1, 2)],
        "amount": pyarrow.array([Decimal("10.50"), Decimal("20.50")], pyarrow.decimal128(18, 2)),
        "note": ["teh 1", "teh 2"],
    }
    return pyarrow.table(good | columns)


def _written(table: pyarrow.Table) -> bytes:
    packed = io.BytesIO()
    pyarrow.parquet.write_table(table, packed)
    return packed.getvalue()


def _parquet_files() -> Iterator[Case]:
    good = _written(_table())
    bad = "can't be read as a Parquet file"

    def whole(name: str, content: bytes, **more: Any) -> Case:
        return Case(f"Parquet: {name}", content, options=PARQUET, **more)

    def amounts(name: str, values: pyarrow.Array, **more: Any) -> Case:
        return whole(name, _written(_table(amount=values)), **more)

    yield whole("good", good, loaded=(ONE, TWO))
    yield whole("nothing", b"", rejected=bad)
    yield whole("its magic alone", b"PAR1", rejected=bad)
    yield whole("its magic twice", b"PAR1PAR1", rejected=bad)
    yield whole("cut in the middle", good[: len(good) // 2], rejected=bad)
    yield whole("cut by a byte", good[:-1], rejected=bad)
    yield whole("another magic", b"PARE" + good[4:-4] + b"PARE", rejected=bad)
    yield whole("another size of the footer", good[:-8] + b"\xff\xff\xff\x7fPAR1", rejected=bad)
    yield whole("damaged pages", good[:4] + bytes(60) + good[64:], rejected=bad)
    yield whole("CSV", HEADER.encode(), rejected=bad)
    yield whole("no rows", _written(_table().slice(0, 0)))
    yield whole("no columns", _written(pyarrow.table({})), rejected="has no columns")
    twice = pyarrow.table([["1"], ["2"]], names=["id", "id"])
    yield whole("a column twice", _written(twice), rejected='has the column "id" twice')
    capitals = pyarrow.table([["1"], ["2"]], names=["id", "ID"])
    yield whole("in other capitals", _written(capitals), rejected='has the column "ID" twice')
    yield whole("a binary column", _written(_table(note=[b"\xff", b"\xfe"])), rejected="is binary")
    nested = _table(note=[{"a": [1, 2]}, {"a": None}])
    told = (row(1, note='{"a":[1,2]}'), row(2, note='{"a":null}'))
    yield whole("nested values", _written(nested), loaded=told)
    yield amounts(
        "huge decimals",
        pyarrow.array([Decimal("9" * 38), Decimal("20.50")], pyarrow.decimal256(60, 2)),
        rejected='the column "amount" has decimals of 60 digits',
    )
    yield amounts(
        "large decimals",
        pyarrow.array([Decimal("9" * 36), Decimal("20.50")], pyarrow.decimal128(38, 2)),
        loaded=(TWO,),
        held={(1, "net_amount"): "is too large"},
    )
    yield amounts(
        "not a number",
        pyarrow.array([float("nan"), 20.5]),
        loaded=(TWO,),
        held={(1, "net_amount"): "is no number"},
    )
    yield amounts(
        "without end",
        pyarrow.array([float("inf"), 20.5]),
        loaded=(TWO,),
        held={(1, "net_amount"): "is no number"},
    )
    yield amounts(
        "more digits than a float keeps",
        pyarrow.array([1234567890.123456789, 20.5]),
        loaded=(TWO,),
        held={(1, ""): "has more than 15 digits"},
    )
    yield amounts(
        "a whole number of 64 bits",
        pyarrow.array([2**64 - 1, 20], pyarrow.uint64()),
        loaded=(row(2, amount="20.00"),),
        held={(1, "net_amount"): "is too large"},
    )
    yield whole(
        "days far away",
        _written(_table(day=[date(1, 1, 1), date(2026, 1, 2)])),
        loaded=(TWO,),
        held={(1, "order_date"): "is no date"},
    )
    yield whole(
        "names that are SQL",
        _written(_table(**{'x"; drop table y; --': [1, 2]})),
        loaded=(ONE, TWO),
    )
