"""A reader of its own process that opens the published marts all along, with nothing but DuckDB.

    python -m tests.faults.reader FILE

It reads until its input ends; then it writes one JSON object: how often it has read, which
publications it has seen, and what was not whole in them.
"""

from __future__ import annotations

import json
import select
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

# It reads for a fifth of the time, so that what it watches has the machine.
_PAUSES = 4
_SUMS = {
    "lines and summary": """
        select participant_id, component_id, sum(commission_amount) as amount
        from commission.{} group by all having sum(commission_amount) <> 0
    """,
    "ledger and statement": """
        select participant_id, period, sum(amount) from (
            select participant_id, posting_period as period, amount
            from commission.ledger where kind in ('earning', 'adjustment')
            union all
            select participant_id, period, -earned_amount - coalesce(adjustment_amount, 0)
            from commission.statement
        ) group by all having sum(amount) <> 0
    """,
}


@dataclass(frozen=True)
class Seen:
    """What the reader has seen: reads, publications (by the run that built them), and faults."""

    reads: int
    publications: list[str]
    faults: list[str]


class Reader:
    """The reading process, seen from who tries a fault."""

    def __init__(self, file: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, str(file)],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.seen = Seen(0, [], [])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        told = self._process.communicate()[0]
        self.seen = Seen(**json.loads(told)) if told else Seen(0, [], ["the reader died"])


def _read(file: str) -> tuple[str, list[str]]:
    """Read one publication; give its run, and what is not whole in it."""
    import duckdb

    with duckdb.connect(file, read_only=True) as connection:
        runs = connection.execute("select distinct run_id from core.publication").fetchall()
        told = dict(connection.execute("select table_name, rows from core.publication").fetchall())
        counted = " union all ".join(f"select '{name}', count(*) from {name}" for name in told)
        faults = [
            f"{name} has {rows} rows of {told[name]}"
            for name, rows in connection.execute(counted).fetchall()
            if rows != told[name]
        ]
        sums = _SUMS["lines and summary"]
        lines, summary = (sums.format(f"commission_{name}") for name in ("line", "summary"))
        different = f"(({lines}) except ({summary})) union all (({summary}) except ({lines}))"
        for what, query in (("lines and summary", different), *list(_SUMS.items())[1:]):
            if found := connection.execute(query).fetchall():
                faults.append(f"{what} differ: {found[:2]}")
    if len(runs) != 1:
        faults.append(f"a mixture of runs: {runs}")
    return str(runs[0][0]) if runs else "", faults


def _main(file: str) -> dict[str, Any]:
    reads, runs, faults = 0, dict[str, None](), dict[str, None]()
    took = 0.0
    while not select.select([sys.stdin], [], [], took * _PAUSES)[0]:
        began = time.monotonic()
        try:
            run, found = _read(file)
            runs[run] = None
            faults |= dict.fromkeys(found)
        except Exception as error:  # noqa: BLE001 - whatever a reader meets is what is looked for
            faults[f"{type(error).__name__}: {str(error).splitlines()[0]}"] = None
        reads += 1
        took = time.monotonic() - began
    return {"reads": reads, "publications": list(runs), "faults": list(faults)}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_main(sys.argv[1])))
