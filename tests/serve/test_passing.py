"""Faults that pass by themselves are told from those that a person must mend, by real ones."""

from __future__ import annotations

import contextlib
import sqlite3
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
import sqlalchemy as sa
from niaga.errors import LeaseHeld, NiagaError, UsageError
from niaga.serve.passing import passes
from niaga.state import utc_now

LOCK = """
import duckdb, sys
connection = duckdb.connect(sys.argv[1])
print("locked", flush=True)
sys.stdin.readline()
"""


def test_a_build_that_somebody_has_open(tmp_path: Path) -> None:
    file = tmp_path / "build.duckdb"
    with subprocess.Popen(
        [sys.executable, "-c", LOCK, file], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "locked\n"
        with pytest.raises(duckdb.IOException) as caught:
            duckdb.connect(str(file))
        holder.communicate("\n")
    assert passes(caught.value)
    # dbt gives the text alone.
    assert passes(NiagaError(f"dbt failed: {caught.value}"))


def test_a_busy_state_database(tmp_path: Path) -> None:
    file = tmp_path / "state.db"
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as writer:
        writer.execute("begin immediate")
        engine = sa.create_engine(f"sqlite:///{file}", connect_args={"timeout": 0})
        with pytest.raises(sa.exc.OperationalError) as caught, engine.begin() as connection:
            connection.exec_driver_sql("create table t (a)")
        engine.dispose()
    assert passes(caught.value)


def test_a_database_server_that_is_away() -> None:
    engine = sa.create_engine("postgresql+psycopg://niaga@127.0.0.1:1/niaga")
    with pytest.raises(sa.exc.OperationalError) as caught:
        engine.connect()
    try:
        raise NiagaError("the state database can't be opened") from caught.value
    except NiagaError as error:
        assert passes(error)


def test_what_lasts(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as missing:
        (tmp_path / "none").read_text()
    assert not passes(missing.value)
    assert not passes(UsageError("no source"))
    assert not passes(NiagaError("the model core.product failed: division by zero"))
    assert not passes(NiagaError("the disk is full: no space left on device"))
    assert passes(LeaseHeld("process 1 on elsewhere", "nightly", utc_now()))
