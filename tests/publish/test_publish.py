"""What readers can rely on: whole versions, the last ones kept, nothing of what is private."""

from __future__ import annotations

import stat
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
import sqlalchemy
from niaga.errors import NiagaError, UsageError
from niaga.progress import Silent
from niaga.publish import version
from niaga.publish.stage import publish, rollback
from niaga.state import State, tables
from niaga.workspace import Workspace

from .conftest import Build


def read(workspace: Workspace, query: str) -> list[tuple[Any, ...]]:
    file = workspace.published / "current" / "all" / "marts.duckdb"
    with duckdb.connect(str(file), read_only=True) as connection:
        return connection.execute(query).fetchall()


def published_night(workspace: Workspace) -> int:
    return int(read(workspace, "select distinct night from core.sales_line")[0][0])


def statuses(state: State) -> dict[str, str]:
    with state.reading() as connection:
        table = tables.publication
        rows = connection.execute(sqlalchemy.select(table.c.publication_id, table.c.status))
        return {row.publication_id: row.status for row in rows}


def folders(workspace: Workspace) -> set[str]:
    return {folder.name for folder in (workspace.published / "versions").iterdir()}


def test_every_mart_is_in_the_database_and_as_parquet_and_nothing_private_is(
    workspace: Workspace, state: State, build: Build
) -> None:
    build(1)
    publication = publish(workspace, state, "run", Silent())
    found = read(
        workspace, "select table_schema || '.' || table_name from information_schema.tables"
    )
    assert {name for (name,) in found} == {
        "core.sales_line",
        "core.calendar",
        "commission.statement",
    }
    assert publication.rows == {
        "core.sales_line": 100,
        "core.calendar": 1,
        "commission.statement": 1,
    }
    assert str(publication.as_of) == "2026-10-31"
    audience = workspace.published / "current" / "all"
    parquet = sorted(path.relative_to(audience).as_posix() for path in audience.rglob("*.parquet"))
    assert parquet == [
        "commission/statement.parquet",
        "core/calendar.parquet",
        "core/sales_line.parquet",
    ]
    # 0 + 1.5 + ... + 148.5, and the money is still exact.
    total = duckdb.sql(
        f"select sum(net_amount) from '{audience}/core/sales_line.parquet'"
    ).fetchone()
    assert total == (Decimal("7425.000000"),)


def test_readers_find_what_each_table_and_column_means(
    workspace: Workspace, state: State, build: Build
) -> None:
    build(1)
    publish(workspace, state, "run", Silent())
    assert read(
        workspace, "select comment from duckdb_tables() where table_name = 'sales_line'"
    ) == [("One row per order line.",)]
    assert read(
        workspace, "select comment from duckdb_columns() where column_name = 'net_amount'"
    ) == [("Net, in the company's currency.",)]


def test_only_the_owner_can_read_and_nobody_can_write(
    workspace: Workspace, state: State, build: Build
) -> None:
    build(1)
    folder = publish(workspace, state, "run", Silent()).path
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in [folder, *folder.rglob("*")]}
    assert {mode for path, mode in modes.items() if path.is_dir()} == {0o700}
    assert {mode for path, mode in modes.items() if path.is_file()} == {0o444}
    assert not [path for path in modes if path.name.endswith((".wal", ".tmp"))]


def test_the_file_is_written_in_the_storage_that_every_client_from_1_0_on_reads(
    workspace: Workspace, state: State, build: Build
) -> None:
    build(1)
    publication = publish(workspace, state, "run", Silent())
    with duckdb.connect() as connection:
        connection.execute(f"attach '{publication.path}/all/marts.duckdb' as marts (read_only)")
        tags = connection.execute(
            "select tags from duckdb_databases() where database_name = 'marts'"
        ).fetchone()
    assert tags is not None
    assert tags[0]["storage_version"].startswith("v1.0.0")


