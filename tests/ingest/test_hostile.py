"""Each of many bad files ends as it must, and none of its bytes or rows is lost."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

import pytest
from niaga.ingest.archive import archive_path, restore_export
from niaga.ingest.stage import ExportOutcome

from .conftest import Company, open_company
from .hostile import packed_files, text_files, typed_files

SOURCE = """\
source: case_{number}
exports:
  rows: {{file: "case_{number}.*", {options}}}
locale: {locale}
business_date: file_time
reject_above: 100%
feeds:
  sales_line: |
    select
        _row_number, {id} as order_id, 1 as line_number, 'sale' as document_type,
        {day} as order_date, 'P' as product_id, 1 as quantity, {amount} as net_amount,
        {note} as remark, 'case_{number}' as case_name
    from rows
"""
CASES = [*text_files.cases(), *packed_files.cases(), *typed_files.cases()]
NAMES = ("id", "day", "amount", "note")


@dataclass(frozen=True)
class Ended:
    """What became of all the files."""

    company: Company
    outcomes: dict[str, ExportOutcome]
    loaded: dict[str, list[tuple[object, ...]]]
    held: dict[str, list[tuple[object, ...]]]


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    with open_company(tmp_path_factory.mktemp("hostile")) as company:
        for number, case in enumerate(CASES):
            has_header = case.options.get("format", {}).get("header", True)
            columns = [
                f'"{name}"' if has_header else f"column_{at}" for at, name in enumerate(NAMES, 1)
            ]
            options = ", ".join(
                f"{key}: {json.dumps(value)}" for key, value in case.options.items()
            )
            company.source(
                SOURCE.format(
                    number=number,
                    options=options,
                    locale=json.dumps(case.locale),
                    **dict(zip(NAMES, columns, strict=True)),
                )
            )
            company.land(f"case_{number}.dat", case.content)
        outcomes = {outcome.source: outcome for outcome in company.ingest().outcomes}
        loaded: dict[str, list[tuple[object, ...]]] = {}
        columns = (
            "case_name, _row_number, order_id, order_date::varchar,"
            " net_amount::decimal(38, 2)::varchar, remark"
        )
        for name, *found in company.lake(columns):
            loaded.setdefault(str(name), []).append(tuple(found))
        held: dict[str, list[tuple[object, ...]]] = {}
        for source, *found in company.quarantine("source, row_number, column_name, reason"):
            held.setdefault(str(source), []).append(tuple(found))
        return Ended(company, outcomes, loaded, held)


def test_there_are_many_and_each_is_another_one() -> None:
    assert len(CASES) >= 150
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("number", range(len(CASES)), ids=[case.name for case in CASES])
def test_a_bad_file_ends_as_it_must(ended: Ended, number: int) -> None:
    case, source = CASES[number], f"case_{number}"
    outcome = ended.outcomes[source]
    loaded = ended.loaded.get(source, [])
    held = ended.held.get(source, [])
    if case.rejected:
        assert outcome.status == "rejected", (loaded, held)
        assert outcome.reason is not None
        assert case.rejected in outcome.reason
        assert (loaded, held) == ([], [])
        kept = ended.company.workspace.rejected / f"{source}.dat"
        assert kept.read_bytes() == case.content
    else:
        assert outcome.status == "loaded", outcome.reason
        assert tuple(found[1:] for found in sorted(loaded)) == case.loaded
        reasons = {(at, column or ""): reason for at, column, reason in held}
        assert reasons.keys() == case.held.keys(), reasons
        for place, reason in case.held.items():
            assert reason in str(reasons[place])
        # Every record is in the lake or in quarantine, once.
        assert outcome.rows_filtered == 0
        rows = sorted([int(str(found[0])) for found in loaded] + sorted({at for at, _ in reasons}))
        assert rows == list(range(1, outcome.rows_read + 1))


@pytest.mark.parametrize("number", range(len(CASES)), ids=[case.name for case in CASES])
def test_its_bytes_are_in_the_archive(ended: Ended, number: int) -> None:
    content = CASES[number].content
    workspace = ended.company.workspace
    restored = workspace.warehouse / "restored"
    restore_export(archive_path(workspace.archive, hashlib.sha256(content).hexdigest()), restored)
    assert restored.read_bytes() == content


HEAVY = """\
source: heavy
exports: {rows: {file: "heavy*", format: {type: FORMAT}}}
reject_above: 100%
feeds: {territory: 'select _row_number, id as territory_id, name from rows'}
"""


@pytest.mark.parametrize("kind", ["csv", "json_lines", "json"])
def test_a_file_of_100_000_columns_is_refused(bare_company: Company, kind: str) -> None:
    bare_company.source(HEAVY.replace("FORMAT", kind))
    names = ["id", "name", *(f"c{number}" for number in range(100_000))]
    content = {
        "csv": lambda: (",".join(names) + "\n" + ",".join("x" * len(names)) + "\n").encode(),
        "json_lines": lambda: (json.dumps(dict.fromkeys(names, "x")) + "\n").encode(),
        "json": lambda: json.dumps([dict.fromkeys(names, "x")]).encode(),
    }[kind]()
    bare_company.land("heavy", content)
    outcome = bare_company.ingest_one()
    assert outcome.status == "rejected"
    assert outcome.reason == "has 100002 columns, and no more than 10000 are read"


@pytest.mark.parametrize(("size", "status"), [(3, "loaded"), (40, "rejected")])
def test_a_field_of_many_megabytes_costs_no_record(
    bare_company: Company, size: int, status: str
) -> None:
    bare_company.source(HEAVY.replace("FORMAT", "csv"))
    content = "id,name\n1,a\n2," + "x" * (size << 20) + "\n3,c\n"
    bare_company.land("heavy", content)
    outcome = bare_company.ingest_one()
    assert outcome.status == status, outcome
    if status == "loaded":
        assert bare_company.lake("territory_id", "territory") == [("1",), ("3",)]
        ((place, reason),) = bare_company.quarantine("row_number, reason")
        assert (place, reason) == (2, "the record is longer than 2 MB")
    else:
        assert "lines that belong to no record" in str(outcome.reason)
        assert (bare_company.workspace.rejected / "heavy").read_text() == content


def test_a_quote_that_swallows_much_is_refused(bare_company: Company) -> None:
    bare_company.source(HEAVY.replace("FORMAT", "csv"))
    rest = "".join(f"{number},{'x' * 1000}\n" for number in range(2, 40_000))
    bare_company.land("heavy", 'id,name\n1,"a\n' + rest)
    outcome = bare_company.ingest_one()
    assert outcome.status == "rejected", outcome


def test_nothing_stays_behind(ended: Ended) -> None:
    workspace = ended.company.workspace
    assert list(workspace.landing.iterdir()) == []
    working = workspace.warehouse / "ingest"
    assert not working.exists() or list(working.iterdir()) == []
