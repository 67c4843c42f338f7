"""Check what a workspace stands on: disk, installed versions, rights of folders, clock."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from ..errors import ConfigurationError
from ..ingest.sources import load_sources
from ..state import utc_now
from ..terminal import as_size
from .finding import Finding, fault, ok, warning

if TYPE_CHECKING:
    from ..workspace import Workspace

_ALWAYS_FREE = 500_000_000
"""Bytes that any night may need: a small company's build, logs, and room for dbt."""

_FEW_NAMES = 20_000
"""So many new files a file system must have room for: a night of many exports."""

_CLOCKS_AGREE = timedelta(seconds=30)
"""Leases last for a minute: clocks of machines that share a state must agree to half of it."""


def check_disk(workspace: Workspace) -> Iterator[Finding]:
    """Compare what is free with what a night may need: a second build, two publications, spill."""
    build = _size(workspace.warehouse / "build.duckdb")
    published = _size((workspace.published / "current").resolve())
    need = _ALWAYS_FREE + 2 * build + 2 * published + 2 * _size(workspace.landing)
    found = os.statvfs(workspace.root)
    free = found.f_bavail * found.f_frsize
    told = f"{as_size(free)} free, a night may need {as_size(need)}"
    remedy = "make room: `niaga prune` shows what can go"
    if free < need:
        yield fault("disk", told, remedy)
    elif free < 2 * need:
        yield warning("disk", told, remedy)
    else:
        yield ok("disk", told)
    if found.f_files > 0 and found.f_favail < _FEW_NAMES:
        told = f"room for {found.f_favail:,} more files only (inodes)"
        yield warning("disk", told, "remove many small files from this disk, or take another one")


def check_versions(workspace: Workspace) -> Iterator[Finding]:
    """Compare Python and the installed packages with what this niaga was made for."""
    wanted = metadata.metadata("niaga")["Requires-Python"]
    python = ".".join(str(part) for part in sys.version_info[:3])
    wrong = 0
    if wanted and python not in SpecifierSet(wanted):
        wrong += 1
        told = f"Python {python}, niaga needs {wanted}"
        yield fault("versions", told, "install niaga with another Python")
    is_shared = not workspace.state_url.startswith("sqlite")
    extras = ["", "postgresql"] if is_shared else [""]
    for line in metadata.requires("niaga") or []:
        requirement = Requirement(line)
        marker = requirement.marker
        if marker and not any(marker.evaluate({"extra": extra}) for extra in extras):
            continue
        found = _installed(requirement.name)
        if found is None or not requirement.specifier.contains(found, prereleases=True):
            wrong += 1
            told = f"{requirement.name} {found or 'is not installed'}"
            yield fault(
                "versions",
                f"{told}, niaga needs {requirement.name}{requirement.specifier}",
                f"pip install '{requirement.name}{requirement.specifier}'",
            )
    if not wrong:
        yield ok("versions", f"niaga {metadata.version('niaga')}, Python {python}, all packages")


def check_rights(workspace: Workspace) -> Iterator[Finding]:
    """Look who can read pay and customers, and whether niaga can write where it must."""
    wrong = 0
    folders = (
        workspace.published,
        workspace.ledger,
        workspace.lake,
        workspace.archive,
        workspace.quarantine,
        workspace.rejected,
    )
    for folder in (folder for folder in folders if folder.is_dir()):
        rights = stat.S_IMODE(folder.stat().st_mode)
        if rights & 0o077:
            wrong += 1
            told = f"{folder.name}/ is open to others ({rights:04o}): pay and customers are in it"
            judge = fault if folder == workspace.published else warning
            yield judge("permissions", told, f"chmod 700 {folder}")
    for folder in (workspace.root, workspace.landing, workspace.warehouse, *folders):
        if folder.is_dir() and not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
            wrong += 1
            told = f"{folder.name}/ can't be written by this user"
            yield fault("permissions", told, f"give it to the user that runs niaga: chown {folder}")
    if not wrong:
        yield ok("permissions", "what holds pay is its owner's alone")


def check_clock(last: datetime | None, database: datetime | None) -> Iterator[Finding]:
    """Compare the clock with the last time that was recorded, and with the database's own.

    Both are UTC without a zone; None where there is none.
    """
    now = utc_now()
    if last is not None and last > now + _CLOCKS_AGREE:
        told = (
            f"it is {now:%Y-%m-%d %H:%M} UTC here, and a run is recorded of {last:%Y-%m-%d %H:%M}"
        )
        yield fault("clock", told, "set the clock: files and runs are told apart by their time")
        return
    if database is not None and abs(database - now) > _CLOCKS_AGREE:
        told = f"it is {now:%H:%M:%S} UTC here, and {database:%H:%M:%S} at the state database"
        yield fault("clock", told, "let both machines keep time by NTP")
        return
    yield ok("clock", f"{now:%Y-%m-%d %H:%M} UTC, later than all that was recorded")


def check_configuration(workspace: Workspace) -> Iterator[Finding]:
    """Read all sources and plans, with their time zones."""
    from ..commission.plans import load_plans
    from ..ingest.mapping import check_sources

    counts = []
    for noun, read in (("sources", load_sources), ("plans", load_plans)):
        try:
            found = list(read(workspace))
            if noun == "sources":
                check_sources(found)  # type: ignore[arg-type]
            counts.append(f"{len(found)} {noun}")
        except ConfigurationError as error:
            for mistake in error.faults:
                place = f"{mistake.file}:{mistake.line}" if mistake.line else str(mistake.file)
                told = f"{place}: {mistake.field}: {mistake.problem}"
                yield fault(noun, told, mistake.remedy or "mend the file")
    if counts:
        yield ok("configuration", ", ".join(counts))


def _installed(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _size(path: Path) -> int:
    """Give the bytes of a file, or of all files in a folder."""
    if path.is_file():
        return path.stat().st_size
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
