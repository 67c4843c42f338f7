"""The doctor finds what is wrong, names it, and says what to do."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from niaga.care.doctor import examine
from niaga.care.finding import Finding
from niaga.operate import commands
from niaga.progress import Silent
from niaga.state import State, utc_now
from niaga.state.tables import run
from sqlalchemy import text, update

from tests.ingest.conftest import HEADER, Company, line


@pytest.fixture
def company(company: Company) -> Company:
    """One with a segment, an archived export and a record in quarantine."""
    good = "".join(line(number) for number in range(1, 21))
    company.land("penjualan_2026-01.csv", HEADER + good + line(21, Jumlah="dua"))
    company.ingest()
    return company


def examined(company: Company, *, is_quick: bool = False) -> list[Finding]:
    return examine(company.workspace, Silent(), is_quick=is_quick)


def wrong(company: Company, *, is_quick: bool = False) -> list[tuple[str, str, str, str]]:
    """Give what is wrong, but for what this company has from the start: nothing is published."""
    return [
        (finding.check, finding.level, finding.what, finding.remedy)
        for finding in examined(company, is_quick=is_quick)
        if finding.level != "ok" and finding.what != "nothing is published"
    ]


def only(company: Company, pattern: str) -> Path:
    (found,) = company.workspace.root.glob(pattern)
    return found


def test_a_sound_workspace_has_no_fault_and_stays_as_it_is(
    company: Company, capsys: pytest.CaptureFixture[str]
) -> None:
    def all_files() -> dict[Path, tuple[int, int]]:
        files = (path for path in company.workspace.root.rglob("*") if path.is_file())
        return {path: (path.stat().st_size, path.stat().st_mtime_ns) for path in files}

    before = all_files()
    assert commands.doctor(True, company.workspace.root, False) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["faults"], answer["warnings"]) == (0, 1)
    looked_at = {finding["check"] for finding in answer["findings"]}
    assert looked_at == {
        "disk", "versions", "permissions", "configuration", "clock", "state",
        "lake", "quarantine", "archive", "leftovers", "publication",
    }  # fmt: skip
    assert {path: at for path, at in all_files().items() if path.suffix != ".db-shm"} == before


@pytest.mark.parametrize(
    ("pattern", "remedy"),
    [
        ("lake/sales_line/*", "`niaga ingest --again erp` writes it anew from the archive"),
        ("archive/*/*", "put {name} back from a backup, or let erp be exported again"),
        ("quarantine/*", "`niaga ingest --again erp` writes it anew from the archive"),
    ],
)
def test_each_file_that_is_gone_or_changed_is_named(
    company: Company, pattern: str, remedy: str
) -> None:
    file = only(company, pattern)
    room, path = pattern.partition("/")[0], file.relative_to(company.workspace.root).as_posix()
    remedy = remedy.format(name=file.name)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    if room == "quarantine":
        # What was refused comes again from the archive: nobody keeps its hash.
        assert wrong(company) == []
    else:
        ((check, level, what, told),) = wrong(company)
        assert (check, level, told) == (room, "fault", remedy)
        assert what.startswith(path)
        assert wrong(company, is_quick=True) == []
    file.unlink()
    gone = (room, "fault", f"{path} is gone", remedy)
    assert wrong(company) == wrong(company, is_quick=True) == [gone]
    assert commands.doctor(True, company.workspace.root, True) == 1


def open_published(company: Company) -> None:
    company.workspace.published.chmod(0o755)


def set_clock_back(company: Company) -> None:
    with company.state.engine.begin() as connection:
        connection.execute(update(run).values(finished_at=utc_now() + timedelta(days=2)))


def age(company: Company) -> None:
    with company.state.engine.begin() as connection:
        connection.execute(text("update alembic_version set version_num = '0004'"))


def renew(company: Company) -> None:
    with company.state.engine.begin() as connection:
        connection.execute(text("update alembic_version set version_num = '9999'"))


def lose_state(company: Company) -> None:
    for file in company.workspace.root.glob("state.db*"):
        file.unlink()


def damage_state(company: Company) -> None:
    file = company.workspace.root / "state.db"
    content = bytearray(file.read_bytes())
    content[4096 : 3 * 4096] = bytes(2 * 4096)
    file.write_bytes(content)


def overwrite_state(company: Company) -> None:
    lose_state(company)
    (company.workspace.root / "state.db").write_bytes(b"this is no database" * 1000)


def forget_state(company: Company) -> None:
    lose_state(company)
    State.open(company.workspace).close()


def post_unknown(company: Company) -> None:
    (company.workspace.ledger / "20250101T000000-abc.parquet").write_bytes(b"x")


def misspell(company: Company) -> None:
    company.source(
        (company.workspace.sources_folder / "erp.yml").read_text().replace("decimal:", "decimals:")
    )


def publish_nothing(company: Company) -> None:
    (company.workspace.published / "current").symlink_to("versions/gone")


@pytest.mark.parametrize(
    ("harm", "check", "level", "told"),
    [
        (open_published, "permissions", "fault", "published/ is open to others (0755)"),
        (set_clock_back, "clock", "fault", "a run is recorded of"),
        (age, "state", "warning", "is at revision 0004, this niaga's is"),
        (renew, "state", "fault", "is at revision 9999"),
        (lose_state, "state", "fault", "is gone, and lake has data that only it can tell of"),
        (damage_state, "state", "fault", "state.db"),
        (overwrite_state, "state", "fault", "state.db can't be read: file is not a database"),
        (forget_state, "state", "fault", "has data, and the state database knows of no run"),
        (post_unknown, "ledger", "fault", "was posted by a run that the state database does not"),
        (misspell, "sources", "fault", "erp.yml:6: locale.decimals: is an unknown key"),
        (publish_nothing, "publication", "fault", "published/current points to"),
    ],
)
def test_what_is_wrong_is_told(
    company: Company, harm: Callable[[Company], None], check: str, level: str, told: str
) -> None:
    harm(company)
    ((found, how, what, remedy),) = wrong(company)
    assert (found, how) == (check, level)
    assert told in what
    assert remedy


def test_what_killed_runs_have_left_is_no_fault(company: Company) -> None:
    (company.workspace.lake / "sales_line" / "x.parquet.tmp").write_bytes(b"1234")
    told = [finding.what for finding in examined(company) if finding.check == "leftovers"]
    assert told == ["1 file (4 B) that nothing needs: the next night sweeps them"]
