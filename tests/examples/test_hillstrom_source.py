"""A published promotion test is taken in by configuration alone, and gives its known uplifts."""

from __future__ import annotations

import csv
import shutil
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import duckdb
import pytest
from niaga.ingest.stage import ingest
from niaga.progress import Silent
from niaga.state import State
from niaga.workspace import ensure_folders, find_workspace

DATA = Path(__file__).parents[3] / "shared" / "data" / "hillstrom"


@pytest.mark.skipif(not DATA.is_dir(), reason="the data has no licence to be copied into a clone")
def test_the_uplift_of_each_arm_is_the_true_one(tmp_path: Path) -> None:
    root = tmp_path / "hillstrom"
    shutil.copytree(Path(__file__).parent / "hillstrom", root)
    workspace = find_workspace(root)
    ensure_folders(workspace)
    shutil.copy(DATA / "data" / "hillstrom.csv.gz", workspace.landing)
    with State.open(workspace) as state:
        (outcome,) = ingest(workspace, state, state.start_run("ingest"), Silent()).outcomes
    assert (outcome.rows_read, outcome.rows_loaded, outcome.rows_held) == (64_000, 64_000, 0)
    with duckdb.connect() as connection:
        found = connection.execute(
            f"""
            select arm, metric, count(*), sum(value)
            from read_parquet('{workspace.lake}/experiment_assignment/*.parquet')
            join read_parquet('{workspace.lake}/experiment_outcome/*.parquet') using (unit_id)
            group by all
            """
        ).fetchall()
    means = {(arm, metric): total / units for arm, metric, units, total in found}
    truth = list(csv.DictReader((DATA / "truth" / "uplift_overall.csv").read_text().splitlines()))
    for row in truth:
        if row["arm"] != "Any E-Mail":
            uplift = means[row["arm"], row["metric"]] - means["No E-Mail", row["metric"]]
            rounded = uplift.quantize(Decimal("0.000001"), ROUND_HALF_UP)
            assert rounded == Decimal(row["uplift"]), row
