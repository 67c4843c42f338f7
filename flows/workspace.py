"""Find a company's workspace and read its `niaga.yml`."""

from __future__ import annotations

import difflib
import json
import zoneinfo
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from . import templates
from .configuration import FileModel, load_yaml, parse_yaml, validate
from .currencies import CURRENCIES, currency_digits
from .errors import ConfigurationError, UsageError
from .fiscal_year import FiscalYear
from .wording import Refusal, did_you_mean

SETTINGS_FILE = "niaga.yml"

_FOLDERS = (
    "landing",
    "lake",
    "archive",
    "quarantine",
    "rejected",
    "warehouse",
    "ledger",
    "published",
    "sources",
    "plans",
)


def _check_currency(code: str) -> str:
    if code not in CURRENCIES:
        # Codes are too short to guess from a wrong letter: one is as near as another.
        is_small = code.upper() in CURRENCIES
        remedy = f"write {code.upper()}" if is_small else "write the ISO 4217 code, like IDR or USD"
        raise Refusal(f"`{code}` is no currency", remedy)
    return code


def check_time_zone(name: str) -> str:
    """Give the IANA name back; raise Refusal when there is no such zone."""
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        remedy = _nearest_zone(name) or "write an IANA name, like Asia/Jakarta or UTC"
        raise Refusal(f"`{name}` is no time zone", remedy) from None
    return name


def _nearest_zone(name: str) -> str:
    """Suggest a zone for its city alone too: people write `Jakarta`."""
    zones = sorted(zoneinfo.available_timezones())
    cities = {zone.rpartition("/")[2].lower(): zone for zone in zones}
    city = difflib.get_close_matches(name.rpartition("/")[2].lower(), list(cities), n=1, cutoff=0.8)
    return f"did you mean `{cities[city[0]]}`?" if city else did_you_mean(name, zones)


def _check_state_url(url: str) -> str:
    if "://" not in url:
        raise Refusal(f"`{url}` is no database URL", "like postgresql://user@host/database")
    if url in ("sqlite://", "sqlite:///", "sqlite:///:memory:"):
        raise Refusal(
            "a database in memory forgets what was paid", "name a file: sqlite:///state.db"
        )
    return url


class Settings(FileModel):
    """What `niaga.yml` says about the company."""

    company: Annotated[
        str, Field(min_length=1, description="The company's name, as printed on statements.")
    ]
    currency: Annotated[
        str,
        AfterValidator(_check_currency),
        Field(description="The company's currency, an ISO 4217 code: IDR, USD, EUR."),
    ]
    money_scale: Annotated[
        int,
        Field(
            ge=0,
            le=6,
            description="Decimals in which sources state money. Default: the currency's.",
        ),
    ] = Field(default_factory=lambda known: currency_digits(known.get("currency", "")))
    time_zone: Annotated[
        str,
        AfterValidator(check_time_zone),
        Field(description="IANA name of the zone of local times, like Asia/Jakarta."),
    ] = "UTC"
    fiscal_year: Annotated[
        FiscalYear | None,
        Field(
            description="The fiscal year, for plans that pay by FY month, FY quarter or FY year."
        ),
    ] = None
    keep_publications: Annotated[
        int, Field(ge=1, description="How many publications are kept, the current one included.")
    ] = 3
    state: Annotated[
        str | None,
        AfterValidator(lambda url: url if url is None else _check_state_url(url)),
        Field(
            description="URL of the state database. Default: the file state.db in the workspace."
        ),
    ] = None


