"""Archive and stream small files in other threads before it is their turn.

With thousands of them most time would go into waiting: for the disk, for one thread that plans a
query. What is written ahead is a load that does not count yet; whether it ever does is decided in
its turn, and what is not asked for then is removed.
"""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import Self

from ..engine import THREADS
from ..workspace import Workspace
from .archive import Archived, archive_export
from .days import Days
from .landing import Landed, business_date, identify
from .load import working_folder
from .sources import Source
from .streaming import Streamed, Streamer

_MOST_BYTES = 1 << 20
_MOST_FILES = 16
"""So many are read ahead: enough for none to wait, and little to do again after a crash. Where
there are no more than that, all are read in their turn."""

_Key = tuple[str, str, date | None]


@dataclass(frozen=True)
class _Ahead:
    """A file that was read ahead, and its loads."""

    archived: Archived
    loads: dict[_Key, Streamed]


class ReadAhead:
    """The files of one ingest in their order, of which the small ones are read ahead."""

    def __init__(self, workspace: Workspace, files: Iterable[Landed]) -> None:
        self._workspace = workspace
        folder = working_folder(workspace)
        self._streamer = Streamer(workspace, folder / "streamed")
        self._idle: SimpleQueue[Streamer] = SimpleQueue()
        for number in range(THREADS):
            self._idle.put(Streamer(workspace, folder / f"ahead_{number}"))
        self._threads = ThreadPoolExecutor(THREADS)
        small = [landed for landed in files if _is_small(landed)]
        self._waiting = deque(small if len(small) > _MOST_FILES else ())
        self._begun: dict[Path, Future[_Ahead]] = {}
        self._ready: dict[_Key, Streamed] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._threads.shutdown(cancel_futures=True)
        for begun in self._begun.values():
            if not begun.cancelled() and begun.exception() is None:
                self._ready |= begun.result().loads
        self._forget()
        self._streamer.close()
        while not self._idle.empty():
            self._idle.get().close()

    def archive(self, landed: Landed) -> Archived:
        """Give the file as it is in the archive; raise what `archive_export` raises."""
        self._forget()
        while self._waiting and len(self._begun) < _MOST_FILES:
            next_one = self._waiting.popleft()
            self._begun[next_one.path] = self._threads.submit(self._read, next_one)
        begun = self._begun.pop(landed.path, None)
        if begun is not None:
            ahead = begun.result()
            self._ready = ahead.loads
            return ahead.archived
        return archive_export(landed.path, self._workspace.archive)

    def stream(
        self,
        source: Source,
        archived: Path,
        export_id: str,
        day: date | None,
        replaced: Days | None,
    ) -> Streamed | None:
        """Give what `Streamer.stream` gives."""
        ready = self._ready.pop((source.source, export_id, day), None)
        return ready or self._streamer.stream(source, archived, export_id, day, replaced)

    def _read(self, landed: Landed) -> _Ahead:
        archived = archive_export(landed.path, self._workspace.archive)
        loads = {}
        streamer = self._idle.get()
        try:
            for taker in landed.takers:
                export_id = identify(taker, archived.sha256)
                day = business_date(self._workspace, archived.identity, taker)
                source = taker.source
                replaced = source.replaced_days(day, landed.file_name)
                if streamed := streamer.stream(source, archived.path, export_id, day, replaced):
                    loads[source.source, export_id, day] = streamed
        finally:
            self._idle.put(streamer)
        return _Ahead(archived, loads)

    def _forget(self) -> None:
        """Remove what was read ahead and not asked for: the export is known, or its turn failed."""
        for streamed in self._ready.values():
            for segment in streamed.segments:
                segment.path.unlink()
        self._ready = {}


def _is_small(landed: Landed) -> bool:
    with contextlib.suppress(FileNotFoundError):  # Its writer may have taken it away again.
        return bool(landed.takers) and landed.path.lstat().st_size <= _MOST_BYTES
    return False
