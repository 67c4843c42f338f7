"""Shows dbt what there is to build from: views over committed segments, plans, ledger and state.

Every build starts here. It also decides whether the build may go on from the last one (only new
sales lines have arrived) or starts anew: after anything else has changed, also which rows of older
segments count, and after a build that did not finish.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import sqlalchemy as sa

from ..commission.compile import SCHEMAS, compile_plans, write_plans
from ..commission.ledger import POSTING_COLUMNS
from ..errors import ConfigurationError, Fault
from ..ingest.contracts import SYSTEM_COLUMNS, Contract, contracts
from ..ingest.superseding import driving, partly_superseded
from ..state import tables, utc_now
from .damage import refuse_damaged
from .dbt_runner import project_folder

if TYPE_CHECKING:
    import pyarrow as pa

    from ..ingest.days import Days
    from ..state import State
    from ..workspace import Workspace

STATE_TABLES = (
    "export",
    "load",
    "segment",
    "held",
    "posting_segment",
    "run",
    "publication",
    "check_result",
    "audit_log",
)


_SEGMENT_PATH = "_segment_path"


@dataclass(frozen=True)
class Registration:
    """What a build is going to read."""

    is_full: bool
    as_of: date | None
    arrived: dict[str, int]


@dataclass(frozen=True)
class _Segment:
    """The rows that a feed has of one export, in a file that as many loads share.

    `superseded` are the days of which they count no more.
    """

    segment_id: str
    feed: str
    path: Path
    export_id: str
    loads_in_file: int
    superseded: tuple[Days, ...]


def register(workspace: Workspace, state: State, run_id: str, *, is_posting: bool) -> Registration:
    """Register all sources of the dbt project in the build database and begin a build.

    Raises ConfigurationError where a plan is wrong, or is gone although postings rest on it, and
    NiagaError where a segment is not what was committed.
    """
    workspace.warehouse.mkdir(parents=True, exist_ok=True)
    plan_folder = workspace.warehouse / "plan"
    plans = compile_plans(workspace)
    write_plans(plans, plan_folder)
    state_folder = workspace.warehouse / "state"
    state.write_snapshot(state_folder)
    refuse_damaged(workspace, state)
    segments = _current_segments(workspace, state)
    postings = _posting_paths(workspace, state)
    fingerprint = _fingerprint(workspace, plans)
    with duckdb.connect(str(workspace.build_database)) as connection:
        for schema in ("lake", "quarantine", "ledger", "plan", "state", "run"):
            connection.execute(f"create schema if not exists {schema}")
        _create_build_tables(connection)
        arrived, is_full = _compare_with_last_build(connection, segments, fingerprint)
        _write_superseded_days(connection, segments)
        for contract in contracts().values():
            _create_feed_views(connection, workspace, contract, segments, arrived, is_full=is_full)
        for table in SCHEMAS:
            _create_parquet_view(connection, f"plan.{table}", plan_folder / f"{table}.parquet")
        for table in STATE_TABLES:
            _create_parquet_view(connection, f"state.{table}", state_folder / f"{table}.parquet")
        _create_quarantine_view(connection, workspace, is_full=is_full)
        _create_ledger_view(connection, postings)
        _check_posted_plans(workspace, connection)
        as_of = _as_of(connection)
        _create_parameter(connection, workspace, run_id, is_posting=is_posting, as_of=as_of)
        connection.execute("delete from run.build")
        connection.execute(
            "insert into run.build values ('building', ?, ?)", [fingerprint, is_full]
        )
    counts: dict[str, int] = {}
    for segment in arrived:
        counts[segment.feed] = counts.get(segment.feed, 0) + 1
    return Registration(is_full, as_of, counts)


def complete(workspace: Workspace, state: State) -> None:
    """Note that the build has read all current segments: the next one may go on from here."""
    segments = _current_segments(workspace, state)
    with duckdb.connect(str(workspace.build_database)) as connection:
        connection.begin()
        connection.execute("delete from run.consumed")
        if segments:
            connection.execute(
                "insert into run.consumed select unnest(?)", [[s.segment_id for s in segments]]
            )
        connection.execute("update run.build set status = 'complete'")
        connection.commit()


def refresh_state(workspace: Workspace, state: State) -> None:
    """Write the state's snapshot again, so that the last models see this run's checks."""
    state.write_snapshot(workspace.warehouse / "state")


def _create_build_tables(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        "create table if not exists run.build "
        "(status varchar, fingerprint varchar, is_full boolean)"
    )
    connection.execute("create table if not exists run.consumed (segment_id varchar)")
    connection.execute(
        "create table if not exists run.superseded_days "
        "(segment_id varchar, path varchar, export_id varchar, column_name varchar,"
        " first_day date, last_day date)"
    )


def _current_segments(workspace: Workspace, state: State) -> list[_Segment]:
    segment, load = tables.segment, tables.load
    query = (
        sa.select(
            segment.c.segment_id,
            segment.c.feed,
            segment.c.path,
            load.c.load_id,
            load.c.export_ids,
        )
        .join(load, load.c.load_id == segment.c.load_id)
        .where(load.c.status == "current")
        .order_by(segment.c.path, segment.c.segment_id)
    )
    count = sa.select(segment.c.path, sa.func.count()).group_by(segment.c.path)
    with state.reading() as connection:
        loads_in = dict(connection.execute(count).tuples().all())
        superseded = partly_superseded(connection)
        return [
            _Segment(
                segment_id=row.segment_id,
                feed=row.feed,
                path=workspace.root / row.path,
                export_id=driving(row.export_ids),
                loads_in_file=loads_in[row.path],
                superseded=superseded.get(row.load_id, ()),
            )
            for row in connection.execute(query)
        ]


def _posting_paths(workspace: Workspace, state: State) -> list[Path]:
    query = sa.select(tables.posting_segment.c.path).order_by(tables.posting_segment.c.path)
    with state.reading() as connection:
        return [workspace.root / path for (path,) in connection.execute(query)]


def _compare_with_last_build(
    connection: duckdb.DuckDBPyConnection, segments: list[_Segment], fingerprint: str
) -> tuple[list[_Segment], bool]:
    last = connection.execute("select status, fingerprint from run.build").fetchone()
    consumed = {
        row[0] for row in connection.execute("select segment_id from run.consumed").fetchall()
    }
    arrived = [segment for segment in segments if segment.segment_id not in consumed]
    gone = consumed - {segment.segment_id for segment in segments}
    only_sales = all(segment.feed == "sales_line" for segment in arrived)
    counted = connection.execute("from run.superseded_days").fetchall()
    is_superseded_so = _days_of(consumed, counted) == _days_of(consumed, _superseded_days(segments))
    is_built = last == ("complete", fingerprint)
    is_full = not is_built or bool(gone) or not is_superseded_so or not only_sales
    return (segments if is_full else arrived), is_full


def _days_of(segment_ids: set[str], rows: list[tuple[Any, ...]]) -> set[tuple[Any, ...]]:
    """Give the days of segments, whatever file their rows are in now."""
    return {(name, *days) for name, _, *days in rows if name in segment_ids}


def _superseded_days(segments: list[_Segment]) -> list[tuple[Any, ...]]:
    return [
        (
            *(segment.segment_id, str(segment.path), segment.export_id),
            *(days.column, days.first, days.last),
        )
        for segment in segments
        for days in segment.superseded
    ]


def _write_superseded_days(connection: duckdb.DuckDBPyConnection, segments: list[_Segment]) -> None:
    connection.execute("delete from run.superseded_days")
    if rows := _superseded_days(segments):
        # One statement: DuckDB takes a millisecond for each.
        columns = [list(column) for column in zip(*rows, strict=True)]
        unnested = ", ".join("unnest(?)" for _ in columns)
        connection.execute(f"insert into run.superseded_days select {unnested}", columns)


_OF_NO_BUILD = {
    "keep_publications", "metrics_file", "nightly_at", "notifications", "retention", "state",
}  # fmt: skip
"""Settings that a build does not go by."""


def _fingerprint(workspace: Workspace, plans: dict[str, pa.Table]) -> str:
    """Hash what changes the meaning of a build besides its data: settings, plans, models."""
    digest = hashlib.sha256()
    digest.update(workspace.settings.model_dump_json(exclude=_OF_NO_BUILD).encode())
    digest.update(str(workspace.root).encode())
    digest.update(f"{version('niaga')} {duckdb.__version__}".encode())
    for name, table in plans.items():
        digest.update(f"{name} {table.to_pylist()}".encode())
    folder = project_folder()
    for path in sorted(folder.rglob("*.sql")) + sorted(folder.rglob("*.yml")):
        digest.update(path.relative_to(folder).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _create_feed_views(
    connection: duckdb.DuckDBPyConnection,
    workspace: Workspace,
    contract: Contract,
    segments: list[_Segment],
    arrived: list[_Segment],
    *,
    is_full: bool,
) -> None:
    """Show the rows of a feed that count, those that have arrived, and all that were loaded then.

    The last of these are for the gate, which counts them.
    """
    feed = contract.feed
    of_feed = [segment for segment in segments if segment.feed == feed]
    arrived_of_feed = [segment for segment in arrived if segment.feed == feed]
    path = f"substr({_SEGMENT_PATH}, {len(f'{workspace.root}/') + 1}) as {_SEGMENT_PATH}"
    loaded_rows = _columns_of(connection, contract, arrived_of_feed, path)
    arrived_rows = f'select * exclude ({_SEGMENT_PATH}) from lake."{feed}_loaded"'
    if any(segment.superseded for segment in arrived_of_feed):
        arrived_rows = _counted_rows(connection, contract, arrived_of_feed)
    rows = arrived_rows if is_full else _counted_rows(connection, contract, of_feed)
    for name, query in (
        (f"{feed}_loaded", loaded_rows),
        (f"{feed}_arrived", arrived_rows),
        (feed, rows),
    ):
        connection.execute(f'create or replace view lake."{name}" as {query}')


def _counted_rows(
    connection: duckdb.DuckDBPyConnection, contract: Contract, segments: list[_Segment]
) -> str:
    """Give the SQL of the rows of segments that count."""
    whole = [segment for segment in segments if not segment.superseded]
    parts = [segment for segment in segments if segment.superseded]
    if not parts:
        return _columns_of(connection, contract, whole)
    columns = {days.column for segment in parts for days in segment.superseded if days.column}
    is_superseded = " or ".join(
        f"days.column_name = '{column}'"
        f' and record."{column}" between days.first_day and days.last_day'
        for column in sorted(columns)
    )
    return (
        f"{_columns_of(connection, contract, whole)} union all"
        f" select record.* exclude ({_SEGMENT_PATH})"
        f" from ({_columns_of(connection, contract, parts, _SEGMENT_PATH)}) as record"
        " where not exists (select 1 from run.superseded_days as days"
        f" where days.path = record.{_SEGMENT_PATH} and days.export_id = record._export_id"
        f" and ({is_superseded}))"
    )


def _columns_of(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    segments: list[_Segment],
    *more: str,
) -> str:
    """Give the SQL of a feed's columns, and of `more`, in segments."""
    columns = {column.name: column.duckdb_type for column in contract.columns} | dict(
        SYSTEM_COLUMNS
    )
    source, found = f"(select cast(null as varchar) as {_SEGMENT_PATH}) where false", set()
    if segments:
        source = _rows_of(segments)
        described = connection.execute(f"describe select * from {source}").fetchall()
        found = {row[0] for row in described}
    chosen = [
        f'"{column}"' if column in found else f'cast(null as {kind}) as "{column}"'
        for column, kind in columns.items()
    ]
    return f"select {', '.join([*chosen, *more])} from {source}"