def test_the_last_versions_are_kept_and_older_ones_deleted(
    workspace: Workspace, state: State, build: Build
) -> None:
    made = []
    for night in range(1, 6):
        build(night)
        made.append(publish(workspace, state, f"run{night}", Silent()).publication_id)
    assert folders(workspace) == set(made[2:])
    assert statuses(state) == dict(
        zip(made, ["removed", "removed", "kept", "kept", "current"], strict=True)
    )


def test_a_reader_that_has_the_old_file_open_goes_on(
    workspace: Workspace, state: State, build: Build
) -> None:
    build(1)
    old = publish(workspace, state, "run", Silent())
    with duckdb.connect(str(old.path / "all" / "marts.duckdb"), read_only=True) as reader:
        for night in range(2, 6):
            build(night)
            publish(workspace, state, "run", Silent())
        assert not old.path.exists()
        assert reader.execute(
            "select count(*), sum(net_amount) from core.sales_line"
        ).fetchall() == [(100, Decimal("7425.000000"))]


def test_rollback_puts_back_the_version_before_and_a_named_one(
    workspace: Workspace, state: State, build: Build
) -> None:
    made = []
    for night in (1, 2, 3):
        build(night)
        made.append(publish(workspace, state, "run", Silent()).publication_id)
    assert rollback(workspace, state).publication_id == made[1]
    assert published_night(workspace) == 2
    assert rollback(workspace, state).publication_id == made[0]
    assert published_night(workspace) == 1
    with pytest.raises(UsageError, match="no earlier publication"):
        rollback(workspace, state)
    rollback(workspace, state, made[2])
    assert published_night(workspace) == 3
    assert statuses(state) == dict(zip(made, ["kept", "kept", "current"], strict=True))
    with pytest.raises(UsageError, match="is the current publication already"):
        rollback(workspace, state, made[2])
    with pytest.raises(UsageError, match="there is no publication nothing"):
        rollback(workspace, state, "nothing")


def test_a_version_put_back_stays_current_when_later_nights_delete_old_ones(
    workspace: Workspace, state: State, build: Build
) -> None:
    for night in (1, 2, 3):
        build(night)
        publish(workspace, state, "run", Silent())
    rollback(workspace, state)
    build(4)
    publish(workspace, state, "run", Silent())
    assert published_night(workspace) == 4
    assert rollback(workspace, state) is not None
    assert published_night(workspace) == 3


def test_a_copy_that_differs_is_not_published(
    workspace: Workspace, state: State, build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(1)
    first = publish(workspace, state, "run", Silent())
    build(2)
    copy = version._copy

    def lose_rows(build: Path, audience: Path, progress: Silent) -> None:
        copy(build, audience, progress)
        with duckdb.connect(str(audience / "marts.duckdb")) as connection:
            connection.execute("delete from core.sales_line where line_number < 7")

    monkeypatch.setattr(version, "_copy", lose_rows)
    with pytest.raises(NiagaError, match=r"sales_line has 200 rows, its copy in marts\.duckdb 193"):
        publish(workspace, state, "run", Silent())
    assert published_night(workspace) == 1
    assert folders(workspace) == {first.publication_id}


def test_a_type_that_parquet_would_make_inexact_is_not_published(
    workspace: Workspace, state: State, build: Build
) -> None:
    build(1)
    with duckdb.connect(str(workspace.build_database)) as connection:
        connection.execute("create table core.total as select sum(42) as cents")
    with pytest.raises(
        NiagaError, match=r"core\.total has other types of columns in Parquet: cents"
    ):
        publish(workspace, state, "run", Silent())
    assert not (workspace.published / "current").exists()


def test_without_a_build_there_is_nothing_to_publish_or_put_back(
    workspace: Workspace, state: State
) -> None:
    with pytest.raises(UsageError, match="no build"):
        publish(workspace, state, "run", Silent())
    with pytest.raises(UsageError, match="nothing is published"):
        rollback(workspace, state)
