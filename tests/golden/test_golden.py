"""Every golden case that the plan language can say is paid exactly as expected."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from .case import read_cases
from .run import run

FOLDER = Path(__file__).parent
SAID = 186
"""How many of the cases can be said; the others wait for the rest of the plan language."""


def test_every_case_that_can_be_said_is_paid_as_expected(tmp_path: Path) -> None:
    files = [FOLDER / "commission.jsonl", FOLDER / "derived.jsonl"]
    cases = [case for file in files for case in read_cases(file)]
    verdicts = [verdict for verdict in run(cases, tmp_path) if verdict.not_said is None]

    assert [(verdict.case.case_id, verdict.faults) for verdict in verdicts if verdict.faults] == []
    assert len(verdicts) >= SAID


def test_a_case_that_can_not_be_run_fails_alone(tmp_path: Path) -> None:
    cases = list(read_cases(FOLDER / "derived.jsonl"))[:2]
    unreadable = replace(cases[0], case_id="unreadable", inputs={})
    verdicts = run([unreadable, *cases], tmp_path)

    assert [verdict.is_passed for verdict in verdicts] == [False, True, True]
    assert "can't be run: KeyError" in verdicts[0].faults[0]