@dataclass(frozen=True)
class Workspace:
    """One company's folder: where everything of it is."""

    root: Path
    settings: Settings

    @property
    def landing(self) -> Path:
        """Where exports arrive."""
        return self.root / "landing"

    @property
    def lake(self) -> Path:
        """Typed segments, one folder a feed."""
        return self.root / "lake"

    @property
    def archive(self) -> Path:
        """Exports as they came, compressed, by the hash of their content."""
        return self.root / "archive"

    @property
    def quarantine(self) -> Path:
        """Rows that were held back."""
        return self.root / "quarantine"

    @property
    def rejected(self) -> Path:
        """Files that were held back, each with its reason beside it."""
        return self.root / "rejected"

    @property
    def warehouse(self) -> Path:
        """The build and the working files of dbt and Prefect; can be deleted."""
        return self.root / "warehouse"

    @property
    def build_database(self) -> Path:
        """The database that dbt builds in."""
        return self.warehouse / "build.duckdb"

    @property
    def spill(self) -> Path:
        """Where a build puts for a while what does not fit into memory."""
        return self.warehouse / "spill"

    @property
    def ledger(self) -> Path:
        """Segments of what is owed; never changed."""
        return self.root / "ledger"

    @property
    def published(self) -> Path:
        """What readers see."""
        return self.root / "published"

    @property
    def sources_folder(self) -> Path:
        """The export layouts, one file a source."""
        return self.root / "sources"

    @property
    def plans_folder(self) -> Path:
        """The commission plans, one file a plan."""
        return self.root / "plans"

    @property
    def schemas_folder(self) -> Path:
        """JSON Schemas by which an editor checks the YAML while it is written."""
        return self.root / "schemas"

    @property
    def currency_digits(self) -> int:
        """Decimals of the smallest amount that is paid."""
        return currency_digits(self.settings.currency)

    @property
    def state_url(self) -> str:
        """URL of the state database; a relative SQLite file counts from the workspace."""
        url = self.settings.state or "sqlite:///state.db"
        scheme, _, file = url.partition(":///")
        if scheme.partition("+")[0] != "sqlite" or not file:
            return url
        return f"{scheme}:///{self.root / file}"


def find_workspace(start: Path | None = None) -> Workspace:
    """Open the workspace in `start`; when None, the nearest upwards from the current folder."""
    if start is not None:
        return _open_workspace(
            start.expanduser().resolve(), f"{start} is no workspace: it has no {SETTINGS_FILE}"
        )
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / SETTINGS_FILE).is_file():
            return _open_workspace(folder, "")
    raise UsageError(
        f"no {SETTINGS_FILE} in {here} or above it",
        "go into a workspace, name one by --workspace, or make one: `niaga init FOLDER`",
    )


def _open_workspace(root: Path, problem: str) -> Workspace:
    file = root / SETTINGS_FILE
    if not file.is_file():
        raise UsageError(problem, f"make a workspace there: `niaga init {root}`")
    return Workspace(root, validate(load_yaml(file), Settings))


def ensure_folders(workspace: Workspace) -> None:
    """Make the folders of the workspace that are not there yet."""
    for name in _FOLDERS:
        # Pay is in them, and customers: for the owner only.
        (workspace.root / name).mkdir(mode=0o700, parents=True, exist_ok=True)


def create_workspace(root: Path, company: str, currency: str, time_zone: str = "UTC") -> Workspace:
    """Make a new workspace with a commented `niaga.yml`, an example source and an example plan."""
    from .schemas import write_schemas

    root = root.expanduser().resolve()
    file = root / SETTINGS_FILE
    if file.exists():
        raise UsageError(
            f"{root} is a workspace already", f"edit its {SETTINGS_FILE}, or choose another folder"
        )
    text = templates.SETTINGS.format(
        company=json.dumps(company, ensure_ascii=False),
        currency=currency,
        time_zone=time_zone,
        money_scale=currency_digits(currency),
    )
    workspace = Workspace(root, _check_new_settings(text, file))
    ensure_folders(workspace)
    write_schemas(workspace.schemas_folder)
    _write_new(workspace.sources_folder / "sales.yml.example", templates.SOURCE)
    _write_new(
        workspace.plans_folder / "field-sales.yml.example", templates.PLAN.format(currency=currency)
    )
    _write_new(root / ".gitignore", templates.GITIGNORE)
    # Last, because this file makes the folder a workspace.
    file.write_text(text, encoding="utf-8")
    return workspace


def _check_new_settings(text: str, file: Path) -> Settings:
    try:
        return validate(parse_yaml(text, file), Settings)
    except ConfigurationError as error:
        # The file is not there yet: its lines would mean nothing to the user.
        fault = error.faults[0]
        raise UsageError(f"{fault.field}: {fault.problem}", fault.remedy) from error


def _write_new(file: Path, text: str) -> None:
    if not file.exists():
        file.write_text(text, encoding="utf-8")
