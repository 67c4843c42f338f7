"""Finds segments that are not what was committed, so that no build reads them."""

from __future__ import annotations

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import sqlalchemy as sa

from ..engine import THREADS
from ..errors import NiagaError
from ..ingest.durable import sha256_of
from ..state import tables

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

    from ..state import State
    from ..workspace import Workspace

_NAMED = 3
"""Of how many files, and exports of a file, the message gives the names."""


def refuse_damaged(workspace: Workspace, state: State) -> None:
    """Raise NiagaError when a segment of the ledger or lake is gone, or has another hash.

    It names the files and what to do: nothing but a backup has the ledger, the archive has what is
    in the lake.
    """
    load, segment = tables.load, tables.segment
    current = (
        sa.select(segment.c.path, segment.c.sha256)
        .join(load, load.c.load_id == segment.c.load_id)
        .where(load.c.status == "current")
    )
    posted = sa.select(tables.posting_segment.c.path, tables.posting_segment.c.sha256)
    with state.reading() as connection:
        # Loads of one batch share a file.
        postings = dict(connection.execute(posted).tuples().all())
        segments = dict(connection.execute(current).tuples().all())
    if damaged := _damaged(workspace.root, postings):
        raise NiagaError(
            f"the ledger is damaged: {_list([_told(workspace, path) for path in damaged])}",
            "put it back from a backup: nothing else says what was paid",
        )
    if damaged := _damaged(workspace.root, segments):
        with state.reading() as connection:
            sources, exports = _origins(connection, damaged)
        again = ", ".join(f"`niaga ingest --again {source}`" for source in sources)
        told = [
            _told(workspace, path, f" with the rows of {_list(sorted(exports[path]))}")
            for path in damaged
        ]
        raise NiagaError(
            f"the lake is damaged: {_list(told)}",
            f"read the exports again from the archive by {again}, then run the command again",
        )


def _damaged(root: Path, hashes: dict[str, str]) -> list[str]:
    def is_damaged(path: str) -> bool:
        try:
            return sha256_of(root / path) != hashes[path]
        except (FileNotFoundError, IsADirectoryError):
            return True

    # Reading and hashing leave the interpreter to others.
    with ThreadPoolExecutor(THREADS) as pool:
        found = zip(hashes, pool.map(is_damaged, hashes), strict=True)
        return [path for path, is_so in found if is_so]


def _told(workspace: Workspace, path: str, of: str = "") -> str:
    is_there = (workspace.root / path).is_file()
    return f"{path}{of} is {'not what was written' if is_there else 'gone'}"


def _origins(
    connection: Connection, damaged: Collection[str]
) -> tuple[list[str], dict[str, list[str]]]:
    """Give the sources of files, and of each the names of its exports."""
    segment, load, export = tables.segment, tables.load, tables.export
    loads = connection.execute(
        sa.select(segment.c.path, load.c.source, load.c.export_ids)
        .join(load, load.c.load_id == segment.c.load_id)
        .where(load.c.status == "current", segment.c.path.in_(damaged))
        .order_by(segment.c.path, load.c.delivery)
    ).all()
    named = connection.execute(
        sa.select(export.c.source, export.c.export_id, export.c.file_name).where(
            export.c.source.in_({row.source for row in loads})
        )
    )
    names = {(row.source, row.export_id): row.file_name for row in named}
    exports: dict[str, list[str]] = {path: [] for path in damaged}
    for row in loads:
        exports[row.path] += [names.get((row.source, one), one) for one in row.export_ids.values()]
    return sorted({row.source for row in loads}), exports


def _list(names: list[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
