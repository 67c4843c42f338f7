"""Onboard every file of a folder, and read it by what `niaga check` does.

`python -m tests.corpus FOLDER` prints for each table of each file how many rows and columns were
read and which feed they fill, or why it is refused; the last line counts them. A file that takes
too long or too much memory is refused: each is read in a process that may be ended.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from niaga.errors import NiagaError
from niaga.onboard.proposal import Proposal, propose
from niaga.onboard.tables import Table
from niaga.onboard.trying import try_proposal
from niaga.workspace import Workspace, create_workspace, find_workspace

SECONDS = 120
MEMORY = 8 << 30
"""Bytes of address space that a process may have; the reader keeps far below."""


@dataclass(frozen=True)
class Outcome:
    """What became of one table of a file: rows and columns, or why it was refused."""

    piece: str
    rows: int = 0
    columns: int = 0
    read_as: str = ""
    mapped: str = ""
    reason: str | None = None

    def __str__(self) -> str:
        piece = f" [{self.piece}]" if self.piece else ""
        if self.reason is not None:
            return f"{piece}: refused: {self.reason}"
        size = f"{self.rows} rows, {self.columns} columns"
        return f"{piece}: loaded {size} ({self.read_as}); {self.mapped}"


def outcomes_of(file: Path, workspace: Workspace) -> list[Outcome]:
    """Onboard one file, and give what became of each of its tables."""
    try:
        proposal = propose([file], None, None)
        mapped = _mapped(proposal, workspace)
    except NiagaError as error:
        return [Outcome("", reason=error.message.partition("\n")[0])]
    found = [Outcome(refused.piece, reason=refused.reason) for refused in proposal.refused]
    for table in proposal.tables:
        is_mapped = proposal.feed is not None and table.piece not in {
            name.removeprefix(file.name).strip() for name in proposal.not_used
        }
        found.append(
            Outcome(
                table.piece, table.rows - table.faulty, len(table.names), _read_as(table),
                mapped if is_mapped or proposal.feed is None else "of no use for that feed",
            )
        )  # fmt: skip
    return found


def _read_as(table: Table) -> str:
    format_ = table.layout.format
    said = [format_["type"]]
    said += [f"{key} {value!r}" for key, value in format_.items() if key != "type"]
    return ", ".join([*said, f"{table.faulty} records held back"] if table.faulty else said)


def _mapped(proposal: Proposal, workspace: Workspace) -> str:
    if proposal.feed is None:
        return "fills no feed for sure"
    if proposal.missing:
        return f"{proposal.feed}, but lacks {', '.join(proposal.missing)}"
    trial = try_proposal(workspace, proposal)
    if trial is None or trial.reason is not None:
        return f"{proposal.feed}, but would be rejected: {trial.reason if trial else ''}"
    return f"{proposal.feed}: {trial.rows_loaded} rows kept, {trial.rows_held} held back"


def _work(pipe: Connection, root: Path) -> None:
    """Answer for one file after the other."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    workspace = find_workspace(root)
    while True:
        try:
            file = pipe.recv()
        except EOFError:
            return
        try:
            pipe.send(outcomes_of(file, workspace))
        except MemoryError:
            pipe.send([Outcome("", reason="needs too much memory")])
        except Exception as error:  # noqa: BLE001 - counted, and told as the fault that it is
            told = f"A FAULT OF NIAGA: {type(error).__name__}: {str(error).partition(chr(10))[0]}"
            pipe.send([Outcome("", reason=told)])


class Worker:
    """A process that reads files, and is replaced when one of them is too much for it."""

    def __init__(self, root: Path) -> None:
        self._context = multiprocessing.get_context("spawn")
        self._root = root
        self._start()

    def _start(self) -> None:
        self._pipe, end = self._context.Pipe()
        self._process = self._context.Process(target=_work, args=(end, self._root), daemon=True)
        self._process.start()
        end.close()

    def read(self, file: Path, seconds: float) -> list[Outcome]:
        """Give what becomes of a file within so many seconds."""
        self._pipe.send(file)
        reason = f"takes longer than {seconds:g} seconds"
        try:
            if self._pipe.poll(seconds):
                found: list[Outcome] = self._pipe.recv()
                return found
        except EOFError:
            reason = "ends the process that reads it"
        self.end()
        self._start()
        return [Outcome("", reason=reason)]

    def end(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.join()
        self._pipe.close()


def read_folder(folder: Path, seconds: float = SECONDS) -> Iterator[tuple[Path, list[Outcome]]]:
    """Give what becomes of every file below a folder, in the order of their names."""
    with tempfile.TemporaryDirectory(prefix="niaga-corpus-") as temporary:
        create_workspace(Path(temporary), "Corpus", "USD")
        settings = Path(temporary, "niaga.yml")
        settings.write_text("company: Corpus\ncurrency: USD\nmoney_scale: 6\n")
        worker = Worker(Path(temporary))
        try:
            for file in sorted(folder.rglob("*")):
                if file.is_file() and not file.is_symlink():
                    yield file, worker.read(file, seconds)
                elif not file.is_dir():
                    yield file, [Outcome("", reason="is no plain file")]
        finally:
            worker.end()


def main(arguments: list[str]) -> int:
    """Read the folder that is named, and print what becomes of its files."""
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    if len(arguments) != 1 or not Path(arguments[0]).is_dir():
        print("usage: python -m tests.corpus FOLDER", file=sys.stderr)
        return 2
    folder = Path(arguments[0])
    counted: Counter[str] = Counter()
    for file, outcomes in read_folder(folder):
        counted["files"] += 1
        counted["loaded"] += any(outcome.reason is None for outcome in outcomes)
        counted["faults"] += any("A FAULT" in (outcome.reason or "") for outcome in outcomes)
        for outcome in outcomes:
            counted["tables"] += outcome.reason is None
            counted["rows"] += outcome.rows
            line = f"{file.relative_to(folder)}{outcome}"
            print(line.replace("\n", " "), flush=True)
    print(
        f"{counted['files']} files: {counted['loaded']} loaded ({counted['tables']} tables,"
        f" {counted['rows']} rows), {counted['files'] - counted['loaded']} refused"
        + (f", {counted['faults']} faults of niaga" if counted["faults"] else "")
    )
    return 1 if counted["faults"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
