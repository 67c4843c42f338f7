"""Find the record on which the SQL of a source fails: the engine says only that it does."""

from __future__ import annotations

import duckdb

from . import sql
from .faults import FileFault
from .records import Records

_SHOWN = 400
_WHOLE = "_whole_driving_part"


def find_failing_record(
    connection: duckdb.DuckDBPyConnection,
    feed: str,
    query: str,
    driving: Records,
    error: duckdb.Error,
) -> FileFault:
    """Give the fault of a query that has failed, with the first record that it fails on.

    It halves the records of the driving part that the query sees until one is left. Where the query
    fails on no single record, as one that looks at several may do, the fault names none.
    """
    connection.execute(f"ALTER VIEW main.{sql.name(driving.part)} RENAME TO {_WHOLE}")
    first, last = 1, driving.read
    while first < last:
        middle = (first + last) // 2
        if _failure(connection, query, driving.part, first, middle):
            last = middle
        else:
            first = middle + 1
    reason = _failure(connection, query, driving.part, first, last)
    if reason is None:
        return FileFault(f"the SQL of feed {feed} fails on it: {_reason(error)}")
    record = connection.execute(
        f"SELECT left(raw, {_SHOWN}) FROM niaga.record_{driving.part} WHERE row_number = {first}"
    ).fetchall()
    return FileFault(
        f"the SQL of feed {feed} fails on record {first}: {reason}",
        examples=tuple(f"row {first}: {raw}" for (raw,) in record),
    )


def _failure(
    connection: duckdb.DuckDBPyConnection, query: str, part: str, first: int, last: int
) -> str | None:
    """Give why the query fails on some records; None where it does not."""
    connection.execute(
        f"CREATE OR REPLACE VIEW main.{sql.name(part)} AS SELECT * FROM main.{_WHOLE}"
        f" WHERE _row_number BETWEEN {first} AND {last}"
    )
    try:
        connection.execute(f"CREATE OR REPLACE TEMP TABLE _attempt AS {query}")
    except (duckdb.DataError, duckdb.InvalidInputException) as error:
        return _reason(error)
    return None


def _reason(error: duckdb.Error) -> str:
    return str(error).partition("\n")[0]
