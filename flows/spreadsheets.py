"""Write text so that a spreadsheet shows it, and never runs it as a formula.

A text that a spreadsheet would take for a formula gets an apostrophe in front: `=1+1` becomes
`'=1+1`. Plain numbers stay as they are, below zero too. What is written so is read back exactly.
"""

from __future__ import annotations

# Full-width signs too: a spreadsheet in an East Asian language takes them for the ASCII ones.
_START = r"[\s'']*[=+@\-\x{FF1D}\x{FF0B}\x{FF20}\x{FF0D}\t\r\n]"
_NUMBER = r"^[-+]?[0-9][0-9.,]*$"


def guarded(text: str) -> str:
    """Give the SQL of a text as a cell; `text` is an SQL expression."""
    is_formula = f"regexp_matches({text}, '^{_START}') AND NOT regexp_matches({text}, '{_NUMBER}')"
    return f"CASE WHEN {is_formula} THEN '''' || {text} ELSE {text} END"


def unguarded(cell: str) -> str:
    """Give the SQL of the text that `guarded` has written as a cell."""
    return f"CASE WHEN regexp_matches({cell}, '^''{_START}') THEN substr({cell}, 2) ELSE {cell} END"
