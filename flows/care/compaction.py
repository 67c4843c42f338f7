"""Pack the many small files that a source's feed has in the lake into few, and change no row.

A segment stays what it is, the rows of one load of one feed; only the file that it names changes.
So a build that goes on from the last one reads nothing again. The old files stay until an ingest
sweeps what the state does not know, which it leaves while a backup may still need them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
from pyarrow import parquet
from sqlalchemy import select, update

from ..engine import engine_settings
from ..failpoints import reach
from ..ingest import sql
from ..ingest.durable import put_in_place, sha256_of, temporary_for
from ..ingest.superseding import LATEST, driving
from ..state import State, new_id
from ..state.tables import load, segment

if TYPE_CHECKING:
    import pyarrow

    from ..workspace import Workspace

ENOUGH = 64
"""With fewer small files than this nothing is packed: reading them costs next to nothing."""

_SMALL = 8 << 20
"""Bytes below which a file is small. What was packed is soon larger, and is not packed again."""

_FULL = 128 << 20
"""Bytes that are packed into one file."""

_MOST_FILES = 5_000
"""Files that are packed into one: a statement names each of them."""


@dataclass
class _File:
    """A file of the lake: of which loads it has rows that may count, by the driving export."""

    path: str
    sha256: str
    rows: dict[str, int] = field(default_factory=dict)
    is_shared_with_superseded: bool = False


@dataclass(frozen=True)
class Pack:
    """Small files of one source and feed that become one."""

    feed: str
    files: tuple[_File, ...]


def find_packs(workspace: Workspace, state: State, enough: int = ENOUGH) -> list[Pack]:
    """Give the files to pack; none unless a source's feed has `enough` small ones."""
    packs = []
    for (_, feed), files in sorted(_files(state).items()):
        if len(files) < enough:
            continue
        small = [file for file in files if _size(workspace, file) < _SMALL]
        if len(small) >= enough:
            packs += [Pack(feed, chosen) for chosen in _portions(workspace, small)]
    return packs


def compact(workspace: Workspace, state: State, packs: list[Pack]) -> int:
    """Pack files; give the number of those that were replaced. The caller holds the lease.

    A file that is not what was written, or would not come out the same, is left as it is: the
    doctor tells of it. Killed at any moment, each pack is made or not, and nothing is lost.
    """
    replaced = 0
    for pack in packs:
        whole = [f for f in pack.files if sha256_of(workspace.root / f.path) == f.sha256]
        if len(whole) > 1 and _pack(workspace, state, Pack(pack.feed, tuple(whole))):
            replaced += len(whole)
    return replaced


def _files(state: State) -> dict[tuple[str, str], list[_File]]:
    """Give the files of each source and feed, the oldest first.

    A file with the rows of two sources, or twice of one export, has none that can be told apart.
    """
    query = (
        select(segment, load.c.source, load.c.status, load.c.export_ids)
        .join(load, load.c.load_id == segment.c.load_id)
        .order_by(segment.c.path)
    )
    files: dict[str, _File] = {}
    owners: dict[str, set[tuple[str, str]]] = defaultdict(set)
    twice: set[str] = set()
    with state.reading() as connection:
        for row in connection.execute(query):
            file = files.setdefault(row.path, _File(row.path, row.sha256))
            owners[row.path].add((row.source, row.feed))
            if row.status not in LATEST:
                file.is_shared_with_superseded = True
                continue
            export_id = driving(row.export_ids)
            if export_id in file.rows:
                twice.add(row.path)
            file.rows[export_id] = row.rows
    found: dict[tuple[str, str], list[_File]] = defaultdict(list)
    for path, file in files.items():
        if file.rows and len(owners[path]) == 1 and path not in twice:
            found[next(iter(owners[path]))].append(file)
    return found


def _portions(workspace: Workspace, files: list[_File]) -> Iterator[tuple[_File, ...]]:
    """Give files that fit into one: of the same columns and types, and no export twice."""
    alike: dict[str, list[_File]] = defaultdict(list)
    for file in files:
        alike[str(_columns(workspace.root / file.path))].append(file)
    for group in alike.values():
        portion: list[_File] = []
        size, seen = 0, set[str]()
        for file in group:
            is_full = size > _FULL or len(portion) >= _MOST_FILES or seen & set(file.rows)
            if portion and is_full:
                if len(portion) > 1:
                    yield tuple(portion)
                portion, size, seen = [], 0, set()
            portion.append(file)
            size += _size(workspace, file)
            seen |= set(file.rows)
        if len(portion) > 1:
            yield tuple(portion)


def _pack(workspace: Workspace, state: State, pack: Pack) -> bool:
    path = workspace.lake / pack.feed / f"{new_id()}.parquet"
    temporary = temporary_for(path)
    try:
        if not _write(workspace, pack, temporary):
            return False
        sha256 = sha256_of(temporary)
        put_in_place(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    reach("compact.packed")
    latest = select(load.c.load_id).where(load.c.status.in_(LATEST))
    with state.engine.begin() as connection:
        state.confirm_lease(connection)
        connection.execute(
            update(segment)
            .where(
                segment.c.path.in_([file.path for file in pack.files]),
                segment.c.load_id.in_(latest),
            )
            .values(path=path.relative_to(workspace.root).as_posix(), sha256=sha256)
        )
    reach("compact.committed")
    return True


def _write(workspace: Workspace, pack: Pack, temporary: Path) -> bool:
    """Write the rows of the pack's loads; tell whether they are just those that were committed."""
    paths = {file.path: str(workspace.root / file.path) for file in pack.files}
    shared = [file for file in pack.files if file.is_shared_with_superseded]
    pairs = [(paths[file.path], export_id) for file in shared for export_id in file.rows]
    with duckdb.connect(config=engine_settings(workspace.spill)) as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute("CREATE TABLE counting (path VARCHAR, export_id VARCHAR)")
        if pairs:
            columns = [list(column) for column in zip(*pairs, strict=True)]
            connection.execute("INSERT INTO counting SELECT unnest(?), unnest(?)", columns)
        connection.execute(
            f"""
            COPY (
                SELECT * EXCLUDE (_segment_path)
                FROM read_parquet([{sql.texts(paths.values())}], filename = '_segment_path')
                WHERE
                    _segment_path NOT IN (SELECT path FROM counting)
                    OR (_segment_path, _export_id) IN (SELECT (path, export_id) FROM counting)
            ) TO {sql.text(str(temporary))} (FORMAT parquet, COMPRESSION zstd)
            """
        )
        found = connection.execute(
            "SELECT _export_id, count(*)"
            f" FROM read_parquet({sql.text(str(temporary))}) GROUP BY _export_id"
        ).fetchall()
    committed = {name: rows for file in pack.files for name, rows in file.rows.items()}
    schema = _columns(workspace.root / pack.files[0].path)
    return dict(found) == committed and _columns(temporary).equals(schema)


def _columns(path: Path) -> pyarrow.Schema:
    return parquet.read_schema(path).remove_metadata()


def _size(workspace: Workspace, file: _File) -> int:
    """Give the size of a file; one that is gone is never small."""
    path = workspace.root / file.path
    return path.stat().st_size if path.is_file() else _FULL
