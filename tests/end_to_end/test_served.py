"""`niaga serve` with everything real: a file lands, the marts are new."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.serving import serving
from tests.support.waiting import wait_for

from .marts import land_one_more_sale, query

PATIENCE = 240.0
AROUND_SECONDS = 10.0
"""What events, Prefect and the start of two processes may take beside ingest and refresh.

On a machine that others use, too, all of it takes longer: a quarter of what those have taken more.
"""


@pytest.fixture
def served(clean: Path, tmp_path: Path) -> Iterator[tuple[Path, Path]]:
    """The company after its first night, with the real command at work, and the command's log."""
    root, log = tmp_path / "company", tmp_path / "log"
    shutil.copytree(clean, root, symlinks=True)
    with serving(root, log):
        yield root, log
    shutil.rmtree(root)


def test_a_landed_file_is_in_the_published_marts_and_listeners_hear_what_changed(
    served: tuple[Path, Path],
) -> None:
    root, log = served

    def told(key: str) -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in log.read_text().splitlines()]
        return [line for line in lines if key in line]

    url = wait_for(lambda: told("url"), PATIENCE)[0]["url"]
    # At its start it builds what has changed while it was down, here the folder's place, and then
    # once more, so that the next file needs no dbt.
    rehearsed = wait_for(lambda: len(told("run")) == 2 and told("run"), PATIENCE)
    assert [run["summary"]["built"]["is_full"] for run in rehearsed] == [True, False]
    lines = query(root, "select count(*) from core.sales_line")[0][0]
    new = "select count(*) from core.sales_line where order_id = 'NEW8'"
    assert query(root, new) == [(0,)]
    current = root / "published" / "current"
    before = current.readlink()
    land_one_more_sale(root, 8)
    began = time.monotonic()
    wait_for(lambda: current.readlink() != before, PATIENCE)
    took = time.monotonic() - began
    assert query(root, new) == [(1,)]

    ended = wait_for(lambda: len(told("run")) == 4 and told("run")[2:], PATIENCE)
    assert [(run["run"], run["status"]) for run in ended] == [
        ("ingest", "done"),
        ("refresh", "done"),
    ]
    worked = sum(run["summary"]["seconds"] for run in ended)
    assert took < 1.25 * worked + AROUND_SECONDS, (took, worked)

    publication_id = ended[1]["summary"]["published"]["publication_id"]
    body = {"filter": {"event": {"name": ["niaga.marts.published"]}}}

    def heard() -> list[dict[str, Any]]:
        events = httpx.post(f"{url}/api/events/filter", json=body).json()["events"]
        payloads = [event["payload"] for event in events]
        return [heard for heard in payloads if heard["publication_id"] == publication_id]

    changed = wait_for(heard, PATIENCE)[0]["tables"]
    assert changed["core.sales_line"] == {"rows": lines + 1, "rows_before": lines}
