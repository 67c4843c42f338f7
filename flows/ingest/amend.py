"""Put corrected records in the place of faulty ones, and leave out dropped ones, as one reads.

Which record an amendment means is told by its row number, and proved by its fingerprint: where the
source reads the record otherwise now, nothing is guessed, and the export can't be loaded with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from . import sql
from .amendments import Kind
from .cells import null_texts, typed_cells
from .correction_file import fingerprint, read_corrected
from .faults import FileFault
from .parsing import Parser
from .sources import Export


@dataclass(frozen=True)
class Change:
    """An amendment of the export that is read, and where its file is."""

    kind: Kind
    export_id: str
    archived: Path


def amend(
    connection: duckdb.DuckDBPyConnection,
    part: str,
    export: Export,
    parser: Parser,
    header: tuple[str, ...],
    changes: Sequence[Change],
    folder: Path,
) -> int:
    """Make `niaga.numbered_<part>` of `niaga.came_<part>`; give how many records are dropped.

    Amended records leave `niaga.malformed_<part>`. Raises FileFault when an amendment does not fit.
    """
    _collect_changes(connection, part, parser, header, changes, folder)
    _check_fingerprints(connection, part, header)
    connection.execute(
        f"CREATE TABLE niaga.amended_{part} AS SELECT * FROM niaga.change_{part}"
        " QUALIFY row_number() OVER (PARTITION BY _row_number ORDER BY _ordinal DESC) = 1"
    )
    cells = ", ".join(f"_cell.{sql.name(name)}" for name in header)
    connection.execute(
        f"CREATE TABLE niaga.correction_{part} AS WITH cell AS (SELECT _row_number, {cells}"
        f" FROM niaga.amended_{part} WHERE NOT _is_drop)"
        f" SELECT *{typed_cells(export, parser, header, part)} FROM cell"
    )
    is_amended = f"IN (SELECT _row_number FROM niaga.amended_{part})"
    connection.execute(
        f"CREATE VIEW niaga.numbered_{part} AS"
        f" SELECT * FROM niaga.came_{part} WHERE NOT (_row_number {is_amended})"
        f" UNION ALL BY NAME SELECT * FROM niaga.correction_{part}"
    )
    connection.execute(f"DELETE FROM niaga.malformed_{part} WHERE row_number {is_amended}")
    dropped = f"SELECT count(*) FROM niaga.amended_{part} WHERE _is_drop"
    return int(connection.execute(dropped).fetchall()[0][0])


def record(header: Sequence[str], prefix: str = "") -> str:
    """Give the SQL of a record as JSON text; `prefix` is what its columns are columns of."""
    fields = ", ".join(f"{sql.text(name)}, {prefix}{sql.name(name)}" for name in header)
    return f"CAST(json_object({fields}) AS VARCHAR)"


def _collect_changes(
    connection: duckdb.DuckDBPyConnection,
    part: str,
    parser: Parser,
    header: tuple[str, ...],
    changes: Sequence[Change],
    folder: Path,
) -> None:
    """Make `niaga.change_<part>`: one row for each record that a file amends."""
    types = ", ".join(f"{sql.name(name)} VARCHAR" for name in header)
    connection.execute(
        f"CREATE TABLE niaga.change_{part} (_ordinal BIGINT, _is_drop BOOLEAN, _row_number BIGINT,"
        f" _record VARCHAR, _cell STRUCT({types}))"
    )
    for ordinal, change in enumerate(changes):
        table = f"niaga.corrected_{part}"
        columns = read_corrected(connection, table, change.archived, folder)
        if missing := [name for name in header if name not in columns]:
            raise FileFault(
                f'has the column "{missing[0]}" now, which its records did not have when they were'
                " corrected; `niaga quarantine restore` withdraws the corrections"
            )
        nulls = null_texts(parser)
        cells = ", ".join(
            f"{sql.text(name)}: CASE WHEN {sql.name(name)} NOT IN ({nulls})"
            f" THEN {sql.name(name)} END"
            for name in header
        )
        filled = f"coalesce({', '.join(sql.name(name) for name in header)}) IS NOT NULL"
        is_drop = change.kind == "drop"
        connection.execute(
            f"INSERT INTO niaga.change_{part} SELECT {ordinal}, {is_drop},"
            f" CAST(_row_number AS BIGINT), _record, {{{cells}}} FROM {table}"
            f" WHERE _export_id = {sql.text(change.export_id)} AND ({is_drop} OR {filled})"
        )
        connection.execute(f"DROP TABLE {table}")


def _check_fingerprints(
    connection: duckdb.DuckDBPyConnection, part: str, header: tuple[str, ...]
) -> None:
    """Raise FileFault unless each amended record is the one that was amended."""
    changed = f"(SELECT _row_number FROM niaga.change_{part})"
    wrong = connection.execute(
        f"""
        WITH came AS (
            SELECT _row_number, {fingerprint(record(header))} AS came
            FROM niaga.came_{part}
            WHERE _row_number IN {changed}
            UNION ALL
            SELECT row_number, {fingerprint("CAST(to_json(line_text) AS VARCHAR)")}
            FROM niaga.malformed_{part}
            WHERE row_number IN {changed}
        ),
        step AS (
            SELECT
                _row_number,
                _record,
                lag({fingerprint(record(header, "_cell."))})
                    OVER (PARTITION BY _row_number ORDER BY _ordinal) AS corrected
            FROM niaga.change_{part}
        )
        SELECT _row_number
        FROM step LEFT JOIN came USING (_row_number)
        WHERE _record IS DISTINCT FROM coalesce(corrected, came)
        ORDER BY 1
        LIMIT 1
        """
    ).fetchall()
    if wrong:
        raise FileFault(
            f"record {wrong[0][0]} reads otherwise than when it was corrected or dropped;"
            " `niaga quarantine restore` withdraws what was corrected and dropped"
        )
