"""Who is told of what: once, with what to do, and of its end; whatever a target does."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy
from niaga.errors import ConfigurationError, NiagaError
from niaga.operate import commands
from niaga.operate.run import Outcome, run_verb
from niaga.operate.stages import Work
from niaga.operate.status import read_status
from niaga.progress import Silent
from niaga.publish.records import Publication
from niaga.state import tables, utc_now
from niaga.workspace import Workspace, find_workspace

from ..support.inbox import Mail, Web, run_mail, run_web
from .conftest import Replace
from .test_stages import failed_gate

SOURCE = """
source: sales
exports: {lines: {file: "sales_{date:%Y-%m-%d}.csv"}}
reject_above: 60%
feeds:
  sales_line: |
    select _row_number, "Order" as order_id, 1 as line_number, 'sale' as document_type,
        "Date" as order_date, 'p' as product_id, 1 as quantity, "Net" as net_amount from lines
"""


@pytest.fixture
def web() -> Iterator[Web]:
    with run_web() as server:
        yield server


@pytest.fixture
def mail() -> Iterator[Mail]:
    with run_mail() as server:
        yield server


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK_TOKEN", "s3cret-hook")
    monkeypatch.setenv("SMTP_PASSWORD", "s3cret-mail")
    monkeypatch.setenv("no_proxy", "127.0.0.1")


def told_by(workspace: Workspace, *targets: str, more: str = "") -> Workspace:
    """Give the workspace with notifications, each written as a YAML mapping."""
    settings = workspace.root / "niaga.yml"
    listed = "".join(f"  - {target}\n" for target in targets)
    settings.write_text(f"company: Toko Maju\ncurrency: IDR\n{more}notifications:\n{listed}")
    return find_workspace(workspace.root)


def webhook(web: Web, more: str = "") -> str:
    url = f"http://127.0.0.1:{web.port}/${{HOOK_TOKEN}}"
    return f'{{to: webhook, url: "{url}"{more}}}'


def email(mail: Mail) -> str:
    return (
        "{to: email, addresses: [ani@example.com, budi@example.com], from: niaga@example.com, "
        f"server: 127.0.0.1, port: {mail.port}, security: none, user: niaga, "
        'password: "${SMTP_PASSWORD}"}'
    )


class Night:
    """A night whose one stage fails as it is told to, or does what it is given."""

    def __init__(self, replace_stages: Replace, workspace: Workspace) -> None:
        self.error: Exception | None = None
        self._workspace = workspace

        def build_marts(work: Work) -> None:
            if self.error:
                raise self.error

        replace_stages("nightly", build_marts)

    def run(self, error: Exception | None = None) -> None:
        self.error = error
        try:
            run_verb("nightly", self._workspace, Silent())
        except Exception as raised:  # noqa: BLE001
            assert raised is error


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_fault_is_told_once_until_it_changes_and_so_is_its_end(
    workspace: Workspace,
    replace_stages: Replace,
    web: Web,
    database: str,
    request: pytest.FixtureRequest,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(0)
    more = ""
    if database == "postgresql":
        more = f"state: {request.getfixturevalue('postgresql').new_database()}\n"
    night = Night(replace_stages, told_by(workspace, webhook(web), more=more))

    night.run(NiagaError("3 models of 141 failed at 01:31:07", "look into warehouse/logs"))
    assert len(web.posts) == 1
    (told,) = web.posts[0]["new"]
    assert told["kind"] == "failure"
    assert told["what"] == "`niaga nightly` failed: 3 models of 141 failed at 01:31:07"
    assert "build_marts" in told["where"]
    assert told["remedy"].startswith("look into warehouse/logs")
    assert web.posts[0]["run"]["exit_code"] == 1
    assert f"niaga status --workspace {workspace.root}" in web.posts[0]["text"]

    night.run(NiagaError("3 models of 141 failed at 01:31:09", "look into warehouse/logs"))
    assert len(web.posts) == 1

    night.run(ZeroDivisionError("a model"))
    assert [post["new"][0]["what"] for post in web.posts[1:]] == [
        "`niaga nightly` failed: a fault of niaga: ZeroDivisionError: a model"
    ]

    night.run()
    assert len(web.posts) == 3
    assert "s3cret" not in caplog.text
    assert (web.posts[2]["new"], len(web.posts[2]["solved"])) == ([], 1)
    assert "ZeroDivisionError" in web.posts[2]["solved"][0]
    night.run()
    assert len(web.posts) == 3


def test_only_a_run_that_comes_past_the_stage_solves_its_fault(
    workspace: Workspace, replace_stages: Replace, web: Web
) -> None:
    night = Night(replace_stages, told_by(workspace, webhook(web)))
    night.run(failed_gate())

    def ingest(work: Work) -> None: ...

    replace_stages("ingest", ingest)
    run_verb("ingest", find_workspace(workspace.root), Silent())
    assert len(web.posts) == 1
    (told,) = web.posts[0]["new"]
    assert told["kind"] == "expectations"
    assert told["what"] == "sales_line: not so: quantity is a number"
    assert "3 rows, for example order_id A-1" in told["where"]

    def gate_landed(work: Work) -> None: ...

    replace_stages("nightly", gate_landed)
    run_verb("nightly", find_workspace(workspace.root), Silent())
    assert web.posts[1]["solved"] == ["sales_line: not so: quantity is a number"]


def test_what_is_held_back_is_told_with_what_to_do_until_it_is_mended(
    workspace: Workspace, web: Web
) -> None:
    workspace = told_by(workspace, webhook(web, ", for: [held]"))
    (workspace.sources_folder / "sales.yml").write_text(SOURCE)

    def land(day: int, *lines: str) -> Outcome:
        text = "\n".join(["Order,Date,Net", *lines, ""])
        (workspace.landing / f"sales_2026-10-{day:02}.csv").write_text(text)
        return run_verb("ingest", workspace, Silent())

    land(1, "A1,2026-10-01,100", "A2,2026-10-01,12O")
    (told,) = web.posts[0]["new"]
    assert told["what"].startswith("1 row of sales_line: net_amount is no number")
    assert told["where"] == "source sales, for example sales_2026-10-01.csv, row 2"
    assert "niaga quarantine export sales held.csv" in told["remedy"]

    # The same fault the next day; ten times as many the day after.
    land(2, "A3,2026-10-02,100", "A4,2026-10-02,1O0")
    assert len(web.posts) == 1
    faulty = [f"B{number},2026-10-03,1O0" for number in range(10)]
    land(3, *faulty, *(line.replace("O", "0") for line in faulty))
    assert [post["new"][0]["what"].split(":")[0] for post in web.posts[1:]] == [
        "12 rows of sales_line"
    ]

    # Reasons that differ in their figures alone are one.
    land(5, "D1,2026-10-05", "D2,2026-10-05,1,2", "D3,2026-10-05,1", "D4,2026-10-05,1")
    assert [told["what"].split(":")[0] for told in web.posts[2]["new"]] == ["2 rows of sales_line"]

    land(4, "C1,2026-10-04")
    (told,) = web.posts[3]["new"]
    assert told["what"].startswith("the file sales_2026-10-04.csv is rejected: ")
    land(4, "C1,2026-10-04,100")
    assert (web.posts[4]["new"], len(web.posts[4]["solved"])) == ([], 1)
    assert web.posts[4]["still_open"] == 2


def test_an_email_says_what_where_and_what_to_do(
    workspace: Workspace, replace_stages: Replace, mail: Mail
) -> None:
    night = Night(replace_stages, told_by(workspace, email(mail)))
    night.run(NiagaError("the file a\nBcc: all@example.com is\nodd", "mend it"))
    (got,) = mail.mails
    assert got["Subject"] == "niaga, Toko Maju: `niaga nightly` failed: the file a"
    assert got["Bcc"] is None
    assert mail.recipients == ["ani@example.com", "budi@example.com"]
    assert mail.logins == ["niaga:s3cret-mail"]
    text = got.get_content()
    assert "exit code 1" in text
    assert "to do: mend it. The last publication stays in place" in text
    assert "s3cret" not in got.as_string()


def test_a_command_gets_the_text_and_the_subject(
    workspace: Workspace, replace_stages: Replace, tmp_path: Path
) -> None:
    script = tmp_path / "tell"
    script.write_text('#!/bin/sh\n{ echo "$NIAGA_SUBJECT|$1"; cat; } > "$2"\n')
    script.chmod(0o700)
    target = f'{{to: command, run: ["{script}", "${{HOOK_TOKEN}} $(id)", told.txt]}}'
    night = Night(replace_stages, told_by(workspace, target))
    night.run(NiagaError("on purpose"))
    subject, text = (workspace.root / "told.txt").read_text().split("\n", 1)
    assert subject == "niaga, Toko Maju: `niaga nightly` failed: on purpose|s3cret-hook $(id)"
    assert "Failed\n  `niaga nightly` failed: on purpose" in text


def test_a_target_that_fails_fails_no_night_and_is_told_by_the_next(
    workspace: Workspace, replace_stages: Replace, web: Web, mail: Mail, tmp_path: Path
) -> None:
    missing = str(tmp_path / "no-such-program")
    workspace = told_by(
        workspace, webhook(web), email(mail), f"{{to: command, run: [{missing}, s3cret-arg]}}"
    )
    web.answer = 503
    hold = {
        "source": "erp", "part": "lines", "export_id": "1", "file_name": "sales.csv",
        "size_bytes": 0, "status": "rejected", "reason": "is empty", "landed_at": utc_now(),
    }  # fmt: skip

    def hold_back(work: Work) -> None:
        (workspace.rejected / "sales.csv").touch()
        with work.state.engine.begin() as connection:
            connection.execute(sqlalchemy.delete(tables.export))
            connection.execute(sqlalchemy.insert(tables.export).values(hold))

    replace_stages("ingest", hold_back)
    assert run_verb("ingest", workspace, Silent()).exit_code == 4
    assert len(mail.mails) == 1
    failing = {one.label: one.reason for one in read_status(workspace).unreached}
    assert failing["webhook 127.0.0.1"] == "it answered 503 Service Unavailable"
    assert "No such file" in failing[f"command {missing}"]
    assert "s3cret" not in json.dumps(failing)

    web.answer = 200
    assert run_verb("ingest", workspace, Silent()).exit_code == 4
    assert [post["new"][0]["what"] for post in web.posts] == [
        "the file sales.csv is rejected: is empty"
    ]
    assert len(mail.mails) == 1
    assert [one.label for one in read_status(workspace).unreached] == [f"command {missing}"]


def test_a_secret_that_a_library_repeats_is_not_shown(
    workspace: Workspace, replace_stages: Replace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOK", "/s3cret-path")
    night = Night(replace_stages, told_by(workspace, '{to: command, run: ["${HOOK}"]}'))
    night.run(NiagaError("on purpose"))
    monkeypatch.delenv("HOOK")
    (one,) = read_status(workspace_of(night)).unreached
    assert (one.label, one.reason) == (
        "command ${HOOK}",
        "[Errno 2] No such file or directory: '${HOOK}'",
    )
    night.run(NiagaError("on purpose"))
    (one,) = read_status(workspace_of(night)).unreached
    assert one.reason == "the environment variable HOOK is not set"


def workspace_of(night: Night) -> Workspace:
    return night._workspace


def test_new_marts_are_told_each_time_to_who_wants_to_know(
    workspace: Workspace, replace_stages: Replace, web: Web
) -> None:
    workspace = told_by(workspace, webhook(web, ", for: [marts]"))
    made = Publication("p1", "r", workspace.published, utc_now(), None, {"core.product": 3})

    def publish(work: Work) -> None:
        work.publication = replace(made, publication_id=work.run_id)

    replace_stages("build", publish)
    for _ in range(2):
        run_verb("build", workspace, Silent())
    assert [post["new"][0]["what"] for post in web.posts] == [
        "new marts as of None: 1 table, 3 rows"
    ] * 2
    assert [post["solved"] for post in web.posts] == [[], []]


def test_a_killed_run_is_told_by_the_one_after_it(workspace: Workspace, web: Web) -> None:
    workspace = told_by(workspace, webhook(web))
    act = """
