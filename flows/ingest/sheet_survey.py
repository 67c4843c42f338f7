"""What is found out about a sheet before it is read: its extent, and the cells that are errors.

The reader of workbooks takes an error like #N/A for an empty cell, and makes room for all cells
between the outermost ones, however few they are.
"""

from __future__ import annotations

from dataclasses import dataclass, field

NEVER_CALCULATED = "#NEVER_CALCULATED"
"""What stands for the value of a formula that the program which wrote it left to Excel."""

ERRORS = (
    "#N/A", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#NULL!", "#GETTING_DATA", "#SPILL!",
    "#CALC!", "#FIELD!", "#BLOCKED!", "#CONNECT!", "#UNKNOWN!", "#BUSY!", NEVER_CALCULATED,
)  # fmt: skip
"""What stands in a cell whose value could not be calculated."""

ERROR_CODES = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?",
    0x24: "#NUM!", 0x2A: "#N/A", 0x2B: "#GETTING_DATA",
}  # fmt: skip
"""How the binary kinds of workbooks write errors."""


@dataclass
class SheetSurvey:
    """What a sheet has, rows and columns from 0: errors, the outermost cells, and merged areas.

    The areas are those of kinds of workbooks whose reader does not give them.
    """

    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    merged: list[tuple[tuple[int, int], tuple[int, int]]] = field(default_factory=list)
    first: tuple[int, int] = (1 << 32, 1 << 32)
    last: tuple[int, int] = (-1, -1)
    claimed: int = 0

    def reach(self, row: int, column: int) -> None:
        """Note that there is a cell."""
        self.first = (min(self.first[0], row), min(self.first[1], column))
        self.last = (max(self.last[0], row), max(self.last[1], column))

    @property
    def cells(self) -> int:
        """How many cells lie between the outermost ones, or are said to."""
        if self.last[0] < 0:
            return self.claimed
        reached = (self.last[0] - self.first[0] + 1) * (self.last[1] - self.first[1] + 1)
        return max(reached, self.claimed)
