"""The sources of a workspace: how each export is found, read and mapped to feeds."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    PrivateAttr,
    Tag,
    WithJsonSchema,
    model_validator,
)

from ..configuration import Document, FileModel, load_yaml, sort_faults, validate
from ..errors import ConfigurationError, Fault
from ..history.expected import ExpectedText
from ..wording import Refusal, did_you_mean
from ..workspace import Workspace
from .days import EVERYTHING, Days
from .formats import CsvFormat, ExcelFormat, Format
from .locales import ColumnType, ExportColumn, Locale
from .patterns import FilePattern, Match, can_both_match, compile_pattern

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_PERCENT = re.compile(r"(\d{1,3}(?:\.\d+)?)\s*%")

BusinessDate = Literal["file_name", "file_time"]
Period = Literal["month", "quarter", "year"]

_MONTHS_IN: Mapping[Period, int] = {"month": 1, "quarter": 3, "year": 12}


def _check_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise Refusal(f"`{name}` is no name", "use small letters, digits and _, a letter first")
    return name


def _check_pattern(pattern: str) -> str:
    compile_pattern(pattern)
    return pattern


def _check_member(pattern: str) -> str:
    compiled = compile_pattern(pattern)
    if compiled.is_dated or compiled.has_delivery:
        # What a member's name says would count for nothing: the file may say something else.
        raise Refusal(
            f"`{pattern}` has a placeholder", "only `file` has those: write `*` for any text"
        )
    return pattern


def _parse_share(text: Any) -> Any:
    if not isinstance(text, str):
        return text
    found = _PERCENT.fullmatch(text.strip())
    share = Decimal(found[1]) / 100 if found else Decimal(2)
    if share > 1:
        raise Refusal(f"`{text}` is no share", "a percentage from 0% to 100%, like 5%")
    return share


def _check_marker(suffix: str) -> str:
    if not suffix or "/" in suffix or set(suffix) & set("*{}"):
        raise Refusal(
            f"`{suffix}` is no end of a name",
            "write what the marker's name has behind the file's own, like .done",
        )
    return suffix


Name = Annotated[str, AfterValidator(_check_name)]
Share = Annotated[
    Decimal,
    BeforeValidator(_parse_share),
    WithJsonSchema({"type": "string", "pattern": r"^\d{1,3}(\.\d+)?\s*%$"}),
]


def _column_form(given: Any) -> str:
    return "keys" if isinstance(given, (dict, ExportColumn)) else "type"


class Export(FileModel):
    """One file of a delivery: which files it takes and how they are read."""

    file: Annotated[
        str,
        AfterValidator(_check_pattern),
        Field(
            description="Pattern of file names, with `*`, {date:%Y-%m-%d}, {delivery}, and"
            " {from:%Y-%m-%d} to {to:%Y-%m-%d}."
        ),
    ]
    member: Annotated[
        str | None,
        AfterValidator(_check_member),
        Field(
            description="Which member of a zip file is read, with `*`. Default: the only one; a"
            " workbook, itself a zip file, is read as a whole."
        ),
    ] = None
    format: Format = CsvFormat()
    columns: Annotated[
        Mapping[
            str,
            Annotated[
                Annotated[ColumnType, Tag("type")] | Annotated[ExportColumn, Tag("keys")],
                Discriminator(_column_form),
            ],
        ],
        Field(description="Raw columns that the SQL calculates with; all others are text."),
    ] = {}

    @property
    def pattern(self) -> FilePattern:
        """The file pattern, ready to match."""
        return compile_pattern(self.file)

    @property
    def member_pattern(self) -> FilePattern | None:
        """The pattern of the member that is read, ready to match."""
        return compile_pattern(self.member) if self.member else None

    @property
    def inside(self) -> tuple[str, ...]:
        """Which piece of its file the export reads: a member of a zip, a sheet of a workbook."""
        return tuple(name for name in (self.member, self._sheet) if name)

    @property
    def _sheet(self) -> str | None:
        return self.format.sheet if isinstance(self.format, ExcelFormat) else None

    @property
    def column_types(self) -> dict[str, ColumnType]:
        """The types of the raw columns that have one."""
        return {
            name: column.type if isinstance(column, ExportColumn) else column
            for name, column in self.columns.items()
        }

    @property
    def optional_columns(self) -> dict[str, ColumnType]:
        """The types of the raw columns that a file may lack."""
        return {
            name: column.type
            for name, column in self.columns.items()
            if isinstance(column, ExportColumn) and column.optional
        }

    def locale_of(self, name: str, locale: Locale) -> Locale:
        """Give how a raw column is written, where `locale` is the source's."""
        column = self.columns.get(name)
        if not isinstance(column, ExportColumn):
            return locale
        return locale.model_copy(update=column.own_locale)

    def match(self, file_name: str) -> Match | None:
        """Give what `file_name` says, or None when it is no file of this export."""
        return self.pattern.match(file_name)

    def reads_apart_from(self, other: Export) -> bool:
        """Say whether two exports can take one file, since no piece of it is read by both."""
        if self.member and other.member and not can_both_match(self.member, other.member):
            return True
        return bool(self._sheet and other._sheet and not can_both_match(self._sheet, other._sheet))


