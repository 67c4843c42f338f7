"""Write a version folder, every mart in one DuckDB file and as Parquet, and check the copy."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from ..engine import engine_settings
from ..errors import NiagaError, UsageError

if TYPE_CHECKING:
    import duckdb

    from ..progress import Progress

SCHEMAS = ("core", "quota", "commission", "channel", "promotion", "customer")
AUDIENCE = "all"
DATABASE_NAME = "marts.duckdb"

# The oldest storage that DuckDB writes: every client from 1.0 on reads it.
_STORAGE_VERSION = "v1.0.0"


@dataclass(frozen=True)
class Mart:
    """A table of the build that is published."""

    schema: str
    table: str

    @property
    def name(self) -> str:
        """The name by which readers know it, like `core.sales_line`."""
        return f"{self.schema}.{self.table}"

    @property
    def quoted(self) -> str:
        """The name as SQL takes it."""
        return f"{_quoted(self.schema)}.{_quoted(self.table)}"

    @property
    def parquet(self) -> Path:
        """The Parquet file, relative to the audience's folder."""
        return Path(self.schema) / f"{self.table}.parquet"


def write_version(build: Path, folder: Path, progress: Progress) -> None:
    """Copy the marts of the database `build` into the new folder `folder`, for its owner only."""
    if not build.is_file():
        raise UsageError("there is no build to publish", "run `niaga build` or `niaga nightly`")
    audience = folder / AUDIENCE
    folder.mkdir(parents=True, mode=0o700)
    audience.mkdir(mode=0o700)
    try:
        _copy(build, audience, progress)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    for file in audience.rglob("*"):
        if file.is_file():
            file.chmod(0o444)


def audit_version(build: Path, folder: Path) -> dict[str, int]:
    """Open the copy as a reader does, compare it with the build and give the rows of each mart."""
    audience = folder / AUDIENCE
    with _connect() as connection:
        _attach(connection, "build", build, "read_only")
        _attach(connection, "marts", audience / DATABASE_NAME, "read_only")
        marts = _marts(connection, "build")
        copied = _marts(connection, "marts")
        problems = [f"{mart.name} is missing" for mart in marts if mart not in copied]
        rows: dict[str, int] = {}
        for mart in (mart for mart in marts if mart in copied):
            rows[mart.name] = _count(connection, f"build.{mart.quoted}")
            problems += _differences(connection, mart, audience, rows[mart.name])
    leftover = audience / f"{DATABASE_NAME}.wal"
    if leftover.exists():
        problems.append(f"{leftover.name} was left behind")
    if problems:
        raise NiagaError(
            f"the copy of the build is not the build: {'; '.join(problems)}",
            "the last publication stays in place; look for a failing disk, then publish again",
        )
    return rows


def count_rows(folder: Path) -> dict[str, int]:
    """Count the rows of each mart in a version folder."""
    with _connect() as connection:
        _attach(connection, "marts", folder / AUDIENCE / DATABASE_NAME, "read_only")
        return {
            mart.name: _count(connection, f"marts.{mart.quoted}")
            for mart in _marts(connection, "marts")
        }


def as_of_date(build: Path) -> date | None:
    """Give the date up to which the build was calculated, if it says so."""
    with _connect() as connection:
        _attach(connection, "build", build, "read_only")
        known = connection.execute(
            "select 1 from duckdb_columns() where database_name = 'build' "
            "and schema_name = 'run' and table_name = 'parameter' and column_name = 'as_of_date'"
        ).fetchone()
        if known is None:
            return None
        row = connection.execute("select max(as_of_date) from build.run.parameter").fetchone()
    return row[0] if row else None


