"""Counts the signals that ask a process to stop."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from types import FrameType


@dataclass
class Stops:
    """How often the process was asked to stop."""

    count: int = 0


@contextlib.contextmanager
def counted_stops() -> Iterator[Stops]:
    """Count SIGTERM and SIGINT instead of ending by them."""
    stops = Stops()

    def note(_number: int, _frame: FrameType | None) -> None:
        stops.count += 1

    before = {number: signal.signal(number, note) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stops
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
