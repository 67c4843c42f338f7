"""Says which models are the core path, and how long they were at work.

The core path is what the yardstick does too: the commission lines and the three summaries, with
every model that they are built from. It is read from dbt's manifest, so that work which moves into
another model still counts.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from .night import Model, Night

COMMISSION_LINE = "commission_line"
SUMMARIES = ("commission_summary", "channel_performance", "sales_monthly")
"""The summaries by rep, by channel and, as long as there is none by promotion, by product."""


def core_seconds(night: Night, workspace: Path) -> dict[str, float]:
    """Give the seconds that a night spent on each part of the core path.

    The parts: files to lake, models in dbt, and marts that are calculated while they are published.
    A mart that is a view costs nothing where dbt makes it; it is calculated while it is published,
    so that counts. A mart that is a table counts where dbt makes it, and its copying does not.
    """
    models = _models(workspace)
    core = _with_parents(models, (COMMISSION_LINE, *SUMMARIES))
    at_work = busy_seconds(model for model in night.models if model.name in core)
    written = _published_views(night, models, core)
    return {"ingest": night.stages["ingest"], "models": at_work, "views_published": written}


def commission_seconds(night: Night, workspace: Path) -> float:
    """Give the seconds that a night spent on commission alone, from credits to lines and sums."""
    models = _models(workspace)
    needed = _with_parents(models, (COMMISSION_LINE, "commission_summary"))
    own = {name for name in needed if name.startswith(("int_commission__", "commission_"))}
    at_work = busy_seconds(model for model in night.models if model.name in own)
    return at_work + _published_views(night, models, own)


def _published_views(night: Night, models: dict[str, dict[str, Any]], names: set[str]) -> float:
    views = {name for name in names if models[name]["config"]["materialized"] == "view"}
    return sum(
        seconds for mart, seconds in night.published.items() if mart.rpartition(".")[2] in views
    )


def busy_seconds(models: Iterable[Model]) -> float:
    """Give the seconds in which at least one of the models ran; dbt runs two at a time."""
    total, until = 0.0, float("-inf")
    for began, ended in sorted((model.began, model.ended) for model in models):
        total += max(0.0, ended - max(began, until))
        until = max(until, ended)
    return total


def _models(workspace: Path) -> dict[str, dict[str, Any]]:
    file = workspace / "warehouse" / "dbt" / "target" / "manifest.json"
    nodes = json.loads(file.read_text(encoding="utf-8"))["nodes"].values()
    return {node["name"]: node for node in nodes if node["resource_type"] == "model"}


def _with_parents(models: dict[str, dict[str, Any]], names: Iterable[str]) -> set[str]:
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            parents = models[name]["depends_on"]["nodes"]
            waiting += [parent.split(".")[2] for parent in parents if parent.startswith("model.")]
    return found
