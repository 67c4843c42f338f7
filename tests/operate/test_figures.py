"""The status for those who do not ask: a page, and Prometheus text, written at each run's end."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
import sqlalchemy
from niaga.errors import ConfigurationError, NiagaError
from niaga.operate import commands
from niaga.operate.run import run_verb
from niaga.operate.stages import Work
from niaga.progress import Silent
from niaga.state import State, tables, utc_now
from niaga.workspace import Workspace, find_workspace
from prometheus_client.parser import text_string_to_metric_families

from .conftest import Replace
from .test_stages import failed_gate

SOURCE = "source: erp\nexpected: daily\nexports: {lines: {file: a.csv}}\nfeeds: {sales_line: x}\n"


def settle(workspace: Workspace, text: str) -> Workspace:
    (workspace.root / "niaga.yml").write_text(f"currency: IDR\n{text}")
    return find_workspace(workspace.root)


def put(workspace: Workspace, table: sqlalchemy.Table, **values: object) -> None:
    with State.open(workspace) as state, state.engine.begin() as connection:
        connection.execute(sqlalchemy.insert(table).values(values))


def a_late_source(workspace: Workspace, landed_at: datetime, file_name: str = "a.csv") -> None:
    (workspace.sources_folder / "erp.yml").write_text(SOURCE)
    for status, name in (("loaded", "a"), ("rejected", "b")):
        put(
            workspace, tables.export, source="erp", part="lines", export_id=name,
            file_name=file_name, size_bytes=1, status=status, landed_at=landed_at,
            reason="<b>is</b> odd",
        )  # fmt: skip
    put(
        workspace, tables.load, load_id="a", source="erp", delivery="a", export_ids={},
        business_date=date(2026, 10, 31), rows_read=10, rows_filtered=0, rows_held=0,
        status="current", committed_at=landed_at,
    )  # fmt: skip
    put(
        workspace, tables.segment, segment_id="a", load_id="a", feed="sales_line", path="lake/a",
        rows=10, sha256="a", committed_at=landed_at,
    )  # fmt: skip


def test_figures_are_written_however_a_run_ends(
    workspace: Workspace, replace_stages: Replace, tmp_path: Path
) -> None:
    file = tmp_path / "collector" / "niaga.prom"
    file.parent.mkdir()
    workspace = settle(workspace, f"company: 'Toko \"Maju\" \\ Co'\nmetrics_file: {file}\n")
    landed_at = utc_now() - timedelta(days=3)
    a_late_source(workspace, landed_at)

    def gate(work: Work) -> None:
        raise failed_gate()

    replace_stages("nightly", gate)
    with pytest.raises(NiagaError):
        run_verb("nightly", workspace, Silent())
    figures = {
        (sample.name, *sorted(set(sample.labels.values()) - {'Toko "Maju" \\ Co'})): sample.value
        for family in text_string_to_metric_families(file.read_text())
        for sample in family.samples
        if family.documentation and family.type == "gauge"
    }
    assert figures["niaga_run_last_exit_code", "nightly"] == 3
    assert figures["niaga_source_late", "erp"] == 1
    assert figures["niaga_feed_rows", "erp", "sales_line"] == 10
    assert figures["niaga_source_last_export_timestamp_seconds", "erp"] == pytest.approx(
        landed_at.replace(tzinfo=UTC).timestamp()
    )
    assert figures["niaga_feed_business_date_timestamp_seconds", "erp", "sales_line"] == (
        datetime(2026, 10, 31, tzinfo=UTC).timestamp()
    )
    assert ("niaga_run_last_done_timestamp_seconds", "nightly") not in figures
    assert all(re.fullmatch(r"niaga_[a-z_]+", name) for name, *_ in figures)
    assert not re.search("amount|IDR|commission_amount", file.read_text())
    # Whoever collects is another user, and must not see half a file.
    assert file.stat().st_mode & 0o777 == 0o644
    assert [path.name for path in file.parent.iterdir()] == [file.name]

    replace_stages("nightly")
    run_verb("nightly", workspace, Silent())
    assert 'niaga_run_last_done_timestamp_seconds{company="Toko' in file.read_text()


def test_a_collector_s_folder_that_is_gone_fails_no_run(
    workspace: Workspace, replace_stages: Replace, tmp_path: Path
) -> None:
    workspace = settle(workspace, f"company: Toko Maju\nmetrics_file: {tmp_path}/no/niaga.prom\n")
    replace_stages("build")
    notes: list[str] = []

    class Noting(Silent):
        def finish(self, stage: str, note: str = "") -> None:
            notes.append(note)

    assert run_verb("build", workspace, Noting()).exit_code == 0
    assert len(notes) == 1
    assert notes[0].startswith("NOT REPORTED: [Errno 2] No such file or directory")
    assert workspace.status_page.is_file()
    with pytest.raises(ConfigurationError, match="does not end in"):
        settle(workspace, "company: Toko Maju\nmetrics_file: niaga.txt\n")


class Page(HTMLParser):
    """What a page says, and the tags that are open in its end."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: object) -> None: ...

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += [data.strip()] if data.strip() else []


