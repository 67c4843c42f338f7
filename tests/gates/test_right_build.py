"""A build that is right passes every gate, silently, and is let go of."""

from __future__ import annotations

import pytest

from .conftest import Change, Check


@pytest.mark.parametrize("stage", ["landed", "staged", "marts"])
def test_a_right_build_passes_without_a_word(look: Check, stage: str, capfd: pytest.CaptureFixture[str]) -> None:
    report = look(stage)
    assert [(r.table_name, r.expectation, r.observed, r.sample) for r in report.results if not r.success] == []
    assert len(report.passed) == len(report.results) > 20
    assert capfd.readouterr() == ("", "")
