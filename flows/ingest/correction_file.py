"""Files of held records: as CSV for a spreadsheet, to be corrected there and read back.

    _export_id, _row_number   which record it is
    _record                   a fingerprint of the record as it was held: it may have changed since
    _reason                   why it is held
    _line                     the record as it came, where it could not be read into columns
    ...                       the columns of the export, as text in the source's own way of writing

They are UTF-8 with a byte order mark, so that spreadsheets open them right, and texts that one
would run as formulas have an apostrophe in front, which is undone when they are read back.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Sequence
from pathlib import Path

import duckdb

from ..spreadsheets import guarded, unguarded
from . import sql
from .archive import unpack_text
from .durable import put_in_place, temporary_for
from .faults import FileFault

OWN_COLUMNS = ("_export_id", "_row_number", "_record", "_reason", "_line")
"""The columns that niaga adds to those of the export."""

PLACE = '"_place in file"'
"""The name of a column, as SQL, that no export has."""

_DELIMITERS = ",;\t"
_LONGEST_LINE = 30_000
"""Characters of `_line`: a cell of a spreadsheet has no more than 32,767."""
_AS_CSV = "export it again, and save it as `CSV UTF-8` without changing its header"


def fingerprint(raw: str) -> str:
    """Give the SQL of a record's fingerprint, where `raw` is its JSON; a letter makes it a text."""
    return f"'r' || left(md5({raw}), 16)"


def cell(raw: str, name: str) -> str:
    """Give the SQL of one column of a record; NULL where the record is a line without columns.

    A zero byte, which JSON may hold and no text file, is left out.
    """
    pointer = "/" + name.replace("~", "~0").replace("/", "~1")
    return (
        f"CASE WHEN json_type({raw}) = 'OBJECT'"
        f" THEN replace(json_extract_string({raw}, {sql.text(pointer)}), chr(0), '') END"
    )


def write_held(
    connection: duckdb.DuckDBPyConnection, held: str, columns: Sequence[str], path: Path
) -> int:
    """Write the records of a relation of `quarantine.held_records` as CSV; give their number."""
    import pyarrow.csv

    cells = {name: cell("raw", name) for name in columns}
    texts = {
        "_export_id": "export_id",
        "_record": fingerprint("raw"),
        "_reason": "reason",
        "_line": "CASE WHEN json_type(raw) = 'VARCHAR' THEN"
        f" left(json_extract_string(raw, '$'), {_LONGEST_LINE}) END",
        **cells,
    }
    written = {name: guarded(f"({text})") for name, text in texts.items()}
    written["_row_number"] = "row_number"
    titles = {name: name for name in OWN_COLUMNS} | _titles(connection, columns)
    chosen = ", ".join(f"{written[name]} AS {sql.name(title)}" for name, title in titles.items())
    query = f"SELECT {chosen} FROM {held} ORDER BY file_name, export_id, row_number"
    reader = connection.execute(query).to_arrow_reader(10_000)
    temporary = temporary_for(path)
    count = 0
    try:
        with temporary.open("wb") as file:
            file.write(codecs.BOM_UTF8)
            with pyarrow.csv.CSVWriter(file, reader.schema) as writer:
                for batch in reader:
                    writer.write_batch(batch)
                    count += batch.num_rows
        put_in_place(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    return count


def read_corrected(
    connection: duckdb.DuckDBPyConnection, table: str, archived: Path, folder: Path
) -> tuple[str, ...]:
    """Make a table of an archived file, all columns as text; give the columns of the export.

    `PLACE` numbers the records from 1. Rows without any value are left out. Raises FileFault when
    the file can't be read.
    """
    plain = unpack_text(archived, folder / "corrected.csv", "utf-8", None)
    delimiter, header = _read_header(plain.path)
    names = _names(connection, header)
    positions = [f"cell_{number}" for number in range(1, len(names) + 1)]
    columns = ", ".join(f"{sql.text(position)}: 'VARCHAR'" for position in positions)
    chosen = ", ".join(
        f"{unguarded(position)} AS {sql.name(name)}"
        for position, name in zip(positions, names, strict=True)
    )
    try:
        connection.execute(
            f"CREATE TABLE {table} AS SELECT row_number() OVER () AS {PLACE}, {chosen}"
            f" FROM read_csv({sql.text(str(plain.path))},"
            f" auto_detect = false, columns = {{{columns}}}, delim = {sql.text(delimiter)},"
            " quote = '\"', escape = '\"', header = true, new_line = '\\n')"
            f" WHERE coalesce({', '.join(positions)}) IS NOT NULL"
        )
    except duckdb.InvalidInputException as error:
        problem = str(error).partition("\n")[0]
        raise FileFault(f"can't be read as CSV: {problem}; {_AS_CSV}") from error
    finally:
        plain.path.unlink()
    return names[len(OWN_COLUMNS) :]


def _titles(connection: duckdb.DuckDBPyConnection, columns: Sequence[str]) -> dict[str, str]:
    """Give the columns' names as cells of the header."""
    query = f"SELECT name, {guarded('name')} FROM (SELECT unnest($1::VARCHAR[]) AS name)"
    return dict(connection.execute(query, [list(columns)]).fetchall())


def _names(connection: duckdb.DuckDBPyConnection, header: Sequence[str]) -> tuple[str, ...]:
    """Give the columns' names from the cells of the header; raise FileFault where it is another."""
    query = f"SELECT {unguarded('cell')} FROM (SELECT unnest($1::VARCHAR[]) AS cell)"
    names = tuple(name for (name,) in connection.execute(query, [list(header)]).fetchall())
    if names[: len(OWN_COLUMNS)] != OWN_COLUMNS:
        raise FileFault(f"its header does not begin with {', '.join(OWN_COLUMNS)}; {_AS_CSV}")
    if "" in names or len({name.lower() for name in names}) < len(names):
        raise FileFault(f"its header has a column twice, or one without a name; {_AS_CSV}")
    return names


def _read_header(path: Path) -> tuple[str, list[str]]:
    """Read the header, and the delimiter in it: spreadsheets write their own."""
    with path.open(encoding="utf-8", errors="replace", newline="\n") as file:
        start = file.read(len(OWN_COLUMNS[0]) + 3)
        file.seek(0)
        delimiter = next((mark for mark in _DELIMITERS if mark in start), ",")
        try:
            return delimiter, next(csv.reader(file, delimiter=delimiter), [])
        except csv.Error as error:
            raise FileFault(f"has no header that can be read: {error}; {_AS_CSV}") from error
