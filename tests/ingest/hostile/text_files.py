"""Bad CSV files."""

from __future__ import annotations

import codecs
from collections.abc import Iterator

from .case import HEADER, Case, csv_of, row, text

ONE, TWO, THREE = row(1), row(2), row(3)
NO_NUMBER = 'is no number (decimals after "."'
NO_DATE = "is no date"


def cases() -> Iterator[Case]:
    yield from _records()
    yield from _bytes()
    yield from _headers()
    yield from _values()
    yield from _other_files()


def _held(name: str, lines: str | bytes, words: str, column: str = "", **more: object) -> Case:
    """A file whose second record of three is held back."""
    second = lines if isinstance(lines, bytes) else lines.encode()
    content = csv_of(text(1)) + second + text(3).encode()
    return Case(name, content, loaded=(ONE, THREE), held={(2, column): words}, **more)  # type: ignore[arg-type]


def _records() -> Iterator[Case]:
    yield _held("a field too few", "2,2026-01-02,20.50\n", "has 3 instead of 4 fields")
    yield _held("a field too many", "2,2026-01-02,20.50,teh,2\n", "has 5 instead of 4 fields")
    yield _held("many fields too many", "2" + ",x" * 500 + "\n", "has 501 instead of 4 fields")
    yield _held("a comma in a text", "2,2026-01-02,20.50,teh, 2\n", "has 5 instead of 4 fields")
    yield _held("a decimal comma", "2,2026-01-02,20,50,teh 2\n", "has 5 instead of 4 fields")
    for name, second in {
        "a field too many that is empty": "2,2026-01-02,20.50,teh 2,\n",
        "a comma in a text before an empty field": "2,2026-01-02,20.50,teh,\n",
        "many fields too many that are empty": "2,2026-01-02,20.50,teh 2,,,,\n",
    }.items():
        words = "more fields than its 4 columns (the first is row 2)"
        yield Case(name, csv_of(text(1), second, text(3)), rejected=words)
    yield Case(
        "a comma behind each record",
        csv_of("1,2026-01-01,10.50,teh 1,\n", "2,2026-01-02,20.50,teh 2,\n"),
        loaded=(ONE, TWO),
    )
    yield Case(
        "commas in quotes",
        csv_of(text(1, note='"a,b,,c"'), text(2)),
        loaded=(row(1, note="a,b,,c"), TWO),
    )
    yield _held("another delimiter", "2;2026-01-02;20.50;teh 2\n", "has 1 instead of 4 fields")
    yield _held("a line of blanks", "   \n", "has 1 instead of 4 fields")
    yield _held("the end of a DOS file", "\x1a\n", "has 1 instead of 4 fields")
    yield _held("a total", "TOTAL\n", "has 1 instead of 4 fields")
    yield _held(
        "text behind a quote", '2,2026-01-02,20.50,"teh" 2\n', "text behind a closing quote"
    )
    yield _held(
        "a quote that the next line closes", '2,2026-01-02,20.50,"teh 2\n"x"\n', "has a quote"
    )
    yield Case(
        "a quote that is never closed",
        csv_of(text(1), text(2, note='"teh 2'), text(3)),
        rejected="a quote that opens in record 2 is never closed",
    )
    yield Case(
        "a quote that the last line opens",
        csv_of(text(1), text(2, note='"teh 2')),
        loaded=(ONE,),
        held={(2, ""): "has a quote that is not closed"},
    )
    yield Case(
        "a quote that a later quote closes",
        csv_of(text(1), text(2, note='"teh'), text(3, note='teh"'), text(4)),
        # Nothing tells it from a text of two lines.
        loaded=(ONE, row(2, note=text(3, note="teh")[:-1].join(["teh\n", ""])), row(4)),
    )
    yield Case(
        "a quote inside of a text",
        csv_of(text(1, note='5" pipe'), text(2)),
        loaded=(row(1, note='5" pipe'), TWO),
    )
    yield Case(
        "quotes where none are meant",
        csv_of(text(1, note='"teh'), text(2)),
        loaded=(row(1, note='"teh'), TWO),
        options={"format": {"quote": ""}},
    )
    yield Case(
        "a column that is shifted by one",
        csv_of(text(1), ",2,2026-01-02,20.50\n"),
        loaded=(ONE,),
        held={
            (2, "order_id"): "is missing",
            (2, "order_date"): NO_DATE,
            (2, "net_amount"): NO_NUMBER,
        },
    )
    yield Case(
        "rows of nothing",
        csv_of(text(1), ",,,\n"),
        loaded=(ONE,),
        held={
            (2, "order_id"): "is missing",
            (2, "order_date"): "is missing",
            (2, "net_amount"): "is missing",
        },
    )
    yield Case("blank lines", csv_of("\n\n", text(1), "\n", text(2), "\n\n"), loaded=(ONE, TWO))
    yield Case(
        "blank lines and a bad one",
        csv_of("\n", text(1), "\n\n", "x\n", "\n", text(3)),
        loaded=(ONE, THREE),
        held={(2, ""): "has 1 instead of 4 fields"},
    )
    yield Case(
        "mixed line ends",
        b"id,day,amount,note\r" + text(1).encode() + text(2).encode()[:-1] + b"\r\n"
        b"3,2026-01-03,30.50,teh 3\r",
        loaded=(ONE, TWO, THREE),
    )
    yield Case(
        "a line end in a text that has no quotes",
        csv_of(text(1, note="teh\r1"), text(2)),
        loaded=(row(1, note="teh"), TWO),
        held={(2, ""): "has 1 instead of 4 fields"},
    )
    yield Case(
        "line ends in quotes",
        csv_of(text(1, note='"teh\r\n\n1"'), text(2, note='"\n"'), text(3)),
        loaded=(row(1, note="teh\n\n1"), row(2, note="\n"), THREE),
    )
    yield Case(
        "cut off in a record",
        csv_of(text(1), text(2))[:-9],
        rejected="is truncated: it does not end in a newline",
    )
    yield Case(
        "cut off in quotes",
        csv_of(text(1), text(2, note='"teh'))[:-1],
        rejected="is truncated: it does not end in a newline",
    )
    yield Case(
        "cut off where that is allowed",
        csv_of(text(1), "2,2026-01"),
        loaded=(ONE,),
        held={(2, ""): "has 2 instead of 4 fields"},
        options={"format": {"final_newline": "optional"}},
    )
    yield Case(
        "a first record with too few fields and no header",
        b"1,2026-01-01,10.50\n" + text(2).encode(),
        rejected='"column_4" that the SQL',
        options={"format": {"header": False}},
    )


