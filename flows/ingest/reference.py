"""Write the reference page of the feeds: `python -m niaga.ingest.reference docs/reference`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from .contracts import DUCKDB_TYPES, Column, Contract, contracts

PAGE = "feeds.md"

_AREAS = {
    "sales": "Sales",
    "masters": "Masters",
    "targets": "Targets",
    "campaigns": "Campaigns",
    "surveys": "Surveys and research",
}

_SUPERSEDE = {
    "append": "Every record counts; none replaces another.",
    "upsert": "A later record with the same key replaces the earlier one.",
    "versions": (
        "A later record with the same key is a new version; "
        "a fact finds the version valid at its date."
    ),
    "snapshot": "The latest export is the whole truth: a record that it lacks no longer exists.",
}

_TYPES = {
    "text": "text; blanks around it are taken off",
    "integer": "whole number",
    "quantity": "number with at most 6 decimals",
    "money": "number with at most as many decimals as `money_scale` in niaga.yml",
    "rate": "fraction (0.05 is 5%) or factor, with at most 9 decimals",
    "date": "day after 1900-01-01, in the company's time zone",
    "timestamp": "instant; sources state it in the company's time zone, the lake has it in UTC",
    "boolean": "yes or no",
}

_HEAD = """\
<!-- Generated from flows/ingest/contracts by `python -m niaga.ingest.reference docs/reference`. -->

# Feeds

What niaga takes in. A source (`sources/*.yml`) maps an export to one or more of these feeds. A feed
takes more columns than listed: they are kept under their own names. A column that is neither
required nor mapped is NULL.

A cell that does not fit its type is never changed or rounded to fit: its row is held back in
`quarantine/`, with the reason. Among records of one key the latest counts, by business date, export
and row number: the order in which files arrive never matters.

Every row also has `_export_id` (the file it came from), `_row_number` (the record in that file, the
first is 1), `_business_date` (the day that the export is about) and `_loaded_at` (UTC).
"""


def feeds_page() -> str:
    """Give the page as Markdown."""
    return "\n".join(_lines(contracts().values()))


def write_reference(folder: Path) -> None:
    """Write the page into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / PAGE).write_text(feeds_page(), encoding="utf-8")


def _lines(feeds: Iterable[Contract]) -> Iterator[str]:
    by_area = {area: [feed for feed in feeds if feed.area == area] for area in _AREAS}
    yield _HEAD
    yield "## Types"
    yield ""
    yield "| type | meaning | in the lake |"
    yield "| --- | --- | --- |"
    for name, duckdb_type in DUCKDB_TYPES.items():
        yield f"| {name} | {_TYPES[name]} | `{duckdb_type}` |"
    yield ""
    for area, title in _AREAS.items():
        links = [f"[{feed.feed}](#{feed.feed})" for feed in by_area[area]]
        yield f"**{title}**: {', '.join(links)}"
        yield ""
    for area, title in _AREAS.items():
        yield f"## {title}"
        yield ""
        for feed in by_area[area]:
            yield from _feed_lines(feed)


def _feed_lines(feed: Contract) -> Iterator[str]:
    yield f"### {feed.feed}"
    yield ""
    yield f"{feed.description} {_SUPERSEDE[feed.supersede]} Owned by {feed.owner}."
    yield ""
    yield "| column | type | | description |"
    yield "| --- | --- | --- | --- |"
    for column in feed.columns:
        yield f"| `{column.name}` | {column.type} | {_marks(column)} | {_describe(column)} |"
    yield ""
    if feed.one_of:
        groups = [" with ".join(f"`{name}`" for name in group) for group in feed.one_of]
        yield f"Every row has at least one of: {', '.join(groups)}."
        yield ""
    for check in feed.checks:
        condition = check.holds.replace("{currency}", "the company's currency")
        yield f"`{check.column}` is at fault unless {condition}."
        yield ""


def _marks(column: Column) -> str:
    marks = ["required"] * column.required + ["key"] * column.key
    return ", ".join(marks)


def _describe(column: Column) -> str:
    allowed = f" One of: {', '.join(column.allowed)}." if column.allowed else ""
    return f"{column.description}{allowed}".replace("|", "\\|")


if __name__ == "__main__":
    write_reference(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/reference"))
