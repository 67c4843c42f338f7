"""The whole night is killed: at random moments, and at each step of posting and publishing."""

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

# Each of them is some thirty nights.
pytestmark = pytest.mark.timeout(1500)

KILLS = 10
NAMES = [stage.name for stage in NIGHT]
LAST_STEPS = ["post", "build_operations", "publish"]
REBUILT = ["register", "build_staging", "build_marts", *LAST_STEPS]
"""A night without ingest and gates, which have nothing to do with what a kill has left."""


@pytest.fixture(scope="module")
def checked(exports: Path, warm: Warm, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The company when its marts have passed the last gate: nothing is posted yet."""
    root = tmp_path_factory.mktemp("checked") / "company"
    shutil.copytree(exports, root)
    assert warm.run(root, NAMES[: NAMES.index("post")]) == FILE_HELD
    return root


def test_killed_at_any_step_of_posting_and_publishing_it_ends_as_one_clean_night(
    warm: Warm, checked: Path, clean: Path, tmp_path: Path
) -> None:
    wanted, root = content(clean), tmp_path / "company"
    shutil.copytree(checked, root)
    assert warm.run(root, LAST_STEPS, log=root / "places") == FILE_HELD
    places = (root / "places").read_text().split()
    assert {"ledger.segment_renamed", "publish.linked", "state.commit"} <= set(places)
    for number, place in enumerate(places, start=1):
        shutil.rmtree(root)
        shutil.copytree(checked, root)
        assert warm.run(root, LAST_STEPS, failpoint=f"#{number}") == -signal.SIGKILL, place
        assert warm.run(root, REBUILT) == FILE_HELD, place
        assert_equal(content(root), wanted)


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
    assert killed >= KILLS - 2


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
