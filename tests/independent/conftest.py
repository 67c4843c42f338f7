"""The product's figures and the second calculation's, once for all comparisons."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from . import edges, exports, plans
from .commission import Commission
from .records import Company

LINES = int(os.environ.get("NIAGA_TEST_LINES", "20000"))
PUBLISHED_WITH_A_FILE_HELD_BACK = 4


@dataclass(frozen=True)
class Published:
    """What a plain DuckDB client sees."""

    connection: duckdb.DuckDBPyConnection

    def rows(self, query: str) -> list[tuple]:
        return self.connection.execute(query).fetchall()


@pytest.fixture(scope="session", params=["demo", "edges"])
def workspace(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace after its night: the demo as it is, and with what seldom happens.

    Beside it, `exports` keeps a copy of what landed.
    """
    root = tmp_path_factory.mktemp(request.param) / "workspace"
    make = "import sys, pathlib; from niaga.demo import make_demo, truth_file; "
    make += "root = pathlib.Path(sys.argv[1]); make_demo(root, lines=int(sys.argv[2])); "
    make += "truth_file(root).unlink()"  # so that nothing can read it
    subprocess.run([sys.executable, "-c", make, str(root), str(LINES)], check=True)
    if request.param == "edges":
        edges.write(root)
    shutil.copytree(root / "landing", root.parent / "exports")
    niaga = Path(sys.executable).with_name("niaga")
    night = subprocess.run(
        [niaga, "nightly", "--workspace", root], capture_output=True, text=True, check=False
    )
    assert night.returncode == PUBLISHED_WITH_A_FILE_HELD_BACK, night.stdout + night.stderr
    return root


@pytest.fixture(scope="session")
def published(workspace: Path) -> Iterator[Published]:
    marts = workspace / "published" / "current" / "all" / "marts.duckdb"
    with duckdb.connect(str(marts), read_only=True) as connection:
        yield Published(connection)


@pytest.fixture(scope="session")
def reader(workspace: Path) -> exports.Reader:
    return exports.Reader(workspace.parent / "exports")


@pytest.fixture(scope="session")
def company(reader: exports.Reader) -> Company:
    return exports.read_company(reader)


@pytest.fixture(scope="session")
def result(company: Company, workspace: Path) -> Commission:
    return Commission(company, plans.read_plans(workspace / "plans"))
