"""Files in batches: small ones of one source are taken together, any other one by itself."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass

from .formats import CsvFormat
from .landing import Landed
from .sources import Source

_SMALL_BYTES = 1 << 20
_MOST_BYTES = 8 << 20
_MOST_FILES = 250
"""Of so many each bears little of what is done once for all, and a crash costs little work."""


@dataclass(frozen=True)
class Batch:
    """Files that are taken together if there are several; `is_small` where all of them are."""

    files: tuple[Landed, ...]
    size_bytes: int
    is_small: bool


def in_batches(files: Iterable[Landed]) -> list[Batch]:
    """Put files into batches; those of one source stay in their order."""
    batches: list[Batch] = []
    latest: dict[str, int] = {}
    for landed in files:
        size = _size_bytes(landed)
        batch = Batch((landed,), size, bool(landed.takers) and size <= _SMALL_BYTES)
        sources = [taker.source.source for taker in landed.takers]
        place = latest.get(sources[0]) if sources else None
        joined = None if place is None else _joined(batches[place], batch)
        if joined is None or place is None:
            latest.update(dict.fromkeys(sources, len(batches)))
            batches.append(batch)
        else:
            batches[place] = joined
    return batches


def fits(files: int, size_bytes: int) -> bool:
    """Tell whether so many files, of so many bytes in all, may be taken together."""
    return files <= _MOST_FILES and size_bytes <= _MOST_BYTES


def stand_alone(source: Source) -> bool:
    """Tell whether each export of a source is a delivery, replaces none, and can be streamed."""
    formats = [export.format for export in source.exports.values()]
    return len(formats) == 1 and isinstance(formats[0], CsvFormat) and source.replaces is None


def _joined(batch: Batch, other: Batch) -> Batch | None:
    """Give the batch of the files of both; None where they can't be taken together."""
    takers = other.files[0].takers
    are_small = batch.is_small and other.is_small
    if not are_small or len(takers) != 1 or not stand_alone(takers[0].source):
        return None
    joined = Batch(batch.files + other.files, batch.size_bytes + other.size_bytes, is_small=True)
    is_room = fits(len(joined.files), joined.size_bytes)
    # While a file was about to be removed by a killed run, another one may have got its name.
    has_names_once = batch.files[0].path.parent == other.files[0].path.parent
    return joined if is_room and has_names_once else None


def _size_bytes(landed: Landed) -> int:
    with contextlib.suppress(FileNotFoundError):  # Its writer may have taken it away again.
        return landed.path.lstat().st_size
    return 0
