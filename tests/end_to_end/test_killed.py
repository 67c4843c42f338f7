"""A night is killed at each step of posting and publishing."""

from __future__ import annotations

import shutil
import signal
from pathlib import Path

import pytest
from niaga.operate.run import FILE_HELD
from niaga.operate.stages import NIGHT

from tests.support.places import chosen
from tests.support.warm import Warm

from .marts import assert_equal, content

# Each of them is some twenty nights.
pytestmark = pytest.mark.timeout(3000)

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
    for number, place in chosen(places):
        shutil.rmtree(root)
        shutil.copytree(checked, root)
        assert warm.run(root, LAST_STEPS, failpoint=f"#{number}") == -signal.SIGKILL, place
        assert warm.run(root, REBUILT) == FILE_HELD, place
        assert_equal(content(root), wanted)
