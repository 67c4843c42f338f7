from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from niaga.demo import make_demo, truth_file
from niaga.operate.run import Outcome, run_verb
from niaga.progress import Silent
from niaga.workspace import find_workspace

LINES = 3_000


def night(root: Path) -> Outcome:
    """Run a night in this process, without Prefect."""
    return run_verb("nightly", find_workspace(root), Silent())


def niaga(*arguments: str | Path, failpoint: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run the real command."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT_")}
    if failpoint:
        environment["NIAGA_FAILPOINT"] = failpoint
    command = Path(sys.executable).with_name("niaga")
    return subprocess.run(
        [str(command), *map(str, arguments)],
        env=environment, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip


@pytest.fixture(scope="session")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small demo company whose exports have landed, and nothing else has happened."""
    root = tmp_path_factory.mktemp("exports") / "company"
    make_demo(root, lines=LINES)
    truth_file(root).unlink()  # so that nothing can read it
    return root


@pytest.fixture(scope="session")
def clean(exports: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same company after one clean night. Tests read it and change nothing."""
    root = tmp_path_factory.mktemp("clean") / "company"
    shutil.copytree(exports, root)
    night(root)
    return root


@pytest.fixture
def company(exports: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy of the company before its first night, to be worked on."""
    root = tmp_path / "company"
    shutil.copytree(exports, root)
    yield root
    shutil.rmtree(root)
