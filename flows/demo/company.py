"""Make the workspace of an invented company, with the exports that its systems wrote in 24 months.

PT Contoh Rasa Nusantara sells food and household goods all over Indonesia. Everything about it
comes from whole-number arithmetic on row numbers, so the same seed and number of lines give the
same bytes on every machine.
"""

from __future__ import annotations

import shutil
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from .truth import BEGINS

if TYPE_CHECKING:
    import duckdb

SMALLEST = 2_000
"""With fewer order lines one bad row is a larger part of a month's file than a source allows."""


def make_demo(root: Path, lines: int = 200_000, seed: int = 7) -> None:
    """Make a workspace in `root`: its settings, sources and plans, and the exports in `landing/`.

    `lines` is about the number of order lines, returns and cancellations included. What stands
    there already is kept; files of the same names are written anew. What is true about the company
    is written beside the workspace, into `truth_file(root)`, where no run looks for it.
    """
    if lines < SMALLEST:
        raise ValueError(f"the demo needs at least {SMALLEST:,} lines, not {lines:,}")
    with resources.as_file(resources.files(__package__) / "workspace") as files:
        shutil.copytree(files, root, dirs_exist_ok=True)
    landing = root / "landing"
    landing.mkdir(exist_ok=True)

    from . import exports, truth  # late: DuckDB takes a while to import

    with _invent(lines, seed) as company:
        exports.write_all(company, landing)
        truth.write_truth(company, truth_file(root), lines, seed)


def truth_file(root: Path) -> Path:
    """Give the file that has the truth about the demo in `root`: beside it, not inside."""
    root = root.resolve()
    return root.parent / f"{root.name}-truth.json"


def is_truth(file: Path) -> bool:
    """Say whether a file is what `make_demo` writes into `truth_file`."""
    if not file.is_file():
        return False
    with file.open("rb") as content:
        return content.read(len(BEGINS)) == BEGINS


def _invent(lines: int, seed: int) -> duckdb.DuckDBPyConnection:
    """Give a database in memory with all of the company's tables."""
    import duckdb

    from . import (
        chance,
        complaints,
        contacts,
        customers,
        market,
        masters,
        media,
        products,
        projections,
        promotions,
        sales,
        targets,
        touchpoints,
        voice,
    )

    areas = (
        chance, masters, products, promotions, customers, media, sales, touchpoints, targets,
        projections, market, voice, complaints, contacts,
    )  # fmt: skip
    company = duckdb.connect()
    company.execute("set timezone = 'UTC'")
    for area in areas:
        area.make(company, lines, seed)
    return company
