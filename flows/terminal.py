"""How commands speak: tables and bars in a terminal, plain text into a pipe, JSON for programs.

What was asked for goes to standard output, progress and complaints to standard error.
"""

from __future__ import annotations

import contextlib
import json
import sys
import time
from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal

from .progress import Progress, Silent

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

_CELL_WIDTH = 24
"""Characters of a text that a cell of a table has room for."""


class Terminal:
    """Where a command writes."""

    def __init__(self, *, as_json: bool = False) -> None:
        self.as_json = as_json

    def say(self, text: str = "") -> None:
        """Write a line for people; nothing where a program reads."""
        if not self.as_json:
            print(text)  # noqa: T201

    def table(
        self,
        title: str,
        columns: Sequence[str],
        rows: Sequence[Sequence[Any]],
        numbers: Collection[str] = (),
    ) -> None:
        """Write a table for people; numbers, and columns named in `numbers`, stand to the right."""
        if self.as_json:
            return
        texts = [[as_text(cell) for cell in row] for row in rows]
        is_number = [
            name in numbers or any(isinstance(row[at], int | Decimal) for row in rows)
            for at, name in enumerate(columns)
        ]
        if sys.stdout.isatty():
            _print_rich(title, columns, texts, is_number)
        else:
            _print_plain(title, columns, texts, is_number)

    def give(self, answer: dict[str, Any]) -> None:
        """Write the answer as one JSON document; money is text, because it is exact."""
        if self.as_json:
            print(json.dumps(answer, indent=2, default=_as_json))  # noqa: T201

    def log(self, text: str, facts: dict[str, Any]) -> None:
        """Write a line of a long story, with the time; where a program reads, its facts as JSON."""
        now = datetime.now().astimezone().replace(microsecond=0)
        if self.as_json:
            line = json.dumps({"at": now.isoformat(), **facts}, default=_as_json)
        else:
            line = f"{now:%Y-%m-%d %H:%M:%S}  {text}"
        print(line, flush=True)  # noqa: T201

    def complain(self, message: str, remedy: str = "") -> None:
        """Say on standard error what failed and what to do."""
        print(message, file=sys.stderr)  # noqa: T201
        if remedy:
            print(f"  {remedy}", file=sys.stderr)  # noqa: T201

    @contextlib.contextmanager
    def progress(self) -> Iterator[Progress]:
        """Show how far the stages are: bars in a terminal, a line for each stage elsewhere."""
        if self.as_json:
            yield Silent()
        elif sys.stderr.isatty():
            with _bars() as bars:
                yield _Drawn(bars)
        else:
            yield _Written()


def as_text(value: Any) -> str:
    """Write a value as people read it: thousands apart, no needless decimals, nothing for NULL."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, Decimal):
        whole, _, decimals = f"{value:,f}".partition(".")
        return f"{whole}.{decimals}" if decimals.strip("0") else whole
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return str(value)


def count(number: int, noun: str) -> str:
    """Write a number with its noun: `1 file`, `2,000 files`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def as_size(size_bytes: int) -> str:
    """Write a number of bytes as people read it: `12 kB`, `3.4 GB`."""
    size, unit = float(size_bytes), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if size < 1000:
            break
        size, unit = size / 1000, larger
    return f"{size:.1f} {unit}" if unit != "B" and size < 10 else f"{size:.0f} {unit}"


def shortened(value: Any) -> Any:
    """Cut a long text, never a number: half a number would be read as a number."""
    if isinstance(value, str) and len(value) > _CELL_WIDTH:
        return value[: _CELL_WIDTH - 1] + "…"
    return value


def as_money(amount: Decimal | None, digits: int) -> str:
    """Write an amount with the decimals of its currency, more only where it has more."""
    if amount is None:
        return ""
    rounded = round(amount, digits)
    return f"{rounded:,f}" if rounded == amount else f"{amount.normalize():,f}"


def as_exact(value: Fraction) -> str:
    """Write a fraction out as a decimal number, thousands apart; all digits where it ends."""
    return f"{(Decimal(value.numerator) / Decimal(value.denominator)).normalize():,f}"


def _as_json(value: object) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value)


def _print_plain(
    title: str, columns: Sequence[str], rows: list[list[str]], is_number: list[bool]
) -> None:
    widths = [max(len(text) for text in texts) for texts in zip(columns, *rows, strict=True)]
    print(title)  # noqa: T201
    for row in [list(columns), *rows]:
        cells = [
            text.rjust(width) if number else text.ljust(width)
            for text, width, number in zip(row, widths, is_number, strict=True)
        ]
        print(("  " + "  ".join(cells)).rstrip())  # noqa: T201
    print()  # noqa: T201


def _print_rich(
    title: str, columns: Sequence[str], rows: list[list[str]], is_number: list[bool]
) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD)
    for name, number in zip(columns, is_number, strict=True):
        justify: Literal["left", "right"] = "right" if number else "left"
        # Half a number in a line of its own would be read as a number.
        table.add_column(name, justify=justify, no_wrap=number, overflow="fold")
    for row in rows:
        # Text, because names in exports may look like markup.
        table.add_row(*(Text(cell) for cell in row))
    console = Console()
    console.print(Text(title, style="bold"))
    console.print(table)


def _bars() -> Bars:
    from rich import progress
    from rich.console import Console

    return progress.Progress(
        progress.SpinnerColumn(finished_text="✓"),
        progress.TextColumn("{task.description:<12}", markup=False),
        progress.BarColumn(bar_width=24),
        progress.MofNCompleteColumn(),
        progress.TimeElapsedColumn(),
        progress.TextColumn("{task.fields[note]}", markup=False),
        console=Console(stderr=True),
    )


class _Drawn:
    """Progress as bars."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._tasks: dict[str, TaskID] = {}

    def start(self, stage: str, total: int | None = None) -> None:
        self._tasks[stage] = self._bars.add_task(stage, total=total, note="")

    def advance(self, stage: str, steps: int = 1, note: str = "") -> None:
        if stage in self._tasks:
            self._bars.update(self._tasks[stage], advance=steps, note=note)

    def finish(self, stage: str, note: str = "") -> None:
        if stage not in self._tasks:
            return
        task = self._tasks.pop(stage)
        done = max(int(self._bars.tasks[self._bars.task_ids.index(task)].completed), 1)
        self._bars.update(task, total=done, completed=done, note=note)


class _Written:
    """Progress as one line for each stage that has ended."""

    def __init__(self) -> None:
        self._started: dict[str, float] = {}

    def start(self, stage: str, total: int | None = None) -> None:  # noqa: ARG002
        self._started[stage] = time.monotonic()

    def advance(self, stage: str, steps: int = 1, note: str = "") -> None:
        """Say nothing: a pipe wants no moving text."""

    def finish(self, stage: str, note: str = "") -> None:
        seconds = time.monotonic() - self._started.pop(stage, time.monotonic())
        print(f"{stage:<12} {seconds:6.1f} s  {note}".rstrip(), file=sys.stderr, flush=True)  # noqa: T201
