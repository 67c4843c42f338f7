"""Copy the state database of one moment into an SQLite file, and such a file into a new database.

The file is the same whichever database it comes from: so SQLite can be restored to PostgreSQL, and
the other way round.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, Engine, func, insert, inspect, select, text

from ..errors import UsageError
from ..ingest.durable import make_folder, put_in_place, temporary_for
from ..state import State
from ..state.connection import open_engine, reading
from ..state.migrate import migrate
from ..state.tables import lease, metadata

_ROWS_AT_ONCE = 10_000


def copy_state(state: State, file: Path) -> None:
    """Write the state of one moment as the new SQLite file `file`; nobody is kept from writing."""
    if state.engine.dialect.name == "sqlite":
        with (
            closing(state.engine.raw_connection()) as source,
            closing(sqlite3.connect(file)) as target,
        ):
            source.driver_connection.backup(target)  # type: ignore[union-attr]
    else:
        engine = _open_file(file)
        with state.reading() as source, engine.begin() as target:
            _copy_rows(source, target)
        engine.dispose()
    with closing(sqlite3.connect(file)) as target:
        # Whoever holds the workspace holds it there, not in the copy.
        target.execute("delete from lease")
        target.commit()


def check_is_new(url: str) -> None:
    """Raise UsageError when there is a state in the database already."""
    scheme, _, file = url.partition(":///")
    if scheme.partition("+")[0] == "sqlite":
        is_new = not Path(file).exists()
    else:
        engine = open_engine(url)
        is_new = not (set(inspect(engine).get_table_names()) & set(metadata.tables))
        engine.dispose()
    if not is_new:
        raise UsageError(
            "the state database that niaga.yml of the backup names is there already",
            "name a new one: --state sqlite:///state.db, or --state postgresql://... of an empty "
            "database",
        )


def put_state(file: Path, url: str) -> None:
    """Make the state of the SQLite file that of a new database, at the newest revision."""
    scheme, _, path = url.partition(":///")
    if scheme.partition("+")[0] == "sqlite":
        target_file = Path(path)
        make_folder(target_file.parent)
        temporary = temporary_for(target_file)
        temporary.write_bytes(b"")
        temporary.chmod(0o600)
        with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(temporary)) as copy:
            source.backup(copy)
        put_in_place(temporary, target_file)
        return
    old, new = _open_file(file), open_engine(url)
    migrate(new)
    with reading(old) as source, new.begin() as target:
        _copy_rows(source, target)
        _count_on(target)
    old.dispose()
    new.dispose()


def _open_file(file: Path) -> Engine:
    engine = open_engine(f"sqlite:///{file}")
    migrate(engine)
    return engine


def _copy_rows(source: Connection, target: Connection) -> None:
    for table in metadata.sorted_tables:
        if table is lease:
            continue
        found = source.execution_options(yield_per=_ROWS_AT_ONCE).execute(select(table))
        for rows in found.mappings().partitions():
            target.execute(insert(table), [dict(row) for row in rows])


def _count_on(connection: Connection) -> None:
    """Let PostgreSQL number new rows after those that were put in with their numbers."""
    for table in metadata.sorted_tables:
        column = table.autoincrement_column
        if column is None:
            continue
        last = connection.execute(select(func.max(column))).scalar()
        if last is not None:
            connection.execute(
                text("select setval(pg_get_serial_sequence(:table, :column), :last)"),
                {"table": table.name, "column": column.name, "last": last},
            )
