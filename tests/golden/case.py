"""A golden case: a rule, its inputs, and what they must pay."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Figure:
    """A figure of the result: `item` of a participant, period and component, as the case writes it.

    An exception is a word, all others are decimal numbers.
    """

    rep: str
    period: str
    component: str
    item: str
    value: str


@dataclass(frozen=True)
class Line:
    """What one transaction pays one participant."""

    transaction: str
    rep: str
    amount: str


@dataclass(frozen=True)
class Case:
    case_id: str
    feature: str
    plan: dict[str, Any]
    inputs: dict[str, Any]
    figures: tuple[Figure, ...]
    lines: tuple[Line, ...]


def read_cases(path: Path) -> Iterator[Case]:
    """Read a file of cases, one JSON object a line."""
    for text in path.read_text("utf-8").splitlines():
        said = json.loads(text)
        expected = said["expected"]
        yield Case(
            case_id=said["id"],
            feature=said["feature"],
            plan=said["plan"],
            inputs=said["inputs"],
            figures=tuple(
                Figure(
                    *(row["rep"], row["period"], row["component"]),
                    *(row.get("item", "earned"), row["value"]),
                )
                for row in expected.get("results", [])
            ),
            lines=tuple(
                Line(row["transaction"], row["rep"], row["amount"])
                for row in expected.get("lines", [])
            ),
        )
