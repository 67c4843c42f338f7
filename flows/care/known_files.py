"""The files of which the state database speaks: those that count, with their hashes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Literal

from sqlalchemy import Connection, select

from ..ingest.catalogue import LOADED, REJECTED, WAITING
from ..ingest.superseding import LATEST
from ..state.tables import amendment, export, held, load, posting_segment, segment

Room = Literal["lake", "quarantine", "ledger", "archive"]


@dataclass(frozen=True)
class KnownFile:
    """A file that results rest on; `path` is relative to the workspace.

    `sha256` is that of the file, in the archive that of the content; None where nobody kept it.
    """

    room: Room
    path: str
    sha256: str | None
    source: str | None = None


def known_files(connection: Connection) -> list[KnownFile]:
    """List the files that count, each once: what is superseded for good may be gone."""
    files = [*_lake(connection), *_quarantine(connection), *_ledger(connection)]
    files += _archive(connection)
    return list({file.path: file for file in files}.values())


def needed_exports(
    connection: Connection, without: Collection[str] = ()
) -> set[tuple[str, str, str]]:
    """Give source, part and id of the exports that loads were made of which may still count.

    `without` are ids of loads that shall count no more.
    """
    columns = (load.c.load_id, load.c.source, load.c.export_ids)
    query = select(*columns).where(load.c.status.in_(LATEST))
    return {
        (row.source, part, export_id)
        for row in connection.execute(query)
        if row.load_id not in without
        for part, export_id in row.export_ids.items()
    }


def _lake(connection: Connection) -> list[KnownFile]:
    query = (
        select(segment.c.path, segment.c.sha256, load.c.source)
        .join(load, load.c.load_id == segment.c.load_id)
        .where(load.c.status.in_(LATEST))
    )
    return [KnownFile("lake", path, sha, name) for path, sha, name in _rows(connection, query)]


def _quarantine(connection: Connection) -> list[KnownFile]:
    query = (
        select(held.c.path, load.c.source)
        .join(load, load.c.load_id == held.c.load_id)
        .where(load.c.status.in_(LATEST), held.c.rows > 0)
    )
    return [KnownFile("quarantine", path, None, name) for path, name in _rows(connection, query)]


def _ledger(connection: Connection) -> list[KnownFile]:
    query = select(posting_segment.c.path, posting_segment.c.sha256)
    return [KnownFile("ledger", path, sha256) for path, sha256 in _rows(connection, query)]


def _archive(connection: Connection) -> list[KnownFile]:
    needed = needed_exports(connection)
    columns = (export.c.source, export.c.part, export.c.export_id, export.c.status)
    exports = _rows(
        connection,
        select(*columns, export.c.archive_path).where(
            export.c.status.in_((LOADED, WAITING, REJECTED)), export.c.archive_path.is_not(None)
        ),
    )
    paths = [
        (path, source)
        for source, part, export_id, status, path in exports
        if status != LOADED or (source, part, export_id) in needed
    ]
    paths += _rows(connection, select(amendment.c.archive_path, amendment.c.source))
    # An object of the archive has the hash of its content as its name.
    return [KnownFile("archive", path, PurePosixPath(path).stem, source) for path, source in paths]


def _rows(connection: Connection, query: Any) -> list[Any]:
    return list(connection.execute(query).tuples())
