from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from niaga.progress import Silent
from niaga.refresh.dbt_runner import run_dbt
from niaga.refresh.reference import marts_page
from niaga.workspace import find_workspace

REPOSITORY = Path(__file__).parents[2]


def test_unit_and_data_tests_of_all_models_hold(clean: Path) -> None:
    workspace = find_workspace(clean)

    assert len(run_dbt(workspace, "tests", ["*"], Silent(), verb="test")) > 60


@pytest.fixture
def manifest(clean: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What dbt knows of the project."""
    monkeypatch.setenv("DBT_WRITE_JSON", "true")
    run_dbt(find_workspace(clean), "tests", ["*"], Silent(), verb="list")
    file = clean / "warehouse" / "dbt" / "target" / "manifest.json"
    found: dict[str, Any] = json.loads(file.read_text())
    return found


def test_every_model_is_described_and_every_mart_has_an_owner_and_a_contract(
    manifest: dict[str, Any],
) -> None:
    models = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    assert models
    assert [node["name"] for node in models if not node["description"].startswith("One row")] == [
        node["name"] for node in models if node["description"].startswith("Stage S")
    ]
    marts = [node for node in models if node["access"] == "public"]
    assert len(marts) == 37
    for mart in marts:
        assert mart["group"] in ("foundation", "sales", "marketing"), mart["name"]
        assert mart["contract"]["enforced"], mart["name"]
        assert all(column["description"] for column in mart["columns"].values()), mart["name"]


def test_no_view_says_what_holds_for_one_build_only(manifest: dict[str, Any]) -> None:
    """A build that goes on keeps the views of the build before it."""
    nodes, macros = manifest["nodes"], manifest["macros"]

    def macros_of(name: str) -> set[str]:
        found: set[str] = set()
        waiting = [name]
        while waiting:
            one = waiting.pop()
            depends_on = (nodes.get(one) or macros[one])["depends_on"]
            waiting += [macro for macro in depends_on["macros"] if macro not in found]
            found |= {*depends_on["macros"]}
            for parent in depends_on.get("nodes", ()):
                if parent in nodes and nodes[parent]["config"]["materialized"] == "ephemeral":
                    waiting.append(parent)
        return found

    of_one_build = {
        "macro.niaga.last_build_of",
        "macro.dbt.should_full_refresh",
        "macro.dbt.is_incremental",
    }
    views = {name for name, node in nodes.items() if node["config"]["materialized"] == "view"}
    assert len(views) > 40
    assert {view for view in views if macros_of(view) & of_one_build} == set()
    tables = {name for name, node in nodes.items() if node["config"]["materialized"] != "view"}
    assert any(macros_of(table) >= of_one_build for table in tables)


def test_the_page_of_the_marts_is_current() -> None:
    assert (REPOSITORY / "docs" / "reference" / "marts.md").read_text() == marts_page()
