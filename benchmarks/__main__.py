"""The command `python -m benchmarks`: measure, show, and fail where the two do not agree."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from .comparison import Difference
from .generate import SMALLEST
from .measure import measure

_EXAMPLES = f"""\
examples:
  python -m benchmarks --lines 1000000
  python -m benchmarks --lines 10000000 --json --folder /tmp/ten-million
  python -m benchmarks --lines 10000000 --components 5

Ten million lines need some 30 GB of disk. Exit codes: 0 measured, and niaga and the yardstick agree
to the cent; 1 they do not; 2 wrong use. The smallest number of lines is {SMALLEST:,}.
"""
_BUDGETS = {
    "ratio": "at most 2",
    "all_marts_ratio": "at most 6",
    "commission_ratio": "at most 3",
    "increment_share": "at most 0.05",
    "overhead_s": "",
    "peak_gib": "at most 4",
    "yardstick_peak_gib": "",
}
_LONGEST = 15


def main(arguments: list[str] | None = None) -> int:
    """Measure niaga against the yardstick, print the figures, and give the exit code."""
    options = _parse(arguments)
    if options.folder is None:
        with tempfile.TemporaryDirectory(prefix="niaga-benchmark-") as folder:
            return _run(Path(folder), options)
    options.folder.mkdir(parents=True, exist_ok=True)
    return _run(options.folder.resolve(), options)


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measure niaga against a hand-written DuckDB script on the same sales lines.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--lines", type=int, default=1_000_000, metavar="N", help="sales lines (default: 1000000)"
    )
    parser.add_argument(
        "--components", type=int, default=1, metavar="N",
        help="components of each plan, all of the same curve (default: 1)",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument(
        "--folder",
        type=Path,
        metavar="DIR",
        help="work in this empty folder and keep it (default: a temporary one)",
    )
    options = parser.parse_args(arguments)
    if options.lines < SMALLEST:
        parser.error(f"--lines: at least {SMALLEST:,}")
    if options.components < 1:
        parser.error("--components: at least 1")
    if options.folder is not None and options.folder.exists() and any(options.folder.iterdir()):
        parser.error(f"--folder: {options.folder} is not empty")
    return options


def _run(folder: Path, options: argparse.Namespace) -> int:
    measurement = measure(folder, options.lines, options.components, _say)
    figures = measurement.figures()
    if options.json:
        print(json.dumps(figures, indent=2))
    else:
        _show(figures)
    for difference in measurement.differences:
        _show_difference(difference)
    return 0 if measurement.agrees else 1


def _say(what: str) -> None:
    print(f"... {what}", file=sys.stderr, flush=True)


def _show(figures: dict[str, Any]) -> None:
    print(f"{figures['lines']:,} lines, {figures['components']} components")
    for name, budget in _BUDGETS.items():
        print(f"  {name:22}{figures[name]:>10}   {budget}".rstrip())
    for title, seconds in figures["seconds"].items():
        _show_seconds(f"seconds of {title.replace('_', ' ')}", seconds)
    for title, seconds in figures["cpu_seconds"].items():
        _show_seconds(f"seconds of all cores, {title.replace('_', ' ')}", seconds)
    _show_seconds("longest models of the full night", figures["models"])
    _show_seconds("longest marts to publish", figures["published"])


def _show_seconds(title: str, seconds: dict[str, float]) -> None:
    print(f"\n{title}")
    for name, value in list(seconds.items())[:_LONGEST]:
        print(f"  {name:44}{value:>10.2f}")


def _show_difference(difference: Difference) -> None:
    print(f"\nniaga and the yardstick differ: {difference.check}", file=sys.stderr)
    print("  " + " | ".join(difference.columns), file=sys.stderr)
    for row in difference.rows:
        print("  " + " | ".join(map(str, row)), file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
