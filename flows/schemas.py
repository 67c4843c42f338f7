"""Write the JSON Schemas by which an editor checks a workspace's YAML while it is written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel

_ANY_SCALAR = ["string", "number", "boolean"]


def write_schemas(folder: Path) -> None:
    """Write `niaga.json`, `source.json` and `plan.json` into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, model in _models().items():
        text = json.dumps(editor_schema(model), indent=2, ensure_ascii=False)
        (folder / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def editor_schema(model: type[BaseModel]) -> dict[str, Any]:
    """Give the schema of `model` for an editor, which sees YAML's types where niaga reads text."""
    schema: dict[str, Any] = _widen(model.model_json_schema())
    return {"$schema": "http://json-schema.org/draft-07/schema#", **schema}


def _models() -> dict[str, type[BaseModel]]:
    from .commission.plan_model import Plan
    from .ingest.sources import Source
    from .workspace import Settings

    return {"niaga": Settings, "source": Source, "plan": Plan}


def _widen(part: Any) -> Any:
    """Let text be any scalar (`company: 2026`), and yes and no be booleans as in YAML 1.1."""
    if isinstance(part, list):
        return [_widen(item) for item in part]
    if not isinstance(part, dict):
        return part
    # Titles made of the fields' names say nothing new; but a field may be called `title`.
    part = {key: value for key, value in part.items() if key != "title" or isinstance(value, dict)}
    if part.get("type") == "string" and not {"enum", "const", "pattern"} & set(part):
        return {**part, "type": _ANY_SCALAR}
    if part.get("type") == "boolean":
        part.pop("type")
        return {**part, "enum": [True, False, "yes", "no"]}
    return {key: _widen(value) for key, value in part.items()}
