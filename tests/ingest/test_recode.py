"""Recoded text says what Python's own splitting and its csv module say of the text as it came."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from niaga.ingest.faults import FileFault
from niaga.ingest.formats import CsvFormat
from niaga.ingest.recode import _Dialect, readable, recode

UNCLEAR = "\udcff"
DELIMITERS = st.sampled_from(["||", "~|~", ";;", "§", "|¦", "aab"])
TEXTS = st.text(st.sampled_from("ab|~;§¦\"\\ 'üN,\t"), max_size=12)
VALUES = st.text(st.sampled_from("ab|~;§\"\\ 'üN,\t\n"), max_size=8)
RECORDS = st.lists(st.lists(VALUES, min_size=2, max_size=2), min_size=1, max_size=6)
CUTS = st.integers(1, 9)


def recoded(text: str, cut: int = 1 << 20, **layout: Any) -> str:
    content = text.encode("utf-8", "surrogateescape")
    chunks = [content[start : start + cut] for start in range(0, len(content), cut)]
    whole = b"".join(recode(chunks, CsvFormat(**layout)))
    return whole.decode("utf-8", "surrogateescape")


def cells(text: str, **layout: Any) -> list[list[str]]:
    """Read what is recoded by the module that niaga does not read with."""
    to = readable(CsvFormat(**layout))
    quote = to.quote or None
    quoting = csv.QUOTE_MINIMAL if to.quote else csv.QUOTE_NONE
    given = io.StringIO(text, newline="\n")
    return list(csv.reader(given, delimiter=to.delimiter, quotechar=quote, quoting=quoting))


def written(records: list[list[str]], **dialect: Any) -> str:
    file = io.StringIO()
    csv.writer(file, lineterminator="\n", **dialect).writerows(records)
    return file.getvalue()


@given(st.lists(TEXTS, min_size=1, max_size=6), DELIMITERS, CUTS)
def test_a_long_delimiter_splits_like_python(lines: list[str], delimiter: str, cut: int) -> None:
    text = recoded("".join(f"{line}\n" for line in lines), cut, delimiter=delimiter, quote="")
    assert [line.split("\x1f") for line in text.split("\n")[:-1]] == [
        line.split(delimiter) for line in lines
    ]


@given(
    st.lists(st.text(st.sampled_from("ab|~^\n\r\x1e"), max_size=9), min_size=1, max_size=6),
    st.sampled_from(["~\n", "\x1e", "^^", "\r\n", "\r", "~"]),
    st.sampled_from(["|", "||", "ab"]),
    CUTS,
)
def test_a_record_separator_splits_like_python(
    records: list[str], separator: str, delimiter: str, cut: int
) -> None:
    given_text = "".join(f"{record}{separator}" for record in records)
    text = recoded(given_text, cut, record_separator=separator, delimiter=delimiter, quote="")
    *expected, rest = given_text.split(separator)
    lines = text.split("\n")
    assert len(lines) - 1 == len(expected)
    assert lines[-1] == rest
    for line, record in zip(lines, expected, strict=False):
        if "\n" in record or "\r" in record:
            assert UNCLEAR in line
        else:
            assert line.split(readable(CsvFormat(delimiter=delimiter)).delimiter) == record.split(
                delimiter
            )


@given(RECORDS, DELIMITERS, st.booleans(), CUTS)
def test_quoted_values_between_long_delimiters_are_kept(
    records: list[list[str]], delimiter: str, is_all_quoted: bool, cut: int
) -> None:
    def quoted(value: str) -> str:
        is_plain = not set(value) & set(f'{delimiter}"\n') and not is_all_quoted
        return value if is_plain else '"' + value.replace('"', '""') + '"'

    text = "".join(delimiter.join(map(quoted, record)) + "\n" for record in records)
    assert cells(recoded(text, cut, delimiter=delimiter), delimiter=delimiter) == records


@given(RECORDS, CUTS)
def test_escapes_in_quotes_are_those_of_python(records: list[list[str]], cut: int) -> None:
    text = written(records, escapechar="\\", doublequote=False, quoting=csv.QUOTE_ALL)
    assert cells(recoded(text, cut, escape="\\"), escape="\\") == records


@given(RECORDS, CUTS)
def test_escapes_without_quotes_are_those_of_python(records: list[list[str]], cut: int) -> None:
    text = written(records, escapechar="\\", quoting=csv.QUOTE_NONE, delimiter="\t")
    layout = {"escape": "\\", "quote": "", "delimiter": "\t"}
    assert cells(recoded(text, cut, **layout), **layout) == records


@given(RECORDS, CUTS)
def test_an_escape_that_is_not_clear_holds_its_record(records: list[list[str]], cut: int) -> None:
    """Python doubles it outside of quotes, where others don't."""
    text = written(records, escapechar="\\", doublequote=False)
    read = cells(recoded(text, cut, escape="\\"), escape="\\")
    assert len(read) == len(records)
    for found, record in zip(read, records, strict=True):
        if UNCLEAR in "".join(found):
            assert any("\\" in value for value in record)
        else:
            assert found == record


