"""Small files that are loaded together are loaded as each would be by itself."""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from niaga.ingest import batches, catalogue
from niaga.ingest.again import ingest_again
from niaga.ingest.archive import archive_export
from niaga.ingest.batches import Batch
from niaga.ingest.faults import FileFault
from niaga.ingest.layout import compare_layout
from niaga.ingest.load import Load, load_delivery
from niaga.ingest.read_ahead import ReadAhead
from niaga.ingest.sources import load_source
from niaga.ingest.streamed import Candidate, Streamed
from niaga.ingest.streaming import Streamer
from niaga.progress import Silent
from niaga.refresh.registration import register
from niaga.state import utc_now

from .conftest import HEADER, SALES, Company, line, lines, open_company
from .test_streaming import BAD, GOOD, PLAIN, SELECTS, TYPED, records

DAY = date(2026, 1, 31)
SELECTS_OF_ONE = SELECTS | {
    "numbers of records": "territory: select _row_number, id || _row_number as territory_id,"
    " 'a' || rows._row_number as name from rows where _row_number <> 2",
    "everything": "territory: select *, id as territory_id from rows",
    "a select of its own": "territory: with r as (select * from rows) select _row_number,"
    " id as territory_id from r",
    "a window": "territory: select _row_number, id as territory_id,"
    " row_number() over () as place from rows",
}


