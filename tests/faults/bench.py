"""Where points are tried: a workspace in a folder of its own, put back before each of them."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from niaga.operate.run import FILE_HELD
from niaga.operate.stages import NIGHT

from tests.end_to_end.marts import content, marts_file
from tests.support.postgresql import PostgresqlServer, run_postgresql
from tests.support.warm import Act, Warm

from .company import land_second_night, make_company
from .equal import Content

_DISK = 256 << 20
_NAMES = [stage.name for stage in NIGHT]
PARTS = {
    "ingest": ["ingest"],
    "refresh": _NAMES[_NAMES.index("register") : _NAMES.index("post")],
    "post": ["post", "build_operations"],
    "publish": ["publish"],
}


@dataclass
class Bench:
    """A workspace that faults befall; `wanted` is what a clean second night publishes.

    `places` are those that each part of that night passes, `seconds` how long it took.
    """

    folder: Path
    warm: Warm
    stack: contextlib.ExitStack
    wanted: Content = field(default_factory=dict)
    places: dict[str, list[str]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    _server: PostgresqlServer | None = None

    @property
    def root(self) -> Path:
        """The workspace."""
        return self.folder / "disk" / "company"

    @property
    def filler(self) -> Path:
        """What fills the workspace's disk."""
        return self.folder / "disk" / "filler"

    @property
    def output(self) -> Path:
        """What the last act has written to its terminal."""
        return self.folder / "output.txt"

    @property
    def marts(self) -> Path:
        """What readers open."""
        return marts_file(self.root)

    def prepare(self) -> None:
        """Run both nights once, and keep the workspace as it is before each part of the second."""
        self.root.parent.mkdir(parents=True)
        make_company(self.root)
        assert self.act(_NAMES) == 0, self.told()
        land_second_night(self.root)
        for part, stages in PARTS.items():
            shutil.copytree(self.root, self.folder / part, symlinks=True)
            log, began = self.folder / f"{part}.places", time.monotonic()
            assert self.act(stages, log=str(log)) == FILE_HELD, self.told()
            self.seconds[part] = time.monotonic() - began
            self.places[part] = log.read_text().split()
        self.wanted = content(self.root)

    def put_back(self, part: str) -> None:
        """Make the workspace as it is before a part of the second night."""
        shutil.rmtree(self.root, ignore_errors=True)
        shutil.copytree(self.folder / part, self.root, symlinks=True)

    def act(self, stages: list[str], **more: Any) -> int:
        """Run stages of a night in a child; give how it ended."""
        self.output.unlink(missing_ok=True)
        return self.warm.act(Act(str(self.root), stages, output=str(self.output), **more))

    def night(self) -> int:
        """Run a whole night; give its exit code."""
        return self.act(_NAMES)

    def told(self) -> str:
        """Give what the last act has written to its terminal, in one line."""
        return " ".join(self.output.read_text(errors="replace").split())

    def start_command(self) -> subprocess.Popen[bytes]:
        """Start the real command's night."""
        return subprocess.Popen(
            [Path(sys.executable).with_name("niaga"), "nightly", "--workspace", self.root],
            env={k: v for k, v in os.environ.items() if not k.startswith("PREFECT_")},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    @contextlib.contextmanager
    def small_disk(self) -> Iterator[bool]:
        """Put the workspace's folder on a disk of its own; False where that is not allowed."""
        disk = self.root.parent
        shutil.rmtree(self.root, ignore_errors=True)
        mount = ["mount", "-t", "tmpfs", "-o", f"size={_DISK}", "tmpfs", str(disk)]
        if subprocess.run(mount, capture_output=True, check=False).returncode:
            yield False
            return
        try:
            yield True
        finally:
            subprocess.run(["umount", "-l", str(disk)], check=True)

    def server(self) -> PostgresqlServer:
        """Give this bench's own PostgreSQL server."""
        if self._server is None:
            self._server = self.stack.enter_context(run_postgresql())
        return self._server


@contextlib.contextmanager
def bench_in(folder: Path) -> Iterator[Bench]:
    """Give a bench that is ready."""
    with contextlib.ExitStack() as stack, Warm() as warm:
        bench = Bench(folder, warm, stack)
        bench.prepare()
        yield bench
