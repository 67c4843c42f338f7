"""What a user gets back: words on the screen, one JSON document on request, and the exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from niaga.errors import GateStopped
from niaga.operate import commands, stages
from niaga.operate.stages import Stage, Work
from niaga.refresh.gates import CheckResult, GateReport
from niaga.state import State
from niaga.workspace import Workspace

from .conftest import Command

Captured = pytest.CaptureFixture[str]


def test_outside_a_workspace_it_says_what_to_do(niaga: Command) -> None:
    for verb in ("status", "nightly", "ingest", "build", "publish", "rollback", "statement"):
        ended = niaga(verb)
        assert ended.returncode == 2
        assert "no niaga.yml in" in ended.stderr
        assert "niaga init FOLDER" in ended.stderr
        assert ended.stdout == ""


def test_a_mistake_in_the_settings_is_told_with_its_line(
    niaga: Command, workspace: Workspace
) -> None:
    settings = workspace.root / "niaga.yml"
    settings.write_text(settings.read_text() + "tme_zone: UTC\n")
    ended = niaga("status", "--workspace", str(workspace.root))
    assert ended.returncode == 2
    line = len(settings.read_text().splitlines())
    assert (
        f"niaga.yml:{line}: tme_zone: is an unknown key (did you mean `time_zone`?)" in ended.stderr
    )


def test_an_unknown_verb_or_option_is_wrong_use(niaga: Command) -> None:
    assert niaga("nightlly").returncode == 2
    assert niaga("status", "--jsn").returncode == 2
    assert niaga("demo", "--lines", "5").returncode == 2


def test_init_makes_a_workspace_that_the_other_verbs_find(niaga: Command, tmp_path: Path) -> None:
    made = niaga("init", "toko-maju", "--currency", "IDR", "--time-zone", "Asia/Jakarta", "--json")
    assert made.returncode == 0, made.stderr
    root = Path(json.loads(made.stdout)["workspace"])
    assert root == tmp_path / "toko-maju"
    status = niaga("status", "--json", cwd=root / "landing")
    assert status.returncode == 0, status.stderr
    assert json.loads(status.stdout)["company"] == "toko-maju"
    again = niaga("init", "toko-maju", "--currency", "IDR")
    assert again.returncode == 2
    assert "is a workspace already" in again.stderr


def test_an_error_is_json_too_where_a_program_reads(niaga: Command, workspace: Workspace) -> None:
    ended = niaga("rollback", "--json", "--workspace", str(workspace.root))
    assert ended.returncode == 2
    answer = json.loads(ended.stdout)
    assert answer["error"] == "nothing is published yet"
    assert answer["exit_code"] == 2


def test_the_demo_refuses_a_folder_that_is_somebody_s(niaga: Command, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("do not delete")
    ended = niaga("demo", "--workspace", str(mine))
    assert ended.returncode == 2
    assert "neither empty nor an earlier demo" in ended.stderr
    assert [path.name for path in mine.iterdir()] == ["thesis.txt"]


def test_the_demo_overwrites_no_other_file_beside_its_folder(
    niaga: Command, tmp_path: Path
) -> None:
    mine = tmp_path / "demo-truth.json"
    mine.write_text('{"mine": true}')
    ended = niaga("demo", "--workspace", str(tmp_path / "demo"))
    assert ended.returncode == 2
    assert "is not from a demo, and would be overwritten" in ended.stderr
    assert mine.read_text() == '{"mine": true}'
    assert not (tmp_path / "demo").exists()


def test_an_earlier_demo_starts_over_and_what_is_not_niaga_s_stays(workspace: Workspace) -> None:
    from niaga.errors import LeaseHeld
    from niaga.operate.demo_run import prepare_folder

    (workspace.root / ".niaga-demo").touch()
    (workspace.root / "notes.txt").touch()
    (workspace.landing / "old.csv").touch()
    with State.open(workspace) as state:
        state.start_run("nightly")
        with state.lease(verb="nightly"), pytest.raises(LeaseHeld):
            prepare_folder(workspace.root)
    prepare_folder(workspace.root)
    assert not workspace.landing.exists()
    assert not list(workspace.root.glob("state.db*"))
    assert (workspace.root / "notes.txt").exists()


def test_a_stopped_gate_exits_3_and_shows_the_rows(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    result = CheckResult(
        suite="marts",
        table_name="commission.commission_line",
        expectation="lines add up to the summary",
        severity="critical",
        success=False,
        observed="1 row",
        unexpected_rows=1,
        sample=[{"participant_id": "R017"}],
    )

    def stop(work: Work) -> None:
        raise GateStopped(GateReport("marts", (result,)))

    monkeypatch.setitem(stages.STAGES_OF, "build", (Stage("gate_marts", stop),))
    assert commands.plain(False, workspace.root, "build") == 3
    told = capsys.readouterr()
    assert "the marts gate stopped the run: 1 critical expectation failed" in told.err
    assert "the last publication stays in place" in told.err
    assert "participant_id R017" in told.err
    assert commands.plain(True, workspace.root, "build") == 3
    assert json.loads(capsys.readouterr().out)["kind"] == "GateStopped"


def test_a_fault_of_ours_is_one_line_and_its_traceback_is_kept(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    def fail(work: Work) -> None:
        raise ZeroDivisionError("what a pity\nand more of it")

    monkeypatch.setitem(stages.STAGES_OF, "build", (Stage("fail", fail),))
    assert commands.plain(False, workspace.root, "build") == 1
    first, second = capsys.readouterr().err.splitlines()
    assert first == "niaga: a fault of niaga: ZeroDivisionError: what a pity"
    kept = Path(second.partition("the traceback is in ")[2])
    assert kept.parent == workspace.warehouse / "logs"
    assert "Traceback (most recent call last)" in kept.read_text()


def test_a_workspace_in_use_exits_1_and_names_who_works_on_it(
    workspace: Workspace, capsys: Captured
) -> None:
    with State.open(workspace) as state, state.lease(verb="nightly"):
        assert commands.plain(False, workspace.root, "build") == 1
    assert "`nightly` is at work on this workspace" in capsys.readouterr().err


def test_a_run_answers_in_json(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setitem(stages.STAGES_OF, "build", ())
    assert commands.plain(True, workspace.root, "build") == 0
    told = capsys.readouterr()
    answer = json.loads(told.out)
    assert (answer["verb"], answer["exit_code"], answer["held_files"]) == ("build", 0, [])
    assert told.err == ""
