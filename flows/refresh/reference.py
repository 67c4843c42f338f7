"""Write the reference page of the marts: `python -m niaga.refresh.reference docs/reference`."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import yaml

from .dbt_runner import project_folder

PAGE = "marts.md"

_OWNERS = {
    "core": "foundation",
    "quota": "sales",
    "commission": "sales",
    "channel": "marketing",
    "promotion": "marketing",
    "customer": "marketing",
}

_HEAD = """\
<!-- Generated from the models' YAML by `python -m niaga.refresh.reference docs/reference`. -->

# Marts

What niaga publishes, in `published/current/all/marts.duckdb` and as Parquet beside it. Names of
schemas, tables and columns are a public interface. Money is DECIMAL(24,6) in the currency that the
row names, shares and rates are fractions (0.05 is 5%), dates are in the company's time zone,
timestamps in UTC.
"""


def marts_page() -> str:
    """Give the page: every mart with its columns, types and units."""
    marts = project_folder() / "models" / "marts"
    texts = dict(
        re.findall(
            r"{% docs (\w+) %}(.*?){% enddocs %}", (marts / "columns.md").read_text(), re.DOTALL
        )
    )
    parts = [_HEAD]
    for schema, owner in _OWNERS.items():
        parts.append(f"## {schema}\n\nOwned by {owner}, where a table does not say otherwise.\n")
        for path in sorted((marts / schema).rglob("*.yml"), key=lambda path: path.stem):
            models = yaml.safe_load(path.read_text())["models"]
            parts += [_mart(schema, model, texts) for model in models]
    return "\n".join(parts)


def _mart(schema: str, model: dict[str, Any], texts: dict[str, str]) -> str:
    rows = "\n".join(
        f"| `{column['name']}` | {column['data_type']} | {_text(column['description'], texts)} |"
        for column in model["columns"]
    )
    group = model.get("config", {}).get("group")
    owner = f"Owned by {group}. " if group else ""
    return (
        f"### {schema}.{model['name']}\n\n{owner}{model['description'].strip()}\n\n"
        f"| column | type | meaning |\n| --- | --- | --- |\n{rows}\n"
    )


def _text(description: str, texts: dict[str, str]) -> str:
    return re.sub(r"{{ doc\('(\w+)'\) }}", lambda found: texts[found[1]], description).strip()


def main(folder: Path) -> None:
    """Write the page into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / PAGE).write_text(marts_page(), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
