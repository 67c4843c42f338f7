"""Every golden case that the plan language can say is paid exactly as expected."""

from __future__ import annotations

from pathlib import Path

from .case import read_cases
from .run import run

SAID = 125
"""How many of the cases can be said; the others wait for the rest of the plan language."""


def test_every_case_that_can_be_said_is_paid_as_expected(tmp_path: Path) -> None:
    cases = read_cases(Path(__file__).with_name("commission.jsonl"))
    verdicts = [verdict for verdict in run(cases, tmp_path) if verdict.not_said is None]

    assert [(verdict.case.case_id, verdict.faults) for verdict in verdicts if verdict.faults] == []
    assert len(verdicts) >= SAID
