"""Look over the sheets of a workbook of Excel 97 to 2003, or 5."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

from .compound_file import CompoundFile, CompoundFileError
from .faults import FileFault
from .sheet_survey import ERROR_CODES, NEVER_CALCULATED, SheetSurvey
from .workbook_kinds import ENCRYPTED, XLS_STREAMS

_FORMULA = 0x0006
_TRUTH_OR_ERROR = 0x0205
_CELLS = (_FORMULA, _TRUTH_OR_ERROR, 0x0203, 0x0204, 0x027E, 0x00FD, 0x00D6)
_MANY_NUMBERS = 0x00BD
_DIMENSIONS = 0x0200
_PASSWORD = 0x002F
_SHEET = 0x0085


def survey_xls(file: Path) -> list[SheetSurvey]:
    """Look over the records of all sheets ([MS-XLS] 2.4): the reader reads them all, too."""
    compound = CompoundFile(file)
    stream = compound.read(next(name for name in XLS_STREAMS if name in compound.names))
    starts = []
    for kind, start, _ in _xls_records(stream, 0):
        if kind == _PASSWORD and struct.unpack_from("<H", stream, start)[0]:
            raise FileFault(ENCRYPTED)
        if kind == _SHEET:
            starts.append(struct.unpack_from("<I", stream, start)[0])
    return [_survey_xls_sheet(stream, start) for start in starts]


def _survey_xls_sheet(stream: bytes, begin: int) -> SheetSurvey:
    survey = SheetSurvey()
    for kind, start, end in _xls_records(stream, begin):
        if kind == _DIMENSIONS:
            survey.claimed = _claimed(stream[start:end])
        if kind not in _CELLS and kind != _MANY_NUMBERS:
            continue
        row, column = struct.unpack_from("<HH", stream, start)
        survey.reach(row, column)
        if kind == _MANY_NUMBERS:
            survey.reach(row, struct.unpack_from("<H", stream, end - 2)[0])
        elif kind == _TRUTH_OR_ERROR and stream[start + 7]:
            survey.errors[row, column] = ERROR_CODES.get(stream[start + 6], "#N/A")
        elif kind == _FORMULA:
            value = stream[start + 6 : start + 14]
            is_left_to_excel = stream[start + 14] & 2
            if value[0] == 2 and value[6:] == b"\xff\xff":
                survey.errors[row, column] = ERROR_CODES.get(value[2], "#N/A")
            elif is_left_to_excel and not any(value):
                survey.errors[row, column] = NEVER_CALCULATED
    return survey


def _claimed(dimensions: bytes) -> int:
    """Give how many cells a sheet claims: the reader makes room for them, if they are or not."""
    form = "<IIHH" if len(dimensions) == 14 else "<HHHH"
    top, bottom, left, right = struct.unpack_from(form, dimensions)
    if bottom < top:
        raise CompoundFileError("a sheet ends before it begins")
    is_odd = left > 0xFF or right < left  # The reader takes it for 0 then.
    return int((bottom - top) * (right - (0 if is_odd else left)))


def _xls_records(stream: bytes, at: int) -> Iterator[tuple[int, int, int]]:
    """Give the kind, the start and the end of each record of a part of a workbook."""
    depth = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        at += 4
        if kind in (0x0809, 0x0409):
            depth += 1
        elif kind == 0x000A:
            depth -= 1
            if depth <= 0:
                return
        elif depth == 1:  # A chart inside of a sheet is a part of its own.
            yield kind, at, at + length
        at += length
