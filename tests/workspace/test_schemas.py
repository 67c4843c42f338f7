"""The JSON Schemas accept what niaga accepts, and mark what it refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from niaga.ingest.sources import Source
from niaga.schemas import editor_schema, write_schemas
from niaga.workspace import Settings


def faults(schema: dict[str, Any], text: str) -> list[str]:
    # An editor sees YAML's own types.
    value = yaml.safe_load(text)
    return [error.json_path for error in jsonschema.Draft7Validator(schema).iter_errors(value)]


def test_settings() -> None:
    schema = editor_schema(Settings)
    assert faults(schema, "company: 7Eleven\ncurrency: IDR\nmoney_scale: 2\nstate:\n") == []
    assert faults(schema, "company: 7\ncurrency: IDR\n") == []
    assert faults(schema, "company: x\ncurrency: IDR\nkeep: 3\n") == ["$"]
    assert faults(schema, "company: x\ncurrency: IDR\nmoney_scale: 9\n") == ["$.money_scale"]


def test_notifications() -> None:
    text = """
company: x
currency: IDR
notifications:
  - {to: webhook, url: "https://example.com/${TOKEN}", headers: {X-Team: 7}}
  - {to: email, addresses: [a@example.com], from: b@example.com, server: c, port: 25, for: [held]}
  - {to: command, run: [tell, 1]}
"""
    schema = editor_schema(Settings)
    assert faults(schema, text) == []
    assert faults(schema, text.replace("[held]", "[help]")) == ["$.notifications[1]"]
    assert faults(schema, text.replace("run:", "runs:")) == ["$.notifications[2]"]


@pytest.mark.parametrize("truth", ["yes", "no", "true", "false", "'yes'"])
def test_sources(truth: str) -> None:
    text = f"""
source: erp
title: ERP
exports: {{lines: {{file: "a.csv", format: {{header: {truth}, skip_rows: 2}}}}}}
locale: {{"null": ["", 0], decimal: ","}}
reject_above: 5%
feeds: {{sales_line: select 1}}
"""
    schema = editor_schema(Source)
    assert faults(schema, text) == []
    assert faults(schema, text.replace("5%", "0.05")) == ["$.reject_above"]
    assert faults(schema, text.replace("skip_rows", "skip")) == ["$.exports.lines.format"]


def test_all_schemas_are_written(tmp_path: Path) -> None:
    write_schemas(tmp_path / "schemas")
    names = sorted(file.name for file in (tmp_path / "schemas").iterdir())
    assert names == ["niaga.json", "plan.json", "source.json"]
    for name in names:
        schema = json.loads((tmp_path / "schemas" / name).read_text())
        jsonschema.Draft7Validator.check_schema(schema)
        assert schema["additionalProperties"] is False
