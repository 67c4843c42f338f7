"""Check the files that results rest on: each is there, and is what was written."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import pyarrow
from sqlalchemy import select

from ..errors import NiagaError
from ..ingest.durable import TEMPORARY, sha256_of
from ..ingest.sweep import find_garbage
from ..publish import version
from ..publish.records import current_publication, kept_publications
from ..publish.swap import versions
from ..state.tables import posting_segment, run
from ..terminal import as_size, count
from .finding import Finding, fault, ok, warning
from .known_files import KnownFile, known_files

if TYPE_CHECKING:
    from ..progress import Progress
    from ..state import State
    from ..workspace import Workspace

STAGE = "doctor"
_CHUNK = 4 << 20


def check_files(
    workspace: Workspace, state: State, progress: Progress, *, is_quick: bool
) -> Iterator[Finding]:
    """Look at every segment of lake and ledger, and at the archive; quick: without hashing them."""
    with state.reading() as connection:
        files = known_files(connection)
    files += _plan_texts(workspace)
    progress.start(STAGE, len(files))
    wrong: list[tuple[KnownFile, str]] = []
    for file in files:
        if problem := _problem(workspace, file, is_quick=is_quick):
            wrong.append((file, problem))
        progress.advance(STAGE, note=file.path)
    progress.finish(STAGE, count(len(files), "file"))
    if wrong:
        # A run at work may have replaced a file since.
        with state.reading() as connection:
            still = {file.path for file in [*known_files(connection), *_plan_texts(workspace)]}
        wrong = [(file, problem) for file, problem in wrong if file.path in still]
    for file, problem in wrong:
        yield fault(file.room, f"{file.path} {problem}", _remedy(file))
    faulty = Counter(file.room for file, _ in wrong)
    whole = "there" if is_quick else "there and whole"
    for room, number in sorted(Counter(file.room for file in files).items()):
        if not faulty[room]:
            yield ok(room, f"{count(number, 'file')}, {whole}")


def check_leftovers(workspace: Workspace, state: State) -> Iterator[Finding]:
    """Look for what killed runs have left, and for postings that the state does not know."""
    garbage = find_garbage(workspace, state)
    with state.reading() as connection:
        posted = set(connection.execute(select(posting_segment.c.path)).scalars())
        runs = set(connection.execute(select(run.c.run_id)).scalars())
    for file in workspace.ledger.glob("*"):
        if file.suffix not in (".parquet", TEMPORARY) or f"ledger/{file.name}" in posted:
            continue
        if file.name.partition(".")[0] in runs:
            garbage.append(file)
        else:
            yield fault(
                "ledger",
                f"ledger/{file.name} was posted by a run that the state database does not know",
                "put back the state database that belongs to this workspace",
            )
    recorded = {one.publication_id for one in kept_publications(workspace, state)}
    current = current_publication(workspace.published)
    known = recorded | ({current.publication_id} if current else set())
    unfinished = [name for name in versions(workspace.published) if name not in known]
    size = sum(file.stat().st_size for file in garbage if file.is_file())
    if garbage or unfinished:
        left = count(len(garbage), "file") + f" ({as_size(size)})"
        left += f", {count(len(unfinished), 'unfinished publication')}" if unfinished else ""
        yield ok("leftovers", f"{left} that nothing needs: the next night sweeps them")
    else:
        yield ok("leftovers", "none")


def check_publication(workspace: Workspace, *, is_quick: bool) -> Iterator[Finding]:
    """Open what readers see, and count its rows; quick: only look whether it is there."""
    link = workspace.published / "current"
    current = current_publication(workspace.published)
    if current is None:
        if link.is_symlink():
            told = f"published/current points to {link.readlink()}, which is not there"
            yield fault("publication", told, "`niaga rollback` or `niaga build` gives readers one")
        else:
            yield warning("publication", "nothing is published", "run `niaga build`")
        return
    remedy = "`niaga rollback` puts an earlier one back, `niaga build` makes a new one"
    try:
        database = current.path / version.AUDIENCE / version.DATABASE_NAME
        if not database.is_file():
            raise NiagaError(f"{database.name} is gone")
        if not is_quick and version.count_rows(current.path) != current.rows:
            raise NiagaError("it has not all its rows")
    except Exception as error:  # noqa: BLE001 - DuckDB's errors for a damaged file are many
        reason = str(error).splitlines()[0]
        yield fault("publication", f"{current.publication_id} is damaged: {reason}", remedy)
        return
    yield ok("publication", f"{current.publication_id}, {count(len(current.rows), 'table')}")


def _plan_texts(workspace: Workspace) -> list[KnownFile]:
    folder = workspace.ledger / "plans"
    return [
        KnownFile("ledger", f"ledger/plans/{file.name}", file.stem)
        for file in sorted(folder.glob("*.yml"))
    ]


def _problem(workspace: Workspace, file: KnownFile, *, is_quick: bool) -> str | None:
    path = workspace.root / file.path
    if not path.is_file():
        return "is gone"
    if is_quick or not file.sha256:
        return None
    try:
        found = _content_hash(path) if file.room == "archive" else sha256_of(path)
    except (OSError, pyarrow.ArrowException) as error:
        return f"can't be read: {error}"
    return None if found == file.sha256 else "is not what was written: its hash is another one"


def _content_hash(path: Path) -> str:
    """Give the hash of an export in the archive, as it came."""
    digest = hashlib.sha256()
    with pyarrow.CompressedInputStream(str(path), "zstd") as source:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _remedy(file: KnownFile) -> str:
    name = PurePosixPath(file.path).name
    if file.room in ("lake", "quarantine"):
        return f"`niaga ingest --again {file.source}` writes it anew from the archive"
    if file.room == "archive":
        return f"put {name} back from a backup, or let {file.source or 'it'} be exported again"
    return f"put {name} back from a backup: nothing else can say what was paid"
