"""Files leave landing/ when they are complete and archived, and nothing else that lies there."""

from __future__ import annotations

import gc
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from niaga.errors import ConfigurationError
from niaga.failpoints import reach
from niaga.ingest import stage
from niaga.ingest.archive import restore_export
from niaga.ingest.stage import IngestReport
from niaga.operate.run import FILE_HELD
from niaga.operate.status import read_status

from tests.support.warm import Warm

from .conftest import HEADER, SALES, Company, line, lines

JANUARY = "penjualan_2026-01.csv"
TWO_LINES = lines(2)
THREE_LINES = lines(3)


def by_rule(rule: str) -> str:
    return SALES.replace("exports:", f"complete: {rule}\nexports:")


def left(report: IngestReport) -> dict[str, str]:
    return {file.file_name: file.reason for file in report.left}


def landing(company: Company) -> list[str]:
    return sorted(path.name for path in company.workspace.landing.iterdir())


def orders(company: Company) -> list[str]:
    return [order for (order,) in company.lake("order_id")]


def archived(company: Company) -> list[bytes]:
    """Give the contents of the archive."""
    contents = []
    for number, path in enumerate(company.workspace.archive.glob("*/*.zst")):
        copy = company.workspace.warehouse / f"copy-{number}"
        restore_export(path, copy)
        contents.append(copy.read_bytes())
        copy.unlink()
    return contents


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Callable[[], object]], None]:
    """Let something happen once, when the ingest comes by a place."""

    pending: dict[str, Callable[[], object]] = {}

    def come_by(name: str) -> None:
        if name in pending:
            pending.pop(name)()
        reach(name)

    for name, module in list(sys.modules.items()):
        if name.startswith("niaga.") and getattr(module, "reach", None) is reach:
            monkeypatch.setattr(module, "reach", come_by)
    return pending.__setitem__


PLACES = [
    "archive.copied",
    "file.renamed",
    "ingest.archived",
    "ingest.segment_renamed",
    "ingest.committed",
    "state.commit",
    "landing.taken_out",
    "landing.unmarked",
]


@pytest.mark.parametrize("place", PLACES)
def test_a_file_that_is_replaced_meanwhile_is_taken_too(
    company: Company, at: Callable[[str, Callable[[], object]], None], place: str
) -> None:
    path = company.land(JANUARY, TWO_LINES)

    def replace() -> None:
        new = company.workspace.landing / ".new"
        new.write_text(THREE_LINES)
        new.replace(path)

    at(place, replace)
    company.ingest()
    assert landing(company) == [JANUARY]
    company.ingest()
    assert orders(company) in (["F1", "F1", "F2", "F2", "F3"], ["F1", "F2", "F3"])
    assert landing(company) == []
    assert {TWO_LINES.encode(), THREE_LINES.encode()} <= {*archived(company)}


@pytest.mark.parametrize("place", [place for place in PLACES if place != "landing.unmarked"])
def test_what_is_appended_meanwhile_is_taken_too(
    company: Company, at: Callable[[str, Callable[[], object]], None], place: str
) -> None:
    # What is written after the last look, in the moment before the file goes, nobody can see.
    path = company.land(JANUARY, TWO_LINES)
    with path.open("a") as writer:

        def append() -> None:
            writer.write(line(3))
            writer.flush()

        at(place, append)
        company.ingest()
    company.ingest()
    assert set(orders(company)) == {"F1", "F2", "F3"}
    assert landing(company) == []
    assert THREE_LINES.encode() in archived(company)


def test_what_is_written_while_it_is_read_is_not_taken(
    company: Company, at: Callable[[str, Callable[[], object]], None]
) -> None:
    path = company.land(JANUARY, TWO_LINES)
    at("archive.copied", lambda: path.write_text(THREE_LINES))
    report = company.ingest()
    assert (report.outcomes, left(report)) == ((), {JANUARY: "it changed while it was read"})
    assert archived(company) == []
    assert not list(company.workspace.archive.glob("*.tmp"))
    assert company.ingest().rows_loaded == 3


def test_a_rejected_file_that_is_replaced_meanwhile_lies_in_rejected_and_the_new_one_loads(
    company: Company, at: Callable[[str, Callable[[], object]], None]
) -> None:
    path = company.land(JANUARY, TWO_LINES[:-1])
    at("ingest.archived", lambda: company.land(JANUARY, TWO_LINES))
    company.ingest()
    assert (company.workspace.rejected / JANUARY).read_text() == TWO_LINES[:-1]
    assert path.read_text() == TWO_LINES
    assert company.ingest_one().status == "loaded"
    assert not list(company.workspace.rejected.iterdir())


