"""Tell what the bytes of an export are: a workbook, text in some encoding, or no export at all."""

from __future__ import annotations

import codecs
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from unicodedata import category

from ..ingest.faults import FileFault

_HEAD = 1 << 16
_CHUNK = 4 << 20
_OTHER = {
    b"%PDF": "a PDF document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"SQLite format 3": "a SQLite database",
    b"7z\xbc\xaf": "packed by 7-Zip",
    b"Rar!": "packed by RAR",
    b"BZh": "packed by bzip2",
    b"\xfd7zXZ": "packed by xz",
    b"Obj\x01": "an Avro file",
    b"ORC": "an ORC file",
    b"ARROW1": "an Arrow file",
    b"FEA1": "a Feather file",
    b"\x89HDF": "an HDF5 file",
    b"\x80\x04\x95": "a pickle",
    b"\x7fELF": "a program",
}
_MARKUP = re.compile(rb"\s*<(?:!doctype|html|\?xml|table|meta|head|body|svg|!--)", re.IGNORECASE)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_WORKBOOK_MEMBERS = ("xl/workbook.xml", "xl/workbook.bin", "content.xml")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_FAR = {
    "gb18030", "gbk", "gb2312", "big5", "big5hkscs", "shift_jis", "cp932", "shift_jis_2004",
    "euc_jp", "euc_kr", "cp949", "cp1251", "koi8_r", "koi8_u", "cp1253", "cp1255", "cp1256",
    "cp874", "tis_620",
}  # fmt: skip
"""Encodings that are believed when they are guessed: the rest differ by a few characters only."""


def is_workbook(file: Path, head: bytes) -> bool:
    """Tell whether a file is a workbook; one is a zip file of certain members, or of OLE."""
    if head.startswith(_OLE):
        return True
    if not head.startswith(b"PK"):
        return False
    try:
        with zipfile.ZipFile(file) as packed:
            return any(name.replace("\\", "/") in _WORKBOOK_MEMBERS for name in packed.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        # Cut off: then what it has is said by its first bytes alone.
        return b"xl/" in head or b"[Content_Types].xml" in head


def refuse_what_is_no_table(head: bytes) -> None:
    """Raise FileFault where the first bytes are of something that has no records."""
    for magic, what in _OTHER.items():
        if head.startswith(magic):
            raise FileFault(f"is {what}: export it as CSV, Excel, JSON or Parquet")
    if _MARKUP.match(head.removeprefix(codecs.BOM_UTF8)):
        raise FileFault("is HTML or XML, whatever its ending: save it as a workbook or as CSV")


def encoding_of(raw: Path) -> tuple[str, str | None]:
    """Give the encoding of a text, and why it is not sure; raise FileFault where it is no text."""
    with raw.open("rb") as file:
        head = file.read(_HEAD)
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding, None
    if b"\0" in head:
        return _utf16(head), None
    if _is_all(raw, "utf-8"):
        return "utf-8", None
    return _guess(raw)


def _utf16(head: bytes) -> str:
    """Tell the byte order of UTF-16 by where its zero bytes are."""
    even, odd = head[::2].count(0), head[1::2].count(0)
    half = len(head) / 2
    if odd > 0.3 * half and even < 0.05 * half:
        return "utf-16-le"
    if even > 0.3 * half and odd < 0.05 * half:
        return "utf-16-be"
    raise FileFault("holds zero bytes: it is half-written, or no text file")


def _guess(raw: Path) -> tuple[str, str | None]:
    from charset_normalizer import from_bytes

    with raw.open("rb") as file:
        head = file.read(_CHUNK)
    lines = b"\n".join(line for line in head.split(b"\n") if not line.isascii())[:_HEAD]
    best = from_bytes(lines).best() if lines else None
    if best and best.encoding in _FAR and best.coherence > 0 and _is_all(raw, best.encoding):
        return best.encoding, f"the encoding is guessed from its letters: {best.encoding}"
    bad = lines.decode("utf-8", errors="replace").count("\ufffd")
    good = sum(ord(letter) > 127 for letter in lines.decode("utf-8", errors="ignore"))
    if good > 10 * bad:
        told = "1 byte at its beginning is" if bad == 1 else f"{bad} bytes at its beginning are"
        return "utf-8", f"{told} no UTF-8: records with such bytes are held back"
    if _is_all(raw, "windows-1252"):
        return "windows-1252", "the encoding is guessed: it is no UTF-8; look at letters like é"
    return "latin-1", "the encoding is guessed: it is neither UTF-8 nor windows-1252"


def _is_all(raw: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for chunk in _chunks(raw):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except (UnicodeError, ValueError):
        return False
    return True


def _chunks(raw: Path) -> Iterator[bytes]:
    with raw.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def is_text(sample: str) -> bool:
    """Tell whether a text has few of the characters that no text has."""
    allowed = "\n\r\t\x01\x1f"
    odd = sum(category(letter) in ("Cc", "Cs") and letter not in allowed for letter in sample)
    return odd <= 0.02 * len(sample)
