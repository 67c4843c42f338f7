"""Runs the yardstick and niaga on the same data, one after the other, and compares them.

Nights of one workspace: an empty one, in which dbt reads the project for the first time; the full
one, with 24 months; one with nothing new; one with one day more; and another with nothing new. Of
the two runs of the yardstick, and of the two nights with nothing new, the quicker one counts.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .company import write_workspace
from .comparison import Difference, compare
from .core import commission_seconds, core_seconds
from .generate import generate
from .night import Night, run_night

_REPOSITORY = Path(__file__).resolve().parent.parent
_GIB = 1 << 30

Say = Callable[[str], None]


@dataclass(frozen=True)
class Yardstick:
    """What the yardstick took: seconds of each step and of all cores, and the most memory."""

    steps: dict[str, float]
    cpu: float
    peak_bytes: int

    @property
    def total(self) -> float:
        """Seconds of all steps."""
        return sum(self.steps.values())


@dataclass(frozen=True)
class Measurement:
    """Everything that was measured on one company; `core` is of the full night."""

    lines: int
    yardstick: Yardstick
    empty: Night
    full: Night
    nothing_new: Night
    one_more_day: Night
    core: dict[str, float]
    components: int
    commission: float
    differences: tuple[Difference, ...]

    @property
    def agrees(self) -> bool:
        """Whether niaga and the yardstick came to the same cents."""
        return not self.differences

    def figures(self) -> dict[str, Any]:
        """Give the figures by their names; see docs/performance.md."""
        nothing_new = self.nothing_new.total
        full = self.full.total - nothing_new
        nights = (self.full, self.nothing_new, self.one_more_day)
        return {
            "lines": self.lines,
            "agrees": self.agrees,
            "ratio": round(sum(self.core.values()) / self.yardstick.total, 2),
            "all_marts_ratio": round(full / self.yardstick.total, 2),
            "components": self.components,
            "commission_ratio": round(
                self.commission / (self.components * self.yardstick.steps["commission"]), 2
            ),
            "increment_share": round((self.one_more_day.total - nothing_new) / full, 4),
            "overhead_s": round(nothing_new, 2),
            "peak_gib": round(max(night.peak_bytes for night in nights) / _GIB, 2),
            "yardstick_peak_gib": round(self.yardstick.peak_bytes / _GIB, 2),
            "seconds": {
                "yardstick": _rounded(self.yardstick.steps | {"total": self.yardstick.total}),
                "core": _rounded(self.core),
                "empty": _seconds(self.empty),
                "full": _seconds(self.full),
                "nothing_new": _seconds(self.nothing_new),
                "one_more_day": _seconds(self.one_more_day),
            },
            "cpu_seconds": {
                "yardstick": _rounded({"total": self.yardstick.cpu}),
                "full": _cpu_seconds(self.full),
                "nothing_new": _cpu_seconds(self.nothing_new),
                "one_more_day": _cpu_seconds(self.one_more_day),
            },
            "models": _by_size(
                {model.name: model.ended - model.began for model in self.full.models}
            ),
            "published": _by_size(self.full.published),
        }


def measure(folder: Path, lines: int, components: int, say: Say) -> Measurement:
    """Invent a company of about `lines` sales lines in `folder` and measure it.

    Its plans have so many components, for each of which the yardstick's commission step counts.
    """
    say(f"writing exports of {lines:,} lines")
    exports = generate(folder, lines)
    workspace = folder / "workspace"
    write_workspace(workspace, components)

    say("running the yardstick")
    output = folder / "yardstick"
    yardstick = _run_yardstick(output, exports.full)

    say("running a night without data")
    empty = run_night(workspace, folder / "empty.json")
    say("running the full night")
    full = _land_and_run(workspace, exports.full, folder / "full.json")
    if not full.is_full:
        raise RuntimeError("the full night did not build anew")
    core = core_seconds(full, workspace)
    commission = commission_seconds(full, workspace)

    say("running the yardstick again, and comparing")
    yardstick = min(yardstick, _run_yardstick(output, exports.full), key=lambda run: run.total)
    differences = compare(workspace, output, components)

    say("running a night with nothing new")
    nothing_new = run_night(workspace, folder / "nothing_new.json")
    say("running a night with one day more")
    one_more_day = _land_and_run(workspace, exports.day, folder / "one_more_day.json")
    if one_more_day.is_full:
        raise RuntimeError("the night with one day more built everything anew")
    say("running the yardstick with that day, and comparing")
    _run_yardstick(output, exports.full, exports.day)
    differences += compare(workspace, output, components)

    say("running another night with nothing new")
    another = run_night(workspace, folder / "nothing_new_again.json")
    nothing_new = min(nothing_new, another, key=lambda night: night.total)
    return Measurement(
        exports.lines, yardstick, empty, full, nothing_new, one_more_day, core, components,
        commission, tuple(differences),
    )  # fmt: skip


def _run_yardstick(output: Path, *exports: Path) -> Yardstick:
    told = subprocess.run(
        [sys.executable, "-m", "benchmarks.yardstick", str(output), *map(str, exports)],
        cwd=_REPOSITORY, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    return Yardstick(**json.loads(told))


def _land_and_run(workspace: Path, exports: Path, result: Path) -> Night:
    for file in sorted(exports.glob("*.csv")):
        shutil.copyfile(file, workspace / "landing" / file.name)
    return run_night(workspace, result)


def _seconds(night: Night) -> dict[str, float]:
    return _rounded({"total": night.total, "imports": night.imports, **night.stages})


def _cpu_seconds(night: Night) -> dict[str, float]:
    return _rounded({"total": night.cpu, **night.stages_cpu})


def _rounded(seconds: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 2) for name, value in seconds.items()}


def _by_size(seconds: dict[str, float]) -> dict[str, float]:
    ordered = sorted(seconds.items(), key=lambda item: -item[1])
    return _rounded(dict(ordered))