def _bytes() -> Iterator[Case]:
    yield Case("nothing", b"", rejected="is empty")
    yield Case("one line end", b"\n", rejected="has no header")
    yield Case("many line ends", b"\r\n" * 100, rejected="has no header")
    yield Case("a byte order mark alone", codecs.BOM_UTF8, rejected="is empty")
    yield Case("a byte order mark", codecs.BOM_UTF8 + csv_of(text(1)), loaded=(ONE,))
    yield Case(
        "two byte order marks",
        codecs.BOM_UTF8 * 2 + csv_of(text(1)),
        rejected='the column "id" that',
    )
    yield Case(
        "a byte order mark inside",
        csv_of(text(1)) + codecs.BOM_UTF8 + csv_of(text(2)),
        loaded=(ONE, TWO),
        held={(2, "order_date"): NO_DATE, (2, "net_amount"): NO_NUMBER},
    )
    yield Case("zero bytes", csv_of(text(1, note="te\0h")), rejected="holds zero bytes")
    yield Case("zero bytes at the end", csv_of(text(1)) + bytes(4096), rejected="holds zero bytes")
    yield Case("nothing but zero bytes", bytes(4096), rejected="holds zero bytes")
    yield _held("Latin-1", "2,2026-01-02,20.50,café\n".encode("latin-1"), "no UTF-8")
    for name, second in {
        "Latin-1 before a comma": b"2,2026-01-02,20.50\xe9,teh\n",
        "Latin-1 before a line's end": b"2,2026-01-02,20.50,teh\xe9\n",
    }.items():
        yield _held(name, second, "no UTF-8")
    yield _held("a longer form", b"2,2026-01-02,20.50,a\xc0\xafb\n", "no UTF-8")
    yield _held("half a pair", b"2,2026-01-02,20.50,a\xed\xa0\x80b\n", "no UTF-8")
    yield _held("a cut character", b"2,2026-01-02,20.50,a\xe2\x82\n", "no UTF-8")
    yield _held("beyond Unicode", b"2,2026-01-02,20.50,\xf4\x90\x80\x80\n", "no UTF-8")
    yield Case(
        "a header that is no UTF-8",
        "id,day,amount,note,café\n".encode("latin-1") + b"1,2026-01-01,10.50,teh,1\n",
        rejected="has a header that has bytes that are no UTF-8",
    )
    for encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32"):
        content = csv_of(text(1)).decode().encode(encoding)
        yield Case(f"{encoding} as UTF-8", content, rejected="holds zero bytes")
    yield Case(
        "UTF-16 with half a character",
        csv_of(text(1)).decode().encode("utf-16") + b"x",
        rejected="can't be read as utf-16",
        options={"format": {"encoding": "utf-16"}},
    )
    yield Case(
        "UTF-16 with half a pair",
        csv_of(text(1)).decode().encode("utf-16-le") + b"\x00\xd8\x0a\x00",
        rejected="can't be read as utf-16",
        options={"format": {"encoding": "utf-16-le"}},
    )
    yield Case(
        "UTF-8 as UTF-16",
        csv_of(text(1)),
        rejected="has no byte order mark",
        options={"format": {"encoding": "utf-16"}},
    )
    yield Case(
        "UTF-8 as UTF-16 that has no mark",
        csv_of(text(1, note="te")),
        rejected="can't be read as utf-16-le",
        options={"format": {"encoding": "utf-16-le"}},
    )
    yield Case(
        "a byte that Windows-1252 has not",
        csv_of(text(1)) + b"2,2026-01-02,20.50,\x81\n",
        rejected="can't be read as cp1252",
        options={"format": {"encoding": "windows-1252"}},
    )
    yield Case(
        "no ASCII",
        csv_of(text(1, note="café")),
        rejected="can't be read as ascii",
        options={"format": {"encoding": "ascii"}},
    )
    for name, note in {
        "control characters": "a\x01\x02\x1b[31mb\x7f",
        "other line ends": "a\u2028b\u0085c\x0bd\x0ce",
        "text that turns around": "a\u202eb",
        "characters outside the first plane": "teh \U0001f375",
        "a quotation of SQL": "'; drop table lake; --",
        "a formula": "=cmd|' /C calc'!A0",
        "a path": "../../../etc/passwd",
        "markup": "<script>alert(1)</script>",
        "braces": "{{ config() }} ${x} %s",
    }.items():
        yield Case(name, csv_of(text(1, note=note)), loaded=(row(1, note=note),))


