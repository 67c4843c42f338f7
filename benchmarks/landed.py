"""The command `python -m benchmarks.landed`: how long a landed file takes to published marts.

    python -m benchmarks.landed --files 5

`niaga serve` works on the demo's company (3,000 lines) after its first night. Files with one sale
each land one after the other; each is timed until readers have its marts. The yardstick is what any
program on this machine waits for that uses the same libraries: a process that imports Prefect, dbt
and Great Expectations. The quickest of three such processes counts, and the median of the files.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.end_to_end.marts import land_one_more_sale
from tests.support.serving import serving
from tests.support.waiting import wait_for

_COMMAND = Path(sys.executable).with_name("niaga")
_IMPORTS = "import prefect, dbt.cli.main, great_expectations"
_PATIENCE = 300.0
_QUIET_SECONDS = 10.0
"""Between two files: the flow run of the last one is still noted after its marts are there."""

BUDGET = "at most 15 s where the imports take 5.2"


def main(arguments: list[str] | None = None) -> int:
    """Measure and print the figures."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.landed", description="Time landed files until their marts."
    )
    parser.add_argument("--files", type=int, default=5, help="how many files, 5 by default")
    parser.add_argument("--lines", type=int, default=3_000, help="lines of the demo's company")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="niaga-benchmark-") as folder:
        figures = measure(Path(folder) / "company", options.lines, options.files)
    if options.json:
        print(json.dumps(figures, indent=2))
    else:
        print(f"landed to published, seconds: {figures['seconds']}")
        print(f"  {'median':18}{figures['median']:>8}   {BUDGET}")
        print(f"  {'imports':18}{figures['imports']:>8}")
        print(f"  {'median / imports':18}{figures['ratio']:>8}")
    return 0


def measure(company: Path, lines: int, files: int) -> dict[str, Any]:
    """Give the seconds of each file, their median, and the yardstick's."""
    subprocess.run(
        [_COMMAND, "demo", "--workspace", company, "--lines", str(lines)],
        check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    imports = min(_seconds_of_imports() for _ in range(3))
    with _served(company):
        seconds = [round(_land(company, number), 1) for number in range(files)]
    median = statistics.median(seconds)
    return {
        "seconds": seconds,
        "median": round(median, 1),
        "imports": round(imports, 1),
        "ratio": round(median / imports, 2),
    }


def _seconds_of_imports() -> float:
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", _IMPORTS], check=True)
    return time.monotonic() - began


@contextmanager
def _served(company: Path) -> Iterator[None]:
    """Run `niaga serve` for the block, which begins when its first refreshes are done."""
    log = company / "served.log"

    def is_ready() -> bool:
        runs = [json.loads(line) for line in log.read_text().splitlines() if '"run"' in line]
        return any(not run["summary"]["built"]["is_full"] for run in runs)

    with serving(company, log):
        wait_for(is_ready, _PATIENCE)
        time.sleep(_QUIET_SECONDS)
        yield


def _land(company: Path, number: int) -> float:
    """Land a file with one sale, and give the seconds until its marts are current."""
    current = company / "published" / "current"
    before = current.readlink()
    land_one_more_sale(company, number)
    began = time.monotonic()
    wait_for(lambda: current.readlink() != before, _PATIENCE)
    seconds = time.monotonic() - began
    time.sleep(_QUIET_SECONDS)
    return seconds


if __name__ == "__main__":
    sys.exit(main())
