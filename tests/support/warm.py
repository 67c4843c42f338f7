"""One warm process that forks a child for each act: killing hundreds of runs costs no imports.

    python -m tests.support.warm

Each line of its input is a JSON object (`root`, `stages`, `failpoint`, `log`); for each it writes
how the child ended, as `subprocess` gives it: minus the signal, or the exit code.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self


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
        act = {"root": str(root), "stages": stages, "failpoint": failpoint}
        pipe = self._pipe(self._process.stdin)
        pipe.write(json.dumps({**act, "log": log and str(log)}) + "\n")
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
    # All that a night imports; nothing may be open when a child is forked.
    import pandas  # noqa: F401

    for line in sys.stdin:
        act = json.loads(line)
        child = os.fork()
        if child == 0:
            os._exit(_act(act))
        sys.stdout.write(f"{os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}\n")
        sys.stdout.flush()


def _act(act: dict[str, Any]) -> int:
    from niaga.operate import stages
    from niaga.operate.run import run_verb
    from niaga.progress import Silent
    from niaga.workspace import find_workspace

    for name, value in (("NIAGA_FAILPOINT", act["failpoint"]), ("NIAGA_FAILPOINT_LOG", act["log"])):
        if value:
            os.environ[name] = value
    stages.STAGES_OF["nightly"] = tuple(s for s in stages.NIGHT if s.name in act["stages"])
    return run_verb("nightly", find_workspace(Path(act["root"])), Silent()).exit_code


if __name__ == "__main__":
    _serve()
