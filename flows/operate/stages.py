"""The line of stages: the one place that says which there are, and in which order."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..errors import UsageError
from ..failpoints import reach

if TYPE_CHECKING:
    from pathlib import Path

    from ..ingest.stage import IngestReport
    from ..progress import Progress
    from ..publish.records import Publication
    from ..refresh.gates import GateReport
    from ..refresh.stage import BuildReport
    from ..state import State
    from ..workspace import Workspace


@dataclass
class Work:
    """One run: what its stages work on, and what each of them has reported.

    `source` is the one that is read again, where a verb is about one. `stage` is the one at work,
    `passed` are those that are done. `is_told` says that whoever wants to know was told of its end.
    """

    workspace: Workspace
    state: State
    run_id: str
    progress: Progress
    is_posting: bool
    source: str | None = None
    ingested: IngestReport | None = None
    checked: list[GateReport] = field(default_factory=list)
    built: BuildReport | None = None
    posted: int = 0
    publication: Publication | None = None
    stage: str | None = None
    passed: list[str] = field(default_factory=list)
    is_told: bool = False


@dataclass(frozen=True)
class Stage:
    """One station of the line."""

    name: str
    run: Callable[[Work], None]


def call(stage: Stage, work: Work) -> None:
    """Run a stage as a plain function."""
    stage.run(work)


def run_stages(
    stages: Iterable[Stage], work: Work, run: Callable[[Stage, Work], None] = call
) -> None:
    """Run stages one after the other; `run` says how: as plain functions, or as Prefect tasks."""
    for stage in stages:
        work.stage = stage.name
        run(stage, work)
        work.passed.append(stage.name)
        reach(f"night.{stage.name}")
    work.stage = None


def _ingest(work: Work) -> None:
    from ..ingest.stage import ingest

    work.ingested = ingest(work.workspace, work.state, work.run_id, work.progress)


def _ingest_again(work: Work) -> None:
    from ..ingest.again import ingest_again

    work.ingested = ingest_again(
        work.workspace, work.state, work.run_id, work.source or "", work.progress
    )


def _compact(work: Work) -> None:
    from ..care.compaction import compact, find_packs

    if packs := find_packs(work.workspace, work.state):
        # The finished build looks at files that go.
        finished_marker(work.workspace).unlink(missing_ok=True)
        compact(work.workspace, work.state, packs)


def _register(work: Work) -> None:
    from ..refresh.stage import register

    finished_marker(work.workspace).unlink(missing_ok=True)
    register(work.workspace, work.state, work.run_id, is_posting=work.is_posting)


def _gate_landed(work: Work) -> None:
    from ..refresh.gates import check

    report = check(work.workspace, work.state, work.run_id, "landed", work.progress)
    work.checked.append(report)


def _build_staging(work: Work) -> None:
    from ..refresh.stage import build_staging

    build_staging(work.workspace, work.progress)


def _gate_staged(work: Work) -> None:
    from ..refresh.gates import check

    report = check(work.workspace, work.state, work.run_id, "staged", work.progress)
    work.checked.append(report)


def _build_marts(work: Work) -> None:
    from ..refresh.stage import build_marts

    work.built = build_marts(work.workspace, work.progress)


def _gate_marts(work: Work) -> None:
    from ..refresh.gates import check

    report = check(work.workspace, work.state, work.run_id, "marts", work.progress)
    work.checked.append(report)


def _post(work: Work) -> None:
    from ..commission.ledger import post

    work.posted = post(work.workspace, work.state, work.run_id)


def _build_operations(work: Work) -> None:
    from ..refresh.stage import build_operations

    build_operations(work.workspace, work.state, work.progress)
    finished_marker(work.workspace).write_text(json.dumps({"run_id": work.run_id}) + "\n")


def _find_finished_build(work: Work) -> None:
    if not finished_marker(work.workspace).is_file():
        raise UsageError(
            "there is no finished build to publish",
            "run `niaga build` or `niaga nightly`: they publish what they have built",
        )


def _publish(work: Work) -> None:
    from ..publish.stage import publish

    work.publication = publish(work.workspace, work.state, work.run_id, work.progress)


def finished_marker(workspace: Workspace) -> Path:
    """Give the file that is there while the build has passed all stages before publishing.

    A build that a gate has stopped, or that shows postings which are not in the ledger yet, must
    not be published by hand.
    """
    return workspace.warehouse / "finished.json"


_INGEST = Stage("ingest", _ingest)
_COMPACT = Stage("compact", _compact)
_POST = Stage("post", _post)
_GATE_MARTS = Stage("gate_marts", _gate_marts)
_PUBLISH = Stage("publish", _publish)

NIGHT = (
    _INGEST,
    _COMPACT,
    Stage("register", _register),
    Stage("gate_landed", _gate_landed),
    Stage("build_staging", _build_staging),
    Stage("gate_staged", _gate_staged),
    Stage("build_marts", _build_marts),
    _GATE_MARTS,
    _POST,
    Stage("build_operations", _build_operations),
    _PUBLISH,
)
REFRESH = tuple(stage for stage in NIGHT if stage not in (_INGEST, _COMPACT, _POST))

STAGES_OF = {
    "nightly": NIGHT,
    "ingest": (_INGEST,),
    "ingest --again": (Stage("ingest_again", _ingest_again),),
    "refresh": REFRESH,
    "build": REFRESH,
    "publish": (Stage("find_finished_build", _find_finished_build), _GATE_MARTS, _PUBLISH),
}
"""The stages of each verb, in their order."""


BY_HAND = ("publish", "ingest --again")
"""Verbs that only a person runs, who sees how they end."""


def is_posting(verb: str) -> bool:
    """Tell whether a verb appends what is pending to the ledger."""
    return _POST in STAGES_OF[verb]
