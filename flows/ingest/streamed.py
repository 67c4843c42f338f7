"""What is loaded in one pass: the exports that may be, and what was made of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from .layout import ColumnSample
from .records import Records
from .segments import ParquetFile
from .sources import Source


class DoubtError(Exception):
    """Something that only the reading in steps can judge."""


class ApartError(Exception):
    """Files whose rows can't be told apart once they are read together."""


@dataclass(frozen=True)
class Candidate:
    """An archived export, the only one of its delivery, with which no fault has been found yet."""

    archived: Path
    export_id: str
    business_date: date | None


@dataclass(frozen=True)
class Streamed:
    """A delivery whose records are all good, and written: a load that does not count yet."""

    load_id: str
    business_date: date | None
    records: Records
    samples: list[ColumnSample]
    mapped: list[str]
    segments: tuple[ParquetFile, ...]
    rows_loaded: int


Stream = Callable[[Source, Sequence[Candidate]], Mapping[str, Streamed]]
"""What `Streamer.stream` is: of exports of a source gives the loads of those without doubt."""
