"""A backup is whole whatever goes on meanwhile, and only what is whole is restored."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from niaga.care.backup import Backup, back_up
from niaga.care.compaction import compact, find_packs
from niaga.care.doctor import examine
from niaga.care.restore import restore
from niaga.errors import LeaseHeld, NiagaError, UsageError
from niaga.progress import Silent
from niaga.state import State
from niaga.state.tables import lease, metadata
from niaga.workspace import Workspace, find_workspace
from sqlalchemy import select

from tests.ingest.conftest import HEADER, SALES, Company, line, open_company
from tests.support.postgresql import PostgresqlServer

BACKUPS = 3


def land(company: Company, number: int) -> None:
    company.land(f"penjualan_2026-01_{number:03}.csv", HEADER + line(number))


def backup_of(company: Company, folder: Path) -> Backup:
    return back_up(company.workspace, folder, Silent())


def faults(workspace: Workspace) -> list[str]:
    findings = examine(workspace, Silent(), is_quick=False)
    return [finding.what for finding in findings if finding.level == "fault"]


def orders(workspace: Workspace) -> list[str]:
    with State.open(workspace) as state:
        return [order for (order,) in Company(workspace, state).counted("order_id")]


@contextmanager
def at_work(company: Company) -> Iterator[list[int]]:
    """Land and load files one after the other, and pack the lake, while the block runs."""
    is_over, landed = threading.Event(), list[int]()

    def work() -> None:
        number = 0
        while not is_over.is_set():
            number += 1
            land(company, number)
            landed.append(number)
            company.ingest()
            if number % 3 == 0:
                packs = find_packs(company.workspace, company.state, 3)
                compact(company.workspace, company.state, packs)

    worker = threading.Thread(target=work)
    worker.start()
    try:
        yield landed
    finally:
        is_over.set()
        worker.join()


def test_backups_made_while_files_are_loaded_and_packed_lose_and_double_nothing(
    company: Company, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("backups")
    backups: list[Backup] = []
    with at_work(company) as landed:
        while len(backups) < BACKUPS:
            so_far = len(landed)
            if so_far > 4 * len(backups):
                place = folder / str(len(backups))
                place.mkdir()
                backups.append(backup_of(company, place))
    wanted = sorted(f"F{number}" for number in landed)
    for number, backup in enumerate(backups):
        root = folder / f"restored-{number}"
        restored = restore(backup.file, root, None, Silent()).workspace
        assert faults(restored) == []
        # Everything comes once more: what is in the backup is known, the rest was later.
        with State.open(restored) as state:
            again = Company(restored, state)
            for each in landed:
                land(again, each)
            again.ingest()
        assert orders(restored) == wanted


def test_what_had_landed_is_in_the_backup_whatever_happens_at_its_turns(
    company: Company, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path_factory.mktemp("backup")
    for number in (1, 2, 3):
        land(company, number)
        company.ingest()
    land(company, 4)
    turns: list[str] = []

    def work_on(turn: str) -> None:
        turns.append(turn)
        company.ingest()
        packs = find_packs(company.workspace, company.state, 2)
        compact(company.workspace, company.state, packs)
        land(company, 10 + len(turns))
        company.ingest()

    monkeypatch.setattr("niaga.care.backup.reach", work_on)
    backup = backup_of(company, folder)
    assert turns == ["backup.landed", "backup.state"]
    restored = restore(backup.file, folder / "new", None, Silent()).workspace
    assert faults(restored) == []
    with State.open(restored) as state:
        Company(restored, state).ingest()
    assert orders(restored) == ["F1", "F11", "F2", "F3", "F4"]


def test_a_workspace_is_restored_as_it_was(
    company: Company, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("backup")
    company.land("penjualan_2026-01.csv", HEADER + line(1) + line(2))
    company.land("penjualan_2026-02.csv", HEADER + line(3, Jumlah="dua"))
    company.ingest()
    company.land("later.csv", "x\n", day="2026-03-01")
    (company.workspace.plans_folder / "reps.yml.example").write_text("# none yet\n")
    (company.workspace.root / "notes.txt").symlink_to("/etc/hostname")
    backup = backup_of(company, folder)
    assert backup.left_out == ("notes.txt",)
    assert backup.file.stat().st_mode & 0o077 == 0

    restored = restore(backup.file, folder / "new", None, Silent()).workspace

    assert orders(restored) == ["F1", "F2"]
    for name in ("landing/later.csv", "rejected/penjualan_2026-02.csv", "plans/reps.yml.example"):
        new, old = restored.root / name, company.workspace.root / name
        assert new.read_bytes() == old.read_bytes()
        assert int(new.stat().st_mtime) == int(old.stat().st_mtime)
    assert restored.root.stat().st_mode & 0o077 == 0
    with State.open(restored) as state:
        assert Company(restored, state).exports() == company.exports()


def test_a_state_that_lies_elsewhere_in_the_workspace_is_put_there_again(tmp_path: Path) -> None:
    (tmp_path / "company" / "data").mkdir(parents=True)
    with open_company(tmp_path / "company"):
        pass
    with (tmp_path / "company" / "niaga.yml").open("a") as settings:
        settings.write("state: sqlite:///data/own.db\n")
    workspace = find_workspace(tmp_path / "company")
    with State.open(workspace) as state:
        state.record_audit("test", "here")
        # It is open, so its log lies beside it.
        with state.engine.connect():
            state.record_audit("test", "again")
            backup = back_up(workspace, tmp_path, Silent())
    assert not [name for name in backup.manifest.files if name.startswith("workspace/data/")]
    restored = restore(backup.file, tmp_path / "new", None, Silent()).workspace
    with State.open(restored) as state:
        assert len(rows(state)["audit_log"]) == 3
    assert (tmp_path / "new" / "data" / "own.db").is_file()


def test_only_a_whole_backup_is_restored_and_only_into_an_empty_folder(
    company: Company, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("backup")
    company.land("penjualan_2026-01.csv", HEADER + line(1))
    company.ingest()
    file = backup_of(company, folder).file
    content = file.read_bytes()
    damaged, new = folder / "damaged.tar.zst", folder / "new"
    for wrong in (content[:-100], content[: len(content) // 2], changed(file), b"", b"no tar"):
        damaged.write_bytes(wrong)
        with pytest.raises(NiagaError, match="no whole backup"):
            restore(damaged, new, None, Silent())
        assert list(new.iterdir()) == []
    with pytest.raises(UsageError, match="not empty"):
        restore(file, company.workspace.root, None, Silent())
    with pytest.raises(UsageError, match="no backup"):
        restore(folder / "none", new, None, Silent())


def changed(file: Path) -> bytes:
    """Give a backup that can be read, with one byte of a Parquet file in it changed."""
    with pa.CompressedInputStream(str(file), "zstd") as stream:
        plain = bytearray(stream.read())
    plain[plain.index(b"PAR1") + 10] ^= 1
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(bytes(plain))
    return sink.getvalue().to_pybytes()


def test_killed_on_the_way_the_folder_is_no_workspace(
    company: Company, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("backup")
    backup = backup_of(company, folder)
    program = (
        "import sys; from pathlib import Path; from niaga.care.restore import restore;"
        "from niaga.progress import Silent;"
        "restore(Path(sys.argv[1]), Path(sys.argv[2]), None, Silent())"
    )
    killed = subprocess.run(
        [sys.executable, "-c", program, backup.file, folder / "new"],
        env=os.environ | {"NIAGA_FAILPOINT": "restore.state"},
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    with pytest.raises(UsageError):
        find_workspace(folder / "new")


def test_no_backup_is_made_of_what_is_damaged_or_in_use(
    company: Company, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("backup")
    company.land("penjualan_2026-01.csv", HEADER + line(1))
    company.ingest()
    with company.state.keeping_files("backup"), pytest.raises(LeaseHeld):
        backup_of(company, folder)
    (segment,) = company.workspace.lake.glob("*/*.parquet")
    segment.write_bytes(segment.read_bytes()[:-1] + b"x")
    with pytest.raises(NiagaError, match=f"lake/sales_line/{segment.name} is not what was written"):
        backup_of(company, folder)
    segment.unlink()
    with pytest.raises(NiagaError, match=f"lake/sales_line/{segment.name} is gone"):
        backup_of(company, folder)
    (segment.parent / "of-another-state.parquet").touch()
    (company.workspace.root / "state.db").unlink()
    with pytest.raises(NiagaError, match="the state database knows of no run"):
        backup_of(company, folder)
    assert list(folder.iterdir()) == []


def test_a_state_goes_from_postgresql_into_a_file_and_back(
    postgresql: PostgresqlServer, tmp_path: Path
) -> None:
    root = tmp_path / "company"
    root.mkdir()
    with open_company(root):
        pass
    with (root / "niaga.yml").open("a") as settings:
        settings.write(f"state: {postgresql.new_database()}\n")
    workspace = find_workspace(root)
    with State.open(workspace) as state:
        company = Company(workspace, state)
        company.source(SALES)
        company.land("penjualan_2026-01.csv", HEADER + line(1))
        company.ingest()
        state.finish_run(state.start_run("ingest"), "done", 0)
        state.record_audit("test", "a row with a number of its own")
        backup = backup_of(company, tmp_path)
        before = rows(state)
    with pytest.raises(UsageError, match="there already"):
        restore(backup.file, tmp_path / "refused", None, Silent())
    for name, url in (("a", "sqlite:///own.db"), ("b", postgresql.new_database())):
        restored = restore(backup.file, tmp_path / name, url, Silent()).workspace
        assert restored.settings.state == url
        assert orders(restored) == ["F1"]
        with State.open(restored) as state:
            state.record_audit("test", "numbered on from there")
            after = rows(state)
            assert [row["audit_id"] for row in after.pop("audit_log")] == [1, 2, 3]
        assert after == {name: found for name, found in before.items() if name != "audit_log"}


def rows(state: State) -> dict[str, list[dict[str, Any]]]:
    with state.reading() as connection:
        return {
            table.name: [
                dict(row)
                for row in connection.execute(
                    select(table).order_by(*table.primary_key.columns)
                ).mappings()
            ]
            for table in metadata.sorted_tables
            if table is not lease
        }
