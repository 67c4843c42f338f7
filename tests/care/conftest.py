"""Companies to look after: those of the ingest's tests, whose state knows of a run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ingest.conftest import Company, company, open_company

__all__ = ["company"]


@pytest.fixture
def bare_company(tmp_path: Path) -> Iterator[Company]:
    """A company without a source."""
    with open_company(tmp_path) as opened:
        opened.state.finish_run(opened.state.start_run("ingest"), "done", 0)
        yield opened
