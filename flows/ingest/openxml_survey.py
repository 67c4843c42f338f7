"""Look over a sheet of a workbook of Excel since 2007: of XML (.xlsx), or binary (.xlsb)."""

from __future__ import annotations

import contextlib
import mmap
import posixpath
import re
import shutil
import struct
import xml.etree.ElementTree as ElementTree
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from .faults import FileFault
from .sheet_survey import ERROR_CODES, NEVER_CALCULATED, SheetSurvey


def survey_xlsx(file: Path, sheet: str, folder: Path) -> SheetSurvey:
    """Look over a sheet of a workbook of XML; `folder` is for what is needed only meanwhile."""
    with _unpacked(file, sheet, folder, _xlsx_sheets) as (content, workbook):
        is_stale = re.search(rb"""fullCalcOnLoad\s*=\s*["'](1|true)["']""", workbook)
        return _look_over_xlsx(content, is_stale=bool(is_stale))


def survey_xlsb(file: Path, sheet: str, folder: Path) -> SheetSurvey:
    """Look over a sheet of a binary workbook; `folder` is for what is needed only meanwhile."""
    with _unpacked(file, sheet, folder, _xlsb_sheets) as (content, _):
        return _look_over_xlsb(content)


@contextlib.contextmanager
def _unpacked(
    file: Path, sheet: str, folder: Path, relations_of: Callable[[bytes], dict[str, str]]
) -> Iterator[tuple[mmap.mmap, bytes]]:
    """Give the content of a sheet, and that of its workbook."""
    unpacked = folder / f"{file.name}.sheet"
    with zipfile.ZipFile(file) as zipped:
        members = {name.lower(): name for name in zipped.namelist()}
        workbook = _workbook_member(zipped, members)
        content = zipped.read(workbook)
        relations = _relations(zipped, members, workbook)
        member = members[relations[relations_of(content)[sheet]].lower()]
        with zipped.open(member) as source, unpacked.open("wb") as sink:
            shutil.copyfileobj(source, sink, 4 << 20)
    try:
        with (
            unpacked.open("rb") as opened,
            mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as mapped,
        ):
            yield mapped, content
    finally:
        unpacked.unlink()


def _workbook_member(zipped: zipfile.ZipFile, members: Mapping[str, str]) -> str:
    if "_rels/.rels" in members:
        for relation in _parse(zipped.read(members["_rels/.rels"])):
            if relation.get("Type", "").endswith("/officeDocument"):
                return members[relation.get("Target", "").lstrip("/").lower()]
    return members.get("xl/workbook.bin") or members["xl/workbook.xml"]


def _relations(
    zipped: zipfile.ZipFile, members: Mapping[str, str], workbook: str
) -> dict[str, str]:
    folder, name = posixpath.split(workbook)
    relations = _parse(zipped.read(members[f"{folder}/_rels/{name}.rels".lower().lstrip("/")]))
    return {
        relation.get("Id", ""): posixpath.normpath(
            posixpath.join(folder, relation.get("Target", ""))
            if not relation.get("Target", "").startswith("/")
            else relation.get("Target", "")[1:]
        )
        for relation in relations
    }


def _parse(content: bytes) -> ElementTree.Element:
    # Expat itself refuses what would unfold without end, and loads nothing from outside.
    return ElementTree.fromstring(content)  # noqa: S314


def _xlsx_sheets(workbook: bytes) -> dict[str, str]:
    """Give the relation of each sheet by its name."""
    return {
        sheet.get("name", ""): next(
            value for key, value in sheet.attrib.items() if key.endswith("}id")
        )
        for sheet in _parse(workbook).iter()
        if sheet.tag.endswith("}sheet")
    }


_PREFIX = re.compile(rb"<((?:\w+:)?)worksheet[\s>]")
_REFERENCE = re.compile(rb"\br\s*=\s*[\"']([A-Z]+)(\d+)[\"']")
_VALUE = re.compile(rb"<(?:\w+:)?v>([^<]*)<")
_IS_TYPED = re.compile(rb"\bt\s*=\s*[\"'](?!n[\"'])")

_COLUMNS = rb"<{p}c\s[^>]*?\br\s*=\s*[\"']([A-Z]+)\d+[\"'][^>]*(?<!/)>"
_ROWS = rb"<{p}c\s[^>]*?\br\s*=\s*[\"'][A-Z]+(\d+)[\"'][^>]*(?<!/)>"
_UNPLACED = rb"<{p}c(?:>|\s(?![^>]*\br\s*=)[^>]*(?<!/)>)"
_ERROR = rb"<{p}c(\s[^>]*?\bt\s*=\s*[\"']e[\"'][^>]*)>(.*?)</{p}c>"
_FORMULA = (
    rb"<{p}c((?:\s[^>]*)?(?<!/))>\s*<{p}f(?:\s[^>]*)?(?:/>|(?<!/)>[^<]*</{p}f>)\s*"
    rb"(?:<{p}v\s*/>\s*|<{p}v>\s*(0?)(?:[.]0)?\s*</{p}v>\s*)?</{p}c>"
)


