"""Look over a workbook before it is read, whichever kind it is."""

from __future__ import annotations

import contextlib
import re
import struct
import xml.etree.ElementTree as ElementTree
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.parsers import expat

from .compound_file import CompoundFileError
from .faults import FileFault
from .ods_survey import survey_ods
from .openxml_survey import survey_xlsb, survey_xlsx
from .packing import ZIP_ERRORS
from .sheet_survey import SheetSurvey
from .workbook_kinds import WorkbookKind
from .xls_survey import survey_xls

MOST_CELLS = 50_000_000
"""Cells between the outermost ones of a sheet: a million rows of nearly fifty columns."""

_DAMAGED = (
    *ZIP_ERRORS, CompoundFileError, ElementTree.ParseError, expat.ExpatError,
    struct.error, IndexError, KeyError,
)  # fmt: skip


def survey_workbook(file: Path, kind: WorkbookKind) -> None:
    """Raise FileFault where opening a workbook would fill the memory."""
    if kind == "xls":
        with _damaged_is_a_fault():
            surveys = survey_xls(file)
        for number, survey in enumerate(surveys, 1):
            _check_room(survey, f"sheet {number}")
    elif kind == "xlsx":
        with _damaged_is_a_fault(), zipfile.ZipFile(file) as zipped:
            for member in zipped.infolist():
                if "sharedstrings" in member.filename.lower():
                    _check_strings(zipped, member)


def _check_strings(zipped: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """Raise FileFault where a workbook claims more texts than it has bytes for."""
    with zipped.open(member) as content:
        claimed = re.search(rb"""uniqueCount\s*=\s*["'](\d+)["']""", content.read(4096))
    if claimed and int(claimed[1]) > member.file_size:
        raise FileFault(
            f"can't be read as a workbook: it claims {int(claimed[1])} texts, and has not the room"
        )


def survey_sheet(
    file: Path, kind: WorkbookKind, sheet: str, position: int, folder: Path
) -> SheetSurvey:
    """Look over a sheet, the `position`-th of its workbook from 0.

    Raises FileFault where it can't be read, or claims more cells than there is room for.
    """
    with _damaged_is_a_fault():
        if kind == "xls":
            survey = survey_xls(file)[position]
        elif kind == "ods":
            survey = survey_ods(file, sheet)
        elif kind == "xlsx":
            survey = survey_xlsx(file, sheet, folder)
        else:
            survey = survey_xlsb(file, sheet, folder)
    _check_room(survey, f'sheet "{sheet}"')
    return survey


@contextlib.contextmanager
def _damaged_is_a_fault() -> Iterator[None]:
    try:
        yield
    except _DAMAGED as error:
        problem = f"can't be read as a workbook: it is cut off or damaged ({error})"
        raise FileFault(problem) from error


def _check_room(survey: SheetSurvey, sheet: str) -> None:
    if survey.cells > MOST_CELLS:
        raise FileFault(
            f"its {sheet} reaches over {survey.cells} cells, more than {MOST_CELLS}: take away what"
            " lies far from the records, or export them as CSV"
        )
