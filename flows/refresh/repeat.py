"""Repeats what dbt ran in an earlier build that went on: the same statements in the same order.

What dbt makes of a model in such a build depends on models, plans and settings alone, which are the
same as long as builds go on from each other. To make it again takes a small build several times as
long as to run it.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

import duckdb

from ..errors import NiagaError
from ..ingest.durable import make_folder, replacing
from .dbt_runner import database_settings

if TYPE_CHECKING:
    from ..progress import Progress
    from ..workspace import Workspace


DbtStage = Literal["staging", "marts", "operations"]
STAGES: tuple[DbtStage, ...] = get_args(DbtStage)
"""The stages at which dbt runs, in their order."""


@dataclass(frozen=True)
class Statement:
    """What dbt ran for a model: SQL that makes its table, or renews the rows that are touched."""

    model: str
    sql: str


@dataclass(frozen=True)
class Models:
    """What dbt is asked to run at a stage of the builds that have that fingerprint."""

    stage: DbtStage
    select: list[str]
    exclude: list[str]
    fingerprint: str


def is_recorded(workspace: Workspace) -> bool:
    """Tell whether the next build that goes on from this one has what dbt ran, for every stage."""
    return all(_file(workspace, stage).is_file() for stage in STAGES)


def recorded(workspace: Workspace, models: Models) -> list[Statement] | None:
    """Give what dbt ran when it was asked for the same; None when it never was."""
    file = _file(workspace, models.stage)
    if not file.is_file():
        return None
    found = json.loads(file.read_text(encoding="utf-8"))
    if found["models"] != asdict(models):
        return None
    return [Statement(**one) for one in found["statements"]]


def forget(workspace: Workspace, stage: DbtStage) -> None:
    """Forget what dbt ran at a stage: it was for other models, plans or settings."""
    _file(workspace, stage).unlink(missing_ok=True)


def record(workspace: Workspace, models: Models, results: list[Any]) -> None:
    """Keep what dbt has run, in the order in which it ended: nothing before what it reads."""
    statements = [
        asdict(Statement(one.node.name, Path(one.node.build_path).read_text(encoding="utf-8")))
        for one in results
    ]
    file = _file(workspace, models.stage)
    make_folder(file.parent)
    with replacing(file) as temporary:
        kept = {"models": asdict(models), "statements": statements}
        temporary.write_text(json.dumps(kept), encoding="utf-8")


def repeat(
    workspace: Workspace, stage: DbtStage, statements: list[Statement], progress: Progress
) -> int:
    """Run the statements, each in a transaction of its own, and give how many models ran.

    Raises NiagaError that names the model which failed and why.
    """
    progress.start(stage, len(statements))
    with duckdb.connect(
        str(workspace.build_database), config=database_settings(workspace)
    ) as connection:
        for statement in statements:
            connection.begin()
            try:
                connection.execute(statement.sql)
            except duckdb.Error as error:
                raise NiagaError(
                    f"the model {statement.model} failed: {str(error).strip()}",
                    "nothing was published; what was run is in "
                    f"{_file(workspace, stage).relative_to(workspace.root)}",
                ) from error
            connection.commit()
            progress.advance(stage, note=statement.model)
    progress.finish(stage, f"{len(statements)} models")
    return len(statements)


def _file(workspace: Workspace, stage: DbtStage) -> Path:
    return workspace.warehouse / "dbt" / "ran" / f"{stage}.json"
