"""A small company of one source, and its service."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from niaga.workspace import Workspace, create_workspace

from tests.support.waiting import wait_for

REPOSITORY = Path(__file__).parents[2]
SOURCE = """
source: shop
exports:
  lines:
    file: "sales_*.csv"
    format: {type: csv}
feeds:
  sales_line: |
    select
        _row_number, "order" as order_id, '1' as line_number, 'sale' as document_type,
        '2026-10-05' as order_date, 'R1' as sales_rep_id, 'P1' as product_id, '1' as quantity,
        "amount" as net_amount
    from lines
"""


def new_company(root: Path) -> Workspace:
    workspace = create_workspace(root, "Toko Maju", "IDR", "Asia/Jakarta")
    (workspace.sources_folder / "shop.yml").write_text(SOURCE)
    return workspace


@dataclass
class Service:
    """A service whose refreshes only take notes, in a process of its own."""

    workspace: Workspace
    process: subprocess.Popen[str]
    log: Path

    @classmethod
    def start(cls, workspace: Workspace) -> Service:
        log = workspace.root / "service.log"
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT_")}
        with log.open("a") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.support.served", str(workspace.root)],
                cwd=REPOSITORY, env=environment, text=True, stdout=output, stderr=output,
                stdin=subprocess.DEVNULL,
            )  # fmt: skip
        return cls(workspace, process, log)

    def told(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def wait_until_ready(self, times: int = 1) -> None:
        wait_for(lambda: len([1 for said in self.told() if "serving" in said]) >= times, 120)

    def land(self, number: int) -> None:
        """Land a file as a program does that renames what it has written."""
        written = self.workspace.landing / f".sales_{number}.csv"
        written.write_text(f"order,amount\nS{number},100\n")
        written.rename(self.workspace.landing / f"sales_{number}.csv")

    def refreshes(self) -> list[int]:
        """Give how many loads each refresh has seen."""
        file = self.workspace.root / "refreshes"
        lines = file.read_text().splitlines() if file.exists() else []
        return [int(line.split()[1]) for line in lines]

    def wait_for_loads(self, number: int, seconds: float = 60.0) -> None:
        wait_for(lambda: number in self.refreshes(), seconds)

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.process.wait(90)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One service for all tests of a file: starting a Prefect server takes seconds."""
    started = Service.start(new_company(tmp_path_factory.mktemp("served") / "company"))
    try:
        started.wait_until_ready()
        yield started
    finally:
        started.stop()


@pytest.fixture
def company(tmp_path: Path) -> Workspace:
    return new_company(tmp_path / "company")