def _headers() -> Iterator[Case]:
    missing = 'the column "id" that the SQL of feed sales_line names is missing'
    first = text(1)

    def header(name: str, names: str, **more: object) -> Case:
        return Case(name, (names + "\n" + first).encode(), **more)  # type: ignore[arg-type]

    yield Case("no header", (text(1) + text(2)).encode(), rejected=missing)
    yield Case("only a header", HEADER.encode())
    yield header("a column twice", "id,day,amount,id", rejected='has the column "id" twice')
    yield header("in other capitals", "id,day,amount,ID", rejected='(as "id": capitals make no')
    yield header("twice with blanks", "id,day,amount, id ", rejected='has the column "id" twice')
    yield header("without a name", "id,day,,note", rejected='the column "amount" that')
    yield header("without names", ",,,", rejected=missing)
    yield header("niaga's own name", "id,day,amount,_row_number", rejected="niaga's own name")
    yield header("a name for none", "id,day,column_4,", rejected='the column "column_4" twice')
    yield header(
        "other delimiter in the header", HEADER.strip().replace(",", ";"), rejected=missing
    )
    yield header("a quote in the header", 'id,day,amount,"note', rejected='the column "note" that')
    yield header("in quotes", '"id","day","amount","note"', loaded=(ONE,))
    yield header("in capitals", "ID,Day,AMOUNT,Note", loaded=(ONE,))
    yield header("with blanks", " id, day , amount,note ", loaded=(ONE,))
    yield header("one name more", "id,day,amount,note,more", held={(1, ""): "4 instead of 5"})
    yield header("one name less", "id,day,amount", rejected='the column "note" that')
    yield header("a title above", "Laporan Penjualan\nid,day,amount,note", rejected=missing)
    yield header("Excel's separator", "sep=,\nid,day,amount,note", rejected=missing)
    yield header("a line of blanks above", "  \nid,day,amount,note", rejected=missing)
    yield header("a line end above", "\nid,day,amount,note", rejected="has no header")
    yield header("zero-width blanks", "id,day,amount,no\u200bte", rejected='the column "note" that')
    yield header("invisible blanks", "id\u00a0,day,amount,note", loaded=(ONE,))
    for name, more in {
        "SQL in a name": '"x"" from rows; drop table rows; --"',
        "apostrophes in a name": "it's 'a' name",
        "a name of 10,000 characters": "n" * 10_000,
        "a line end in a name": '"a\nb"',
        "a name of signs": "$%&{}[]\\;",
        "a name that is a formula": "=1+1",
        "a keyword as a name": "select",
    }.items():
        yield Case(
            name,
            f"id,day,amount,note,{more}\n1,2026-01-01,10.50,teh 1,x\n".encode(),
            loaded=(ONE,),
        )
    yield header(
        "fewer lines than are skipped",
        HEADER.strip(),
        rejected="has no header after 9 skipped lines",
        options={"format": {"skip_rows": 9}},
    )


