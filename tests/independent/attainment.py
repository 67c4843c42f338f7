"""Credits against quotas, and sales against the company's goals."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction

from .commission import Commission, Line


@dataclass(frozen=True)
class Attainment:
    quota: Fraction
    credited: Fraction

    @property
    def share(self) -> Fraction | None:
        return self.credited / self.quota if self.quota else None


def of_participants(result: Commission) -> dict[tuple[str, str, str], Attainment]:
    """Per participant, quota type and the quota's own period."""
    lines: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for line in result.lines:
        if _is_first_of_its_type(line):
            key = line.window.participant_id, line.window.component.quota_type
            lines[key].append(line)
    return {
        (quota.participant_id, quota.quota_type, quota.period): Attainment(
            quota.amount,
            sum(
                (
                    Fraction(line.credited, result.units(line.window.component))
                    for line in lines[quota.participant_id, quota.quota_type]
                    if quota.start <= line.event.day <= quota.end
                ),
                Fraction(0),
            ),
        )
        for quota in result.quota_rows
    }


def _is_first_of_its_type(line: Line) -> bool:
    """Two components of a plan with one quota count a credit once."""
    same = [
        part
        for part in line.window.plan.components
        if part.quota_type == line.window.component.quota_type
    ]
    return same[0] is line.window.component
