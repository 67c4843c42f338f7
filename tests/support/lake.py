"""Puts records of feeds straight into the lake, as a committed load of one export would."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
from niaga.ingest.contracts import SYSTEM_COLUMNS, contracts
from niaga.ingest.durable import sha256_of
from niaga.state import State, tables, utc_now
from niaga.workspace import Workspace


def put(
    workspace: Workspace,
    state: State,
    feed: str,
    rows: list[dict[str, Any]],
    business_date: date = date(2026, 12, 31),
) -> None:
    """Commit `rows` (column -> value as text; missing ones NULL) as a segment of `feed`."""
    contract = contracts()[feed]
    columns = [(column.name, column.duckdb_type) for column in contract.columns]
    export_id = hashlib.sha256(repr((feed, rows, business_date)).encode()).hexdigest()
    path = workspace.lake / feed / f"{export_id[:16]}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        connection.execute(
            "create table record ("
            + ", ".join(f'"{name}" {kind}' for name, kind in [*columns, *SYSTEM_COLUMNS.items()])
            + ")"
        )
        for number, row in enumerate(rows, start=1):
            assert set(row) <= {name for name, _ in columns}, set(row) - {n for n, _ in columns}
            values = [row.get(name) for name, _ in columns]
            values += [export_id, number, business_date, utc_now()]
            connection.execute(
                f"insert into record values ({', '.join('?' * len(values))})", values
            )
        connection.execute(f"copy record to '{path}' (format parquet)")
    _commit(workspace, state, feed, path, export_id, len(rows), business_date)


def _commit(
    workspace: Workspace,
    state: State,
    feed: str,
    path: Path,
    export_id: str,
    rows: int,
    business_date: date,
) -> None:
    with state.engine.begin() as transaction:
        transaction.execute(
            tables.export.insert().values(
                source=feed,
                part="rows",
                export_id=export_id,
                file_name=f"{feed}.csv",
                size_bytes=0,
                business_date=business_date,
                delivery=export_id,
                status="loaded",
                landed_at=utc_now(),
                decided_at=utc_now(),
            )
        )
        transaction.execute(
            tables.load.insert().values(
                load_id=export_id,
                source=feed,
                delivery=export_id,
                export_ids={"rows": export_id},
                business_date=business_date,
                rows_read=rows,
                rows_filtered=0,
                rows_held=0,
                status="current",
                committed_at=utc_now(),
            )
        )
        transaction.execute(
            tables.segment.insert().values(
                segment_id=export_id,
                load_id=export_id,
                feed=feed,
                path=path.relative_to(workspace.root).as_posix(),
                rows=rows,
                sha256=sha256_of(path),
                committed_at=utc_now(),
            )
        )
