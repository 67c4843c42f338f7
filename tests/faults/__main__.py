"""Command line: `python -m tests.faults --help`."""

from __future__ import annotations

import argparse
import os
import queue
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from .bench import bench_in
from .points import Point, points
from .trying import Outcome, try_point

_MOST_TOLD = 1000
_EPILOG = """\
examples:
  python -m tests.faults                          twenty points, as .ci/run does
  python -m tests.faults --points 200             by hand, before a release
  python -m tests.faults --points 200 --minutes 30 --seed 7
  python -m tests.faults --seed 7 --point 13      point 13 of seed 7 again, and nothing else

Each point puts a workspace back as it is before a part of its second night, lets one fault befall
it, and runs the next night, while a reader polls what is published. Then marts, ledger and files
must be those of a clean run. Exit code 0: they were, 1: not at each point, 2: wrong use.
"""


@dataclass
class _Work:
    """Points that wait, and what came of the others; two benches share it."""

    waiting: queue.SimpleQueue[Point]
    deadline: float
    total: int
    outcomes: list[Outcome] = field(default_factory=list)
    broken: list[BaseException] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


def main() -> int:
    """Try points, tell of each as it ends and of all at the end; give the exit code."""
    options = _options()
    chosen = points(options.seed, options.point or options.points)
    if options.point:
        chosen = chosen[-1:]
    waiting: queue.SimpleQueue[Point] = queue.SimpleQueue()
    for point in chosen:
        waiting.put(point)
    began = time.monotonic()
    _say(f"seed {options.seed}: {len(chosen)} points")
    work = _Work(waiting, began + options.minutes * 60, len(chosen))
    folder = Path(tempfile.mkdtemp(prefix="niaga-faults-"))
    try:
        jobs = min(options.jobs, len(chosen))
        threads = [
            threading.Thread(target=_try_points, args=(work, folder / str(job)))
            for job in range(jobs)
        ]
        for thread in threads:
            thread.start()
        _wait(work, threads)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return _tell(work, time.monotonic() - began)


def _wait(work: _Work, threads: list[threading.Thread]) -> None:
    try:
        for thread in threads:
            thread.join()
    except KeyboardInterrupt:
        # What they have mounted and started is taken down by them.
        _say("broken off: the points at hand come to their end first")
        work.deadline = 0.0
        for thread in threads:
            thread.join()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.faults",
        description="Tries niaga with faults at seeded places of the night.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--points", type=_positive, default=20, help="how many points (20)")
    parser.add_argument("--minutes", type=float, default=600.0, help="begin no point after these")
    parser.add_argument("--seed", type=int, default=1, help="which places and manners (1)")
    parser.add_argument("--point", type=_positive, help="try the point of that number only")
    parser.add_argument(
        "--jobs", type=_positive, default=min(2, os.cpu_count() or 1),
        help="points tried at a time (one a core, at most two)",
    )  # fmt: skip
    return parser.parse_args()


def _positive(text: str) -> int:
    if (number := int(text)) < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def _try_points(work: _Work, folder: Path) -> None:
    try:
        with bench_in(folder) as bench:
            while not work.broken and time.monotonic() < work.deadline:
                outcome = try_point(bench, work.waiting.get_nowait())
                with work.lock:
                    work.outcomes.append(outcome)
                    _say(f"[{len(work.outcomes)}/{work.total}] {_line(outcome)}")
    except queue.Empty:
        pass
    except BaseException as error:
        work.broken.append(error)
        raise


def _line(outcome: Outcome) -> str:
    point = outcome.point
    told = outcome.told
    if outcome.faults:
        told = f"FAILED {'; '.join(outcome.faults)[:_MOST_TOLD]}"
    elif not told.startswith("left out"):
        told += ", then equal"
    return f"{point.number:3} {point.fault:22} {outcome.place:58} {told}  {outcome.seconds:.0f} s"


def _tell(work: _Work, seconds: float) -> int:
    outcomes = sorted(work.outcomes, key=lambda outcome: outcome.point.number)
    _say("")
    _say(f"{'fault':24} {'points':>6} {'failed':>6} {'median s':>8}  outcomes")
    for fault in dict.fromkeys(outcome.point.fault for outcome in outcomes):
        of_fault = [outcome for outcome in outcomes if outcome.point.fault == fault]
        failed = sum(bool(outcome.faults) for outcome in of_fault)
        told = Counter(outcome.told for outcome in of_fault if not outcome.faults)
        summary = ", ".join(f"{words} {times}" for words, times in told.most_common())
        median = statistics.median(outcome.seconds for outcome in of_fault)
        _say(f"{fault:24} {len(of_fault):6} {failed:6} {median:8.0f}  {summary}")
    failures = [outcome for outcome in outcomes if outcome.faults]
    _say("")
    _say(f"{len(outcomes)} of {work.total} points in {seconds:.0f} s, {len(failures)} failed")
    for outcome in failures:
        _say(f"  again: python -m tests.faults --seed {outcome.point.seed} "
             f"--point {outcome.point.number}")  # fmt: skip
    return 1 if failures or work.broken else 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