def test_a_file_nobody_takes_that_is_replaced_meanwhile_is_decided_about_later(
    company: Company, at: Callable[[str, Callable[[], object]], None]
) -> None:
    company.land("notes.txt", "one")
    at("ingest.archived", lambda: company.land("notes.txt", "other"))
    assert company.ingest().outcomes == ()
    company.ingest()
    assert (company.workspace.rejected / "notes.txt").read_text() == "other"


def test_a_newer_file_never_takes_the_place_of_one_that_is_put_back(
    company: Company, at: Callable[[str, Callable[[], object]], None]
) -> None:
    company.land(JANUARY, lines(1))
    at("ingest.committed", lambda: company.land(JANUARY, lines(2)))
    at("landing.taken_out", lambda: company.land(JANUARY, lines(3)))
    company.ingest()
    company.ingest()
    assert landing(company) == []
    assert {*archived(company)} == {lines(count).encode() for count in (1, 2, 3)}


def test_a_file_that_goes_away_meanwhile_does_no_harm(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.land(JANUARY, TWO_LINES)
    path = company.land("penjualan_2026-02.csv", lines(1))
    look = stage.look_into_landing

    def look_and_lose(*given: object) -> object:
        found = look(*given)  # type: ignore[arg-type]
        path.unlink()
        return found

    monkeypatch.setattr(stage, "look_into_landing", look_and_lose)
    assert company.ingest_one().rows_loaded == 2


def test_what_programs_still_write_is_left_alone_and_reported(company: Company) -> None:
    names = [
        f".{JANUARY}.x7Gh2a",
        f"{JANUARY}.part",
        f"{JANUARY}.TMP",
        f"{JANUARY}.crdownload",
        f"{JANUARY}.filepart",
        "~$penjualan.xlsx",
    ]
    for name in names:
        company.land(name, lines(1))
    report = company.ingest()
    assert (report.outcomes, landing(company)) == ((), sorted(names))
    reason = "it is not complete yet: programs give such names to what they still write"
    assert left(report) == dict.fromkeys(names, reason)
    assert {file.file_name for file in read_status(company.workspace).left_files} == set(names)


def test_a_file_is_taken_when_it_has_not_changed_for_a_while(bare_company: Company) -> None:
    bare_company.source(by_rule("{unchanged_seconds: 1}"))
    # That its time is long ago says nothing: many programs set it when they begin to copy.
    path = bare_company.land(JANUARY, TWO_LINES, day="2020-01-01")
    report = bare_company.ingest()
    assert report.outcomes == ()
    assert left(report) == {
        JANUARY: "it is not complete yet: it has changed within the last 1 seconds"
    }
    assert path.exists()
    time.sleep(1.01)
    assert bare_company.ingest_one().rows_loaded == 2


def test_a_file_is_taken_with_its_marker(bare_company: Company) -> None:
    bare_company.source(by_rule("{marker: .done}"))
    bare_company.source(
        "source: all\nexports: {rows: {file: 'lain*'}}\nfeeds:\n"
        "  territory: select _row_number, id as territory_id from rows\n"
    )
    bare_company.land(JANUARY, TWO_LINES)
    bare_company.land("penjualan_2026-02.csv.done", "")
    bare_company.land("lain.csv.done", "id\nA\n")
    report = bare_company.ingest()
    assert left(report) == {
        JANUARY: f"it is not complete yet: {JANUARY}.done is not there",
        "penjualan_2026-02.csv.done": "it says that a file is complete which is not there",
    }
    # A name that only looks like a marker's is a file like any other.
    assert [(o.file_name, o.rows_loaded) for o in report.outcomes] == [("lain.csv.done", 1)]
    bare_company.land(f"{JANUARY}.done", "")
    assert bare_company.ingest_one().rows_loaded == 2
    assert landing(bare_company) == ["penjualan_2026-02.csv.done"]


def test_a_rejected_file_takes_its_marker_with_it(bare_company: Company) -> None:
    bare_company.source(by_rule("{marker: .done}"))
    bare_company.land(JANUARY, TWO_LINES[:-1])
    bare_company.land(f"{JANUARY}.done", "")
    assert bare_company.ingest_one().status == "rejected"
    assert landing(bare_company) == []


def test_what_stays_in_landing_for_a_day_is_told_by_the_exit_code(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.land(f"{JANUARY}.part", lines(1))
    company.land(".gitkeep", "")
    assert [file.is_stuck for file in company.ingest().left] == [False, False]
    monkeypatch.setattr("niaga.ingest.landing._STUCK_AFTER", -timedelta(days=1))
    assert [file.is_stuck for file in company.ingest().left] == [False, True]


@pytest.mark.parametrize(
    "place",
    ["archive.copied", "landing.taken_out", "landing.unmarked", "rejected.explained"],
)
def test_killed_on_the_way_out_and_run_again_files_are_taken_once(
    warm: Warm, bare_company: Company, place: str
) -> None:
    bare_company.source(by_rule("{marker: .done}"))
    for name, content in {
        JANUARY: TWO_LINES,
        "penjualan_2026-02.csv": lines(1)[:-1],
        "penjualan_2026-03.csv": HEADER + line(3),
    }.items():
        bare_company.land(name, content)
        bare_company.land(f"{name}.done", "")
    root = bare_company.workspace.root
    for _ in range(2):
        assert warm.run(root, ["ingest"], failpoint=place) == -signal.SIGKILL
    assert warm.run(root, ["ingest"]) == FILE_HELD
    assert orders(bare_company) == ["F1", "F2", "F3"]
    assert landing(bare_company) == []
    assert (bare_company.workspace.rejected / "penjualan_2026-02.csv").read_text() == lines(1)[:-1]
    assert len(bare_company.loads()) == 2


@pytest.mark.parametrize("suffix", ["", "a/b", "*.done", "{file}.done"])
def test_a_marker_is_an_end_of_a_name(bare_company: Company, suffix: str) -> None:
    bare_company.source(by_rule(f"{{marker: '{suffix}'}}"))
    with pytest.raises(ConfigurationError, match="is no end of a name"):
        bare_company.ingest()


def test_what_is_no_file_is_held_back_and_never_waited_for(
    company: Company, tmp_path: Path
) -> None:
    folder = company.workspace.landing
    secret = tmp_path / "secret.csv"
    secret.write_text(lines(1))
    (folder / "penjualan_2026-02.csv").symlink_to(secret)
    (folder / "penjualan_2026-03.csv").symlink_to(tmp_path)
    (folder / "penjualan_2026-04.csv").symlink_to(tmp_path / "nothing")
    os.mkfifo(folder / "penjualan_2026-05.csv")
    with socket.socket(socket.AF_UNIX) as listening:
        here = Path.cwd()
        os.chdir(folder)  # A socket's path has at most 107 bytes.
        listening.bind("penjualan_2026-06.csv")
        os.chdir(here)
    expected = {f"penjualan_2026-0{month}.csv" for month in range(2, 7)}
    if os.getuid() == 0:
        os.mknod(folder / "penjualan_2026-07.csv", 0o020666, os.makedev(1, 5))
        expected.add("penjualan_2026-07.csv")
    (folder / "folder.csv").mkdir()
    company.land("folder.csv/penjualan_2026-08.csv", lines(1))
    company.land(JANUARY, TWO_LINES)
    report = company.ingest()
    assert report.rows_loaded == 2
    held = {outcome.file_name for outcome in report.outcomes if outcome.status == "rejected"}
    assert held == expected
    for name in expected:
        assert os.path.lexists(company.workspace.rejected / name)
        reason = (company.workspace.rejected / f"{name}.reason.txt").read_text()
        assert "Reason: it is no regular file" in reason
    assert left(report) == {"folder.csv": "it is a folder: put the files themselves into landing/"}
    assert (folder / "folder.csv" / "penjualan_2026-08.csv").read_text() == lines(1)
    assert secret.read_text() == lines(1)
    assert len(read_status(company.workspace).held_files) == len(expected)


def test_a_file_that_can_not_be_read_is_held_back(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.land(JANUARY, TWO_LINES)
    blocked = company.land("penjualan_2026-02.csv", lines(1))
    blocked.chmod(0)
    opened = os.open

    def refuse(path: Path, *given: int, **more: int) -> int:
        # As the system does for everybody but the superuser.
        if Path(path) == blocked:
            raise PermissionError(13, "Permission denied")
        return opened(path, *given, **more)

    monkeypatch.setattr(os, "open", refuse)
    report = company.ingest()
    monkeypatch.undo()
    assert (report.rows_loaded, report.files_held) == (2, 1)
    assert "it can't be read (Permission denied)" in company.exports()[blocked.name][1]  # type: ignore[operator]
    (company.workspace.rejected / blocked.name).chmod(0o600)
    assert (company.workspace.rejected / blocked.name).read_text() == lines(1)


HOSTILE_NAMES = {
    b"penjualan_2026-01_\xff\xfe.csv": "penjualan_2026-01_\\xff\\xfe.csv",
    b"penjualan_2026-01_\xff\xfd.csv": "penjualan_2026-01_\\xff\\xfd.csv",
    b"penjualan_2026-02_a\nb\r\t.csv": "penjualan_2026-02_a\\nb\\r\\t.csv",
    b"penjualan_2026-03_\x1b[31m.csv": "penjualan_2026-03_\\x1b[31m.csv",
    b"penjualan_2026-04_'\"`$(id);--.csv": "penjualan_2026-04_'\"`$(id);--.csv",
    "penjualan_2026-05_\u202evsc.csv".encode(): "penjualan_2026-05_\\u202evsc.csv",
    b"penjualan_2026-06_..\\..\\x.csv": "penjualan_2026-06_..\\..\\x.csv",
    b"penjualan_2026-07_" + b"n" * 233 + b".csv": "penjualan_2026-07_" + "n" * 233 + ".csv",
    b"...": "",
    b"..x": "",
    b"penjualan_2026-08_[red]{date}%s*?.csv": "penjualan_2026-08_[red]{date}%s*?.csv",
    b"-rf penjualan.csv": "-rf penjualan.csv",
}


@pytest.mark.parametrize("good", [True, False], ids=["loaded", "rejected"])
def test_names_do_no_harm(company: Company, *, good: bool) -> None:
    for number, name in enumerate(HOSTILE_NAMES, 1):
        content = HEADER + line(number)
        company.land(os.fsdecode(name), content if good else content[:-1])
    report = company.ingest()
    assert {*left(report)} == {"...", "..x"}
    readable = {text for text in HOSTILE_NAMES.values() if text}
    assert {outcome.file_name for outcome in report.outcomes} == readable
    expected = {"loaded"} if good else {"rejected"}
    statuses = {o.status for o in report.outcomes if o.file_name != "-rf penjualan.csv"}
    assert statuses == expected
    held = len(readable) if not good else 1
    assert len(read_status(company.workspace).held_files) == held
    names = sorted(path.name for path in company.workspace.rejected.iterdir())
    assert len(names) == 2 * held
    assert all(len(os.fsencode(name)) <= 255 for name in names)
    if not good:
        # Mended, they take the place of the rejected ones.
        for number, name in enumerate(HOSTILE_NAMES, 1):
            company.land(os.fsdecode(name), HEADER + line(number))
        assert company.ingest().files_held == 1
        assert len(list(company.workspace.rejected.iterdir())) == 2


def test_a_file_called_as_a_reason_replaces_none(company: Company) -> None:
    company.land(JANUARY, TWO_LINES[:-1])
    company.ingest()
    company.land(f"{JANUARY}.reason.txt", "no reason")
    company.ingest()
    assert "is truncated" in company.reason(JANUARY)
    assert b"no reason" in archived(company)
    assert len(list(company.workspace.rejected.iterdir())) == 4


def test_a_file_of_no_bytes_is_held_back(company: Company) -> None:
    company.land(JANUARY, "")
    company.land("penjualan_2026-02.csv", TWO_LINES)
    report = company.ingest()
    assert (report.rows_loaded, report.files_held) == (2, 1)
    assert company.reason(JANUARY).count("is empty") == 1


def test_no_descriptor_stays_open(company: Company) -> None:
    company.land(JANUARY, TWO_LINES)
    os.mkfifo(company.workspace.landing / "pipe.csv")
    company.ingest()
    gc.collect()
    before = len(list(Path("/proc/self/fd").iterdir()))
    for number in range(5):
        company.land(f"penjualan_2026-0{number + 2}.csv", HEADER + line(number))
        os.mkfifo(company.workspace.landing / f"pipe{number}.csv")
    company.ingest()
    gc.collect()
    assert len(list(Path("/proc/self/fd").iterdir())) <= before
