"""Unpack an export that came compressed: by gzip or zstd, or as a member of a zip file."""

from __future__ import annotations

import stat
import struct
import sys
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Literal

import pyarrow

from .faults import FileFault
from .patterns import FilePattern

Packing = Literal["gzip", "zstd", "zip"]

MOST_TIMES = 1000
"""How many times its own size a file may unpack to; exports of repetitive text reach about 100."""

ALWAYS_ALLOWED = 1 << 30
"""Bytes that any file may unpack to: a small one of blanks or zeros alone does no harm."""

MOST_IN_WORKBOOK = 2 << 30
"""Bytes that the members of a workbook may unpack to: they are held in memory."""

_CHUNK = 4 << 20
_MAGIC: dict[bytes, Packing] = {
    b"\x1f\x8b\x08": "gzip",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"PK\x03\x04": "zip",
    b"PK\x05\x06": "zip",  # A zip file without members.
}
_NAMED = 10
ZIP_ERRORS = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, ValueError,
)  # fmt: skip


def packing_of(start: bytes, *, is_workbook: bool) -> Packing | None:
    """Say how content that starts so is packed; a workbook is a zip file by itself."""
    for magic, packing in _MAGIC.items():
        if start.startswith(magic) and not (is_workbook and packing == "zip"):
            return packing
    return None


def unpack(
    packed: Path, packing: Packing, member: FilePattern | None, *, is_workbook: bool
) -> Iterator[bytes]:
    """Give the content of a packed file; raise FileFault where it can't be had whole.

    `member` says which member of a zip file is meant; without it there must be only one.
    """
    chunks = _unzip(packed, member) if packing == "zip" else _decompress(packed, packing)
    for number, chunk in enumerate(_bounded(chunks, packed.stat().st_size)):
        if number == 0 and (inner := packing_of(chunk, is_workbook=is_workbook)):
            raise FileFault(f"is packed twice ({inner} inside of {packing}): pack it only once")
        yield chunk


def check_zip(file: Path) -> None:
    """Raise FileFault where a zip file that is read as a whole is damaged, or fills the memory."""
    size = 0
    try:
        with zipfile.ZipFile(file) as zipped:
            names = Counter(name.lower() for name in zipped.namelist())
            if twice := [name for name, count in names.items() if count > 1]:
                raise FileFault(f"has members of the same name: {_listed(twice)}")
            for member in zipped.infolist():
                size += _unpacked_size(zipped, member, MOST_IN_WORKBOOK - size)
    except ZIP_ERRORS as error:
        raise FileFault(
            f"can't be read as a workbook: it is cut off or damaged ({error})"
        ) from error


def _unpacked_size(zipped: zipfile.ZipFile, member: zipfile.ZipInfo, most: int) -> int:
    """Give the size of a member, which is the one that the zip file states."""
    stated, size = member.file_size, 0
    # Else the reader stops there without a word, however much there is.
    member.file_size = sys.maxsize
    with zipped.open(member) as source:
        while chunk := source.read(_CHUNK):
            size += len(chunk)
            if size > most:
                raise FileFault(f"unpacks to more than {MOST_IN_WORKBOOK} bytes: export it as CSV")
    if size != stated:
        raise FileFault(
            f"can't be unpacked: {member.filename} has {size} bytes, the zip file states {stated}"
        )
    return size


def _bounded(chunks: Iterable[bytes], packed_size: int) -> Iterator[bytes]:
    """Refuse what would fill the disk: what has come out counts, not what a header states."""
    most = max(ALWAYS_ALLOWED, MOST_TIMES * packed_size)
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > most:
            raise FileFault(
                f"unpacks to more than {most} bytes, from {packed_size}: no export is that"
                " repetitive; if this one is, land it unpacked"
            )
        yield chunk


def _decompress(packed: Path, packing: Packing) -> Iterator[bytes]:
    with pyarrow.CompressedInputStream(packed, packing) as source:
        while True:
            try:
                chunk = source.read(_CHUNK)
            except OSError as error:
                if error.errno is not None:
                    raise  # The disk fails, not the export.
                raise FileFault(
                    f"can't be unpacked: its {packing} data is cut off or damaged ({error})"
                ) from error
            if not chunk:
                return
            yield chunk


def _unzip(packed: Path, pattern: FilePattern | None) -> Iterator[bytes]:
    try:
        with zipfile.ZipFile(packed) as file:
            member = _choose(file.infolist(), pattern)
            stated, size = member.file_size, 0
            # Else the reader stops there without a word, however much there is.
            member.file_size = sys.maxsize
            with file.open(member) as source:
                while chunk := source.read(_CHUNK):
                    size += len(chunk)
                    yield chunk
    except ZIP_ERRORS as error:
        raise FileFault(
            f"can't be unpacked: it is cut off, damaged or no zip file ({error})"
        ) from error
    if size != stated:
        raise FileFault(
            f"can't be unpacked: {member.filename} has {size} bytes, the zip file states {stated}"
        )


def _choose(found: list[zipfile.ZipInfo], pattern: FilePattern | None) -> zipfile.ZipInfo:
    """Give the member that is meant; raise FileFault where it is not clear or not safe."""
    if any(member.header_offset < 0 for member in found):
        raise zipfile.BadZipFile("a member lies in front of the file")
    for member in found:
        if problem := _problem(member):
            raise FileFault(f'has the member "{member.orig_filename}", which {problem}')
    members = [member for member in found if not member.is_dir()]
    names = [member.filename for member in members]
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise FileFault(f"has members of the same name: {_listed(twice)}")
    if pattern is None:
        chosen, wanted = members, "and the source names no `member`"
    else:
        # The name alone counts: a match in a folder is refused below, not passed over.
        chosen = [
            member
            for member in members
            if pattern.expression.fullmatch(PurePosixPath(member.filename).name)
        ]
        wanted = "and all match the source's `member`"
    if not members:
        raise FileFault("is a zip file without members")
    if not chosen:
        raise FileFault(f"has no member that matches the source's `member`, but: {_listed(names)}")
    if len(chosen) > 1:
        matching = [member.filename for member in chosen]
        raise FileFault(f"has the members {_listed(matching)}, {wanted}")
    (member,) = chosen
    if "/" in member.filename:
        raise FileFault(f"has {member.filename} in a folder: put it into the zip file without one")
    if member.flag_bits & 0x1:
        raise FileFault(f"has {member.filename} encrypted, and niaga knows no passwords")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        # Other methods unpack a block at once, of any size.
        raise FileFault(f"has {member.filename} packed by a rare method: pack it by deflate")
    return member


def _problem(member: zipfile.ZipInfo) -> str | None:
    """Say why a member is none that an export would have."""
    name = member.orig_filename
    if "\\" in name or "\0" in name:
        return "has a character in its name that names of files don't have"
    if PureWindowsPath(name).anchor or ".." in name.split("/"):
        return "points out of the zip file"
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind == stat.S_IFLNK:
        return "is a link and no file"
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "is no regular file"
    return None


def _listed(names: list[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