def _values() -> Iterator[Case]:
    for name, amount in {
        "a word": "x",
        "not a number": "NaN",
        "without end": "Infinity",
        "an exponent": "1e5",
        "a huge exponent": "1e999999999",
        "hexadecimal": "0x10",
        "underscores": "1_000.00",
        "two minus signs": "--5.00",
        "a minus behind": "5.00-",
        "parentheses": "(5.00)",
        "two decimal signs": "1.000.50",
        "full-width digits": "\uff11\uff10.50",
        "Arabic digits": "\u0661\u0660",
        "superscript digits": "1\u00b2",
        "a minus sign that is no hyphen": "\u221210.50",
        "a dash": "\u201310.50",
        "an invisible blank inside": "1\u00a0000.50",
        "a narrow blank inside": "1\u202f000.50",
        "a blank inside": "1 000.50",
        "a zero-width blank": "1\u200b0.50",
        "a currency": "$10.50",
        "a percentage": "10%",
        "a formula as a number": "=10.5",
        "an error of Excel": "#REF!",
        "an apostrophe before": "'10.50",
        "a backslash": "\\N",
        "null": "NULL",
    }.items():
        yield _held(f"amount: {name}", text(2, amount=amount), NO_NUMBER, "net_amount")
    for digits in (60, 10_000):
        amount = "9" * digits
        yield _held(f"amount: {digits} digits", text(2, amount=amount), "too large", "net_amount")
    yield _held("amount: a mill", text(2, amount="0.001"), "more than 2 decimals", "net_amount")
    yield _held("amount: none", text(2, amount=""), "is missing", "net_amount")
    for number, amount in enumerate(["1.000,50", "1,00.50", "1,0000.50", ",100.50", "1,000,50"]):
        yield _held(
            f"groups of {number}",
            text(2, amount=f'"{amount}"'),
            "is no number",
            "net_amount",
            locale={"thousands": ","},
        )
    for name, day in {
        "no such day": "2026-02-30",
        "no leap year": "2026-02-29",
        "no such month": "2026-13-01",
        "zeros": "0000-00-00",
        "another form": "01/02/2026",
        "without a century": "26-01-02",
        "a serial number": "46024",
        "with a time": "2026-01-02 10:00:00",
        "in other digits": "2026-01-0\u0662",
        "long ago": "0001-01-01",
        "too many digits": "2026-01-002",
    }.items():
        yield _held(f"day: {name}", text(2, day=day), NO_DATE, "order_date")


def _other_files() -> Iterator[Case]:
    missing = 'the column "id" that'
    yield Case("a web page", b"<!DOCTYPE html>\n<html><body>502</body></html>\n", rejected=missing)
    yield Case("JSON as CSV", b'[{"id": 1, "day": "2026-01-01"}]\n', rejected=missing)
    yield Case("a picture", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", rejected="holds zero bytes")
    yield Case("a PDF", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", rejected=missing)
    yield Case("a shell script", b"#!/bin/sh\nrm -rf /\n", rejected=missing)
