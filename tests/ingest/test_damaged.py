"""A segment that is not what was committed is named, with its exports, and never read."""

from __future__ import annotations

import pytest
from niaga.errors import NiagaError
from niaga.operate.run import run_verb
from niaga.progress import Silent

from .conftest import Company, lines


@pytest.mark.parametrize("is_gone", [False, True])
def test_a_damaged_segment_is_named_and_comes_back_from_the_archive(
    company: Company, is_gone: bool
) -> None:
    for month in (1, 2):
        company.land(f"penjualan_2026-{month:02}.csv", lines(20 * month))
    run_verb("ingest", company.workspace, Silent())
    counted = company.counted("order_id, net_amount")
    segment = next(company.workspace.lake.rglob("*.parquet"))
    if is_gone:
        segment.unlink()
    else:
        content = bytearray(segment.read_bytes())
        content[len(content) // 2] ^= 1
        segment.write_bytes(content)

    with pytest.raises(NiagaError) as caught:
        company.counted("count(*)")
    # Both came in one batch, so they share the file.
    assert str(caught.value) == (
        f"the lake is damaged: lake/sales_line/{segment.name} with the rows of "
        "penjualan_2026-01.csv, penjualan_2026-02.csv is "
        + ("gone" if is_gone else "not what was written")
    )
    assert "`niaga ingest --again erp`" in caught.value.remedy

    run_verb("ingest --again", company.workspace, Silent(), source="erp")
    assert company.counted("order_id, net_amount") == counted


def test_a_damaged_ledger_is_named_and_nothing_is_posted_on_top(company: Company) -> None:
    company.state.start_run("nightly")
    with company.state.engine.begin() as connection:
        connection.exec_driver_sql(
            "insert into posting_segment values"
            " ('r1', 'r1', 'ledger/r1.parquet', 1, 'abc', '2026-01-01 00:00:00')"
        )
    (company.workspace.ledger / "r1.parquet").write_bytes(b"PAR1")
    with pytest.raises(NiagaError, match=r"ledger/r1\.parquet is not what was written") as caught:
        company.counted("count(*)")
    assert "backup" in caught.value.remedy
