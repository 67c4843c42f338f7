"""One warm process that forks a child for each act: killing hundreds of runs costs no imports.

    python -m tests.support.warm

Each line of its input is a JSON object, an `Act`; for each it writes how the child ended, as
`subprocess` gives it: minus the signal, or the exit code.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self


@dataclass(frozen=True)
class Act:
    """What a child does.

    `deed` is what happens at the failpoint, with what it needs, where that is not its death: see
    `tests.faults.deeds`. After `seconds` the child dies wherever it is. What it writes goes to
    `output`.
    """

    root: str
    stages: list[str]
    failpoint: str | None = None
    log: str | None = None
    deed: list[Any] = field(default_factory=list)
    seconds: float = 0.0
    source: str | None = None
    output: str = os.devnull


class Warm:
    """The warm process, seen from a test."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(
        self,
        root: Path,
        stages: list[str],
        failpoint: str | None = None,
        log: Path | None = None,
    ) -> int:
        """Run the named stages of a night on a workspace; give how the child ended."""
        return self.act(Act(str(root), stages, failpoint, log and str(log)))

    def act(self, act: Act) -> int:
        """Let a child act; give how it ended."""
        pipe = self._pipe(self._process.stdin)
        pipe.write(json.dumps(asdict(act)) + "\n")
        pipe.flush()
        return int(self._pipe(self._process.stdout).readline())

    @staticmethod
    def _pipe(pipe: IO[str] | None) -> IO[str]:
        assert pipe is not None
        return pipe

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._process.communicate()


def _serve() -> None:
    # All that a night imports and that takes long; nothing may be open when a child is forked.
    for name in ("pandas", "dbt.cli.main", "great_expectations", "niaga.operate.commands"):
        importlib.import_module(name)

    for line in sys.stdin:
        act = Act(**json.loads(line))
        child = os.fork()
        if child == 0:
            os._exit(_act(act))
        sys.stdout.write(f"{os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}\n")
        sys.stdout.flush()


def _act(act: Act) -> int:
    from niaga import failpoints
    from niaga.operate import commands, stages

    _write_to(act.output)
    for name, value in (("NIAGA_FAILPOINT", act.failpoint), ("NIAGA_FAILPOINT_LOG", act.log)):
        if value:
            os.environ[name] = value
    if act.deed:
        from tests.faults import deeds

        name, *arguments = act.deed
        deed = getattr(deeds, name)
        failpoints.happen = lambda: deed(*arguments)
        if act.failpoint is None:
            failpoints.happen()
    if act.seconds:
        # As abrupt as a kill: nobody catches it.
        signal.setitimer(signal.ITIMER_REAL, act.seconds)
    if act.source is not None:
        return commands.ingest_again(False, Path(act.root), act.source)
    stages.STAGES_OF["nightly"] = tuple(s for s in stages.NIGHT if s.name in act.stages)
    # A part of a night builds for the posting that another part does.
    stages.is_posting = lambda _: True
    return commands.plain(False, Path(act.root), "nightly")


def _write_to(output: str) -> None:
    descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(descriptor, stream.fileno())


if __name__ == "__main__":
    _serve()