@pytest.mark.parametrize("columns", ["", TYPED], ids=["as text", "typed"])
@pytest.mark.parametrize("select", SELECTS_OF_ONE)
@given(contents=st.lists(records, min_size=2, max_size=5))
@example(contents=[[b"a,x,1"], GOOD, [], [b'a,"open,1'], GOOD * 3])
@example(contents=[[b"a,x", b"b,x,1,2"], [b"a,x,1", b""], [b'a,5" pipe,1', b'b,6" pipe,1'], GOOD])
@settings(
    deadline=None, max_examples=3, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_what_is_loaded_together_is_what_is_read_in_steps(
    bare_company: Company, columns: str, select: str, contents: list[list[bytes]]
) -> None:
    bare_company.source(PLAIN.format(columns=columns, feeds=SELECTS_OF_ONE[select]))
    texts = [b"id,name,n\n" + b"\n".join(content) + b"\n" for content in contents]
    together = stream(bare_company, texts)
    for text in texts:
        read = read_in_steps(bare_company, text)
        streamed = together[text]
        if streamed is not None:
            assert read is not None
            assert seen(streamed, text, bare_company) == seen(read, text, bare_company)
            assert read.rows_held == 0


@pytest.mark.parametrize("select", ["some columns", "a filter", "two feeds", "numbers of records"])
def test_files_without_faults_are_loaded_together_whatever_is_beside_them(
    bare_company: Company, select: str
) -> None:
    bare_company.source(PLAIN.format(columns="", feeds=SELECTS_OF_ONE[select]))
    good = [b"id,name,n\n" + b"\n".join(GOOD * count) + b"\n" for count in (9, 1, 4)]
    bad = [b"id,name,n\n" + b"\n".join([*GOOD, record, *GOOD]) + b"\n" for record in BAD]
    together = stream(bare_company, [good[0], *bad, good[1], *bad[:3], good[2]])
    loads = [together[text] for text in good]
    assert all(loads)
    paths = {segment.path for load in loads if load for segment in load.segments}
    assert len(paths) == (2 if select == "two feeds" else 1)
    for text in good:
        streamed, read = together[text], read_in_steps(bare_company, text)
        assert streamed is not None
        assert read is not None
        assert seen(streamed, text, bare_company) == seen(read, text, bare_company)


def test_where_the_sql_fails_on_one_file_the_others_are_loaded(bare_company: Company) -> None:
    feed = "territory: select _row_number, id as territory_id, cast(n as int) as m from rows"
    bare_company.source(PLAIN.format(columns="", feeds=feed))
    texts = [f"id,name,n\na,b,{number}\n".encode() for number in range(9)]
    texts[4] = b"id,name,n\na,b,x\n"
    together = stream(bare_company, texts)
    assert [together[text] is None for text in texts] == [n == 4 for n in range(9)]


def test_files_of_all_kinds_end_together_as_they_end_one_by_one(tmp_path: Path) -> None:
    toko = HEADER.replace("Catatan", "Catatan;Toko")
    files = {
        "penjualan_2026-01_a.csv": lines(3),
        "penjualan_2026-01_b.csv": HEADER + line(1, Jumlah="x"),
        "penjualan_2026-01_c.csv": lines(2)[:-1],
        "penjualan_2026-01_d.csv": lines(3),
        "penjualan_2026-02_a.csv": lines(3),
        "penjualan_2026-02_b.csv": HEADER,
        "penjualan_2026-02_c.csv": "",
        "penjualan_2026-02_d.csv": lines(30) + line(31, Netto="x") + line(32, Jenis="DRAFT"),
        "penjualan_2026-03_a.csv": HEADER.replace("Catatan", "Keterangan") + line(1),
        "penjualan_2026-03_b.csv": toko + line(9)[:-1] + ";T\n",
        "penjualan_2026-03_c.csv": toko + line(8)[:-1] + ";U\n",
        "penjualan_2026-03_d.csv": HEADER + line(7, Barang='"A;B"'),
        "penjualan_2026-03_e.csv": HEADER + line(6, Jenis="DRAFT"),
        "penjualan_2026-03_f.csv": HEADER + "F1;1;JUAL\n" + line(5),
    }
    seen_of = {}
    for kind, files_in_lake in (("together", 3), ("one by one", 6)):
        (tmp_path / kind).mkdir()
        with open_company(tmp_path / kind) as company:
            company.source(SALES.replace("feeds:", "reject_above: 10%\nfeeds:"))
            for name, content in files.items():
                company.land(name, content)
                if kind == "one by one":
                    company.ingest()
            company.ingest()
            seen_of[kind] = ended(company)
            assert len(list((company.workspace.lake / "sales_line").iterdir())) == files_in_lake
    assert seen_of["together"] == seen_of["one by one"]
    assert len(seen_of["together"]["lines"]) == 3 + 3 + 30 + 1 + 1 + 1
    assert [name for name in seen_of["together"]["rejected"] if name.endswith(".csv")] == [
        f"penjualan_2026-{which}.csv" for which in ("01_b", "01_c", "02_c", "03_a", "03_f")
    ]


def ended(company: Company) -> dict[str, Any]:
    """Give all that a user sees of an ingest."""
    with company.state.reading() as connection:
        loads = connection.exec_driver_sql(
            "select export_ids, rows_read, rows_held, rows_filtered, changes, feed, rows"
            " from load left join segment using (load_id) where status = 'current'"
            " order by export_ids"
        ).all()
        exports = connection.exec_driver_sql(
            "select export_id, file_name, business_date, status, reason from export order by 1"
        ).all()
        [layout] = connection.exec_driver_sql("select columns from layout").scalars()
    return {
        "lines": company.lake("* exclude (_loaded_at)"),
        "held": company.quarantine("* exclude (held_at)"),
        "loads": loads,
        "exports": exports,
        "layout": layout,
        "rejected": sorted(path.name for path in company.workspace.rejected.iterdir()),
        "landing": list(company.workspace.landing.iterdir()),
    }


def test_of_loads_that_share_a_file_only_those_that_count_are_built_from(company: Company) -> None:
    text = SALES.replace('"Barang" as', '"Catatan" as')
    company.source(text)
    for month in range(1, 5):
        product = "x" if month == 3 else str(month)
        company.land(f"penjualan_2026-0{month}.csv", HEADER + line(month, Catatan=product))
    company.ingest()
    assert len(list((company.workspace.lake / "sales_line").iterdir())) == 1
    assert built_from(company) == [("F1", "1"), ("F2", "2"), ("F3", "x"), ("F4", "4")]
    # Read again the third fails, and goes on counting as it was loaded.
    typed = 'format: {delimiter: ";"}\n    columns: {Catatan: integer}'
    text = text.replace('format: {delimiter: ";"}', typed)
    company.source(text.replace('"Catatan" as product', '"Catatan" * 2 as product'))
    ingest_again(company.workspace, company.state, "again", "erp", Silent())
    assert built_from(company) == [("F1", "2"), ("F2", "4"), ("F3", "x"), ("F4", "8")]


def built_from(company: Company) -> list[tuple[Any, ...]]:
    """Give order and product of the sales lines that a build reads."""
    register(company.workspace, company.state, "build", is_posting=False)
    with duckdb.connect(str(company.workspace.build_database)) as build:
        return build.execute(
            "select order_id, product_id from lake.sales_line order by all"
        ).fetchall()


def test_many_batches_are_read_ahead_and_content_that_is_known_leaves_nothing_behind(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[int] = []
    read = ReadAhead._read

    def watched(self: ReadAhead, batch: Batch) -> Any:
        taken.append(len(batch.files))
        return read(self, batch)

    monkeypatch.setattr(ReadAhead, "_read", watched)
    monkeypatch.setattr(batches, "_MOST_FILES", 12)
    for number in range(1, 41):
        content = lines(number) if number != 7 else lines(number).replace("JUAL", "TUKAR", 1)
        company.land(f"penjualan_2026-01_{number:02}.csv", content)
    company.land("penjualan_2026-01_41.csv", lines(40))
    company.land("penjualan_2026-01_99.csv", lines(5))
    report = company.ingest()
    assert taken == [12, 12, 12, 6]
    # 1 + 2 + ... + 40 records; of the seventh file with its one fault in seven (14%) none.
    assert report.rows_loaded == 820 - 7
    statuses = [outcome.status for outcome in report.outcomes]
    assert (statuses.count("loaded"), statuses.count("known"), report.files_held) == (39, 2, 1)
    assert company.lake("count(*), count(distinct _export_id)") == [(813, 39)]
    assert len(list((company.workspace.lake / "sales_line").iterdir())) == 4
    assert list(company.workspace.landing.iterdir()) == []


def stream(company: Company, texts: list[bytes]) -> dict[bytes, Streamed | None]:
    """Load files together; None for those that are left to be read in steps."""
    workspace = company.workspace
    source = load_source(workspace.sources_folder / "shop.yml")
    candidates = {}
    for text in dict.fromkeys(texts):
        archived = archive_export(company.land("rows_2026-01-31.csv", text), workspace.archive)
        candidates[text] = Candidate(archived.path, archived.sha256, DAY)
    streamer = Streamer(workspace, workspace.warehouse / "streamed")
    try:
        found = streamer.stream(source, list(candidates.values()))
    finally:
        streamer.close()
    return {text: found.get(candidates[text].export_id) for text in texts}


def read_in_steps(company: Company, text: bytes) -> Load | None:
    """Load a file by itself as faulty ones are read; None when it can't be loaded."""
    workspace = company.workspace
    source = load_source(workspace.sources_folder / "shop.yml")
    file = company.land("rows_2026-01-31.csv", text)
    archived = archive_export(file, workspace.archive)
    export = catalogue.Export(
        "shop", "rows", archived.sha256, file.name, archived.size_bytes, DAY, archived.sha256,
        catalogue.WAITING, utc_now(), "run", str(archived.path.relative_to(workspace.root)),
    )  # fmt: skip
    try:
        return load_delivery(workspace, source, {"rows": export}, {}, {})
    except FileFault:
        return None


def seen(load: Streamed | Load, text: bytes, company: Company) -> dict[str, Any]:
    """Give all that a load says of a file, and its rows."""
    if isinstance(load, Load):
        records, layout = load.parts["rows"], load.layouts["rows"]
    else:
        source = load_source(company.workspace.sources_folder / "shop.yml")
        records = load.records
        layout, _ = compare_layout(None, records, source.exports["rows"], load.samples, load.mapped)
    rows = {
        segment.feed: duckdb.execute(
            "select * exclude (_loaded_at) from read_parquet($1) where _export_id = $2"
            " order by _row_number",
            [str(segment.path), sha256(text).hexdigest()],
        ).fetchall()
        for segment in load.segments
    }
    counts = {segment.feed: segment.rows for segment in load.segments}
    assert counts == {feed: len(found) for feed, found in rows.items()}
    return {"records": records, "layout": layout, "loaded": load.rows_loaded, "rows": rows}
