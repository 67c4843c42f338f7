"""The reference of the plan language is current, and shows every key."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import jsonschema
import yaml
from niaga.commission.plan_model import Plan
from niaga.commission.reference import EXAMPLES, PAGE, examples, keys_of, parts, plans_page
from niaga.schemas import editor_schema

FOLDER = Path(__file__).parents[2] / "docs" / "reference"


def test_the_page_is_current() -> None:
    written = (FOLDER / PAGE).read_text("utf-8")
    assert written == plans_page(FOLDER / EXAMPLES), (
        "run: python -m niaga.commission.reference docs/reference"
    )


def test_every_key_has_an_example() -> None:
    shown = {key for example in examples(FOLDER / EXAMPLES) for key in example.keys}
    missing = {(part.__name__, key) for part in parts() for key in keys_of(part).values()} - shown
    assert not missing, "add a plan to docs/examples/plans"


def test_editors_are_told_what_keys_mean_and_accept_the_examples() -> None:
    schema = editor_schema(Plan)
    assert schema["properties"]["pay"]["description"] == "How often it is paid."
    check = jsonschema.Draft7Validator(schema)
    for path in sorted((FOLDER / EXAMPLES).glob("*.yml")):
        plan = _as_editors_do(yaml.load(path.read_text("utf-8"), yaml.BaseLoader))
        assert [error.message for error in check.iter_errors(plan)] == [], path.name


def _as_editors_do(value: Any) -> Any:
    """Read whole numbers as numbers, and all else as text: `no` and `on` are words in YAML 1.2."""
    if isinstance(value, dict):
        return {key: _as_editors_do(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_as_editors_do(item) for item in value]
    return int(value) if re.fullmatch(r"\d+", value) else value
