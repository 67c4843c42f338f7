"""Run golden cases through feeds, plans and marts, and say which fail.

    python -m tests.golden.run FILE.jsonl

Prints each failing case with what was expected and what niaga has, and last `N passed, N failed`.
Ends with 0 when none failed, else with 1.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from .case import Case, read_cases
from .company import Company, check_plan
from .translate import say
from .words import NotSaid, Said


@dataclass(frozen=True)
class Verdict:
    """How a case went: what differs, or what can't be said yet."""

    case: Case
    faults: tuple[str, ...] = ()
    not_said: str | None = None

    @property
    def is_passed(self) -> bool:
        """Whether every figure is as expected."""
        return not self.faults and self.not_said is None


def run(cases: Iterable[Case], folder: Path) -> list[Verdict]:
    """Run the cases in one company for each currency; give them in their order."""
    companies: dict[str, dict[str, tuple[Case, Said]]] = defaultdict(dict)
    verdicts: dict[str, Verdict] = {}
    for case in cases:
        verdicts[case.case_id] = Verdict(case)
        try:
            said = say(case)
            for plan in said.every_plan:
                check_plan(plan, folder / "checked")
        except NotSaid as reason:
            verdicts[case.case_id] = Verdict(case, not_said=str(reason))
        except Exception as error:  # noqa: BLE001 - one case that can't be read must not end all
            verdicts[case.case_id] = Verdict(case, (_told(error),))
        else:
            companies[said.currency][case.case_id] = (case, said)
    for currency, said_cases in companies.items():
        for verdict in _run_company(folder / currency, currency, said_cases):
            verdicts[verdict.case.case_id] = verdict
    return list(verdicts.values())


def _run_company(
    folder: Path, currency: str, said_cases: dict[str, tuple[Case, Said]]
) -> Iterator[Verdict]:
    """Run cases together; where one of them ends the night, halves of them, until it is found."""
    company = Company(folder / "all", currency, said_cases)
    try:
        company.run()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is of one of the cases
        if len(said_cases) == 1:
            for case, _ in said_cases.values():
                yield Verdict(case, (_told(error),))
            return
        items = list(said_cases.items())
        middle = len(items) // 2
        for name, half in (("first", items[:middle]), ("second", items[middle:])):
            yield from _run_company(folder / name, currency, dict(half))
        return
    for case, _ in said_cases.values():
        try:
            yield Verdict(case, tuple(company.faults(case)))
        except NotSaid as reason:
            yield Verdict(case, not_said=str(reason))


def _told(error: Exception) -> str:
    return f"can't be run: {type(error).__name__}: {str(error).strip().partition(chr(10))[0]}"


def main(arguments: list[str]) -> int:
    """Run a file of cases."""
    if len(arguments) != 1:
        sys.stderr.write(__doc__ or "")
        return 2
    with tempfile.TemporaryDirectory() as folder:
        verdicts = run(read_cases(Path(arguments[0])), Path(folder))
    for verdict in verdicts:
        for fault in verdict.faults:
            print(f"{verdict.case.case_id}: {fault}")
    reasons = Counter(verdict.not_said for verdict in verdicts if verdict.not_said)
    for reason, count in reasons.most_common():
        print(f"{count} not said yet: {reason}")
    passed = sum(verdict.is_passed for verdict in verdicts)
    print(f"{passed} passed, {len(verdicts) - passed} failed")
    return 0 if passed == len(verdicts) else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
