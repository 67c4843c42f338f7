"""What the state database knows of exports and loads; its one transaction makes a load count."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from ..state import State, utc_now
from ..state.tables import export as export_table
from ..state.tables import held as held_table
from ..state.tables import layout as layout_table
from ..state.tables import load as load_table
from ..state.tables import segment as segment_table
from ..workspace import Workspace
from .layout import Layout
from .load import Load, latest_business_date
from .sources import Source

LOADED, WAITING, REJECTED, REPLACED = "loaded", "waiting", "rejected", "replaced"
"""What may become of an export. Replaced: rejected, and a file of its name came later."""


@dataclass(frozen=True)
class Export:
    """One export as the state database has it; an export that no source takes has no source."""

    source: str
    part: str
    export_id: str
    file_name: str
    size_bytes: int
    business_date: date | None
    delivery: str | None
    status: str
    landed_at: datetime
    run_id: str
    archive_path: str
    reason: str | None = None
    decided_at: datetime | None = None

    @property
    def rank(self) -> tuple[date, str]:
        """Order the exports of a part in a delivery: the last one counts, whenever it arrived."""
        return (self.business_date or date.min, self.export_id)


@dataclass(frozen=True)
class Settled:
    """A load of a delivery, and the export of each part that it was made of.

    `replaced` is what `replaced_loads` gives: these loads count no more, or this one never does.
    """

    delivery: str
    winners: Mapping[str, Export]
    load: Load
    replaced: list[str] | None


def find_export(state: State, source: str, part: str, export_id: str) -> Export | None:
    """Look an export up."""
    with state.reading() as connection:
        found = _exports(
            connection,
            export_table.c.source == source,
            export_table.c.part == part,
            export_table.c.export_id == export_id,
        )
    return found[0] if found else None


def known_exports(
    state: State, source: str, part: str, export_ids: Collection[str]
) -> dict[str, Export]:
    """Give those of the exports that are loaded or waiting, by their ids."""
    with state.reading() as connection:
        found = _exports(
            connection,
            export_table.c.source == source,
            export_table.c.part == part,
            export_table.c.export_id.in_(export_ids),
            export_table.c.status.in_((LOADED, WAITING)),
        )
    return {export.export_id: export for export in found}


def unsettled_deliveries(state: State) -> list[tuple[str, str]]:
    """List the deliveries (source and delivery) that have exports waiting."""
    columns = (export_table.c.source, export_table.c.delivery)
    query = select(*columns).where(export_table.c.status == WAITING).distinct().order_by(*columns)
    with state.reading() as connection:
        return [(row.source, row.delivery) for row in connection.execute(query)]


def exports_of(state: State, source: str, delivery: str) -> list[Export]:
    """List the exports of a delivery that are loaded or waiting."""
    with state.reading() as connection:
        return _exports(
            connection,
            export_table.c.source == source,
            export_table.c.delivery == delivery,
            export_table.c.status.in_((LOADED, WAITING)),
        )


def exports_of_source(state: State, source: str, *statuses: str) -> list[Export]:
    """List the exports of a source that have one of the statuses."""
    with state.reading() as connection:
        return _exports(
            connection,
            export_table.c.source == source,
            export_table.c.status.in_(statuses),
        )


def parts_of_loads(state: State, source: str) -> set[frozenset[str]]:
    """Give the sets of parts that the current loads of a source were made of."""
    query = select(load_table.c.export_ids).where(
        load_table.c.source == source, load_table.c.status == "current"
    )
    with state.reading() as connection:
        return {frozenset(export_ids) for export_ids in connection.execute(query).scalars()}


def current_exports(state: State, source: str, delivery: str) -> dict[str, str]:
    """Give the export of each part that the current load of a delivery was made of."""
    query = select(load_table.c.export_ids).where(
        load_table.c.source == source,
        load_table.c.delivery == delivery,
        load_table.c.status == "current",
    )
    with state.reading() as connection:
        return dict(connection.execute(query).scalar() or {})


def driven_loads(state: State, source: Source) -> dict[str, tuple[str, dict[str, Export]]]:
    """Give the current loads of a source by their driving export: the delivery, and its exports."""
    driving = next(iter(source.exports))
    query = select(load_table.c.delivery, load_table.c.export_ids).where(
        load_table.c.source == source.source, load_table.c.status == "current"
    )
    known = {
        (export.part, export.export_id): export
        for export in exports_of_source(state, source.source, LOADED)
    }
    with state.reading() as connection:
        return {
            row.export_ids[driving]: (
                row.delivery,
                {part: known[part, export_id] for part, export_id in row.export_ids.items()},
            )
            for row in connection.execute(query)
            if set(row.export_ids) == set(source.exports)
        }


def record_exports(state: State, exports: Collection[Export]) -> None:
    """Write exports that wait, or that have been decided without a load."""
    with state.engine.begin() as connection:
        state.confirm_lease(connection)
        _put(connection, exports)


def replaced_exports(state: State, exports: Collection[Export]) -> list[Export]:
    """List the rejected exports that `exports`, all of one source, replace.

    These are those of the same name, and the same content from before there was a source for it.
    """
    by_name = {(export.part, export.file_name): export.export_id for export in exports}
    contents = {Path(export.archive_path).stem for export in exports if export.source}
    with state.reading() as connection:
        same_names = _exports(
            connection,
            export_table.c.source.in_({export.source for export in exports}),
            export_table.c.file_name.in_({name for _, name in by_name}),
            export_table.c.status == REJECTED,
        )
        same_contents = _exports(
            connection,
            export_table.c.source == "",
            export_table.c.export_id.in_(contents),
            export_table.c.status == REJECTED,
        )
    same_names = [
        old
        for old in same_names
        if by_name.get((old.part, old.file_name), old.export_id) != old.export_id
    ]
    return same_names + same_contents


def replaced_loads(
    state: State, source: Source, delivery: str, winners: Mapping[str, Export]
) -> list[str] | None:
    """List the loads of others that a delivery's load replaces; None when one of them replaces it.

    Where the source's exports replace each other the latest one counts, whenever it arrived: by
    business date, then by the id of its driving export.
    """
    if source.replaces is None:
        return []
    query = select(load_table.c.load_id, load_table.c.business_date, load_table.c.export_ids).where(
        load_table.c.source == source.source,
        load_table.c.delivery != delivery,
        load_table.c.status == "current",
    )
    business_date = latest_business_date(export.business_date for export in winners.values())
    days = source.replaced_days(business_date)
    with state.reading() as connection:
        rivals = [
            row
            for row in connection.execute(query)
            if source.replaced_days(row.business_date) == days
        ]
    driving, export = next(iter(winners.items()))
    rank = (business_date or date.min, export.export_id)
    if any(
        (rival.business_date or date.min, rival.export_ids.get(driving, "")) > rank
        for rival in rivals
    ):
        return None
    return [rival.load_id for rival in rivals]


def known_layouts(state: State, source: str) -> dict[str, Layout]:
    """Give what is known of the layout of each part of a source."""
    query = select(layout_table.c.part, layout_table.c.columns).where(
        layout_table.c.source == source
    )
    with state.reading() as connection:
        return {row.part: row.columns for row in connection.execute(query)}


def refused_names(state: State, decided: Collection[Export]) -> set[str]:
    """Give the names of files that a source still refuses, once `decided` are not rejected.

    A file may have several takers: that one of them has loaded it does not mend it for the others.
    """
    mended = {(export.source, export.part, export.export_id) for export in decided}
    with state.reading() as connection:
        rejected = _exports(
            connection,
            export_table.c.source != "",
            export_table.c.file_name.in_({export.file_name for export in decided}),
            export_table.c.status == REJECTED,
        )
    return {
        export.file_name
        for export in rejected
        if (export.source, export.part, export.export_id) not in mended
    }


def commit_loads(
    workspace: Workspace,
    state: State,
    source: str,
    settled: Collection[Settled],
    exports: Collection[Export],
    also: Callable[[Connection], None] | None = None,
) -> None:
    """Make loads of a source count, and exports; earlier loads of the deliveries count no more.

    `also` is done in the same transaction.
    """
    now = utc_now()
    deliveries = [one.delivery for one in settled]
    replaced = [load_id for one in settled for load_id in one.replaced or ()]
    with state.engine.begin() as connection:
        state.confirm_lease(connection)
        connection.execute(
            update(load_table)
            .where(
                load_table.c.source == source,
                load_table.c.status == "current",
                load_table.c.delivery.in_(deliveries) | load_table.c.load_id.in_(replaced),
            )
            .values(status="superseded")
        )
        connection.execute(insert(load_table), [_load_row(source, one, now) for one in settled])
        _put_layouts(connection, source, settled)
        _insert_files(connection, workspace, settled, now)
        _put(connection, exports)
        if also:
            also(connection)


def _load_row(source: str, settled: Settled, now: datetime) -> dict[str, Any]:
    load, winners = settled.load, settled.winners
    return {
        "load_id": load.load_id,
        "source": source,
        "delivery": settled.delivery,
        "export_ids": {part: export.export_id for part, export in winners.items()},
        "business_date": load.business_date,
        "rows_read": load.rows_read,
        "rows_filtered": load.rows_filtered,
        "rows_held": load.rows_held,
        "rows_dropped": load.rows_dropped,
        "status": "superseded" if settled.replaced is None else "current",
        "committed_at": now,
        "run_id": next(iter(winners.values())).run_id,
        "changes": [asdict(change) for change in load.changes] or None,
    }


def _put_layouts(connection: Connection, source: str, settled: Iterable[Settled]) -> None:
    """Write what is known of the source's layouts in place of what was known before."""
    # The last load's has what those before it have added.
    layouts = {part: layout for one in settled for part, layout in one.load.layouts.items()}
    for part, layout in layouts.items():
        connection.execute(
            delete(layout_table).where(layout_table.c.source == source, layout_table.c.part == part)
        )
        connection.execute(insert(layout_table).values(source=source, part=part, columns=layout))