def _rows_of(segments: list[_Segment]) -> str:
    """Give the SQL, to stand behind FROM, of the segments' rows, and no others of their files."""
    by_file: dict[Path, list[_Segment]] = {}
    for segment in segments:
        by_file.setdefault(segment.path, []).append(segment)
    whole = [path for path, chosen in by_file.items() if len(chosen) == chosen[0].loads_in_file]
    # Of a batch one load may have been superseded, by a correction for one.
    pieces = [s for path, chosen in by_file.items() if path not in set(whole) for s in chosen]
    selects = []
    if whole:
        selects.append(f"from {_read_parquet(whole)}")
    if pieces:
        chosen = ", ".join(f"({_text(str(s.path))}, {_text(s.export_id)})" for s in pieces)
        files = list(dict.fromkeys(s.path for s in pieces))
        selects.append(
            f"from {_read_parquet(files)} where ({_SEGMENT_PATH}, _export_id) in ({chosen})"
        )
    return f"({' union all by name '.join(selects)})"


def _read_parquet(paths: list[Path]) -> str:
    return f"read_parquet({_path_list(paths)}, union_by_name = true, filename = '{_SEGMENT_PATH}')"


def _create_parquet_view(connection: duckdb.DuckDBPyConnection, name: str, path: Path) -> None:
    connection.execute(
        f"create or replace view {name} as select * from read_parquet({_path_list([path])})"
    )


