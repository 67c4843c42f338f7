"""What people have decided about single records of exports: corrected, or dropped with a reason.

An amendment is a file in the archive that names records of one export (see `correction_file`). A
load is made of its exports and of the current amendments of its driving export, in their order; so
they count whenever the export is read, and are gone with it when a later one supersedes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, insert, select, update

from ..state import State
from ..state.tables import amendment as amendment_table

Kind = Literal["correction", "drop"]


@dataclass(frozen=True)
class Amendment:
    """One file of corrected or dropped records, as far as it is about one export."""

    source: str
    part: str
    export_id: str
    kind: Kind
    sha256: str
    archive_path: str
    records: int
    reason: str | None
    amended_at: datetime
    amended_by: str


Amendments = Mapping[tuple[str, str, str], tuple[Amendment, ...]]
"""The current amendments by source, part and export, each in their order."""


def current_amendments(state: State) -> Amendments:
    """Give all amendments that count."""
    columns = [amendment_table.c[field.name] for field in fields(Amendment)]
    query = (
        select(*columns)
        .where(amendment_table.c.status == "current")
        .order_by(amendment_table.c.amendment_id)
    )
    found: dict[tuple[str, str, str], tuple[Amendment, ...]] = {}
    with state.reading() as connection:
        for row in connection.execute(query):
            amendment = Amendment(**row._mapping)
            key = (amendment.source, amendment.part, amendment.export_id)
            found[key] = (*found.get(key, ()), amendment)
    return found


def record_amendments(connection: Connection, amendments: Iterable[Amendment]) -> None:
    """Let amendments count, after those that there are."""
    for amendment in amendments:
        connection.execute(insert(amendment_table).values(**vars(amendment), status="current"))


def withdraw_amendments(connection: Connection, amendments: Iterable[Amendment]) -> None:
    """Let amendments count no more."""
    for amendment in amendments:
        connection.execute(
            update(amendment_table)
            .where(
                amendment_table.c.source == amendment.source,
                amendment_table.c.part == amendment.part,
                amendment_table.c.export_id == amendment.export_id,
                amendment_table.c.sha256 == amendment.sha256,
            )
            .values(status="withdrawn")
        )