def _insert_files(
    connection: Connection, workspace: Workspace, settled: Iterable[Settled], now: datetime
) -> None:
    loads = [one.load for one in settled]
    segments = [
        {
            "segment_id": f"{load.load_id}_{file.feed}",
            "load_id": load.load_id,
            "feed": file.feed,
            "path": file.path.relative_to(workspace.root).as_posix(),
            "rows": file.rows,
            "sha256": file.sha256,
            "committed_at": now,
        }
        for load in loads
        for file in load.segments
    ]
    held = [
        {
            "load_id": load.load_id,
            "feed": file.feed,
            "path": file.path.relative_to(workspace.root).as_posix(),
            "rows": file.rows,
        }
        for load in loads
        for file in load.quarantined
    ]
    for table, rows in ((segment_table, segments), (held_table, held)):
        if rows:
            connection.execute(insert(table), rows)


def _put(connection: Connection, exports: Collection[Export]) -> None:
    """Write exports in place of what was known of them."""
    if not exports:
        return
    key = ("source", "part", "export_id")
    connection.execute(
        delete(export_table).where(
            *(export_table.c[name] == bindparam(f"_{name}") for name in key)
        ),
        [{f"_{name}": getattr(export, name) for name in key} for export in exports],
    )
    rows = {(export.source, export.part, export.export_id): asdict(export) for export in exports}
    connection.execute(insert(export_table), list(rows.values()))


def _exports(connection: Connection, *conditions: Any) -> list[Export]:
    columns = [export_table.c[field.name] for field in fields(Export)]
    query = (
        select(*columns).where(*conditions).order_by(export_table.c.part, export_table.c.export_id)
    )
    return [Export(**row._mapping) for row in connection.execute(query)]
