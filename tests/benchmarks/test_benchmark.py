from __future__ import annotations

import json
import shutil
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from benchmarks import __main__ as command
from benchmarks.comparison import Difference, compare
from benchmarks.core import busy_seconds
from benchmarks.generate import generate
from benchmarks.measure import Measurement, Yardstick
from benchmarks.night import Model, Night

REPOSITORY = Path(__file__).parents[2]
LINES = 20_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("benchmark") / "small"


@pytest.fixture(scope="module")
def run(folder: Path) -> subprocess.CompletedProcess[str]:
    """The whole benchmark, once."""
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", "--lines", str(LINES), "--json", "--folder", folder],
        cwd=REPOSITORY, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_niaga_and_the_yardstick_agree_and_every_figure_is_there(
    run: subprocess.CompletedProcess[str],
) -> None:
    assert run.returncode == 0, run.stderr
    figures = json.loads(run.stdout)

    assert figures["agrees"] is True
    assert abs(figures["lines"] - LINES) < LINES / 100
    for name in (
        "ratio",
        "all_marts_ratio",
        "commission_ratio",
        "overhead_s",
        "peak_gib",
        "yardstick_peak_gib",
    ):
        assert figures[name] > 0, name
    assert isinstance(figures["increment_share"], float)
    seconds = figures["seconds"]
    assert set(seconds) == {
        "yardstick", "core", "empty", "full", "nothing_new", "one_more_day",
    }  # fmt: skip
    assert seconds["full"]["ingest"] > seconds["nothing_new"]["ingest"]
    assert {"build_marts", "publish"} <= set(seconds["full"])
    assert set(seconds["core"]) == {"ingest", "models", "views_published"}
    assert "int_commission__walked_line" in figures["models"]
    assert figures["published"]["commission.commission_line"] > 0


def test_a_wrong_cent_is_found(
    run: subprocess.CompletedProcess[str], folder: Path, tmp_path: Path
) -> None:
    assert run.returncode == 0, run.stderr
    wrong = tmp_path / "yardstick"
    shutil.copytree(folder / "yardstick", wrong)
    right = folder / "yardstick" / "rep_month.parquet"
    is_wrong = "participant_id = 1007 and month = date '2025-03-01'"
    duckdb.execute(
        f"copy (select * replace (commission_amount + case when {is_wrong} then 0.01 else 0 end "
        f"as commission_amount) from '{right}') to '{wrong / 'rep_month.parquet'}'"
    )

    assert compare(folder / "workspace", folder / "yardstick") == []
    found = compare(folder / "workspace", wrong)

    assert [difference.check for difference in found] == [
        "pay and credit of each participant in each month",
        "payable of each statement",
    ]
    for difference in found:
        (row,) = difference.rows
        amounts = dict(zip(difference.columns, row, strict=True))
        assert amounts["participant_id"] == 1007
        assert amounts["commission_amount_of_yardstick"] - amounts["commission_amount"] == Decimal(
            "0.01"
        )


def test_a_missing_row_is_found(
    run: subprocess.CompletedProcess[str], folder: Path, tmp_path: Path
) -> None:
    assert run.returncode == 0, run.stderr
    wrong = tmp_path / "yardstick"
    shutil.copytree(folder / "yardstick", wrong)
    right = folder / "yardstick" / "commission_line.parquet"
    lost = duckdb.execute(
        f"select order_id, line_number from '{right}' where commission_amount > 0 order by all"
    ).fetchone()
    duckdb.execute(
        f"copy (from '{right}' where (order_id, line_number) <> {lost}) "
        f"to '{wrong / 'commission_line.parquet'}'"
    )

    (difference,) = compare(folder / "workspace", wrong)

    assert difference.check == "pay and credit of each order line"
    assert [row[1:3] for row in difference.rows] == [lost]


def test_a_difference_is_shown_and_fails_the_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    difference = Difference("pay", ("participant_id", "amount"), ((1007, Decimal("0.01")),))
    night = Night(total=2.0, stages={"ingest": 1.0})
    full = Night(total=4.0, stages={"ingest": 2.0})
    measurement = Measurement(
        20_000, Yardstick({"curve": 0.25, "commission": 0.25}, 0.5, 1 << 30), night, full, night,
        night, {"ingest": 1.0}, 2, 1.5, (difference,),
    )  # fmt: skip
    monkeypatch.setattr(command, "measure", lambda *_: measurement)

    assert command.main(["--lines", "20000", "--json"]) == 1

    shown = capsys.readouterr()
    figures = json.loads(shown.out)
    # ratio 1.0 / 0.5, commission 1.5 / (2 * 0.25)
    # all marts (4 - 2) / 0.5, a day more (2 - 2) / (4 - 2)
    assert (figures["agrees"], figures["ratio"]) == (False, 2.0)
    assert figures["commission_ratio"] == 3.0
    assert (figures["all_marts_ratio"], figures["increment_share"]) == (4.0, 0.0)
    assert "differ: pay" in shown.err
    assert "1007 | 0.01" in shown.err


def test_models_that_run_at_the_same_time_count_once() -> None:
    models = [Model("a", 0.0, 10.0), Model("b", 5.0, 12.0), Model("c", 20.0, 21.0)]

    # 0 to 12 and 20 to 21
    assert busy_seconds(models) == 13.0


def test_the_same_lines_are_the_same_bytes(tmp_path: Path) -> None:
    first, second = (generate(tmp_path / name, 10_000) for name in ("first", "second"))

    files = sorted(path.name for path in first.full.iterdir())
    assert len([name for name in files if name.startswith("sales_line_")]) == 24
    for name in files:
        assert (first.full / name).read_bytes() == (second.full / name).read_bytes()


@pytest.mark.parametrize("arguments", [["--lines", "9999"], ["--folder", str(REPOSITORY)]])
def test_wrong_use_is_told(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        command.main(arguments)

    assert ended.value.code == 2
    assert arguments[0] in capsys.readouterr().err
