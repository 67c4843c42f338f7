"""Archived exports are read again after their source has changed, and count whole or not at all."""

from __future__ import annotations

import signal
from typing import Any

import pytest
from niaga.errors import UsageError
from niaga.ingest.again import ingest_again
from niaga.ingest.stage import IngestReport
from niaga.operate.run import run_verb, summarise
from niaga.progress import Silent

from .conftest import HEADER, SALES, Company, act, line, lines
from .test_deliveries import FILES, LINES, ORDERS, shop_lines

JANUARY, FEBRUARY = "penjualan_2026-01.csv", "penjualan_2026-02.csv"


def again(company: Company, source: str = "erp") -> IngestReport:
    company.runs += 1
    return ingest_again(company.workspace, company.state, f"run-{company.runs}", source, Silent())


def rows(company: Company) -> list[tuple[Any, ...]]:
    return company.lake("* exclude (_loaded_at)")


def test_an_unchanged_source_gives_the_same_rows(company: Company) -> None:
    company.land(JANUARY, lines(20) + line(21, Netto="x"))
    company.land(FEBRUARY, lines(3))
    company.ingest()
    before = (rows(company), company.quarantine("* exclude (held_at)"), company.exports())
    report = again(company)
    assert {outcome.status for outcome in report.outcomes} == {"read again"}
    assert (report.rows_loaded, report.rows_held, report.not_read_again) == (23, 1, ())
    after = (rows(company), company.quarantine("* exclude (held_at)"), company.exports())
    assert after == before
    assert [load.status for load in company.loads()] == ["superseded"] * 2 + ["current"] * 2


def test_a_changed_mapping_changes_the_loads_of_its_source_alone(company: Company) -> None:
    company.source(SALES.replace("erp", "pos").replace("penjualan", "kasir"))
    company.land(JANUARY, lines(2))
    company.land("kasir_2026-01.csv", lines(3))
    company.ingest()
    company.source(SALES.replace('"Barang" as product_id', "'P-' || \"Barang\" as product_id"))
    again(company)
    found = company.lake("order_id, product_id, _export_id")
    assert sorted(product for _, product, _ in found) == ["P-P1"] * 2 + ["P1"] * 3
    assert [(load.source, load.status) for load in company.loads()] == [
        ("pos", "current"),
        ("erp", "superseded"),
        ("erp", "current"),
    ]


def test_a_lost_segment_comes_back(company: Company) -> None:
    company.land(JANUARY, lines(2))
    company.ingest()
    before = rows(company)
    (segment,) = (company.workspace.lake / "sales_line").iterdir()
    segment.unlink()
    again(company)
    assert rows(company) == before


def test_what_fails_the_second_time_goes_on_counting(company: Company) -> None:
    company.land(JANUARY, lines(2))
    company.land(FEBRUARY, lines(2).replace("Catatan", "Keterangan"))
    company.source(SALES.replace('"Catatan" as remark', "'' as remark"))
    company.ingest()
    before = company.lake("order_id, net_amount, _export_id")
    company.source(SALES)
    report = again(company)
    (failed,) = report.not_read_again
    assert failed.file_name == FEBRUARY
    assert 'the column "Catatan"' in (failed.reason or "")
    assert company.exports() == {JANUARY: ("loaded", None), FEBRUARY: ("loaded", None)}
    assert company.lake("order_id, net_amount, _export_id") == before
    assert list(company.workspace.rejected.iterdir()) == []


def test_a_file_that_was_refused_counts_once_its_source_is_right(company: Company) -> None:
    company.land(JANUARY, HEADER + line(1) + line(2, Netto="x"))
    company.land(FEBRUARY, lines(2))
    company.ingest()
    assert company.exports()[JANUARY][0] == "rejected"
    company.source(SALES + "reject_above: 50%\n")
    report = again(company)
    assert company.exports() == {JANUARY: ("loaded", None), FEBRUARY: ("loaded", None)}
    assert (report.rows_loaded, report.rows_held) == (3, 1)
    assert list(company.workspace.rejected.iterdir()) == []
    assert list(company.workspace.landing.iterdir()) == []


def test_a_refused_file_waits_for_nothing_that_says_it_is_complete(company: Company) -> None:
    complete = "complete: {marker: .done}\n"
    company.source(SALES + complete)
    company.land(JANUARY, HEADER + line(1) + line(2, Netto="x"))
    company.land(f"{JANUARY}.done", "")
    company.ingest()
    assert company.exports()[JANUARY][0] == "rejected"
    company.source(SALES + complete + "reject_above: 50%\n")
    again(company)
    assert company.exports()[JANUARY][0] == "loaded"
    assert list(company.workspace.landing.iterdir()) == []


def test_the_command_ends_with_4_when_an_export_fails(company: Company) -> None:
    company.land(JANUARY, lines(2))
    company.ingest()
    company.source(SALES.replace('"Catatan"', '"Keterangan"'))
    company.state.start_run("test")
    outcome = run_verb("ingest --again", company.workspace, Silent(), source="erp")
    assert (outcome.exit_code, outcome.held_files) == (4, ())
    assert summarise(outcome)["ingested"]["not_read_again"][0]["file_name"] == JANUARY


