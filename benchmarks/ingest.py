"""The command `python -m benchmarks.ingest`: how fast files get into the lake.

    python -m benchmarks.ingest --lines 3000000 --files 2000

One big CSV file beside DuckDB's own `COPY (FROM read_csv(columns = ...)) TO ... (FORMAT parquet)`
with the same types, and many small files in one night. Each is measured in a process of its own,
in turns, and the quickest turn counts. Exit codes: 0 measured, and both have the same rows and
sums; 1 they have not.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path
from typing import Any

import duckdb

from .company import FEEDS, NEXT_DAY, export_name, write_workspace
from .generate import SMALLEST, generate_sales

_REPOSITORY = Path(__file__).resolve().parent.parent
_GIB = 1 << 30
_LINES_OF_A_SMALL_FILE = 20
_MONEY = {"same types": "DECIMAL(24,6)", "18 digits": "DECIMAL(18,6)"}
"""How the yardstick types money: as the lake does, or as small as these amounts allow."""

BUDGETS = {
    "speed": "at least 0.7",
    "speed_of_18_digits": "",
    "cpu_speed": "",
    "cpu_speed_of_18_digits": "",
    "peak_gib": "at most 2",
    "seconds_of_10000_files": "at most 120",
    "lines_of_a_small_file": "",
}


def main(arguments: list[str] | None = None) -> int:
    """Measure, print the figures, and give the exit code."""
    options = _parse(arguments)
    with tempfile.TemporaryDirectory(prefix="niaga-benchmark-", dir=options.folder) as folder:
        figures = measure(Path(folder), options.lines, options.files, options.turns)
    if options.json:
        print(json.dumps(figures, indent=2))
    else:
        print(f"{figures['lines']:,} lines, {figures['megabytes']} MB; {figures['files']:,} files")
        for name, budget in BUDGETS.items():
            print(f"  {name:26}{figures[name]:>10}   {budget}".rstrip())
        for name, seconds in figures["seconds"].items():
            print(f"  seconds of {name:16}{seconds:>9}   of all cores {figures['cpu'][name]}")
    return 0 if figures["agrees"] else 1


def measure(folder: Path, lines: int, files: int, turns: int) -> dict[str, Any]:
    """Give the figures by their names; see docs/performance.md."""
    export = folder / "sales_line.csv"
    written = generate_sales(export, lines)
    best: dict[str, dict[str, Any]] = {}
    for _ in range(turns):
        for name in ("one file", *_MONEY):
            _keep_best(best, name, _run(name, folder, export, files))
    _keep_best(best, "small files", _run("small files", folder, export, files))
    lake = best["one file"]
    speed = {name: best[name]["seconds"] / lake["seconds"] for name in _MONEY}
    cpu_speed = {name: best[name]["cpu"] / lake["cpu"] for name in _MONEY}
    return {
        "lines": written,
        "megabytes": export.stat().st_size // 1_000_000,
        "files": files,
        "agrees": all(best[name]["sums"] == lake["sums"] for name in _MONEY),
        "speed": round(speed["same types"], 2),
        "speed_of_18_digits": round(speed["18 digits"], 2),
        "cpu_speed": round(cpu_speed["same types"], 2),
        "cpu_speed_of_18_digits": round(cpu_speed["18 digits"], 2),
        "peak_gib": round(lake["peak_bytes"] / _GIB, 2),
        "seconds_of_10000_files": round(best["small files"]["seconds"] / files * 10_000),
        "lines_of_a_small_file": round(
            (best["small files"]["cpu"] / files) / (lake["cpu"] / written)
        ),
        "seconds": {name: round(run["seconds"], 2) for name, run in best.items()},
        "cpu": {name: round(run["cpu"], 2) for name, run in best.items()},
    }


def _keep_best(best: dict[str, dict[str, Any]], name: str, run: dict[str, Any]) -> None:
    for figure, value in run.items():
        kept = best.setdefault(name, {}).setdefault(figure, value)
        if figure in ("seconds", "cpu"):
            best[name][figure] = min(kept, value)


def _run(name: str, folder: Path, export: Path, files: int) -> dict[str, Any]:
    """Measure one thing in a new process."""
    print(f"... measuring {name}", file=sys.stderr, flush=True)
    work = folder / "work"
    work.mkdir()
    told = subprocess.run(
        [sys.executable, "-m", "benchmarks.ingest", "--run", name, str(work), str(export),
         str(files)],
        cwd=_REPOSITORY, check=True, stdout=subprocess.PIPE, text=True,
    ).stdout  # fmt: skip
    shutil.rmtree(work)
    return dict(json.loads(told))


def _run_here(name: str, work: Path, export: Path, files: int) -> dict[str, Any]:
    if name in _MONEY:
        began = _now()
        _copy(export, work / "sales_line.parquet", _MONEY[name])
        return _used(began) | {"sums": _sums(work / "sales_line.parquet")}
    write_workspace(work)
    if name == "one file":
        shutil.copyfile(export, work / "landing" / export_name("sales_line", NEXT_DAY))
    else:
        _write_small_files(work, export, files)
    began = _now()
    _ingest(work)
    return _used(began) | {"sums": _sums(work / "lake" / "sales_line" / "*.parquet")}


def _ingest(root: Path) -> None:
    from niaga.ingest.stage import ingest
    from niaga.progress import Silent
    from niaga.state import State
    from niaga.workspace import ensure_folders, find_workspace

    workspace = find_workspace(root)
    ensure_folders(workspace)
    with State.open(workspace) as state, state.lease(verb="ingest"):
        report = ingest(workspace, state, "benchmark", Silent())
    if report.rows_held or report.files_held:
        raise RuntimeError("lines were held back")


def _write_small_files(root: Path, export: Path, files: int) -> None:
    """Land as many files of twenty lines each, in the folder and names of the source."""
    source = root / "sources" / "sales_line_exports.yml"
    text = source.read_text(encoding="utf-8")
    source.write_text(text.replace("%d}.csv", "%d}_*.csv"), encoding="utf-8")
    stem = export_name("sales_line", NEXT_DAY).removesuffix(".csv")
    with export.open(encoding="utf-8") as lines:
        header = next(lines)
        for number in range(files):
            chosen = "".join(islice(lines, _LINES_OF_A_SMALL_FILE))
            file = root / "landing" / f"{stem}_{number:05}.csv"
            file.write_text(header + chosen, encoding="utf-8")


def _copy(export: Path, parquet: Path, money: str) -> None:
    from niaga.engine import THREADS
    from niaga.ingest.contracts import DUCKDB_TYPES, contracts

    types = {column.name: column.type for column in contracts()["sales_line"].columns}
    duckdb_types = DUCKDB_TYPES | {"money": money}
    columns = {name: duckdb_types[types[name]] for name in FEEDS["sales_line"]}
    with duckdb.connect(config={"threads": THREADS}) as connection:
        connection.execute(
            f"COPY (FROM read_csv('{export}', auto_detect = false, header = true, delim = ',',"
            f" quote = '\"', columns = {columns}))"
            f" TO '{parquet}' (FORMAT parquet, COMPRESSION zstd)"
        )


def _sums(files: Path) -> list[str]:
    row = duckdb.execute(
        "SELECT count(*), sum(net_amount), sum(cost_amount), sum(quantity), max(order_date),"
        " sum(hash(order_id, line_number, customer_id)),"
        f" count(original_line_number) FROM '{files}'"
    ).fetchall()[0]
    return [str(value) for value in row]


def _now() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def _used(began: tuple[float, float]) -> dict[str, Any]:
    seconds, cpu = time.perf_counter() - began[0], time.process_time() - began[1]
    # Not `ru_maxrss`, which a new process has from the one that has started it.
    told = Path("/proc/self/status").read_text(encoding="ascii")
    peak = int(told.partition("VmHWM:")[2].split()[0]) * 1024
    return {"seconds": seconds, "cpu": cpu, "peak_bytes": peak}


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.ingest",
        description="Measure how fast files get into the lake, beside DuckDB's own COPY.",
    )
    parser.add_argument("--lines", type=int, default=3_000_000, help="lines of the big file")
    parser.add_argument("--files", type=int, default=2_000, help="number of small files")
    parser.add_argument("--turns", type=int, default=2, help="the quickest of so many turns counts")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--folder", type=Path, help="where the temporary folder is made")
    options = parser.parse_args(arguments)
    if options.lines < max(SMALLEST, options.files * _LINES_OF_A_SMALL_FILE):
        parser.error(f"--lines: at least {SMALLEST:,}, and {_LINES_OF_A_SMALL_FILE} for each file")
    return options


if __name__ == "__main__":
    if sys.argv[1:2] == ["--run"]:
        what, folder_of_run, file, count = sys.argv[2:]
        print(json.dumps(_run_here(what, Path(folder_of_run), Path(file), int(count))))
        sys.exit(0)
    sys.exit(main())