class ReplacedDays(FileModel):
    """What an export replaces: all that its source said before about a range of days."""

    period: Annotated[
        Period | None,
        Field(description="The calendar period that the export's business date lies in."),
    ] = None
    days: Annotated[
        Annotated[int, Field(ge=1)] | Literal["file_name"] | None,
        Field(
            description="How many days, the last of which is the export's business date; or"
            " file_name: those that its name states, as {from:%Y-%m-%d} and {to:%Y-%m-%d}."
        ),
    ] = None
    column: Annotated[
        str, Field(description="Date column of the feeds: a row outside the range is held back.")
    ]

    @model_validator(mode="after")
    def _check_one(self) -> Self:
        if (self.period is None) == (self.days is None):
            raise Refusal(
                "says the range of days twice"
                if self.period
                else "does not say which days an export replaces",
                "write period: month (or quarter, year), days: 30, or days: file_name",
            )
        return self

    def of(self, business_date: date, match: Match | None) -> Days | None:
        """Give the days that an export of that date and name replaces; None if it does not say."""
        match self.days:
            case None:
                return Days(*self._period_of(business_date), self.column)
            case "file_name":
                return Days(*match.days, self.column) if match and match.days else None
            case count:
                first = date.fromordinal(max(1, business_date.toordinal() - count + 1))
                return Days(first, business_date, self.column)

    def _period_of(self, business_date: date) -> tuple[date, date]:
        months = _MONTHS_IN[self.period or "month"]
        first = date(business_date.year, (business_date.month - 1) // months * months + 1, 1)
        last_month = first.month + months - 1
        return first, date(first.year, last_month, monthrange(first.year, last_month)[1])


class Completeness(FileModel):
    """When a landed file is complete; by default at once, since it was renamed into landing/."""

    unchanged_seconds: Annotated[
        int | None,
        Field(ge=1, description="How long a file must not have changed before it is taken."),
    ] = None
    marker: Annotated[
        str | None,
        AfterValidator(_check_marker),
        Field(
            description="What is behind a file's name in that of its marker, like .done: the file"
            " is taken when its marker is there, and both go."
        ),
    ] = None


def _default_business_date(known: dict[str, Any]) -> BusinessDate:
    exports: Mapping[str, Export] = known.get("exports", {})
    is_dated = any(export.pattern.is_dated for export in exports.values())
    return "file_name" if is_dated else "file_time"


class Source(FileModel):
    """One export layout of one system, mapped to one or more feeds."""

    source: Annotated[Name, Field(description="The source's name; the file is named after it.")]
    title: Annotated[str | None, Field(description="What a person calls this export.")] = None
    exports: Annotated[
        Mapping[Name, Export],
        Field(
            min_length=1,
            description="The parts of a delivery; each name is a relation in the SQL of feeds.",
        ),
    ]
    complete: Annotated[
        Completeness,
        Field(description="When a landed file is complete. Default: as soon as it is there."),
    ] = Completeness()
    expected: Annotated[
        ExpectedText | None,
        Field(
            description="When exports should come, or niaga warns: `daily`, `weekdays by 07:00`,"
            " `weekly on monday`, `monthly on 5`, `irregularly`. Default: as its history shows."
        ),
    ] = None
    locale: Locale = Locale()
    business_date: Annotated[
        BusinessDate,
        Field(description="What dates the rows. Default: file_name if a pattern has a {date}."),
    ] = Field(default_factory=_default_business_date)
    reject_above: Annotated[
        Share, Field(description="Share of faulty rows above which the whole file is held back.")
    ] = Decimal("0.1")
    replaces: Annotated[
        Literal["everything"] | ReplacedDays | None,
        Field(
            description="What an export says anew, so that a row it lacks is gone: everything, or "
            "a range of days. Default: nothing, each export adds or corrects records."
        ),
    ] = None
    feeds: Annotated[
        Mapping[Name, Annotated[str, Field(min_length=1)]],
        Field(min_length=1, description="DuckDB SQL over the parts, one select for each feed."),
    ]
    rows_per_record: Annotated[
        Mapping[Name, Literal["one", "many"]],
        Field(
            description="By feed how many rows its select may make of a record, like {quota: many}"
            " where columns become rows. Default: one; a second row rejects the file."
        ),
    ] = {}

    _path: Path = PrivateAttr(default=Path())

    @property
    def path(self) -> Path:
        """The file that says this."""
        return self._path

    def replaced_days(self, business_date: date | None, file_name: str) -> Days | None:
        """Give what a delivery of that date says anew; None when that is nothing, or not stated.

        `file_name` is the name of its driving export.
        """
        if self.replaces == "everything":
            return EVERYTHING
        if self.replaces is None or business_date is None:
            return None
        return self.replaces.of(business_date, next(iter(self.exports.values())).match(file_name))

    @model_validator(mode="after")
    def _check_dates(self) -> Self:
        undated = [part for part, export in self.exports.items() if not export.pattern.is_dated]
        if self.business_date == "file_name" and len(undated) == len(self.exports):
            remedy = "put {date:%Y-%m-%d} into a file pattern, or write file_time"
            raise Refusal("no file pattern has a {date}", remedy, at=("business_date",))
        return self

    @model_validator(mode="after")
    def _check_replacing(self) -> Self:
        if self.replaces is not None and self.business_date != "file_name":
            # By a file's time, a dump that equals an older one would be that older one.
            raise Refusal(
                "the date in a file's name says which export replaces which, and it is not used",
                "put {date:%Y-%m-%d} into a file pattern",
                at=("replaces",),
            )
        (part, export), *_ = self.exports.items()
        if (
            isinstance(self.replaces, ReplacedDays)
            and self.replaces.days == "file_name"
            and not export.pattern.has_days
        ):
            raise Refusal(
                f"the file pattern of {part} states no days",
                "put {from:%Y-%m-%d} and {to:%Y-%m-%d} into it",
                at=("replaces", "days"),
            )
        return self

    @model_validator(mode="after")
    def _check_columns(self) -> Self:
        for part, export in self.exports.items():
            for name, column in export.columns.items():
                if not isinstance(column, ExportColumn):
                    continue
                place = ("exports", part, "columns", name)
                if column.type == "text" and column.own_locale:
                    # The feed would read by the source's locale what the column's has written.
                    raise Refusal(
                        "a text is not written in a form",
                        "give it the type that it is read as",
                        at=(*place, "type"),
                    )
                try:
                    export.locale_of(name, self.locale).check()
                except Refusal as refusal:
                    at = (*place, *refusal.at)
                    raise Refusal(refusal.problem, refusal.remedy, at=at) from None
        return self

    @model_validator(mode="after")
    def _check_pairing(self) -> Self:
        """Refuse a part that is paired otherwise than the rest: it would wait for them for ever."""
        kinds = {part: _pairing(export.pattern) for part, export in self.exports.items()}
        first = next(iter(kinds))
        for part, kind in kinds.items():
            if kind != kinds[first]:
                problem = f"its files are paired by {kind}, those of `{first}` by {kinds[first]}"
                remedy = "pair all parts of a delivery by {delivery}, or all by {date:...}"
                raise Refusal(problem, remedy, at=("exports", part, "file"))
        return self


def _pairing(pattern: FilePattern) -> str:
    if pattern.has_delivery:
        return "{delivery}"
    dates = [f"{{{name}:{form}}}" for name, form in pattern.date_formats.items()]
    return " and ".join(dates) or "nothing"


def load_source(path: Path) -> Source:
    """Read one source; raise ConfigurationError with all its faults."""
    document = load_yaml(path)
    source = validate(document, Source)
    faults = [
        *_misnamed(document, source),
        *_unknown_feeds(document, source),
        *_not_replaced(document, source),
    ]
    if faults:
        raise ConfigurationError(sort_faults(faults))
    source._path = path
    return source


def load_sources(workspace: Workspace) -> list[Source]:
    """Read all sources of the workspace by name; raise ConfigurationError with all faults."""
    sources: list[Source] = []
    faults: list[Fault] = []
    folder = workspace.sources_folder
    for path in sorted([*folder.glob("*.yml"), *folder.glob("*.yaml")]):
        if path.suffix == ".yaml":
            faults.append(
                Fault(path, None, "", "ends in .yaml and would not be read", "rename it to .yml")
            )
            continue
        try:
            sources.append(load_source(path))
        except ConfigurationError as error:
            faults.extend(error.faults)
    if faults:
        raise ConfigurationError(sort_faults(faults))
    return sources


def _misnamed(document: Document, source: Source) -> Iterator[Fault]:
    path = document.path
    if source.source != path.stem:
        problem = f"is `{source.source}`, the file is {path.name}"
        remedy = f"name the file {source.source}.yml, or the source {path.stem}"
        yield document.fault(("source",), problem, remedy)


def _unknown_feeds(document: Document, source: Source) -> Iterator[Fault]:
    from .contracts import contracts  # Contracts know the types of columns from here.

    known = contracts()
    for feed in source.feeds:
        if feed not in known:
            remedy = did_you_mean(feed, known) or "docs/reference/feeds.md names the feeds"
            yield document.fault(("feeds", feed), "is no feed", remedy)
    for feed in source.rows_per_record:
        if feed not in source.feeds:
            remedy = did_you_mean(feed, source.feeds) or f"there are {', '.join(source.feeds)}"
            yield document.fault(("rows_per_record", feed), "is no feed of this source", remedy)


def _not_replaced(document: Document, source: Source) -> Iterator[Fault]:
    """Refuse to replace what keeps its history, or has not the date that tells the days."""
    from .contracts import contracts

    if source.replaces is None:
        return
    for feed in source.feeds:
        contract = contracts().get(feed)
        if contract and contract.is_master:
            problem = f"would lose the history of {feed}, of which all versions count"
            yield document.fault(("replaces",), problem, "leave replaces out")
        elif contract and isinstance(source.replaces, ReplacedDays):
            if contract.supersede == "snapshot":
                problem = f"each export is the whole truth about {feed} already"
                yield document.fault(("replaces",), problem, "leave replaces out")
                continue
            dates = [column.name for column in contract.columns if column.type == "date"]
            if source.replaces.column not in dates:
                problem = f"`{source.replaces.column}` is no date column of {feed}"
                remedy = did_you_mean(source.replaces.column, dates) or f"one of {', '.join(dates)}"
                yield document.fault(("replaces", "column"), problem, remedy)
