"""What keeps the service from work is told when it lasts."""

from __future__ import annotations

from typing import Any

import pytest
from niaga.serve import service as module
from niaga.serve.service import Service
from niaga.state import State
from niaga.terminal import Terminal
from niaga.workspace import Workspace, find_workspace


class Broken:
    """A watcher on a disk that is away."""

    def has_changed(self) -> bool:
        raise OSError("the disk is away")


def test_trouble_is_told_once_it_lasts_and_only_once(
    company: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = company.root / "told"
    settings = company.root / "niaga.yml"
    command = f'notifications:\n  - {{to: command, run: [sh, -c, "cat >> {told}"]}}\n'
    settings.write_text(settings.read_text() + command)
    with State.open(company) as state:
        service: Any = Service(find_workspace(company.root), state, Terminal(as_json=True), None)
    service._next_poll = float("inf")
    watcher: Any = Broken()

    service._go_on(watcher)
    service._go_on(watcher)
    assert not told.exists()
    monkeypatch.setattr(module, "_OUTAGE_SECONDS", 0.0)
    service._next_poll = float("inf")
    service._go_on(watcher)
    service._next_poll = float("inf")
    service._go_on(watcher)
    assert told.read_text().count("niaga can't work: the disk is away") == 1
