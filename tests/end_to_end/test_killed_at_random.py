"""The whole night is killed at random moments."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from niaga.operate.run import FILE_HELD
from niaga.operate.stages import NIGHT

from tests.support.warm import Warm

from .marts import assert_equal, content

# Each kill is some two nights.
pytestmark = pytest.mark.timeout(3000)

KILLS = 4
NAMES = [stage.name for stage in NIGHT]


def test_kill_9_at_random_moments_of_the_real_command_loses_and_doubles_nothing(
    warm: Warm, exports: Path, clean: Path, tmp_path: Path
) -> None:
    wanted, root = content(clean), tmp_path / "company"
    shutil.copytree(exports, root)
    seconds = time_of(root)
    moments = random.Random(7)
    killed = 0
    for _ in range(KILLS):
        shutil.rmtree(root)
        shutil.copytree(exports, root)
        night = start(root)
        time.sleep(moments.uniform(0.05, 0.95) * seconds)
        night.kill()
        killed += night.wait() == -signal.SIGKILL
        assert warm.run(root, NAMES) == FILE_HELD
        assert_equal(content(root), wanted)
    # A machine that gets quicker all at once may let one come to its end.
    assert killed >= KILLS - 1


def start(root: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [Path(sys.executable).with_name("niaga"), "nightly", "--workspace", root],
        env={k: v for k, v in os.environ.items() if not k.startswith("PREFECT_")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def time_of(root: Path) -> float:
    began = time.monotonic()
    assert start(root).wait() == FILE_HELD
    return time.monotonic() - began
