"""A workspace, and stages that do next to nothing in place of the real ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from niaga.operate import stages
from niaga.operate.stages import Stage, Work
from niaga.workspace import Workspace, create_workspace

Replace = Callable[..., list[str]]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return create_workspace(tmp_path / "company", "Toko Maju", "IDR")


@pytest.fixture
def replace_stages(monkeypatch: pytest.MonkeyPatch) -> Replace:
    """Give a function that replaces a verb's stages, and returns the names of those that ran."""

    def replace(verb: str, *runs: Callable[[Work], None]) -> list[str]:
        ran: list[str] = []

        def note(name: str, run: Callable[[Work], None]) -> Callable[[Work], None]:
            def noted(work: Work) -> None:
                ran.append(name)
                run(work)

            return noted

        line = tuple(Stage(run.__name__, note(run.__name__, run)) for run in runs)
        monkeypatch.setitem(stages.STAGES_OF, verb, line)
        return ran

    return replace
