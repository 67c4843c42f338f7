"""A file that is loaded in one pass is loaded as the reading in steps would load it."""

from __future__ import annotations

from datetime import date
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from niaga.ingest import catalogue, cutting
from niaga.ingest.archive import archive_export
from niaga.ingest.faults import FileFault
from niaga.ingest.load import Load, load_delivery
from niaga.ingest.sources import load_source
from niaga.ingest.streamed import Candidate, Streamed
from niaga.ingest.streaming import Streamer
from niaga.state import utc_now

from .conftest import Company

DAY = date(2026, 1, 31)
PLAIN = """\
source: shop
exports:
  rows: {{file: "rows_{{date:%Y-%m-%d}}.csv", format: {{final_newline: optional}}{columns}}}
reject_above: 90%
feeds:
  {feeds}
"""
MANY = "territory: select _row_number, id as territory_id, name as name from rows"
SELECTS = {
    "some columns": "territory: select _row_number, id as territory_id from rows",
    "all columns": MANY,
    "a filter": MANY + " where id <> 'b' and n is distinct from '2'",
    "two feeds": MANY + "\n  channel: select _row_number, id as channel_id, 'direct' as type"
    " from rows where n = '1'",
    "numbers": "exchange_rate: select _row_number, id as from_currency, 'IDR' as to_currency,"
    " '2026-01-01' as day, n as rate from rows",
}  # fmt: skip
TYPED = ", columns: {n: integer}"
# What records are made of: most are good, so that many files have no fault at all.
GOOD = [
    b"a,x,1", b"b,,2", b"c,y z,3", b'"d","q, r",4', b'e,"two\nlines",5', b'f,"a ""b""",6',
    "g,\u00e9,7".encode(), b" h , i ,8",
]  # fmt: skip
BAD = [
    b"a", b"a,b,1,2", b"", b",x,1", b'a,5" pipe,1', b'a,"b"c,1', b'a,"open,1', b"\xff,x,1",
    b"a,\xff,1", b"a,b,x", b"a,b,\xff", b"\n", b" ", b'"', b'a,"b\n\nc",1', b"a,b,1\r",
]  # fmt: skip
records = st.lists(
    st.one_of(st.sampled_from(GOOD), st.sampled_from(GOOD), st.sampled_from(BAD)), max_size=12
)
good_records = st.lists(st.sampled_from(GOOD), max_size=30)


@pytest.fixture(params=[1 << 20, 40], ids=["one piece", "many pieces"])
def piece_size(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Cut files of a few bytes into as many pieces as those of gigabytes are."""
    monkeypatch.setattr(cutting, "SMALLEST_PIECE", request.param)
    monkeypatch.setattr(cutting, "_CHUNK", 16)
    return int(request.param)


@pytest.mark.parametrize("columns", ["", TYPED], ids=["as text", "typed"])
@pytest.mark.parametrize("select", SELECTS)
@given(content=st.one_of(records, good_records), ends=st.booleans())
@example(content=[b"a,x,1", b"a,\xff,1"], ends=True)
@example(content=[b"a,x,1", b"", b"b,x,1"], ends=True)
@example(content=[b'a,"open,1', *GOOD, *GOOD], ends=True)
@example(content=[b'a,5" pipe,1', *GOOD * 4], ends=True)
@settings(
    deadline=None, max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_what_is_streamed_is_what_is_read_in_steps(
    bare_company: Company,
    piece_size: int,
    columns: str,
    select: str,
    content: list[bytes],
    ends: bool,
) -> None:
    bare_company.source(PLAIN.format(columns=columns, feeds=SELECTS[select]))
    text = b"id,name,n\n" + b"\n".join(content) + b"\n" * ends
    streamed, read = stream_and_read(bare_company, text)
    if streamed is not None:
        assert read is not None
        assert seen(streamed) == seen(read)
        assert read.rows_held == 0


@pytest.mark.parametrize("select", ["some columns", "all columns", "a filter", "two feeds"])
def test_a_file_without_faults_is_streamed(
    bare_company: Company, piece_size: int, select: str
) -> None:
    bare_company.source(PLAIN.format(columns="", feeds=SELECTS[select]))
    streamed, read = stream_and_read(bare_company, b"id,name,n\n" + b"\n".join(GOOD * 9) + b"\n")
    assert streamed is not None
    assert read is not None
    assert streamed.records.read == 9 * len(GOOD)
    assert seen(streamed) == seen(read)


@pytest.mark.parametrize(
    "select",
    [
        "select _row_number, id as territory_id, row_number() over () as place from rows",
        "select _row_number, id as territory_id, sum(n::int) over () as total from rows",
        "select min(_row_number) as _row_number, id as territory_id from rows group by id",
        "select _row_number, id as territory_id from rows limit 3",
        "select _row_number, id as territory_id from rows where n in (select max(n) from rows)",
        "select _row_number, unnest([id, id || 'x']) as territory_id from rows",
    ],
)
def test_a_select_that_looks_at_several_records_is_read_in_steps(
    bare_company: Company, piece_size: int, select: str
) -> None:
    bare_company.source(PLAIN.format(columns="", feeds=f"territory: {select}"))
    streamed, read = stream_and_read(bare_company, b"id,name,n\n" + b"\n".join(GOOD * 9) + b"\n")
    assert streamed is None
    assert read is not None


def stream_and_read(company: Company, content: bytes) -> tuple[Streamed | None, Load | None]:
    """Load content in both ways; None where one of them does not."""
    workspace = company.workspace
    source = load_source(workspace.sources_folder / "shop.yml")
    file = company.land("rows_2026-01-31.csv", content)
    archived = archive_export(file, workspace.archive)
    export = catalogue.Export(
        "shop", "rows", archived.sha256, file.name, archived.size_bytes, DAY, archived.sha256,
        catalogue.WAITING, utc_now(), "run", str(archived.path.relative_to(workspace.root)),
    )  # fmt: skip
    streamer = Streamer(workspace, workspace.warehouse / "streamed")
    try:
        found = streamer.stream(source, [Candidate(archived.path, archived.sha256, DAY)])
    finally:
        streamer.close()
    try:
        read = load_delivery(workspace, source, {"rows": export}, {}, {})
    except FileFault:
        read = None
    return found.get(archived.sha256), read


def seen(load: Streamed | Load) -> dict[str, Any]:
    """Give all that a load says, and its rows."""
    records = load.records if isinstance(load, Streamed) else load.parts["rows"]
    rows = {
        segment.feed: duckdb.execute(
            f"select * exclude (_loaded_at) from '{segment.path}' order by _row_number"
        ).fetchall()
        for segment in load.segments
    }
    counts = {segment.feed: segment.rows for segment in load.segments}
    return {"records": records, "loaded": load.rows_loaded, "rows": rows, "counts": counts}
