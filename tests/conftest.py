"""What tests of several rooms share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .support.postgresql import PostgresqlServer, run_postgresql
from .support.warm import Warm


@pytest.fixture(scope="session")
def warm() -> Iterator[Warm]:
    """A process that has imported everything, and forks a child for each run."""
    with Warm() as process:
        yield process


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgresqlServer]:
    """A PostgreSQL server for state databases."""
    with run_postgresql() as server:
        yield server
