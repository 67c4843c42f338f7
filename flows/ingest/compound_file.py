"""Read the streams of a compound file (OLE), in which Excel 97 to 2003 keeps its workbooks.

The format is that of [MS-CFB]: a file system in a file, whose sectors form chains.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_ENTRY_SIZE = 128
_STREAM, _ROOT = 2, 5
_LAST_SECTOR = 0xFFFFFFFA
_MINI_SECTOR = 64
_IN_HEADER = 109


class CompoundFileError(Exception):
    """The file is cut off or damaged."""


@dataclass(frozen=True)
class _Entry:
    name: str
    kind: int
    start: int
    size: int


class CompoundFile:
    """The streams of a compound file by name; raises CompoundFileError where they can't be had."""

    def __init__(self, file: Path) -> None:
        self._content = file.read_bytes()
        try:
            (shift,) = struct.unpack_from("<H", self._content, 30)
            self._sector_size = 1 << min(shift, 16)
            sectors = len(self._content) // self._sector_size
            if any(struct.unpack_from("<I", self._content, at)[0] > sectors for at in (44, 64, 72)):
                raise CompoundFileError("it claims more sectors than it has")
            first_directory, _, self._smallest, first_mini = struct.unpack_from(
                "<4I", self._content, 48
            )
            self._next = self._read_table()
            entries = self._entries(self._chain(first_directory))
            root = next(entry for entry in entries if entry.kind == _ROOT)
        except (struct.error, StopIteration, UnicodeError) as error:
            raise CompoundFileError("its directory is cut off or damaged") from error
        self._streams = {entry.name: entry for entry in entries if entry.kind == _STREAM}
        self._mini_next = _numbers(self._chain(first_mini)) if first_mini < _LAST_SECTOR else []
        self._mini = self._chain(root.start)[: root.size] if self._mini_next else b""

    @property
    def names(self) -> frozenset[str]:
        """The names of the streams."""
        return frozenset(self._streams)

    def read(self, name: str) -> bytes:
        """Give the content of a stream."""
        entry = self._streams[name]
        if entry.size >= self._smallest:
            content = self._chain(entry.start)
        else:
            sectors = _follow(entry.start, self._mini_next)
            content = b"".join(
                self._mini[number * _MINI_SECTOR : (number + 1) * _MINI_SECTOR]
                for number in sectors
            )
        if len(content) < entry.size:
            raise CompoundFileError(f"its stream {name} is cut off")
        return content[: entry.size]

    def _read_table(self) -> Sequence[int]:
        """Read which sector follows on which; where that is written, the header says."""
        count, first_more = (struct.unpack_from("<I", self._content, at)[0] for at in (44, 68))
        places = list(struct.unpack_from(f"<{_IN_HEADER}I", self._content, 76))
        while first_more < _LAST_SECTOR and len(places) < count:
            more = _numbers(self._sector(first_more))
            places += more[:-1]
            first_more = more[-1]
        sectors = [number for number in places[:count] if number < _LAST_SECTOR]
        return _numbers(b"".join(map(self._sector, sectors)))

    def _chain(self, start: int) -> bytes:
        return b"".join(map(self._sector, _follow(start, self._next)))

    def _sector(self, number: int) -> bytes:
        # The header takes the place of the first sector.
        start = (number + 1) * self._sector_size
        return self._content[start : start + self._sector_size]

    def _entries(self, directory: bytes) -> list[_Entry]:
        entries = []
        for at in range(0, len(directory) - _ENTRY_SIZE + 1, _ENTRY_SIZE):
            length, kind = struct.unpack_from("<HB", directory, at + 64)
            start, size = struct.unpack_from("<II", directory, at + 116)
            name = directory[at : at + max(length - 2, 0)].decode("utf-16-le")
            entries.append(_Entry(name, kind, start, size))
        return entries


def _numbers(content: bytes) -> array[int]:
    numbers = array("I")
    numbers.frombytes(content[: len(content) // 4 * 4])
    return numbers


def _follow(start: int, following: Sequence[int]) -> list[int]:
    """Give the sectors of a chain."""
    chain: list[int] = []
    while start < _LAST_SECTOR:
        if start >= len(following) or len(chain) > len(following):
            raise CompoundFileError("its sectors form no chain")
        chain.append(start)
        start = following[start]
    return chain
