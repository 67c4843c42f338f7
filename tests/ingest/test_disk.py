"""A disk that is full at any moment stops an ingest in words, and costs nothing."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from niaga.disk import told_when_full
from niaga.errors import NiagaError
from niaga.ingest import database, streaming
from niaga.operate.run import FILE_HELD, run_verb
from niaga.progress import Silent

from tests.support.warm import Warm

from .conftest import HEADER, SALES, Company, line, open_company

DISK = 16 << 20
ROWS = 6000


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(folder)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip("only the superuser can mount a disk")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill_landing(company: Company) -> None:
    """Land a file whose rows don't compress, and one that is rejected."""
    company.source(SALES)
    texts = random.Random(0)
    rows = [
        line(number, Netto="Rp 1.000,50", Catatan=texts.randbytes(40).hex())
        for number in range(1, ROWS + 1)
    ]
    faulty = [
        line(number, Netto="x" + texts.randbytes(40).hex()) for number in range(ROWS, ROWS + 300)
    ]
    company.land("penjualan_2026-01.csv", HEADER + "".join(rows + faulty))
    company.land("penjualan_2026-02.csv", HEADER + "".join(rows)[:-1])


def ended(company: Company) -> dict[str, Any]:
    """Give all that lasts, without what differs from run to run."""
    root = company.workspace.root
    folders = ["landing", "lake", "quarantine", "rejected", "archive"]
    files = [path for name in folders for path in (root / name).rglob("*") if path.is_file()]
    counted = company.workspace.lake, company.workspace.quarantine
    assert not [path for path in files if path.suffix == ".tmp"]
    return {
        "files": sorted(path.name for path in files if path.parents[1] not in counted[:1]),
        "lake": company.lake("count(*), sum(net_amount), sum(hash(remark))"),
        "segments": len(list(company.workspace.lake.rglob("*.parquet"))),
        "held": company.quarantine("count(*), sum(hash(value))"),
        "quarantined": len(list(company.workspace.quarantine.glob("*.parquet"))),
        "exports": company.exports(),
    }


def without_load_ids(found: dict[str, Any]) -> dict[str, Any]:
    return found | {"files": [name for name in found["files"] if "sales_line" not in name]}


def test_full_at_any_moment_and_run_again_it_ends_as_one_clean_run(
    warm: Warm, disk: Path, tmp_path: Path
) -> None:
    clean = tmp_path / "clean"
    clean.mkdir()
    with open_company(clean) as company:
        fill_landing(company)
        shutil.copytree(clean, tmp_path / "landed")
        assert warm.run(clean, ["ingest"]) == FILE_HELD
        expected = without_load_ids(ended(company))
    assert expected["lake"][0][0] == ROWS
    stopped = 0
    for free in (0, 200, 600, 1200, 4000):
        root = disk / "company"
        shutil.copytree(tmp_path / "landed", root)
        status = os.statvfs(disk)
        filler = disk / "filler"
        filler.write_bytes(bytes(max(0, status.f_bavail * status.f_frsize - free * 1024)))
        code = warm.run(root, ["ingest"])
        assert code in (1, FILE_HELD), free
        stopped += code == 1
        landed = {path.name for path in (root / "landing").iterdir()} - {".niaga"}
        assert code == FILE_HELD or "penjualan_2026-02.csv" in landed, free
        assert not list((root / "archive").glob("*.tmp")), free
        assert not list((root / "rejected").glob("*.tmp")), free
        filler.unlink()
        assert warm.run(root, ["ingest"]) == FILE_HELD, free
        with open_company(root) as company:
            assert without_load_ids(ended(company)) == expected, free
        shutil.rmtree(root)
    assert stopped >= 3


def test_a_full_disk_is_told_with_what_to_do(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.land("penjualan_2026-01.csv", HEADER + line(1))

    def fill(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(streaming, "write_segments", fill)
    with pytest.raises(NiagaError) as caught:
        run_verb("ingest", company.workspace, Silent())
    assert caught.value.exit_code == 1
    assert caught.value.message.startswith("the disk is full: ")
    assert "make room on the disk of" in caught.value.remedy
    assert list(company.workspace.landing.iterdir()) != []
    monkeypatch.undo()
    assert run_verb("ingest", company.workspace, Silent()).exit_code == 0
    assert company.lake("count(*)") == [(1,)]


def test_a_spill_folder_that_is_full_rejects_no_file(
    company: Company, disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.source(SALES.replace("from lines", "from lines cross join range(150)"))
    texts = "".join(line(number, Netto="1", Catatan="x" * 200) for number in range(4000))
    company.land("penjualan_2026-01.csv", HEADER + texts)
    settings = {"threads": 1, "memory_limit": "64MiB", "temp_directory": str(disk / "spill")}
    (disk / "filler").write_bytes(bytes(DISK - (256 << 10)))
    monkeypatch.setattr(database, "engine_settings", lambda _: settings)
    with pytest.raises(NiagaError, match="the disk is full"), told_when_full(disk):
        company.ingest()
    assert company.exports() == {}
    monkeypatch.undo()
    assert company.ingest_one().rows_loaded == 4000