def test_the_page_needs_no_network_and_shows_names_as_they_are(
    workspace: Workspace, replace_stages: Replace
) -> None:
    workspace = settle(workspace, "company: <i>Toko</i>\ntime_zone: Asia/Jakarta\n")
    name = '<script>alert("1")</script>.csv'
    (workspace.rejected / name.replace("/", "%2F")).touch()
    landed_at = datetime(2026, 10, 31, 18, 30)  # noqa: DTZ001
    a_late_source(workspace, landed_at)
    put(
        workspace, tables.export, source="erp", part="lines", export_id="c", file_name=name,
        size_bytes=1, status="waiting", landed_at=landed_at, reason="waits for <b>heads</b>",
    )  # fmt: skip

    def build(work: Work) -> None: ...

    replace_stages("build", build)
    for _ in range(2):
        run_verb("build", workspace, Silent())
    text = workspace.status_page.read_text()
    assert not re.search(r"https?:|<script|<link|src=|@import|url\(", text)
    assert workspace.status_page.stat().st_mode & 0o777 == 0o600
    page = Page(text)
    assert page.open == []
    assert {"<i>Toko</i>", name, "waits for <b>heads</b>", "Late sources"} <= set(page.words)
    # By the company's clocks.
    assert "2026-11-01 01:30" in page.words
    assert "The last run is done; 2 things to look at." in page.words
    assert text.count("<polyline") == 1


def test_a_night_that_failed_shows_until_one_is_done(
    workspace: Workspace, replace_stages: Replace, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(work: Work) -> None:
        raise NiagaError("on purpose")

    replace_stages("nightly", fail)
    with pytest.raises(NiagaError):
        run_verb("nightly", workspace, Silent())
    replace_stages("ingest")
    run_verb("ingest", workspace, Silent())
    assert "Did not come to its end: niaga nightly." in workspace.status_page.read_text()
    assert commands.status(False, workspace.root, as_page=False, as_prometheus=False) == 0
    assert "last nightly  failed, " in capsys.readouterr().out
    assert commands.status(False, workspace.root, as_page=False, as_prometheus=True) == 0
    assert 'niaga_run_last_exit_code{company="Toko Maju",verb="nightly"} 1.0' in (
        capsys.readouterr().out
    )
    workspace.status_page.unlink()
    assert commands.status(False, workspace.root, as_page=True, as_prometheus=False) == 0
    assert capsys.readouterr().out == f"{workspace.status_page}\n"
    assert workspace.status_page.is_file()
    replace_stages("nightly")
    run_verb("nightly", workspace, Silent())
    assert "All is well." in workspace.status_page.read_text()
