"""One night of niaga in a process of its own, measured stage by stage and model by model.

    python -m benchmarks.night WORKSPACE RESULT

It runs the stages that `niaga nightly` runs, through the same function, but without Prefect around
them, and writes what it measured to the file RESULT as JSON.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from niaga.operate.stages import Stage, Work

_REPOSITORY = Path(__file__).resolve().parent.parent
_IMPORTED_AHEAD = (
    "duckdb",
    "dbt.cli.main",
    "great_expectations",
    "niaga.commission.ledger",
    "niaga.ingest.stage",
    "niaga.publish.stage",
    "niaga.refresh.gates",
    "niaga.refresh.stage",
)
"""What the stages import at their first use: it is part of no stage's seconds."""


@dataclass(frozen=True)
class Model:
    """A model that dbt ran, with the interval in which it did (seconds since 1970)."""

    name: str
    began: float
    ended: float


@dataclass
class Night:
    """What a night took, in seconds, and the most memory that its process had.

    `cpu` and `stages_cpu` are the seconds of all cores: where others work on the machine too, they
    vary less than the seconds on the clock.
    """

    exit_code: int = 0
    is_full: bool = False
    total: float = 0.0
    cpu: float = 0.0
    imports: float = 0.0
    peak_bytes: int = 0
    stages: dict[str, float] = field(default_factory=dict)
    stages_cpu: dict[str, float] = field(default_factory=dict)
    models: list[Model] = field(default_factory=list)
    published: dict[str, float] = field(default_factory=dict)


def run_night(root: Path, result: Path) -> Night:
    """Run a night on a workspace in a new process; raise CalledProcessError if it fails."""
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "benchmarks.night", str(root), str(result)],
        cwd=_REPOSITORY,
        check=True,
    )
    total = time.perf_counter() - began
    told = json.loads(result.read_text(encoding="utf-8"))
    models = [Model(**model) for model in told.pop("models")]
    return Night(**{**told, "models": models, "total": total})


class _Watch:
    """Progress that notes the seconds in which each mart was written for its readers."""

    def __init__(self) -> None:
        self.published: dict[str, float] = {}
        self._since = 0.0

    def start(self, stage: str, total: int | None = None) -> None:  # noqa: ARG002
        self._since = time.perf_counter()

    def advance(self, stage: str, steps: int = 1, note: str = "") -> None:  # noqa: ARG002
        now = time.perf_counter()
        if stage == "publish":
            self.published[note] = now - self._since
        self._since = now

    def finish(self, stage: str, note: str = "") -> None:
        """Ignore: stages are timed as a whole."""


def _measure(root: Path) -> Night:
    night = Night()
    began = time.perf_counter()
    for name in _IMPORTED_AHEAD:
        importlib.import_module(name)
    night.imports = time.perf_counter() - began

    from niaga.operate.run import run_verb
    from niaga.workspace import ensure_folders, find_workspace

    workspace = find_workspace(root)
    ensure_folders(workspace)
    watch = _Watch()
    seen: set[str] = set()

    def run(stage: Stage, work: Work) -> None:
        stage_began, cpu_before = time.perf_counter(), time.process_time()
        stage.run(work)
        night.stages[stage.name] = time.perf_counter() - stage_began
        night.stages_cpu[stage.name] = time.process_time() - cpu_before
        night.models += _models_run(workspace.warehouse, seen)

    outcome = run_verb("nightly", workspace, watch, run)
    night.exit_code = outcome.exit_code
    night.is_full = outcome.work.built is not None and outcome.work.built.is_full
    night.published = watch.published
    night.cpu, night.peak_bytes = _used()
    return night


def _models_run(warehouse: Path, seen: set[str]) -> list[Model]:
    """Read what dbt says of its last call, which the next one overwrites; once for each call."""
    file = warehouse / "dbt" / "target" / "run_results.json"
    if not file.is_file():
        return []
    told = json.loads(file.read_text(encoding="utf-8"))
    call = told["metadata"]["invocation_id"]
    if call in seen:
        return []
    seen.add(call)
    return [model for result in told["results"] if (model := _model(result)) is not None]


def _model(result: dict[str, Any]) -> Model | None:
    for step in result["timing"]:
        if step["name"] == "execute":
            name = result["unique_id"].rpartition(".")[2]
            return Model(name, _instant(step["started_at"]), _instant(step["completed_at"]))
    return None


def _instant(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def _used() -> tuple[float, int]:
    """Give the seconds of all cores and the most memory of this process and its children."""
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    seconds = sum(used.ru_utime + used.ru_stime for used in both)
    return seconds, max(used.ru_maxrss for used in both) * 1024


if __name__ == "__main__":
    os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] = "false"
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    os.environ["DBT_WRITE_JSON"] = "true"  # It says which models ran, and when.
    measured = _measure(Path(sys.argv[1]))
    Path(sys.argv[2]).write_text(json.dumps(asdict(measured)), encoding="utf-8")
