"""Many small files become one: what counts, and what a build has read, stays the same."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from niaga.care.compaction import compact, find_packs
from niaga.ingest.again import ingest_again
from niaga.progress import Silent
from niaga.refresh.registration import complete, register
from niaga.state.tables import segment
from sqlalchemy import select

from tests.ingest.conftest import HEADER, SALES, Company, line
from tests.ingest.test_replacing import STATED, land_range, on

ALL = "order_id, net_amount, _export_id, _row_number, _business_date, _loaded_at"
PACK = """
import sys
from pathlib import Path
from niaga.care.compaction import compact, find_packs
from niaga.state import State
from niaga.workspace import find_workspace
workspace = find_workspace(Path(sys.argv[1]))
with State.open(workspace) as state:
    compact(workspace, state, find_packs(workspace, state, 2))
"""


def files(company: Company) -> set[str]:
    lake = company.workspace.lake
    return {path.relative_to(lake.parent).as_posix() for path in lake.glob("*/*")}


def known(company: Company) -> set[str]:
    with company.state.reading() as connection:
        return set(connection.execute(select(segment.c.path)).scalars())


def pack(company: Company) -> int:
    return compact(
        company.workspace, company.state, find_packs(company.workspace, company.state, 2)
    )


def build(company: Company) -> bool:
    """Begin a build and end it; tell whether it started anew."""
    found = register(company.workspace, company.state, "run", is_posting=False)
    complete(company.workspace, company.state)
    return found.is_full


def land_ranges(company: Company) -> None:
    """Load exports of ranges one by one: some replaced as a whole, some in part, in any order."""
    company.source(STATED)
    land_range(company, 1, 10, 5, on(2, 1), on(9, 2))
    company.ingest()
    land_range(company, 8, 20, 6, on(9, 3), on(12, 4), on(20, 5))
    company.ingest()
    land_range(company, 1, 5, 1, on(2, 6))
    company.ingest()
    land_range(company, 19, 25, 2, on(20, 7), on(22, 8))
    company.ingest()


def test_rows_that_count_stay_the_same_and_a_build_goes_on(bare_company: Company) -> None:
    company = bare_company
    land_ranges(company)
    before = company.counted(ALL)
    assert [row[0] for row in before] == ["F1", "F3", "F4", "F5", "F8"]
    build(company)
    assert pack(company) == 4
    assert not build(company)
    # What was replaced as a whole counts again where its source is read otherwise: it went along.
    assert len(known(company)) == 1
    company.ingest()
    assert files(company) == known(company)

    land_range(company, 26, 26, 7, on(26, 9))
    company.ingest()
    assert not build(company)
    assert pack(company) == 2
    assert not build(company)
    after = company.counted(ALL)
    assert [row[0] for row in after if row not in before] == ["F9"]
    assert len(after) == len(before) + 1


def test_of_a_file_whose_loads_count_only_in_part_no_other_rows_come_back(
    company: Company,
) -> None:
    for number in range(1, 4):
        company.land(f"penjualan_2026-0{number}.csv", HEADER + line(number, Catatan=str(number)))
    company.land("penjualan_2026-04.csv", HEADER + line(4, Catatan="x"))
    company.ingest()
    typed = 'format: {delimiter: ";"}\n    columns: {Catatan: integer}'
    text = SALES.replace('format: {delimiter: ";"}', typed)
    text = text.replace('"Netto" as net', '2 * niaga_money("Netto") as net')
    company.source(text.replace('"Catatan" as remark', 'cast("Catatan" as varchar) as remark'))
    # The fourth can't be read so, and goes on counting as it was loaded, in the file of all four.
    ingest_again(company.workspace, company.state, "again", "erp", Silent())
    before = company.counted(ALL)
    assert len(before) == 4
    assert pack(company) == len(files(company)) - 1 > 1
    assert company.counted(ALL) == before
    company.ingest()
    # The first reading of three exports is superseded, and stays in the old file until it goes.
    assert files(company) == known(company)
    assert len(known(company)) == 2


@pytest.mark.parametrize(
    "place",
    ["file.written", "file.renamed", "compact.packed", "state.commit", "compact.committed"],
)
def test_killed_at_any_step_it_loses_and_doubles_nothing(bare_company: Company, place: str) -> None:
    company = bare_company
    land_ranges(company)
    before = company.counted(ALL)
    killed = subprocess.run(
        [sys.executable, "-c", PACK, company.workspace.root],
        env=os.environ | {"NIAGA_FAILPOINT": place},
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    assert company.counted(ALL) == before
    company.ingest()
    assert files(company) == known(company)
    pack(company)
    assert company.counted(ALL) == before
    assert len(known(company)) == 1


def test_old_files_stay_while_somebody_reads_them(bare_company: Company) -> None:
    company = bare_company
    land_ranges(company)
    old = files(company)
    with company.state.keeping_files("backup"):
        pack(company)
        company.ingest()
        assert old < files(company)
    company.ingest()
    assert files(company) == known(company)


def test_what_is_damaged_or_of_other_columns_is_left_alone(bare_company: Company) -> None:
    company = bare_company
    land_ranges(company)
    damaged = damage(company, sorted(known(company))[0])
    assert pack(company) == 3
    assert damaged in known(company)
    company.source(STATED.replace('"Mata Uang" as currency,', ""))
    company.source(STATED.replace("        _row_number,", "        _row_number, 1 as x_more,"))
    land_range(company, 27, 27, 8, on(27, 10))
    company.ingest()
    assert pack(company) == 0


def damage(company: Company, path: str) -> str:
    """Change a byte in the middle of a file."""
    file: Path = company.workspace.root / path
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    return path


def test_few_files_are_left_as_they_are(bare_company: Company) -> None:
    land_ranges(bare_company)
    packs: list[Any] = find_packs(bare_company.workspace, bare_company.state)
    assert packs == []
