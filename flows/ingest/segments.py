"""Write the good rows of a load as Parquet: whole files that never change."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

import duckdb

from ..failpoints import reach
from ..workspace import Workspace
from . import sql
from .durable import make_folder, put_in_place, sha256_of, temporary_for
from .mapping import ROW_NUMBER, FeedMapping


@dataclass(frozen=True)
class ParquetFile:
    """Rows of a load in a Parquet file, which loads of one batch share; the hash is of the file."""

    feed: str
    path: Path
    rows: int
    sha256: str


@dataclass(frozen=True)
class Origin:
    """Where and when the rows of a load come from."""

    export_id: str
    business_date: date | None
    loaded_at: datetime


def good_rows(feed: str) -> str:
    """Give the SQL, to stand behind FROM, of the rows of a feed that are not held back."""
    return (
        f"niaga.row_{feed}"
        f" WHERE {ROW_NUMBER} NOT IN (SELECT row_number FROM niaga.fault WHERE feed = '{feed}')"
    )


def come_from(rows: str, origin: Origin) -> str:
    """Give the SQL, to stand behind FROM, of rows that all come from one export."""
    return (
        f"(SELECT *, {sql.text(origin.export_id)} AS _export_id,"
        f" {sql.day(origin.business_date)} AS _business_date FROM {rows})"
    )


def write_segment(
    connection: duckdb.DuckDBPyConnection,
    mapping: FeedMapping,
    rows: str,
    loaded_at: datetime,
    path: Path,
) -> ParquetFile | None:
    """Write rows of a feed that are not held back; None when there are none.

    `rows` is SQL to stand behind FROM, with the columns `_export_id` and `_business_date`.
    """
    chosen = [
        sql.name(column.name)
        if column.default is None
        else f"coalesce({sql.name(column.name)}, _business_date) AS {sql.name(column.name)}"
        for column in mapping.contract.columns
    ]
    columns = ", ".join([*chosen, *(sql.name(result.name) for result in mapping.extras)])
    return _write_parquet(
        connection,
        f"SELECT {columns}, _export_id, {ROW_NUMBER}, _business_date,"
        f" {sql.instant(loaded_at)} AS _loaded_at FROM {rows}",
        mapping.contract.feed,
        path,
    )


def write_segments(
    connection: duckdb.DuckDBPyConnection,
    workspace: Workspace,
    name: str,
    rows: Iterable[tuple[FeedMapping, str]],
    loaded_at: datetime,
) -> tuple[ParquetFile, ...]:
    """Write the rows of each feed as `write_segment` does, under one name; or those of none."""
    written: list[ParquetFile] = []
    try:
        for mapping, chosen in rows:
            path = workspace.lake / mapping.contract.feed / f"{name}.parquet"
            if file := write_segment(connection, mapping, chosen, loaded_at, path):
                written.append(file)
                reach("ingest.segment_renamed")
    except duckdb.Error:
        for file in written:
            file.path.unlink()
        raise
    return tuple(written)


def write_quarantine(
    connection: duckdb.DuckDBPyConnection,
    feed: str,
    source: str,
    file_name: str,
    header: tuple[str, ...],
    origin: Origin,
    path: Path,
) -> ParquetFile | None:
    """Write the faults of a feed's rows, one row each; None when there are none.

    The count of the file is of records: one may have several faults. `header` is the columns of the
    export, which a record that can't be read does not tell.
    """
    file = _write_parquet(
        connection,
        f"SELECT {sql.text(origin.export_id)} AS export_id, {sql.text(source)} AS source,"
        f" {sql.text(file_name)} AS file_name, feed, row_number, column_name, value, reason, raw,"
        f" {sql.text(json.dumps(header, ensure_ascii=False))} AS columns,"
        f" {sql.instant(origin.loaded_at)} AS held_at FROM niaga.fault WHERE feed = '{feed}'"
        " ORDER BY row_number, column_name",
        feed,
        path,
    )
    records = connection.execute(
        f"SELECT count(DISTINCT row_number) FROM niaga.fault WHERE feed = '{feed}'"
    ).fetchall()[0][0]
    return file and replace(file, rows=records)


def _write_parquet(
    connection: duckdb.DuckDBPyConnection, query: str, feed: str, path: Path
) -> ParquetFile | None:
    make_folder(path.parent)
    temporary = temporary_for(path)
    try:
        rows = connection.execute(
            f"COPY ({query}) TO {sql.text(str(temporary))} (FORMAT parquet, COMPRESSION zstd)"
        ).fetchall()[0][0]
        if not rows:
            return None
        digest = sha256_of(temporary)
        put_in_place(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    return ParquetFile(feed, path, rows, digest)
