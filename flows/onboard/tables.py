"""Read the tables of a file by the readers that a load has, in the first way that fits."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb
from pydantic import ValidationError

from ..engine import engine_settings
from ..ingest import sql
from ..ingest.archive import Archived, archive_export
from ..ingest.faults import FileFault
from ..ingest.locales import Locale
from ..ingest.parsing import Parser
from ..ingest.records import Records, read_records
from ..ingest.sources import Export
from .pieces import Layout, Piece, unfold

_MOST_FAULTY = 0.1
"""The share of records above which a file is rejected, if its source says nothing else."""


@dataclass(frozen=True)
class Table:
    """A table that was read: `names` are those of its columns, `titles` what the file calls them.

    `niaga.raw_<relation>` has its records as text.
    """

    file: Path
    piece: str
    relation: str
    layout: Layout
    names: tuple[str, ...]
    titles: tuple[str, ...]
    rows: int
    faulty: int
    blank: int
    """How many records have no value at all, like those that a spreadsheet ends with."""


@dataclass(frozen=True)
class Refused:
    """A file, or a piece of one, that can't be read, and why."""

    file: Path
    piece: str
    reason: str


@dataclass
class Reading:
    """Reads files into one database, in which their tables can be compared."""

    connection: duckdb.DuckDBPyConnection
    folder: Path
    archived: dict[Path, Archived] = field(default_factory=dict)
    _tables: int = 0

    def read(self, file: Path) -> Iterator[Table | Refused]:
        """Give what is in a file: each of its tables, or why it can't be read."""
        try:
            archived = archive_export(file, self.folder / "archive")
            self.archived[file] = archived
            for piece in unfold(archived.path, self.folder):
                yield self._read_piece(file, archived, piece)
        except FileFault as fault:
            yield Refused(file, "", fault.reason)
        except OSError as error:
            yield Refused(file, "", f"can't be read: {error.strerror or error}")

    def _read_piece(self, file: Path, archived: Archived, piece: Piece) -> Table | Refused:
        """Read a piece in the way that leaves the fewest records out."""
        reason = piece.refusal
        best: Table | None = None
        for layout in piece.layouts:
            try:
                table = self._read_without_footer(file, archived, piece, layout)
            except FileFault as fault:
                reason = reason or fault.reason
                continue
            if best is None or table.faulty * max(1, best.rows) < best.faulty * max(1, table.rows):
                best = table
            if table.faulty <= 0.01 * table.rows:
                break
        if best is None:
            return Refused(file, piece.name, reason or "is read by no format")
        if best.faulty > _MOST_FAULTY * best.rows:
            return Refused(file, piece.name, self._why_faulty(best))
        return best

    def _read_without_footer(
        self, file: Path, archived: Archived, piece: Piece, layout: Layout
    ) -> Table:
        """Read a piece without what stands behind its records, if that is sure to be none."""
        whole = self._read_layout(file, archived, piece, layout)
        if layout.footer is None:
            return whole
        said = replace(
            layout,
            format=layout.format | {"footer": layout.footer.pattern},
            unsure=(*layout.unsure, layout.footer.note),
        )
        with contextlib.suppress(FileFault):
            records = self._read_layout(file, archived, piece, said)
            if self._is_cut_by_no_record(whole, records):
                return records
        doubts = (*layout.unsure, layout.footer.doubt)
        return replace(whole, layout=replace(layout, unsure=doubts))

    def _is_cut_by_no_record(self, whole: Table, records: Table) -> bool:
        """Tell whether all that a footer takes off lacks a value that each record has."""
        good = records.rows - records.faulty - records.blank
        if good < 1 or records.faulty > whole.faulty:
            return False
        shared = [sql.name(name) for name in records.names if name in whole.names]
        counts = self.connection.execute(
            "SELECT "
            + ", ".join(f"count(*) FILTER (trim({name}) <> '')" for name in shared)
            + f" FROM niaga.raw_{records.relation}"
        ).fetchall()[0]
        always = [name for name, count in zip(shared, counts, strict=True) if count == good]
        # Strokes over totals fill all columns, and are none.
        is_like_all = " AND ".join(
            f"coalesce(trim({name}), '') NOT SIMILAR TO '-*|=*|_*|[*]*'" for name in always
        )
        return self.connection.execute(
            f"SELECT count(*) FROM niaga.raw_{whole.relation} WHERE {is_like_all or 'true'}"
        ).fetchall() == [(good,)]

    def _read_layout(self, file: Path, archived: Archived, piece: Piece, layout: Layout) -> Table:
        self._tables += 1
        relation = f"t{self._tables}"
        try:
            member = {"member": layout.member} if layout.member else {}
            export = Export.model_validate({"file": "*", "format": layout.format} | member)
        except ValidationError as error:
            raise FileFault(
                f"would be read by a format that is refused: {error.errors()[0]['msg']}"
            ) from error
        parser = Parser(Locale(), 2, "UTC")
        records = self._records(relation, export, parser, archived)
        titles = records.header if layout.titles is None else layout.titles
        if len(titles) < len(records.header):
            titles = (*titles, *[""] * (len(records.header) - len(titles)))
        return Table(
            file, piece.name, relation, layout, records.header, tuple(titles), records.read,
            records.faulty, self._count_blank(relation, records.header),
        )  # fmt: skip

    def _count_blank(self, relation: str, names: tuple[str, ...]) -> int:
        values = ", ".join(f"nullif(trim({sql.name(name)}), '')" for name in names)
        (count,) = self.connection.execute(
            f"SELECT count(*) FROM niaga.raw_{relation} WHERE coalesce({values}) IS NULL"
        ).fetchall()[0]
        return int(count)

    def _records(
        self, relation: str, export: Export, parser: Parser, archived: Archived
    ) -> Records:
        # Reading leaves tables of rejected records behind, which the next one would find.
        folder = self.folder / relation
        folder.mkdir()
        try:
            return read_records(self.connection, relation, export, parser, archived.path, folder)
        except duckdb.Error as error:
            problem = str(error).partition("\n")[0]
            raise FileFault(f"can't be read: {problem}") from error
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _why_faulty(self, table: Table) -> str:
        (reason, row_number), *_ = self.connection.execute(
            f"SELECT reason, min(row_number) FROM niaga.fault_{table.relation}"
            " GROUP BY reason ORDER BY count(*) DESC, reason LIMIT 1"
        ).fetchall()
        return (
            f"{table.faulty} of {table.rows} records can't be read, like row {row_number}: {reason}"
        )

    def column(self, table: Table, name: str) -> str:
        """Give the texts of a column, none of them blank, as the relation `value(text, rows)`."""
        return (
            f"SELECT trim({sql.name(name)}) AS text, count(*) AS rows"
            f" FROM niaga.raw_{table.relation} WHERE trim({sql.name(name)}) <> '' GROUP BY 1"
        )


@contextlib.contextmanager
def reading(folder: Path) -> Iterator[Reading]:
    """Open a database for the tables of some files; `folder` is for what is needed meanwhile."""
    connection = duckdb.connect(
        config=engine_settings(folder / "spill") | {"autoinstall_known_extensions": False}
    )
    try:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET enable_progress_bar = false")
        connection.execute("CREATE SCHEMA niaga")
        yield Reading(connection, folder)
    finally:
        connection.close()
