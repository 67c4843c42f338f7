from __future__ import annotations

import json

import pytest

from benchmarks import ingest


def test_lake_and_yardstick_have_the_same_rows_and_every_figure_is_there(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert ingest.main(["--lines", "10000", "--files", "20", "--turns", "1", "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["agrees"] is True
    assert abs(figures["lines"] - 10_000) < 100
    for name in ingest.BUDGETS:
        assert figures[name] > 0, name
    assert set(figures["seconds"]) == {"one file", "same types", "18 digits", "small files"}


def test_other_rows_fail_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(name: str, *_: object) -> dict[str, object]:
        sums = ["10001" if name == "one file" else "10000"]
        return {"seconds": 1.0, "cpu": 1.0, "peak_bytes": 1 << 30, "sums": sums}

    monkeypatch.setattr(ingest, "_run", run)
    assert ingest.main(["--lines", "10000", "--files", "20", "--turns", "1"]) == 1
