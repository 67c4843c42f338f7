"""A workspace is found, made and read; its settings are checked."""

from __future__ import annotations

from pathlib import Path

import pytest
from niaga.currencies import currency_digits
from niaga.errors import ConfigurationError, UsageError
from niaga.ingest.sources import load_sources
from niaga.workspace import Settings, Workspace, create_workspace, ensure_folders, find_workspace


def make(root: Path, text: str = "company: Toko\ncurrency: IDR\n") -> Path:
    root.mkdir(parents=True, exist_ok=True)
    (root / "niaga.yml").write_text(text, encoding="utf-8")
    return root


def test_a_workspace_is_found_upwards_from_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make(tmp_path / "toko")
    inner = root / "sources" / "old"
    inner.mkdir(parents=True)
    monkeypatch.chdir(inner)
    assert find_workspace(None).root == root


def test_no_workspace_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=r"no niaga\.yml in") as caught:
        find_workspace(None)
    assert "niaga init" in caught.value.remedy
    with pytest.raises(UsageError, match="is no workspace") as caught:
        find_workspace(tmp_path / "elsewhere")
    assert "niaga init" in caught.value.remedy


def test_a_named_folder_is_not_searched_upwards(tmp_path: Path) -> None:
    root = make(tmp_path / "toko")
    (root / "landing").mkdir()
    with pytest.raises(UsageError, match="is no workspace"):
        find_workspace(root / "landing")


def test_what_is_left_out_has_defaults(tmp_path: Path) -> None:
    workspace = find_workspace(make(tmp_path / "toko"))
    assert workspace.settings == Settings(
        company="Toko", currency="IDR", money_scale=0, time_zone="UTC", keep_publications=3
    )
    assert workspace.currency_digits == 0
    assert workspace.state_url == f"sqlite:///{workspace.root}/state.db"
    assert workspace.build_database == workspace.root / "warehouse" / "build.duckdb"


@pytest.mark.parametrize(
    ("currency", "digits"),
    [
        ("IDR", 0),
        ("JPY", 0),
        ("KRW", 0),
        ("VND", 0),
        ("KWD", 3),
        ("BHD", 3),
        ("TND", 3),
        ("USD", 2),
    ],
)
def test_money_has_the_digits_that_are_paid(currency: str, digits: int) -> None:
    assert currency_digits(currency) == digits
    assert Settings(company="x", currency=currency).money_scale == digits


def test_every_wrong_setting_is_named_by_line(tmp_path: Path) -> None:
    text = """\
company: Toko
currency: idr
money_scale: 7
time_zone: Jakarta
nightly_at: 24:00
keep_publications: 0
state: postgres
keep: 3
"""
    with pytest.raises(ConfigurationError) as caught:
        find_workspace(make(tmp_path / "toko", text))
    file = tmp_path / "toko" / "niaga.yml"
    assert [str(fault) for fault in caught.value.faults] == [
        f"{file}:2: currency: `idr` is no currency (write IDR)",
        f"{file}:3: money_scale: `7`: should be less than or equal to 6",
        f"{file}:4: time_zone: `Jakarta` is no time zone (did you mean `Asia/Jakarta`?)",
        f"{file}:5: nightly_at: `24:00` is no time of day (write hours and minutes, like 01:30)",
        f"{file}:6: keep_publications: `0`: should be greater than or equal to 1",
        f"{file}:7: state: `postgres` is no database URL (like postgresql://user@host/database)",
        f"{file}:8: keep: is an unknown key (known here: company, currency, fiscal_year, "
        "keep_publications, metrics_file, money_scale, nightly_at, notifications, retention, "
        "state, time_zone)",
    ]


@pytest.mark.parametrize("zone", ["Asia/Jakart", "../../etc/passwd", "", "/etc/localtime", "Asia"])
def test_an_unknown_time_zone_is_refused(tmp_path: Path, zone: str) -> None:
    with pytest.raises(ConfigurationError, match=r"niaga\.yml:3: time_zone: .* is no time zone"):
        find_workspace(make(tmp_path, f"company: x\ncurrency: IDR\ntime_zone: '{zone}'\n"))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("sqlite:///books/state.db", "sqlite:///{root}/books/state.db"),
        ("sqlite:////srv/state.db", "sqlite:////srv/state.db"),
        ("postgresql://niaga@host/niaga", "postgresql://niaga@host/niaga"),
    ],
)
def test_the_state_is_the_same_from_whatever_folder(
    tmp_path: Path, url: str, expected: str
) -> None:
    workspace = Workspace(tmp_path, Settings(company="x", currency="USD", state=url))
    assert workspace.state_url == expected.format(root=tmp_path)


def test_state_in_memory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="forgets what was paid"):
        find_workspace(make(tmp_path, "company: x\ncurrency: IDR\nstate: 'sqlite://'\n"))


def test_a_new_workspace_is_complete_and_its_examples_are_valid(tmp_path: Path) -> None:
    made = create_workspace(tmp_path / "toko", 'Toko "Maju": Jaya', "IDR", "Asia/Jakarta")
    workspace = find_workspace(tmp_path / "toko")
    assert workspace == made
    assert workspace.settings.company == 'Toko "Maju": Jaya'
    assert workspace.landing.is_dir()
    assert workspace.ledger.is_dir()
    assert load_sources(workspace) == []

    sources = workspace.sources_folder
    (sources / "sales.yml.example").rename(sources / "sales.yml")
    assert [source.source for source in load_sources(workspace)] == ["sales"]
    for file in [workspace.root / "niaga.yml", sources / "sales.yml"]:
        schema = file.read_text().splitlines()[0].partition("$schema=")[2]
        assert (file.parent / schema).is_file()


def test_a_workspace_is_never_overwritten(tmp_path: Path) -> None:
    make(tmp_path)
    with pytest.raises(UsageError, match="is a workspace already"):
        create_workspace(tmp_path, "Other", "USD")
    assert find_workspace(tmp_path).settings.company == "Toko"


def test_a_wrong_answer_makes_no_workspace(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="currency: `RUPIAH` is no currency"):
        create_workspace(tmp_path / "toko", "Toko", "RUPIAH")
    assert not (tmp_path / "toko").exists()


def test_folders_are_made_where_they_are_missing(tmp_path: Path) -> None:
    workspace = find_workspace(make(tmp_path))
    ensure_folders(workspace)
    (workspace.lake / "kept.txt").touch()
    ensure_folders(workspace)
    assert (workspace.lake / "kept.txt").exists()
