"""The state database records runs and who did what, and shows itself as Parquet."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from niaga.errors import NiagaError, UsageError
from niaga.state import State, new_id, utc_now
from niaga.state.connection import open_engine
from niaga.state.tables import REVISION, export, lease, load, metadata, run
from niaga.workspace import Settings, Workspace
from pyarrow import parquet
from sqlalchemy import insert, select, text

from .conftest import Start


def test_the_migrations_make_the_tables_that_the_code_expects(state: State) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with state.engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, metadata) == []
        assert context.get_current_revision() == REVISION


def test_the_newest_migration_is_the_revision_that_the_code_expects() -> None:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", "niaga.state:migrations")
    assert ScriptDirectory.from_config(config).get_current_head() == REVISION


def test_migrating_prints_nothing_and_leaves_logging_alone(start: Start) -> None:
    process = start("""
        import logging
        before = (logging.root.level, list(logging.root.handlers))
        State.open(workspace).close()
        assert before == (logging.root.level, list(logging.root.handlers))
    """)
    assert process.communicate(timeout=60) == ("", "")
    assert process.returncode == 0


def test_opening_a_migrated_database_imports_no_migration_tool(state: State, start: Start) -> None:
    process = start("""
        State.open(workspace).close()
        heavy = {"alembic", "pyarrow", "duckdb", "pandas", "prefect", "dbt"}
        assert not heavy & set(sys.modules), heavy & set(sys.modules)
    """)
    assert process.communicate(timeout=60) == ("", "")
    assert process.returncode == 0


def test_a_database_of_a_newer_version_is_left_alone(workspace: Workspace, state: State) -> None:
    with state.engine.begin() as connection:
        connection.execute(text("update alembic_version set version_num = '9999'"))
    with pytest.raises(NiagaError, match="can't be brought to revision") as caught:
        State.open(workspace)
    assert "newer niaga" in caught.value.remedy


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_damaged_database_is_named(workspace: Workspace) -> None:
    (workspace.root / "state.db").write_text("no database at all, but some text that is long")
    with pytest.raises(NiagaError, match=r"state\.db can't be opened: file is not a database"):
        State.open(workspace)


@pytest.mark.parametrize(
    "url", ["nosuchdatabase://host/name", "postgresql+nosuchdriver://host/name", "://"]
)
def test_a_state_url_that_can_not_be_used_is_wrong_use(url: str) -> None:
    with pytest.raises(UsageError, match="the state URL"):
        open_engine(url)


def test_a_folder_may_have_any_name(tmp_path: Path) -> None:
    root = tmp_path / "100% of? #1 @home; ünï"
    root.mkdir()
    workspace = Workspace(root, Settings(company="x", currency="IDR"))
    with State.open(workspace) as state:
        state.start_run("build")
    assert (root / "state.db").is_file()
    assert [entry.name for entry in tmp_path.iterdir()] == [root.name]


@pytest.mark.parametrize("database", ["sqlite"])
def test_commits_are_synced_to_the_disk(workspace: Workspace, state: State) -> None:
    with state.engine.connect() as connection:
        assert connection.execute(text("pragma synchronous")).scalar() == 2  # FULL
        assert connection.execute(text("pragma journal_mode")).scalar() == "wal"


def test_a_run_is_recorded_from_start_to_finish(state: State) -> None:
    before = utc_now()
    run_id = state.start_run("nightly")
    with state.reading() as connection:
        row = connection.execute(select(run)).one()
    assert (row.run_id, row.verb, row.status, row.finished_at) == (
        run_id,
        "nightly",
        "running",
        None,
    )
    assert before <= row.started_at <= utc_now()

    state.finish_run(run_id, "stopped", 3, {"gate": "marts", "amount": Decimal("1.10")})
    with state.reading() as connection:
        row = connection.execute(select(run)).one()
    assert (row.status, row.exit_code) == ("stopped", 3)
    assert row.summary == {"gate": "marts", "amount": "1.10"}
    assert row.finished_at >= row.started_at


def test_ids_sort_by_the_time_of_their_making() -> None:
    ids = [new_id() for _ in range(200)]
    assert len(set(ids)) == 200
    assert [made[:21] for made in ids] == sorted(made[:21] for made in ids)


def test_whoever_holds_the_workspace_closes_the_records_of_killed_runs(state: State) -> None:
    killed = state.start_run("nightly")
    with state.lease(verb="build"):
        alive = state.start_run("build")
    with state.reading() as connection:
        rows = {row.run_id: row for row in connection.execute(select(run))}
    assert (rows[killed].status, rows[killed].summary) == ("failed", {"reason": "killed"})
    assert rows[killed].finished_at is not None
    assert rows[alive].status == "running"


def test_a_transaction_that_fails_leaves_nothing(state: State) -> None:
    now = utc_now()
    with pytest.raises(ZeroDivisionError), state.engine.begin() as connection:
        connection.execute(
            insert(run).values(run_id="r", verb="x", started_at=now, status="running")
        )
        _ = 1 / 0
    with state.reading() as connection:
        assert connection.execute(select(run)).all() == []


def test_a_reader_keeps_nobody_from_writing_and_sees_one_moment(state: State) -> None:
    state.start_run("first")
    with state.reading() as connection:
        assert len(connection.execute(select(run)).all()) == 1
        state.start_run("second")
        assert len(connection.execute(select(run)).all()) == 1


def test_a_snapshot_has_typed_columns_even_where_it_has_no_rows(
    state: State, tmp_path: Path
) -> None:
    folder = tmp_path / "snapshot"
    state.write_snapshot(folder)
    names = {table.name for table in metadata.sorted_tables} - {lease.name}
    assert {file.name for file in folder.iterdir()} == {f"{name}.parquet" for name in names}

    empty = parquet.read_table(folder / "export.parquet")
    assert empty.num_rows == 0
    assert empty.schema.field("size_bytes").type == pa.int64()
    assert empty.schema.field("business_date").type == pa.date32()
    assert empty.schema.field("landed_at").type == pa.timestamp("us")
    assert parquet.read_schema(folder / "check_result.parquet").field("success").type == pa.bool_()

    landed_at = datetime(2026, 10, 31, 23, 59, 59, 123456)  # noqa: DTZ001
    with state.engine.begin() as connection:
        connection.execute(
            insert(export),
            [
                {
                    "source": "erp",
                    "part": "lines",
                    "export_id": export_id,
                    "file_name": "p.csv",
                    "size_bytes": 5_000_000_000,
                    "business_date": date(2026, 10, 31),
                    "status": "loaded",
                    "landed_at": landed_at,
                }
                for export_id in ("b", "a")
            ],
        )
        connection.execute(
            insert(load).values(
                load_id="l",
                source="erp",
                delivery="2026-10",
                export_ids={"lines": "a"},
                rows_read=1,
                rows_filtered=0,
                rows_held=0,
                status="current",
                committed_at=landed_at,
            )
        )
    state.write_snapshot(folder)
    full = parquet.read_table(folder / "export.parquet")
    assert full.schema == empty.schema
    assert full.column("export_id").to_pylist() == ["a", "b"]
    assert full.column("size_bytes").to_pylist() == [5_000_000_000] * 2
    assert full.column("landed_at").to_pylist() == [landed_at] * 2
    assert full.column("reason").to_pylist() == [None, None]
    loads = parquet.read_table(folder / "load.parquet")
    assert loads.column("export_ids").to_pylist() == ['{"lines": "a"}']


def test_an_audit_names_who_what_and_why(state: State) -> None:
    state.record_audit("rollback", "wrong quotas", hash_before="a", hash_after="b")
    with state.reading() as connection:
        row = connection.execute(metadata.tables["audit_log"].select()).one()
    assert (row.verb, row.reason, row.hash_before, row.hash_after) == (
        "rollback",
        "wrong quotas",
        "a",
        "b",
    )
    assert row.who
