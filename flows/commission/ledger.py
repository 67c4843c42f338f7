"""Appends pending postings to the ledger: one Parquet segment a night, never changed afterwards."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import duckdb
import sqlalchemy as sa

from ..engine import engine_settings
from ..errors import NiagaError
from ..failpoints import reach
from ..ingest.durable import TEMPORARY, make_folder, put_in_place, sha256_of, temporary_for
from ..state import tables, utc_now
from .plans import load_plans

if TYPE_CHECKING:
    from ..state import State
    from ..workspace import Workspace

POSTING_COLUMNS = {
    "posting_id": "VARCHAR",
    "posted_at": "TIMESTAMP",
    "posting_period": "VARCHAR",
    "posting_period_start": "DATE",
    "posting_period_end": "DATE",
    "earned_period": "VARCHAR",
    "earned_period_start": "DATE",
    "earned_period_end": "DATE",
    "pay_kind": "VARCHAR",
    "participant_id": "VARCHAR",
    "plan_id": "VARCHAR",
    "component_id": "VARCHAR",
    "plan_version": "BIGINT",
    "component_key": "VARCHAR",
    "plan_text_hash": "VARCHAR",
    "commission_line_id": "VARCHAR",
    "window_id": "VARCHAR",
    "amount_minor": "BIGINT",
    "amount": "DECIMAL(24,6)",
    "currency": "VARCHAR",
    "kind": "VARCHAR",
    "balance": "DECIMAL(24,6)",
    "reason": "VARCHAR",
    "corrects_posting_id": "VARCHAR",
    "run_id": "VARCHAR",
}
PENDING = "intermediate.int_commission__pending_posting"


def post(workspace: Workspace, state: State, run_id: str) -> int:
    """Append what the build found pending as one segment, and give the number of postings.

    Nothing pending appends nothing. A segment counts once the state database knows it; one that a
    killed run left behind is swept first.
    """
    workspace.ledger.mkdir(parents=True, exist_ok=True)
    _sweep(workspace, state)
    _keep_plan_texts(workspace)
    path = workspace.ledger / f"{run_id}.parquet"
    temporary = temporary_for(path)
    with duckdb.connect(
        str(workspace.build_database), read_only=True, config=engine_settings(workspace.spill)
    ) as connection:
        rows = connection.execute(f"select count(*) from {PENDING}").fetchall()[0][0]
        if rows == 0:
            return 0
        columns = ", ".join(POSTING_COLUMNS)
        target = str(temporary).replace("'", "''")
        connection.execute(
            f"copy (select {columns} from {PENDING} order by posting_id) "
            f"to '{target}' (format parquet, compression zstd)"
        )
    put_in_place(temporary, path)
    reach("ledger.segment_renamed")
    with state.engine.begin() as transaction:
        state.confirm_lease(transaction)
        transaction.execute(
            tables.posting_segment.insert().values(
                posting_segment_id=run_id,
                run_id=run_id,
                path=path.relative_to(workspace.root).as_posix(),
                rows=rows,
                sha256=sha256_of(path),
                committed_at=utc_now(),
            )
        )
    reach("ledger.committed")
    return int(rows)


def _sweep(workspace: Workspace, state: State) -> None:
    """Remove segments that a run of ours has written and no transaction has committed.

    Raises NiagaError for a segment of an unknown run: then the state database is not the one that
    belongs to this ledger, and nothing may be posted on top of it.
    """
    with state.reading() as connection:
        known = set(connection.execute(sa.select(tables.posting_segment.c.path)).scalars())
        runs = set(connection.execute(sa.select(tables.run.c.run_id)).scalars())
    for path in workspace.ledger.iterdir():
        is_segment = path.suffix in (".parquet", TEMPORARY)
        name = path.relative_to(workspace.root).as_posix()
        if not is_segment or name in known:
            continue
        if path.name.partition(".")[0] not in runs:
            raise NiagaError(
                f"{name} was posted by a run that the state database does not know",
                "put back the state database that belongs to this workspace",
            )
        path.unlink()


def _keep_plan_texts(workspace: Workspace) -> None:
    """Store the text of every plan beside the ledger, by hash: what was paid can be read later."""
    folder = workspace.ledger / "plans"
    make_folder(folder)
    for file in load_plans(workspace):
        kept = folder / f"{file.text_hash}.yml"
        if not kept.exists():
            temporary = temporary_for(kept)
            shutil.copyfile(file.path, temporary)
            put_in_place(temporary, kept)
