"""Tell by its content which kind of workbook a file is, and what it is when it is none."""

from __future__ import annotations

import codecs
import re
import zipfile
from pathlib import Path
from typing import Literal

from .compound_file import MAGIC as _COMPOUND
from .compound_file import CompoundFile, CompoundFileError
from .faults import FileFault
from .packing import ZIP_ERRORS

WorkbookKind = Literal["xlsx", "xlsb", "xls", "ods"]

XLS_STREAMS = ("Workbook", "Book", "WORKBOOK", "BOOK")
"""What the stream of a workbook is called: by Excel 97, by Excel 5, by other programs."""

ENCRYPTED = "is an encrypted workbook, and niaga knows no passwords: save it without one"

_START = 4096
_SAVE_ANEW = "open it in Excel or LibreOffice and save it as .xlsx"
_OTHERS = (
    (rb"%PDF", "a PDF document", "let the system export a workbook or CSV"),
    (rb"PAR1", "a Parquet file", "say `format: {type: parquet}`"),
    (rb"\x09[\x00\x02\x04][\x04-\x10]\x00", "a workbook of Excel 4 or older", _SAVE_ANEW),
    (rb"\{\\rtf", "a text document (RTF)", "let the system export a workbook or CSV"),
    (
        rb"(?is)\s*(<\?xml[^>]*>\s*)?(<\?mso-application[^>]*>\s*)?(<!--.*?-->\s*)?<(\w+:)?workbook\b",
        "XML of Excel 2003 (SpreadsheetML)",
        _SAVE_ANEW,
    ),
    (
        rb"(?is)\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(!doctype\s+html|html|head|meta|style|body|div|table|tr)\b",
        "an HTML page under the name of a workbook",
        _SAVE_ANEW,
    ),
    (rb"(?is)mime-version:", "a web archive (MHTML) under the name of a workbook", _SAVE_ANEW),
    (rb"(?s)\s*<\?xml", "an XML document", "let the system export a workbook or CSV"),
    (rb"(?s)\s*[\[{]\s*[\"\[{\]}]", "JSON", "say `format: {type: json}` or json_lines"),
)
_DELIMITERS = {"\t": '"\\t"', ";": '";"', ",": '","', "|": '"|"'}
_BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


def workbook_kind(file: Path) -> WorkbookKind:
    """Give the kind of a workbook; raise FileFault that says what the file is when it is none."""
    with file.open("rb") as content:
        start = content.read(_START)
    if start.startswith(b"PK\x03\x04"):
        return _kind_of_zip(file)
    if start.startswith(_COMPOUND):
        return _kind_of_compound(file)
    if not start.strip(b" \t\r\n\0"):
        raise FileFault(
            "is no workbook: it is empty" if not start else "is no workbook: it is blank"
        )
    what, remedy = _likeness(start)
    raise FileFault(f"is no workbook: its content looks like {what}; {remedy}")


def _kind_of_zip(file: Path) -> WorkbookKind:
    try:
        with zipfile.ZipFile(file) as zipped:
            names = zipped.namelist()
            if "mimetype" in names and zipped.getinfo("mimetype").file_size < _START:
                document = zipped.read("mimetype").decode(errors="replace").strip()
                if document.startswith("application/vnd.oasis.opendocument.spreadsheet"):
                    return "ods"
                raise FileFault(f"is no workbook: it is a document of the type {document}")
    except ZIP_ERRORS as error:
        raise FileFault(
            f"can't be read as a workbook: it is cut off or damaged ({error})"
        ) from error
    lower = {name.lower() for name in names}
    if "xl/workbook.bin" in lower:
        return "xlsb"
    if "[content_types].xml" not in lower:
        raise FileFault(
            "is a zip file and no workbook: if one is in it, name it by `member`, like"
            ' `member: "*.xlsx"`'
        )
    if not any(name.endswith("workbook.xml") or name.startswith("xl/") for name in lower):
        raise FileFault("is no workbook: it is another document of Office")
    return "xlsx"


def _kind_of_compound(file: Path) -> WorkbookKind:
    try:
        names = CompoundFile(file).names
    except CompoundFileError as error:
        raise FileFault(f"can't be read as a workbook: {error}") from error
    if "EncryptedPackage" in names:
        raise FileFault(ENCRYPTED)
    if not names.intersection(XLS_STREAMS):
        raise FileFault("is no workbook: it is another document of Office 97 to 2003")
    return "xls"


def _likeness(start: bytes) -> tuple[str, str]:
    """Say what content that starts so looks like, and what to do with it."""
    encoding = next(
        (name for mark, name in _BYTE_ORDER_MARKS.items() if start.startswith(mark)), None
    )
    text = start.decode(encoding or "latin-1", errors="replace").lstrip("\ufeff")
    for expression, what, remedy in _OTHERS:
        if re.match(expression, text.encode(errors="replace") if encoding else start):
            return what, remedy
    if "\0" in text or len(re.findall(r"[\x01-\x08\x0e-\x1f]", text)) > len(text) // 100:
        return "something else", "let the system export a workbook or CSV"
    first = text.splitlines()[0] if text.splitlines() else ""
    delimiter = max(_DELIMITERS, key=first.count)
    if not first.count(delimiter):
        return "text", "if it is CSV or has columns of fixed width, say so in `format`"
    named = f", encoding: {encoding}" if encoding == "utf-16" else ""
    return "CSV", f"say `format: {{type: csv, delimiter: {_DELIMITERS[delimiter]}{named}}}`"