def _create_quarantine_view(
    connection: duckdb.DuckDBPyConnection, workspace: Workspace, *, is_full: bool
) -> None:
    """Show the records that the loads of this build hold back; a file that is gone shows none."""
    found = connection.execute(
        """
        select held.path
        from state.held as held
        inner join state.load as load on held.load_id = load.load_id and load.status = 'current'
        where
            ?
            or held.load_id not in (
                select load_id from state.segment
                where segment_id in (select segment_id from run.consumed)
            )
        order by held.path
        """,
        [is_full],
    ).fetchall()
    paths = [workspace.root / path for (path,) in found]
    paths = [path for path in paths if path.exists()]
    if not paths:
        connection.execute(
            "create or replace view quarantine.record as select cast(null as varchar) as load_id, "
            "cast(null as varchar) as feed, cast(null as bigint) as row_number where false"
        )
        return
    connection.execute(
        f"""
        create or replace view quarantine.record as
        select distinct held.load_id, held.feed, record.row_number
        from read_parquet({_path_list(paths)}, union_by_name = true, filename = true) as record
        inner join state.held as held
            on parse_filename(record.filename) = parse_filename(held.path)
        """
    )


def _create_ledger_view(connection: duckdb.DuckDBPyConnection, paths: list[Path]) -> None:
    if paths:
        chosen = ", ".join(POSTING_COLUMNS)
        connection.execute(
            "create or replace view ledger.posting as "
            f"select {chosen} from read_parquet({_path_list(paths)}, union_by_name = true)"
        )
        return
    nothing = ", ".join(f"cast(null as {kind}) as {name}" for name, kind in POSTING_COLUMNS.items())
    connection.execute(f"create or replace view ledger.posting as select {nothing} where false")


