"""Archive and stream small files in other threads before it is their turn.

With thousands of them most time would go into waiting: for the disk, for one thread that plans a
query. What is written ahead is a load that does not count yet; whether it ever does is decided in
its turn, and what is not asked for then is removed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import Self

from ..engine import THREADS
from ..state import State
from ..workspace import Workspace
from . import catalogue
from .archive import Archived, archive_export
from .batches import Batch
from .faults import FileFault
from .landing import Landed, Taker, business_date, identify
from .load import working_folder
from .sources import Source
from .streamed import Candidate, Streamed
from .streaming import Streamer

_FEWEST_FILES = 16
"""Where there are no more small ones than that, all are read in their turn."""
_WRITERS = 8
"""Threads that put files into the archive: most of their time the disk has to itself."""
_MOST_AHEAD = 4
"""So many batches are read ahead: enough for none to wait, and little to do again after a crash."""

_Asked = tuple[str, tuple[Candidate, ...]]
"""What a streamer was asked for: the name of a source, and its exports."""


@dataclass(frozen=True)
class _Ahead:
    """A batch that was read ahead: its files in the archive, and their loads."""

    archived: list[Archived | Exception]
    loads: dict[_Asked, dict[str, Streamed]]


class ReadAhead:
    """The batches of one ingest in their order, of which those of small files are read ahead."""

    def __init__(self, workspace: Workspace, state: State, batches: Iterable[Batch]) -> None:
        self._workspace = workspace
        self._state = state
        folder = working_folder(workspace)
        self._streamer = Streamer(workspace, folder / "streamed")
        self._idle: SimpleQueue[Streamer] = SimpleQueue()
        for number in range(THREADS):
            self._idle.put(Streamer(workspace, folder / f"ahead_{number}"))
        self._threads = ThreadPoolExecutor(THREADS)
        self._writers = ThreadPoolExecutor(_WRITERS)
        small = [batch for batch in batches if batch.is_small]
        are_many = sum(len(batch.files) for batch in small) > _FEWEST_FILES
        self._waiting = deque(small if are_many else ())
        self._begun: dict[Path, Future[_Ahead]] = {}
        self._ready: dict[_Asked, dict[str, Streamed]] = {}
        self._in_doubt: set[Candidate] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._threads.shutdown(cancel_futures=True)
        self._writers.shutdown()
        for begun in self._begun.values():
            if not begun.cancelled() and begun.exception() is None:
                self._ready |= begun.result().loads
        self._forget()
        self._streamer.close()
        while not self._idle.empty():
            self._idle.get().close()

    def archive(self, batch: Batch) -> list[Archived | Exception]:
        """Give each file as it is in the archive, or what `archive_export` raises of it."""
        self._forget()
        self._in_doubt.clear()
        while self._waiting and len(self._begun) < _MOST_AHEAD:
            next_one = self._waiting.popleft()
            self._begun[next_one.files[0].path] = self._threads.submit(self._read, next_one)
        begun = self._begun.pop(batch.files[0].path, None)
        if begun is None:
            return [self._archive(landed) for landed in batch.files]
        ahead = begun.result()
        self._ready = ahead.loads
        return ahead.archived

    def stream(self, source: Source, candidates: Sequence[Candidate]) -> Mapping[str, Streamed]:
        """Give what `Streamer.stream` gives; what it has left in doubt is not tried again."""
        asked = tuple(one for one in candidates if one not in self._in_doubt)
        streamed = self._ready.pop((source.source, asked), None)
        if streamed is None:
            streamed = self._streamer.stream(source, asked)
        self._in_doubt.update(one for one in asked if one.export_id not in streamed)
        return streamed

    def _archive(self, landed: Landed) -> Archived | Exception:
        try:
            return archive_export(landed.path, self._workspace.archive)
        except (FileNotFoundError, FileFault) as error:
            return error

    def _read(self, batch: Batch) -> _Ahead:
        archived = list(self._writers.map(self._archive, batch.files))
        loads: dict[_Asked, dict[str, Streamed]] = {}
        streamer = self._idle.get()
        try:
            for source, candidates in self._candidates(batch, archived):
                loads[source.source, candidates] = streamer.stream(source, candidates)
        finally:
            self._idle.put(streamer)
        return _Ahead(archived, loads)

    def _candidates(
        self, batch: Batch, archived: Sequence[Archived | Exception]
    ) -> Iterator[tuple[Source, tuple[Candidate, ...]]]:
        """Give the exports that are going to be asked for, by their source."""
        sought: dict[str, tuple[Taker, dict[str, Candidate]]] = {}
        for landed, copy in zip(batch.files, archived, strict=True):
            for taker in landed.takers:
                if isinstance(copy, Archived) and len(taker.source.exports) == 1:
                    candidate = candidate_of(self._workspace, taker, copy)
                    _, found = sought.setdefault(taker.source.source, (taker, {}))
                    found.setdefault(candidate.export_id, candidate)
        for taker, found in sought.values():
            known = catalogue.known_exports(self._state, taker.source.source, taker.part, found)
            yield taker.source, tuple(found[name] for name in found if name not in known)

    def _forget(self) -> None:
        """Remove what was read ahead and not asked for: the export is known, or its turn failed."""
        loads = [load for loads in self._ready.values() for load in loads.values()]
        for path in {segment.path for load in loads for segment in load.segments}:
            path.unlink()
        self._ready = {}


def candidate_of(workspace: Workspace, taker: Taker, archived: Archived) -> Candidate:
    """Give a file that is in the archive as an export of the source that takes it."""
    return Candidate(
        archived.path,
        identify(taker, archived.sha256),
        business_date(workspace, archived.identity, taker),
    )
