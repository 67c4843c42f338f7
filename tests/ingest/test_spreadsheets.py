"""Text that leaves for a spreadsheet is shown there, never run, and comes back as it was."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from niaga.spreadsheets import guarded, unguarded

STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connected:
        yield connected


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+62 812", "'+62 812"),
        ("-2+3+cmd|' /C calc'!A0", "'-2+3+cmd|' /C calc'!A0"),
        ("@SUM(A1)", "'@SUM(A1)"),
        (" =1", "' =1"),
        ("\t=1", "'\t=1"),
        ("\uff1d1", "'\uff1d1"),
        ("'=1", "''=1"),
        ("-1.000,50", "-1.000,50"),
        ("+5", "+5"),
        ("Jum'at", "Jum'at"),
        ("'tHooft", "'tHooft"),
        ("", ""),
        (None, None),
    ],
)
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(
    connection: duckdb.DuckDBPyConnection, text: str | None, cell: str | None
) -> None:
    query = f"SELECT {guarded('text')} FROM (SELECT $1::VARCHAR AS text)"
    assert connection.execute(query, [text]).fetchall() == [(cell,)]


@given(
    st.text(st.sampled_from("=+-@'\uff1d\uff0b \t\r\n\u00a0a1.,"), max_size=6)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
)
def test_every_text_is_safe_and_comes_back(
    connection: duckdb.DuckDBPyConnection, text: str
) -> None:
    query = (
        f"SELECT cell, {unguarded('cell')} FROM (SELECT {guarded('text')} AS cell"
        " FROM (SELECT $1::VARCHAR AS text))"
    )
    ((cell, back),) = connection.execute(query, [text]).fetchall()
    assert back == text
    is_number = set(cell) <= set("+-.,0123456789") and set(cell[1:]) <= set(".,0123456789")
    assert is_number or not cell.strip(" ").startswith(STARTS)
