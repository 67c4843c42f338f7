"""A company with one source of sales lines, whose exports the tests write."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from niaga.ingest.stage import ExportOutcome, IngestReport, ingest
from niaga.progress import Silent
from niaga.state import State
from niaga.state.tables import export, load
from niaga.workspace import Workspace, ensure_folders, find_workspace
from sqlalchemy import select

SALES = """\
source: erp
exports:
  lines:
    file: "penjualan_{date:%Y-%m}*.csv"
    format: {delimiter: ";"}
locale: {decimal: ",", thousands: ".", date: "%d/%m/%Y", currency_prefix: Rp}
feeds:
  sales_line: |
    select
        _row_number,
        "Faktur" as order_id,
        "Baris" as line_number,
        case "Jenis" when 'JUAL' then 'sale' when 'RETUR' then 'return' else "Jenis" end
            as document_type,
        "Tanggal" as order_date,
        "Barang" as product_id,
        "Jumlah" as quantity,
        "Netto" as net_amount,
        "Mata Uang" as currency,
        "Catatan" as remark
    from lines
    where coalesce("Jenis", '') <> 'DRAFT'
"""

HEADER = "Faktur;Baris;Jenis;Tanggal;Barang;Jumlah;Netto;Mata Uang;Catatan\n"


def line(number: int, **cells: str) -> str:
    """Write one sales line; `cells` replace the good ones."""
    good = {
        "Faktur": f"F{number}",
        "Baris": "1",
        "Jenis": "JUAL",
        "Tanggal": "05/01/2026",
        "Barang": "P1",
        "Jumlah": "2",
        "Netto": f"Rp {number}.000,50",
        "Mata Uang": "IDR",
        "Catatan": "",
    }
    return ";".join((good | cells).values()) + "\n"


def lines(count: int) -> str:
    """Write a good export of `count` lines, whose net amounts are 1000.50, 2000.50 and so on."""
    return HEADER + "".join(line(number) for number in range(1, count + 1))


@dataclass
class Company:
    """A workspace, its state, and short words for what the tests do with them."""

    workspace: Workspace
    state: State
    runs: int = field(default=0)

    def source(self, text: str) -> None:
        """Give the company another source."""
        name = text.partition("source: ")[2].partition("\n")[0]
        (self.workspace.sources_folder / f"{name}.yml").write_text(textwrap.dedent(text))

    def land(self, name: str, content: str | bytes, day: str = "2026-02-01") -> Path:
        """Put a file into landing/, last changed at noon of `day`."""
        path = self.workspace.landing / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        changed_at = datetime.fromisoformat(f"{day}T12:00:00+00:00").timestamp()
        os.utime(path, (changed_at, changed_at))
        return path

    def ingest(self) -> IngestReport:
        self.runs += 1
        return ingest(self.workspace, self.state, f"run-{self.runs}", Silent())

    def ingest_one(self) -> ExportOutcome:
        """Ingest, and give the one outcome that there is."""
        (outcome,) = self.ingest().outcomes
        return outcome

    def lake(self, columns: str, feed: str = "sales_line") -> list[tuple[Any, ...]]:
        """Select from the segments of a feed that count, in the order of the columns."""
        with self.state.reading() as connection:
            counting = connection.exec_driver_sql(
                "select segment.path, value"
                " from segment join load using (load_id), json_each(export_ids)"
                f" where feed = '{feed}' and status = 'current'"
            ).all()
        if not counting:
            return []
        # Loads of one batch share a file: of those that count only.
        chosen = [{"path": str(self.workspace.root / path), "id": name} for path, name in counting]
        query = f"""
            select {columns}
            from (
                select * exclude (_path)
                from read_parquet($1, union_by_name = true, filename = '_path')
                where {{'path': _path, 'id': _export_id}} in (select unnest($2))
            )
            order by all
        """
        with duckdb.connect() as database:
            paths = list({one["path"] for one in chosen})
            return database.execute(query, [paths, chosen]).fetchall()

    def quarantine(self, columns: str) -> list[tuple[Any, ...]]:
        """Select from the rows that the loads that count have held back."""
        return _select(
            columns,
            self._paths("select path from held join load using (load_id) where status = 'current'"),
        )

    def exports(self) -> dict[str, tuple[str, str | None]]:
        """Give what became of each file, by its name: status and reason."""
        with self.state.reading() as connection:
            rows = connection.execute(select(export).order_by(export.c.decided_at)).all()
        return {row.file_name: (row.status, row.reason) for row in rows}

    def loads(self) -> list[Any]:
        with self.state.reading() as connection:
            return list(connection.execute(select(load).order_by(load.c.load_id)).all())

    def reason(self, name: str) -> str:
        """Read what lies beside a rejected file."""
        assert (self.workspace.rejected / name).is_file()
        return (self.workspace.rejected / f"{name}.reason.txt").read_text()

    def _paths(self, query: str) -> list[str]:
        with self.state.reading() as connection:
            found = connection.exec_driver_sql(query).scalars().all()
        return [str(self.workspace.root / path) for path in found]


def act(company: Company, verb: str, failpoint: str = "") -> int:
    """Run a verb, as Python on `workspace`, in a process of its own; give how that ended."""
    # A state database that knows of no run is taken for a stranger.
    company.state.start_run("test")
    program = f"""
from pathlib import Path
from niaga.operate.run import run_verb
from niaga.progress import Silent
from niaga.workspace import find_workspace
workspace = find_workspace(Path({str(company.workspace.root)!r}))
{verb}
"""
    environment = os.environ | ({"NIAGA_FAILPOINT": failpoint} if failpoint else {})
    return subprocess.run([sys.executable, "-c", program], env=environment, check=False).returncode


def _select(columns: str, paths: list[str]) -> list[tuple[Any, ...]]:
    if not paths:
        return []
    query = f"select {columns} from read_parquet($1, union_by_name = true) order by all"
    with duckdb.connect() as connection:
        return connection.execute(query, [paths]).fetchall()


@contextlib.contextmanager
def open_company(folder: Path) -> Iterator[Company]:
    """Make a company without a source in that folder."""
    (folder / "niaga.yml").write_text(
        "company: Toko\ncurrency: IDR\nmoney_scale: 2\ntime_zone: Asia/Jakarta\n"
    )
    workspace = find_workspace(folder)
    ensure_folders(workspace)
    with State.open(workspace) as state:
        yield Company(workspace, state)


@pytest.fixture
def bare_company(tmp_path: Path) -> Iterator[Company]:
    """A company without a source."""
    with open_company(tmp_path) as company:
        yield company


@pytest.fixture
def company(bare_company: Company) -> Company:
    bare_company.source(SALES)
    return bare_company
