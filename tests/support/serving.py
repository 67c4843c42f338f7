"""Runs the real `niaga serve`, for tests and benchmarks."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def serving(root: Path, log: Path) -> Iterator[None]:
    """Serve the workspace for the block; each line of `log` is a document. It must end well."""
    with log.open("w") as output:
        process = subprocess.Popen(
            [Path(sys.executable).with_name("niaga"), "serve", "-w", root, "--port", "0", "--json"],
            env={k: v for k, v in os.environ.items() if not k.startswith("PREFECT_")},
            stdout=output,
            stderr=output,
        )
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(90) == 0
