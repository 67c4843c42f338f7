"""A workspace that an earlier niaga has made is opened, cared for and paid from as before."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import sqlalchemy as sa
from niaga.care import compaction
from niaga.care.backup import back_up
from niaga.care.doctor import examine
from niaga.care.restore import restore
from niaga.operate.run import FILE_HELD, Outcome, run_verb
from niaga.progress import Silent
from niaga.state import State, tables
from niaga.workspace import Workspace, find_workspace

from tests.end_to_end.marts import assert_equal, content, query

KEPT = Path(__file__).with_name("workspaces")
ANSWERS = {
    "payable": "select participant_id, period, payable_amount from commission.statement",
    "ledger": "select participant_id, posting_period, reason, count(*), sum(amount) "
    "from commission.ledger group by all",
    "sales": "select order_date, count(*), sum(net_amount) from core.sales_line group by all",
    "quotas": "select participant_id, period, quota_amount, credited_amount "
    "from quota.rep_attainment",
}
"""What readers of the marts asked of the workspace when it was made, in `<name>.json`."""


def answers(root: Path) -> dict[str, list[list[Any]]]:
    return {
        name: [[str(value) for value in row] for row in query(root, f"{sql} order by all")]
        for name, sql in ANSWERS.items()
    }


def run(workspace: Workspace, verb: str) -> Outcome:
    outcome = run_verb(verb, workspace, Silent())
    # One file was refused when the workspace was made.
    assert outcome.exit_code == FILE_HELD
    return outcome


def faults(workspace: Workspace) -> list[str]:
    found = examine(workspace, Silent(), is_quick=False)
    return [finding.what for finding in found if finding.level == "fault"]


def ledger(workspace: Workspace) -> dict[str, bytes]:
    files = (path for path in workspace.ledger.rglob("*") if path.is_file())
    return {path.relative_to(workspace.root).as_posix(): path.read_bytes() for path in files}


def lake_files(workspace: Workspace) -> int:
    with State.open(workspace) as state, state.reading() as connection:
        query = sa.select(sa.func.count(sa.distinct(tables.segment.c.path)))
        return int(connection.execute(query).scalar_one())


@pytest.fixture
def unpack(tmp_path: Path) -> Callable[[str], Workspace]:
    def make(name: str) -> Workspace:
        root = tmp_path / "company"
        with (
            pa.CompressedInputStream(str(KEPT / f"{name}.tar.zst"), "zstd") as stream,
            tarfile.open(fileobj=stream, mode="r|") as tar,
        ):
            tar.extractall(root, filter="data")
        return find_workspace(root)

    return make


@pytest.mark.parametrize("name", sorted(path.stem for path in KEPT.glob("*.json")))
def test_it_goes_on_where_it_was(
    unpack: Callable[[str], Workspace], name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A night packs it, and a build of its backup gives the same again."""
    # So that it packs the few files that there are.
    monkeypatch.setattr(compaction, "find_packs", partial(compaction.find_packs, enough=2))
    workspace = unpack(name)
    paid, files = ledger(workspace), lake_files(workspace)

    assert run(workspace, "nightly").work.posted == 0

    assert answers(workspace.root) == json.loads((KEPT / f"{name}.json").read_text())
    assert ledger(workspace) == paid
    assert lake_files(workspace) < files
    assert faults(workspace) == []

    before = content(workspace.root)
    backup = back_up(workspace, tmp_path, Silent())
    restored = restore(backup.file, tmp_path / "restored", None, Silent()).workspace
    run(restored, "build")
    assert_equal(content(restored.root), before)
    assert ledger(restored) == paid
    assert faults(restored) == []
