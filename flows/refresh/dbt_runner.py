"""Runs the dbt project inside this process, with everything that it writes in the workspace."""

from __future__ import annotations

import json
import os
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..engine import THREADS, engine_settings
from ..errors import NiagaError

if TYPE_CHECKING:
    from ..progress import Progress
    from ..workspace import Workspace

_PROFILE = """\
niaga:
  target: duckdb
  outputs:
    duckdb:
      type: duckdb
      path: {path}
      threads: {threads}
      config_options: {options}
"""


def project_folder() -> Path:
    """Give the folder of the dbt project that this installation carries."""
    return Path(str(resources.files("niaga.dbt_project")))


def run_dbt(
    workspace: Workspace,
    stage: str,
    select: list[str],
    progress: Progress,
    *,
    exclude: list[str] | None = None,
    is_full: bool = False,
    verb: str = "run",
) -> list[Any]:
    """Run the selected models (or tests, by `verb`) and give dbt's results, as they came.

    Raises NiagaError that names the model which failed and why.
    """
    os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] = "false"
    # Descriptions of the whole project, which nobody reads: seconds of every run.
    os.environ.setdefault("DBT_WRITE_JSON", "false")
    from dbt.cli.main import dbtRunner

    folder = workspace.warehouse / "dbt"
    _write_profile(workspace, folder)
    arguments = [
        verb,
        "--log-level", "none",
        "--log-level-file", "info",
        "--no-use-colors",
        "--no-version-check",
        "--project-dir", str(project_folder()),
        "--profiles-dir", str(folder),
        "--target-path", str(folder / "target"),
        "--log-path", str(folder / "logs"),
        "--vars", json.dumps(_variables(workspace)),
        "--select", *select,
    ]  # fmt: skip
    if exclude:
        arguments += ["--exclude", *exclude]
    if is_full:
        arguments.append("--full-refresh")

    def follow(event: Any) -> None:
        if event.info.name == "NodeFinished":
            progress.advance(stage, note=event.data.node_info.node_name)

    progress.start(stage)
    try:
        outcome = dbtRunner(callbacks=[follow]).invoke(arguments)
    finally:
        _release_database()
    results = list(outcome.result or []) if outcome.exception is None else []
    if outcome.success:
        progress.finish(stage, f"{len(results)} models")
        return results
    if isinstance(outcome.exception, KeyboardInterrupt):
        raise outcome.exception
    raise _failure(workspace, results, outcome.exception)


def database_settings(workspace: Workspace) -> dict[str, Any]:
    """Give the settings with which models run on the build database."""
    return engine_settings(workspace.spill) | {"preserve_insertion_order": False}


def _failure(workspace: Workspace, results: list[Any], cause: BaseException | None) -> NiagaError:
    log = (workspace.warehouse / "dbt" / "logs" / "dbt.log").relative_to(workspace.root)
    failed = [result for result in results if result.status in ("error", "fail", "runtime error")]
    if failed:
        what = f"the model {failed[0].node.name} failed: {str(failed[0].message).strip()}"
    else:
        what = f"dbt failed: {cause}"
    return NiagaError(what, f"nothing was published; the whole story is in {log}")


def _variables(workspace: Workspace) -> dict[str, Any]:
    return {
        "currency": workspace.settings.currency,
        "money_scale": workspace.settings.money_scale,
        "currency_digits": workspace.currency_digits,
        "time_zone": workspace.settings.time_zone,
    }


def _write_profile(workspace: Workspace, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    # As options: dbt sets settings again for each model, which DuckDB refuses once it has spilled.
    text = _PROFILE.format(
        path=json.dumps(str(workspace.build_database)),
        threads=THREADS,
        options=json.dumps(database_settings(workspace)),
    )
    profile = folder / "profiles.yml"
    # dbt parses the whole project again when the profile changes, so an equal one is left alone.
    if not profile.exists() or profile.read_text() != text:
        profile.write_text(text)


def _release_database() -> None:
    """Let go of the build database, which dbt keeps locked after a run."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    try:
        environment = DuckDBConnectionManager.env()
    except Exception:  # noqa: BLE001 - says that dbt has never opened the database
        return
    environment.close()
    DuckDBConnectionManager.close_all_connections()
