"""Keep every export as it came, compressed, under the hash of its content."""

from __future__ import annotations

import codecs
import hashlib
import os
import secrets
import shutil
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow

from ..failpoints import reach
from .durable import TEMPORARY, make_folder, put_in_place
from .faults import FileChanged, FileFault
from .packing import packing_of, unpack
from .patterns import FilePattern
from .recode import with_unix_line_ends

_CHUNK = 4 << 20
_BYTE_ORDER_MARK = codecs.BOM_UTF8
_MARKED = {
    "utf-16": (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE),
    "utf-32": (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE),
}


@dataclass(frozen=True)
class Identity:
    """What tells a file from another one, and from itself with another content."""

    device: int
    inode: int
    size_bytes: int
    changed_at_ns: int

    @classmethod
    def of(cls, found: os.stat_result) -> Identity:
        """Give the identity of a file that has this status."""
        return cls(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)


@dataclass(frozen=True)
class Archived:
    """An export in the archive; `sha256` is that of the content as it came.

    `identity` is that of the file that was copied.
    """

    sha256: str
    size_bytes: int
    path: Path
    identity: Identity


@dataclass(frozen=True)
class PlainText:
    """An export as UTF-8 with Unix line ends, ready to be read."""

    path: Path
    size_bytes: int
    ends_in_newline: bool


def archive_export(file: Path, archive: Path) -> Archived:
    """Copy a file into the archive while its hash is worked out.

    Raises FileChanged when somebody writes it meanwhile, FileFault when it can't be read, and
    FileNotFoundError.
    """
    make_folder(archive)
    temporary = archive / f"{secrets.token_hex(8)}{TEMPORARY}"
    digest, size = hashlib.sha256(), 0
    descriptor = _open(file)
    try:
        identity = Identity.of(os.fstat(descriptor))
        with pyarrow.CompressedOutputStream(temporary, "zstd") as sink:
            while chunk := _read(descriptor):
                digest.update(chunk)
                size += len(chunk)
                sink.write(chunk)
        reach("archive.copied")
        if size != identity.size_bytes or Identity.of(os.fstat(descriptor)) != identity:
            raise FileChanged
        path = archive_path(archive, digest.hexdigest())
        if not path.exists():
            make_folder(path.parent)
            put_in_place(temporary, path)
    finally:
        os.close(descriptor)
        temporary.unlink(missing_ok=True)
    return Archived(digest.hexdigest(), size, path, identity)


def _open(file: Path) -> int:
    """Open a file to read it: never a link, and never something that would let us wait."""
    no_file = FileFault("it is no regular file")
    if not stat.S_ISREG(file.lstat().st_mode):
        raise no_file
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise _unreadable(error) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise no_file
    return descriptor


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, _CHUNK)
    except OSError as error:
        raise _unreadable(error) from error


def _unreadable(error: OSError) -> FileFault:
    return FileFault(f"it can't be read ({error.strerror}): check its rights, and its disk")


def archive_path(archive: Path, sha256: str) -> Path:
    """Give the place of an export with this content."""
    return archive / sha256[:2] / f"{sha256}.zst"


def restore_export(archived: Path, file: Path) -> None:
    """Write an archived export as it came."""
    with pyarrow.CompressedInputStream(archived, "zstd") as source, file.open("wb") as sink:
        shutil.copyfileobj(source, sink, _CHUNK)


def unpack_binary(
    archived: Path, file: Path, member: FilePattern | None, *, is_workbook: bool
) -> None:
    """Write an archived export without what it came packed in; raise FileFault if that fails."""
    with file.open("wb") as sink:
        for chunk in _content(archived, file, member, is_workbook=is_workbook):
            sink.write(chunk)


def unpack_text(
    archived: Path,
    file: Path,
    encoding: str,
    member: FilePattern | None,
    recode: Callable[[Iterable[bytes]], Iterable[bytes]] = with_unix_line_ends,
) -> PlainText:
    """Write an archived export as UTF-8 with Unix line ends; raise FileFault when it is no text.

    `recode` makes those line ends of what ends the lines of the export.
    """
    size, last = 0, b""
    content = _content(archived, file, member, is_workbook=False)
    with file.open("wb") as sink:
        for chunk in recode(_without_zeros(_as_utf8(content, encoding))):
            size += sink.write(chunk)
            last = chunk[-1:] or last
    return PlainText(file, size, last == b"\n")


def _content(
    archived: Path, file: Path, member: FilePattern | None, *, is_workbook: bool
) -> Iterator[bytes]:
    """Give what an archived export says, unpacked if it came packed."""
    with pyarrow.CompressedInputStream(archived, "zstd") as source:
        chunk = source.read(_CHUNK)
        packing = "zip" if member else packing_of(chunk, is_workbook=is_workbook)
        while chunk and not packing:
            yield chunk
            chunk = source.read(_CHUNK)
    if packing:
        packed = file.with_name(f"{file.name}.packed")
        restore_export(archived, packed)
        yield from unpack(packed, packing, member, is_workbook=is_workbook)
        packed.unlink()


def _without_zeros(chunks: Iterable[bytes]) -> Iterator[bytes]:
    for chunk in chunks:
        if b"\0" in chunk:
            raise FileFault("holds zero bytes: it is half-written, or no text file")
        yield chunk


def _as_utf8(chunks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """Recode a text, without its byte order mark."""
    if encoding in ("utf-8", "utf-8-sig"):
        # Bytes that are no UTF-8 are left to the reader, which holds back just their records.
        for number, chunk in enumerate(chunks):
            yield chunk.removeprefix(_BYTE_ORDER_MARK) if number == 0 else chunk
        return
    decoder, line = codecs.getincrementaldecoder(encoding)(), 1
    try:
        for number, chunk in enumerate(chunks):
            if number == 0 and encoding in _MARKED and not chunk.startswith(_MARKED[encoding]):
                raise FileFault(
                    f"has no byte order mark: the source must say {encoding}-le or {encoding}-be"
                )
            text = decoder.decode(chunk)
            line += _line_ends(text)
            yield (text.removeprefix("\ufeff") if number == 0 else text).encode()
        yield decoder.decode(b"", final=True).encode()
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode(error.encoding, "ignore")
        wrong = error.object[error.start : error.end].hex(" ").upper()
        raise FileFault(
            f"can't be read as {encoding}: line {line + _line_ends(before)} has the bytes {wrong}"
        ) from error


def _line_ends(text: str) -> int:
    return text.count("\n") + text.count("\r") - text.count("\r\n")