def _path_list(paths: list[Path]) -> str:
    return f"[{', '.join(_text(str(path)) for path in paths)}]"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _check_posted_plans(workspace: Workspace, connection: duckdb.DuckDBPyConnection) -> None:
    missing = connection.execute(
        """
        select distinct
            posting.component_key, posting.plan_text_hash, component.component_key is null
        from ledger.posting as posting
        left join plan.plan_component as component using (component_key)
        left join plan.plan_version as version
            on component.plan_id = version.plan_id and component.plan_version = version.plan_version
        where version.is_approved is not true
        order by all
        """
    ).fetchall()
    if missing:
        raise ConfigurationError(
            [
                Fault(
                    workspace.plans_folder, None, component_key,
                    "has postings in the ledger, and "
                    + ("no plan has it any more" if is_gone else "its plan is no longer approved"),
                    f"put it back; its text is ledger/plans/{text_hash}.yml",
                )
                for component_key, text_hash, is_gone in missing
            ]
        )  # fmt: skip


def _as_of(connection: duckdb.DuckDBPyConnection) -> date | None:
    found = connection.execute("select max(order_date) from lake.sales_line").fetchone()
    return found[0] if found else None


def _create_parameter(
    connection: duckdb.DuckDBPyConnection,
    workspace: Workspace,
    run_id: str,
    *,
    is_posting: bool,
    as_of: date | None,
) -> None:
    settings = workspace.settings
    connection.execute(
        "create or replace table run.parameter "
        "(run_id varchar, started_at timestamp, is_posting boolean, as_of_date date, "
        "currency varchar, money_scale integer)"
    )
    connection.execute(
        "insert into run.parameter values (?, ?, ?, ?, ?, ?)",
        [run_id, utc_now(), is_posting, as_of, settings.currency, settings.money_scale],
    )