@example('a"||"||b\n', "||", '"', "", None, 1)
@given(
    st.text(st.sampled_from('a|~"\\N\n\r, '), max_size=40),
    st.sampled_from([",", "|", "||", "~|~", "|~"]),
    st.sampled_from(['"', ""]),
    st.sampled_from(["\\", ""]),
    st.sampled_from([None, "~\n", "|\n", "\r\n", "a"]),
    CUTS,
)
def test_neither_chunks_nor_the_quick_way_make_a_difference(
    text: str, delimiter: str, quote: str, escape: str, separator: str | None, cut: int
) -> None:
    layout = {
        "delimiter": delimiter, "quote": quote, "escape": escape, "record_separator": separator,
    }  # fmt: skip
    try:
        CsvFormat.model_validate(layout)
    except ValueError:
        return
    found = [cells(recoded(text, size, **layout), **layout) for size in (len(text) + 1, cut)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_Dialect, "_recode_regular", lambda *_: None)
        slowly = [recoded(text, size, **layout) for size in (len(text) + 1, cut)]
    assert slowly[0] == slowly[1]
    assert found == [cells(slowly[0], **layout)] * 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # PostgreSQL and Spark: a backslash outside of quotes is one.
        ("C:\\new,b", ["C:\\new", "b"]),
        ('"C:\\\\new, x",b', ["C:\\new, x", "b"]),
        # MySQL: the null outside of quotes, a line end and a quote within.
        ('\\N,"a\\"b\\\nc"', ["\\N", 'a"b\nc']),
        ('a\\"b,c', ['a"b', "c"]),
    ],
)
def test_escapes_of_known_writers(text: str, expected: list[str]) -> None:
    assert cells(recoded(f"{text}\n", escape="\\"), escape="\\") == [expected]


@pytest.mark.parametrize("record", ['"a\\nb",c', "a\\\\b,c", "a\\,b,c", '"a""b",c', '"a"b\\\nc,d'])
def test_escapes_that_writers_do_not_agree_on_are_marked(record: str) -> None:
    text = recoded(f"x,y\n{record}\nx,y\n", escape="\\")
    assert text.startswith("x,y\n")
    assert text.endswith("\nx,y\n")
    assert UNCLEAR in text


def test_letters_of_control_characters_are_read_where_nothing_is_quoted() -> None:
    """As PostgreSQL's COPY and the client of MySQL write them."""
    layout = {"escape": "\\", "quote": "", "delimiter": "\t"}
    text = recoded("a\\tb\t\\N\nx\\ny\tC:\\\\new\nz\\0\t1\n", **layout)
    assert cells(text, **layout) == [
        ["a\tb", "\\N"], ["x\ny", "C:\\new"], [f"z{UNCLEAR}\\0", "1"],
    ]  # fmt: skip


def test_a_character_that_recoding_needs_is_refused() -> None:
    with pytest.raises(FileFault, match=r"has the control character U\+001F in line 2"):
        recoded("a||b\nc\x1f||d\n", delimiter="||")


def test_a_quote_that_never_closes_is_not_kept_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("niaga.ingest.recode._MOST_HELD", 50)
    with pytest.raises(FileFault, match=r"has no end of the record in the .* behind line 1"):
        recoded("a||b\n" + '"a||b\n' + "c||d\n" * 20, 10, delimiter="||")
