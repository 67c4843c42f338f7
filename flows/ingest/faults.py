"""A fault of a whole file: it is held back, and everything else goes on."""

from __future__ import annotations

import duckdb

from ..disk import is_full


class FileFault(Exception):
    """An export that can't be loaded; never leaves this room.

    `part` is the part of the delivery at fault where that is known, `examples` are faulty rows in
    words.
    """

    def __init__(
        self, reason: str, part: str | None = None, examples: tuple[str, ...] = ()
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.part = part
        self.examples = examples


class FileChanged(FileFault):
    """A file was written while it was read: what was read is none of its states."""

    def __init__(self) -> None:
        super().__init__("it changed while it was read")


def is_of_the_machine(error: Exception) -> bool:
    """Tell whether the disk or the memory has failed, and not the file."""
    if isinstance(error, OSError):
        return error.errno is not None
    of_the_machine = (MemoryError, duckdb.OutOfMemoryException, duckdb.IOException)
    return isinstance(error, of_the_machine) or is_full(error)
