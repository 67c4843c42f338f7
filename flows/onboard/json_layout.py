"""Find the records of a JSON file: its lines, or an array of objects in a document."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..ingest.faults import FileFault

_DEPTH = 5
_LOOKED_AT = 200
_LARGEST = 1 << 30
_KEYS = 200


def json_layouts(raw: Path) -> list[tuple[dict[str, Any], dict[str, str]]]:
    """Give the formats that read a text that begins like JSON, with the types of their columns.

    None where it only begins so; raises FileFault where it is JSON without records.
    """
    with raw.open("rb") as file:
        first = [line for line in (file.readline(1 << 24) for _ in range(3)) if line.strip()]
    objects = [_parsed(line) for line in first]
    records = [item for item in objects if isinstance(item, dict)]
    is_alone = len(objects) == 1
    if objects and records[:2] == objects[:2] and not (is_alone and _arrays(objects[0], "", 0)):
        return [({"type": "json_lines"}, _types(records))]
    if raw.stat().st_size > _LARGEST:
        raise FileFault("is a JSON document of more than 1 GiB: export it as JSON lines")
    try:
        document = json.loads(raw.read_bytes().decode("utf-8-sig"))
    except RecursionError:
        raise FileFault("is a JSON document that is nested too deeply") from None
    except ValueError:
        return []
    found = sorted(_arrays(document, "", 0), key=lambda array: -len(array[1]))
    if not found:
        what = "object" if isinstance(document, dict) else "array"
        raise FileFault(f"is a JSON {what} without an array of objects: it has no records")
    return [
        (
            {"type": "json"} | ({"records": pointer} if pointer else {}),
            _types(item for item in items[:_LOOKED_AT] if isinstance(item, dict)),
        )
        for pointer, items in found[:1]
    ]


def _parsed(line: bytes) -> Any:
    try:
        return json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None


def _arrays(value: Any, pointer: str, depth: int) -> list[tuple[str, list[Any]]]:
    """Find the arrays of objects, not those inside of other arrays."""
    if isinstance(value, list):
        objects = sum(isinstance(item, dict) for item in value)
        return [(pointer, value)] if value and objects > 0.8 * len(value) else []
    if not isinstance(value, dict) or depth == _DEPTH:
        return []
    return [
        found
        for key, item in list(value.items())[:_KEYS]
        for found in _arrays(
            item, f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}", depth + 1
        )
    ]


def _types(objects: Iterable[dict[str, Any]]) -> dict[str, str]:
    """Give the columns whose values are numbers or truths of JSON."""
    kinds: dict[str, set[str]] = {}
    for item in objects:
        for key, value in item.items():
            if value is not None:
                kind = (
                    "boolean"
                    if isinstance(value, bool)
                    else ("number" if isinstance(value, int | float) else "text")
                )
                kinds.setdefault(key, set()).add(kind)
    return {
        key: next(iter(found))
        for key, found in kinds.items()
        if len(found) == 1 and found != {"text"}
    }
