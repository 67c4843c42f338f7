"""A workspace with a small build of its own: what publishing needs, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest
from niaga.state import State
from niaga.workspace import Workspace, create_workspace

Build = Callable[[int], None]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return create_workspace(tmp_path / "company", "Toko Maju", "IDR")


@pytest.fixture
def state(workspace: Workspace) -> Iterator[State]:
    with State.open(workspace) as state:
        yield state


@pytest.fixture
def build(workspace: Workspace) -> Build:
    return lambda night: write_build(workspace.build_database, night)


def write_build(database: Path, night: int) -> None:
    """Write a build whose every table says in which night it was made."""
    database.parent.mkdir(parents=True, exist_ok=True)
    database.unlink(missing_ok=True)
    with duckdb.connect(str(database)) as connection:
        connection.execute(
            f"""
            create schema core;
            create schema commission;
            create schema intermediate;
            create schema run;
            create table core.sales_line as
                select {night} as night, range as line_number,
                    (range * 1.5)::decimal(24, 6) as net_amount
                from range({night * 100});
            create table commission.statement as
                select {night} as night, 'andi' as participant_id,
                    1000.25::decimal(24, 6) as payable_amount;
            create view core.calendar as select {night} as night, date '2026-10-31' as date;
            create table core.sales_line__dbt_tmp as select 1 as leftover;
            create table intermediate.int_private as select 1 as secret;
            create table run.parameter as select date '2026-10-31' as as_of_date;
            comment on table core.sales_line is 'One row per order line.';
            comment on column core.sales_line.net_amount is 'Net, in the company''s currency.';
            """
        )