def test_a_refused_file_stays_refused_and_one_taken_away_is_done_with(company: Company) -> None:
    company.land(JANUARY, HEADER + line(1) + line(2, Netto="x"))
    company.land(FEBRUARY, HEADER + line(1) + line(2, Netto="y"))
    company.ingest()
    (company.workspace.rejected / JANUARY).unlink()
    report = again(company)
    assert [(outcome.file_name, outcome.status) for outcome in report.outcomes] == [
        (FEBRUARY, "rejected")
    ]
    assert "Reason: 1 of 2 records" in company.reason(FEBRUARY)


def test_a_newer_file_of_the_name_stays_rejected(company: Company) -> None:
    company.land(JANUARY, lines(2))
    company.ingest()
    company.land(JANUARY, lines(3)[:-1])
    company.ingest()
    again(company)
    assert sorted(load.status for load in company.loads()) == ["current", "superseded"]
    assert (company.workspace.rejected / JANUARY).exists()
    assert "truncated" in company.reason(JANUARY)


def test_other_files_in_landing_are_left_there(company: Company) -> None:
    company.land(JANUARY, lines(2))
    company.ingest()
    company.land(FEBRUARY, lines(2))
    again(company)
    assert [path.name for path in company.workspace.landing.iterdir()] == [FEBRUARY]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (('file: "penjualan_', 'file: "jual_'), "the pattern jual_"),
        (("{date:%Y-%m}*", "*"), "would be another export now"),
        (("{date:%Y-%m}", "{delivery}"), "would be another export now"),
        (("  lines:", "  rows:"), "has the parts rows; its exports were taken as lines"),
    ],
)
def test_a_source_that_would_take_other_exports_is_refused(
    company: Company, change: tuple[str, str], problem: str
) -> None:
    company.land(JANUARY, lines(2))
    company.ingest()
    company.source(SALES.replace(*change).replace("from lines", f"from {change[1].strip(' :')}")
                   if "rows" in change[1] else SALES.replace(*change))  # fmt: skip
    with pytest.raises(UsageError, match=problem):
        again(company)
    assert [load.status for load in company.loads()] == ["current"]


def test_an_unknown_source_is_named(company: Company) -> None:
    with pytest.raises(UsageError, match="there is no source `erpp`") as caught:
        again(company, "erpp")
    assert "`erp`" in caught.value.remedy


def test_deliveries_of_several_parts_are_read_again_whole(bare_company: Company) -> None:
    bare_company.source(ORDERS)
    for name, content in FILES.items():
        bare_company.land(name, content)
    bare_company.ingest()
    exports = bare_company.exports()
    bare_company.source(ORDERS.replace("o.day as order_date", "o.day as order_date, d.id as note"))
    again(bare_company, "shop")
    assert shop_lines(bare_company) == LINES
    assert bare_company.lake("note") == bare_company.lake("order_id")
    assert bare_company.exports() == exports


@pytest.mark.parametrize("was", ["", "replaces: everything\n"])
def test_dumps_count_as_if_the_source_had_always_been_so(bare_company: Company, was: str) -> None:
    source = SALES.replace("{date:%Y-%m}*", "{date:%Y-%m-%d}")
    bare_company.source(source + was)
    for day in (2, 1, 3):
        bare_company.land(f"penjualan_2026-02-0{day}.csv", HEADER + line(day))
        bare_company.ingest()
    for replaces, orders in (("replaces: everything\n", ["F3"]), ("", ["F1", "F2", "F3"])):
        bare_company.source(source + replaces)
        again(bare_company)
        assert [order for (order,) in bare_company.lake("order_id")] == orders


@pytest.mark.parametrize(
    "place",
    ["landing.landed_again", "file.renamed", "ingest.segment_renamed", "ingest.read_again", "#12"],
)
def test_killed_in_between_and_run_again_it_ends_as_one_clean_run(
    company: Company, place: str
) -> None:
    company.land(JANUARY, lines(2))
    company.land(FEBRUARY, lines(3))
    company.land("penjualan_2026-03.csv", HEADER + line(1) + line(2, Netto="x"))
    company.ingest()
    changed = SALES.replace('"Barang" as', "'Q' as")
    company.source(changed + "reject_above: 50%\n")
    verb = 'run_verb("ingest --again", workspace, Silent(), source="erp")'
    assert act(company, verb, place) == -signal.SIGKILL
    assert company.lake("count(*)") in ([(5,)], [(6,)])
    company.ingest()
    assert company.lake("count(*)") in ([(5,)], [(6,)])
    assert again(company).not_read_again == ()
    assert company.lake("product_id") == [("Q",)] * 6
    assert {status for status, _ in company.exports().values()} == {"loaded"}
    assert list(company.workspace.rejected.iterdir()) == []