import sys
from pathlib import Path
from niaga.operate import stages
from niaga.operate.run import run_verb
from niaga.operate.stages import Stage
from niaga.progress import Silent
from niaga.workspace import find_workspace

stages.STAGES_OF["nightly"] = (Stage("build_marts", lambda work: None),)
run_verb("nightly", find_workspace(Path(sys.argv[1])), Silent())
"""
    environment = {**os.environ, "NIAGA_FAILPOINT": "night.build_marts"}
    for _ in range(3):
        ended = subprocess.run(
            [sys.executable, "-c", act, str(workspace.root)], env=environment, check=False
        )
        assert ended.returncode == -signal.SIGKILL
    # The second one told of the first, before it was killed itself; the third knew it was told.
    assert [post["new"][0]["what"] for post in web.posts] == [
        "`niaga nightly` was killed before its end"
    ]
    subprocess.run([sys.executable, "-c", act, str(workspace.root)], check=True)
    assert [post["solved"] for post in web.posts[1:]] == [
        ["`niaga nightly` was killed before its end"]
    ]


def test_that_no_run_can_begin_is_told_once_and_so_is_its_end(
    workspace: Workspace, replace_stages: Replace, web: Web
) -> None:
    night = Night(replace_stages, told_by(workspace, webhook(web)))
    night.run()
    state = workspace.root / "state.db"
    away = state.rename(workspace.root / "away")
    state.mkdir()
    for _ in range(2):
        with pytest.raises(NiagaError):
            run_verb("nightly", find_workspace(workspace.root), Silent())
    (post,) = web.posts
    assert post["new"][0]["what"].startswith("niaga can't work: the state database")
    assert "check `state` in niaga.yml" in post["new"][0]["remedy"]
    assert post["run"]["verb"] == "nightly"

    state.rmdir()
    away.rename(state)
    night.run()
    assert [len(web.posts), web.posts[-1]["new"]] == [2, []]
    assert web.posts[-1]["solved"] == [post["new"][0]["what"]]
    night.run()
    assert len(web.posts) == 2


def test_a_state_database_that_goes_away_under_a_run_is_told(
    workspace: Workspace, replace_stages: Replace, web: Web
) -> None:
    told_by(workspace, webhook(web))
    state = workspace.root / "state.db"

    def build_marts(work: Work) -> None:
        state.rename(workspace.root / "away")
        with work.state.reading() as connection:
            connection.exec_driver_sql("select 1")

    replace_stages("nightly", build_marts)
    with pytest.raises(NiagaError):
        run_verb("nightly", find_workspace(workspace.root), Silent())
    assert [len(web.posts), len(web.posts[0]["new"])] == [1, 1]
    assert web.posts[0]["new"][0]["what"].startswith("niaga can't work: the state database")


def test_a_trial_reaches_each_target_or_says_why_not(
    workspace: Workspace, web: Web, mail: Mail, capsys: pytest.CaptureFixture[str]
) -> None:
    told_by(workspace, webhook(web), email(mail))
    assert commands.notify(False, workspace.root, is_trial=True) == 0
    assert web.posts[0]["subject"] == mail.mails[0]["Subject"] == "niaga, Toko Maju: a trial"
    web.answer = 404
    assert commands.notify(False, workspace.root, is_trial=True) == 1
    assert "not reached: it answered 404 Not Found" in capsys.readouterr().out
    (workspace.root / "niaga.yml").write_text("company: Toko Maju\ncurrency: IDR\n")
    assert commands.notify(False, workspace.root, is_trial=True) == 2
    assert "names nobody to tell" in capsys.readouterr().err


def test_a_source_that_becomes_late_is_told_between_runs(
    workspace: Workspace,
    replace_stages: Replace,
    web: Web,
    capsys: pytest.CaptureFixture[str],
) -> None:
    workspace = told_by(workspace, webhook(web), more="time_zone: Asia/Jakarta\n")
    Night(replace_stages, workspace).run(NiagaError("on purpose"))
    (workspace.sources_folder / "sales.yml").write_text(f"expected: daily by 00:00{SOURCE}")

    def notify() -> str:
        assert commands.notify(False, workspace.root, is_trial=False) == 0
        return capsys.readouterr().out

    assert "webhook 127.0.0.1  told" in notify()
    (told,) = web.posts[1]["new"]
    assert told["kind"] == "warnings"
    assert told["what"].startswith("source sales is late: due 20")
    assert told["what"].endswith(" 00:00, none yet")
    assert "sources/sales.yml" in told["remedy"]
    assert notify() == "There is nothing new to tell.\n"

    day = datetime.now(ZoneInfo("Asia/Jakarta")).date()
    (workspace.landing / f"sales_{day}.csv").write_text("Order,Date,Net\nA1,2026-10-01,100\n")
    run_verb("ingest", workspace, Silent())
    assert [post["solved"] for post in web.posts[2:]] == [[told["what"]]]
    # Nothing has come past the stage that failed.
    assert (web.posts[2]["still_open"], len(web.posts)) == (1, 3)


def test_mistakes_in_notifications_are_told_with_their_lines(workspace: Workspace) -> None:
    with pytest.raises(ConfigurationError) as caught:
        told_by(
            workspace,
            "{to: webhook, url: example.com}",
            "{to: email, addresses: [ani], from: niaga@example.com, server: s, password: hunter2}",
            "{to: sms, number: 1}",
            "{to: command, run: [tell], for: [failures]}",
            '{to: webhook, url: "https://a.example.com", headers: {Authorization: Bearer abc}}',
        )
    told = [str(fault).partition("niaga.yml:")[2] for fault in caught.value.faults]
    reference = "a secret does not belong into this file (write ${NAME}, and set the environment"
    assert told[0].startswith("4: notifications[1].url: `example.com` is no URL")
    assert told[1].startswith("5: notifications[2].addresses[1]: `ani` is no e-mail address")
    assert told[2].startswith(f"5: notifications[2].password: {reference}")
    assert told[3].startswith("6: notifications[3].to: `sms` is none of: webhook, email, command")
    assert "did you mean `failure`?" in told[4]
    assert told[5].startswith(f"8: notifications[5].headers.Authorization: {reference}")
    assert "hunter2" not in str(caught.value)
    with pytest.raises(ConfigurationError, match="is the same target as number 1"):
        told_by(workspace, "{to: command, run: [a]}", "{to: command, run: [a], for: [marts]}")
