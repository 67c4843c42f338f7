"""Keep every export as it came, compressed, under the hash of its content."""

from __future__ import annotations

import codecs
import hashlib
import secrets
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow

from .durable import TEMPORARY, make_folder, put_in_place
from .faults import FileFault
from .packing import packing_of, unpack
from .patterns import FilePattern

_CHUNK = 4 << 20
_BYTE_ORDER_MARK = codecs.BOM_UTF8


@dataclass(frozen=True)
class Archived:
    """An export in the archive; `sha256` is that of the content as it came."""

    sha256: str
    size_bytes: int
    path: Path


@dataclass(frozen=True)
class PlainText:
    """An export as UTF-8 with Unix line ends, ready to be read."""

    path: Path
    size_bytes: int
    ends_in_newline: bool


def archive_export(file: Path, archive: Path) -> Archived:
    """Copy a file into the archive while its hash is worked out."""
    make_folder(archive)
    temporary = archive / f"{secrets.token_hex(8)}{TEMPORARY}"
    digest, size = hashlib.sha256(), 0
    try:
        with file.open("rb") as source, pyarrow.CompressedOutputStream(temporary, "zstd") as sink:
            while chunk := source.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
                sink.write(chunk)
        path = archive_path(archive, digest.hexdigest())
        if not path.exists():
            make_folder(path.parent)
            put_in_place(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    return Archived(digest.hexdigest(), size, path)


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


def unpack_text(archived: Path, file: Path, encoding: str, member: FilePattern | None) -> PlainText:
    """Write an archived export as UTF-8 with Unix line ends; raise FileFault when it is no text."""
    size, last = 0, b""
    content = _content(archived, file, member, is_workbook=False)
    with file.open("wb") as sink:
        for chunk in _with_unix_line_ends(_as_utf8(content, encoding)):
            if b"\0" in chunk:
                raise FileFault("holds zero bytes: it is half-written, or no text file")
            size += sink.write(chunk)
            last = chunk[-1:]
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


def _as_utf8(chunks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """Recode a text, without its byte order mark."""
    if encoding in ("utf-8", "utf-8-sig"):
        # Bytes that are no UTF-8 are left to the reader, which holds back just their records.
        for number, chunk in enumerate(chunks):
            yield chunk.removeprefix(_BYTE_ORDER_MARK) if number == 0 else chunk
        return
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for number, chunk in enumerate(chunks):
            text = decoder.decode(chunk)
            yield (text.removeprefix("\ufeff") if number == 0 else text).encode()
        yield decoder.decode(b"", final=True).encode()
    except UnicodeError as error:
        raise FileFault(f"can't be read as {encoding}: {error}") from error


def _with_unix_line_ends(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Make all line ends Unix: a file may mix them, and the reader takes one kind."""
    held = b""
    for chunk in chunks:
        block = held + chunk
        held = b""
        if b"\r" in block:
            if block.endswith(b"\r"):
                block, held = block[:-1], b"\r"
            block = block.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        if block:
            yield block
    if held:
        yield b"\n"