def _look_over_xlsx(content: mmap.mmap, *, is_stale: bool) -> SheetSurvey:
    """Look over the XML of a sheet; `is_stale` where its workbook says that zeros may be unset."""
    root = _PREFIX.search(content)
    if not root:
        raise KeyError("worksheet")

    def pattern(form: bytes) -> re.Pattern[bytes]:
        return re.compile(form.replace(b"{p}", root[1]), re.DOTALL)

    survey = SheetSurvey()
    rows = [int(row) - 1 for row in set(pattern(_ROWS).findall(content))]
    columns = [_column(column) for column in set(pattern(_COLUMNS).findall(content))]
    if rows:
        survey.reach(min(rows), min(columns))
        survey.reach(max(rows), max(columns))
    # Most sheets have neither, which is found out a good deal faster.
    has_errors = content.find(b'"e"') >= 0 or content.find(b"'e'") >= 0
    for cell in pattern(_ERROR).finditer(content) if has_errors else ():
        value = _VALUE.search(cell[2])
        survey.errors[_place(cell[1])] = value[1].decode() if value else "#N/A"
    has_formulas = content.find(b"<" + root[1] + b"f") >= 0
    for cell in pattern(_FORMULA).finditer(content) if has_formulas else ():
        # A text that is empty has a type; a zero is sure unless all is to be calculated anew.
        if not _IS_TYPED.search(cell[1]) and (not cell[2] or is_stale):
            survey.errors[_place(cell[1])] = NEVER_CALCULATED
    for row, column in survey.errors:
        survey.reach(row, column)
    if pattern(_UNPLACED).search(content):
        # Cells that do not say where they are follow one on the other.
        lines = content[:].split(b"<" + root[1] + b"row")
        survey.reach(0, 0)
        survey.reach(
            max(len(lines), survey.last[0]),
            max(max(line.count(b"<" + root[1] + b"c") for line in lines), survey.last[1]),
        )
    return survey


def _place(attributes: bytes) -> tuple[int, int]:
    reference = _REFERENCE.search(attributes)
    if not reference:
        raise FileFault(
            "has an error like #N/A, or a formula that was never calculated, in a cell that does"
            " not say where it is: open it in Excel or LibreOffice and save it anew"
        )
    return int(reference[2]) - 1, _column(reference[1])


def _column(letters: bytes) -> int:
    """Give the position of a column from 0: A is 0, Z is 25, AA is 26."""
    position = 0
    for letter in letters:
        position = position * 26 + letter - 64
    return position - 1


_XLSB_ROW = 0
_XLSB_CELLS = (*range(2, 12), 62)  # 1 is an empty one.
_XLSB_ERRORS = (3, 11)  # As a value, and as that of a formula.
_XLSB_SHEET = 156
_XLSB_MERGED = 176


def _xlsb_sheets(workbook: bytes) -> dict[str, str]:
    """Give the relation of each sheet by its name."""
    sheets = {}
    for kind, start, _ in _xlsb_records(workbook):
        if kind == _XLSB_SHEET:
            relation, behind = _wide_text(workbook, start + 8)
            name, _ = _wide_text(workbook, behind)
            sheets[name] = relation
    return sheets


def _wide_text(content: bytes, at: int) -> tuple[str, int]:
    (length,) = struct.unpack_from("<I", content, at)
    end = at + 4 + 2 * length
    return content[at + 4 : end].decode("utf-16-le"), end


def _xlsb_records(content: bytes | mmap.mmap) -> Iterator[tuple[int, int, int]]:
    """Give the kind, the start and the end of each record ([MS-XLSB] 2.1.4)."""
    at, size = 0, len(content)
    while at < size:
        kind = content[at]
        at += 1
        if kind & 0x80:
            kind = kind & 0x7F | (content[at] & 0x7F) << 7
            at += 1
        length, shift = 0, 0
        while True:
            byte = content[at]
            at += 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80 or shift == 28:
                break
        yield kind, at, at + length
        at += length


def _look_over_xlsb(content: mmap.mmap) -> SheetSurvey:
    survey = SheetSurvey()
    row = 0
    rows: set[int] = set()
    columns: set[int] = set()
    for kind, start, _ in _xlsb_records(content):
        if kind == _XLSB_ROW:
            (row,) = struct.unpack_from("<I", content, start)
        elif kind in _XLSB_CELLS:
            (column,) = struct.unpack_from("<I", content, start)
            rows.add(row)
            columns.add(column)
            if kind in _XLSB_ERRORS:
                survey.errors[row, column] = ERROR_CODES.get(content[start + 8], "#N/A")
        elif kind == _XLSB_MERGED:
            top, bottom, left, right = struct.unpack_from("<4I", content, start)
            survey.merged.append(((top, left), (bottom, right)))
    if rows:
        survey.reach(min(rows), min(columns))
        survey.reach(max(rows), max(columns))
    return survey