def _copy(build: Path, audience: Path, progress: Progress) -> None:
    with _connect() as connection:
        # What does not fit into memory goes beside the copy, on the same disk.
        for name, value in engine_settings(audience / "spill").items():
            connection.execute(f"set {name} = {_text(value)}")
        _attach(connection, "build", build, "read_only")
        storage = f"storage_version '{_STORAGE_VERSION}'"
        _attach(connection, "marts", audience / DATABASE_NAME, storage)
        marts = _marts(connection, "build")
        if not marts:
            raise UsageError("the build has no marts yet", "run `niaga build` or `niaga nightly`")
        for schema in sorted({mart.schema for mart in marts}):
            connection.execute(f"create schema marts.{_quoted(schema)}")
            (audience / schema).mkdir(mode=0o700)
        progress.start("publish", len(marts))
        for mart in marts:
            connection.execute(
                f"create table marts.{mart.quoted} as select * from build.{mart.quoted}"
            )
            connection.execute(
                f"copy marts.{mart.quoted} to {_text(audience / mart.parquet)} "
                "(format parquet, compression zstd)"
            )
            progress.advance("publish", note=mart.name)
        _copy_comments(connection, marts)
        connection.execute("checkpoint marts")
        connection.execute("detach marts")
    shutil.rmtree(audience / "spill", ignore_errors=True)


def _copy_comments(connection: duckdb.DuckDBPyConnection, marts: list[Mart]) -> None:
    """Carry over what the build says about the tables and their columns.

    All at once: to ask the catalogue for each mart takes longer than to copy a small one.
    """
    comments = connection.execute(
        """
        select 'table', schema_name, table_name, null, comment from duckdb_tables()
        where database_name = 'build'
        union all
        select 'table', schema_name, view_name, null, comment from duckdb_views()
        where database_name = 'build'
        union all
        select 'column', schema_name, table_name, column_name, comment from duckdb_columns()
        where database_name = 'build'
        """
    ).fetchall()
    published = set(marts)
    connection.begin()
    for kind, schema, table, column, comment in comments:
        mart = Mart(schema, table)
        if comment is not None and mart in published:
            target = f"marts.{mart.quoted}" + (f".{_quoted(column)}" if column else "")
            connection.execute(f"comment on {kind} {target} is {_text(comment)}")
    connection.commit()


def _differences(
    connection: duckdb.DuckDBPyConnection, mart: Mart, audience: Path, rows: int
) -> list[str]:
    """Say how the copies of one mart differ from it in rows and in the types of columns."""
    parquet = f"read_parquet({_text(audience / mart.parquet)})"
    wanted = _columns(connection, f"build.{mart.quoted}")
    problems = []
    for copy, relation in ((DATABASE_NAME, f"marts.{mart.quoted}"), ("Parquet", parquet)):
        found = _count(connection, relation)
        if found != rows:
            problems.append(f"{mart.name} has {rows:,} rows, its copy in {copy} {found:,}")
        # Parquet knows no integers above 64 bits: they would silently become inexact.
        changed = sorted(set(wanted) ^ set(_columns(connection, relation)))
        if changed:
            names = ", ".join(sorted({name for name, _ in changed}))
            problems.append(f"{mart.name} has other types of columns in {copy}: {names}")
    return problems


def _marts(connection: duckdb.DuckDBPyConnection, database: str) -> list[Mart]:
    """List the published tables of an attached database; dbt's own working tables are left out."""
    found = connection.execute(
        """
        select table_schema, table_name from information_schema.tables
        where table_catalog = $1 and list_contains($2, table_schema)
            and not contains(table_name, '__dbt_')
        order by list_position($2, table_schema), table_name
        """,
        [database, list(SCHEMAS)],
    ).fetchall()
    return [Mart(schema, table) for schema, table in found]


def _columns(connection: duckdb.DuckDBPyConnection, relation: str) -> list[tuple[str, str]]:
    described = connection.execute(f"describe select * from {relation}").fetchall()
    return [(name, kind) for name, kind, *_ in described]


def _count(connection: duckdb.DuckDBPyConnection, relation: str) -> int:
    row = connection.execute(f"select count(*) from {relation}").fetchone()
    return int(row[0]) if row else 0


def _connect() -> duckdb.DuckDBPyConnection:
    import duckdb

    return duckdb.connect()


def _attach(connection: duckdb.DuckDBPyConnection, name: str, database: Path, options: str) -> None:
    connection.execute(f"attach {_text(database)} as {name} ({options})")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(value: object) -> str:
    return "'" + str(value).replace("'", "''") + "'"
