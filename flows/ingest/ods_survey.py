"""Look over a sheet of an OpenDocument spreadsheet."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from xml.parsers import expat

from .faults import FileFault
from .sheet_survey import SheetSurvey

_MOST_REPEATED = 100_000


def survey_ods(file: Path, sheet: str) -> SheetSurvey:
    """Give what a sheet has: in this kind a cell or a row may stand for many."""
    survey = SheetSurvey()
    walk = _OdsWalk(sheet, survey)
    parser = expat.ParserCreate()
    parser.StartElementHandler = walk.start
    parser.EndElementHandler = walk.end
    parser.CharacterDataHandler = walk.text
    with zipfile.ZipFile(file) as zipped, zipped.open("content.xml") as content:
        parser.ParseFile(content)
    return survey


class _OdsWalk:
    """Follows the cells of one table of an OpenDocument spreadsheet; empty ones may repeat."""

    def __init__(self, sheet: str, survey: SheetSurvey) -> None:
        self._sheet = sheet
        self._survey = survey
        self._tables: list[str] = []
        self._row = self._column = 0
        self._repeated = 1
        self._error: str | None = None
        self._error_column = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "table:table":
            self._tables.append(attributes.get("table:name", ""))
            if self._tables == [self._sheet]:
                self._row = 0
        elif self._tables != [self._sheet]:
            return
        elif tag == "table:table-row":
            self._column = 0
            self._repeated = int(attributes.get("table:number-rows-repeated", 1))
        elif tag in ("table:table-cell", "table:covered-table-cell"):
            count = int(attributes.get("table:number-columns-repeated", 1))
            if "office:value-type" in attributes:
                self._survey.reach(self._row, self._column)
                self._survey.reach(self._row + self._repeated - 1, self._column + count - 1)
            if attributes.get("calcext:value-type") == "error":
                self._error, self._error_column = "", self._column
            down = int(attributes.get("table:number-rows-spanned", 1))
            across = int(attributes.get("table:number-columns-spanned", 1))
            if down * across > 1:
                end = (self._row + down - 1, self._column + across - 1)
                self._survey.merged.append(((self._row, self._column), end))
            self._column += count

    def text(self, text: str) -> None:
        """Keep the text of an error."""
        if self._error is not None:
            self._error += text

    def end(self, tag: str) -> None:
        """Leave an element; `start` has entered it."""
        if self._error is not None and tag in ("table:table-cell", "table:covered-table-cell"):
            self._note_error(self._error.strip() or "#N/A")
            self._error = None
        elif tag == "table:table-row" and self._tables == [self._sheet]:
            self._row += self._repeated
        elif tag == "table:table":
            self._tables.pop()

    def _note_error(self, error: str) -> None:
        columns = range(self._error_column, self._column)
        if self._repeated * len(columns) > _MOST_REPEATED:
            raise FileFault(f"has the error {error} in more than {_MOST_REPEATED} cells together")
        for row in range(self._row, self._row + self._repeated):
            for column in columns:
                self._survey.errors[row, column] = error
