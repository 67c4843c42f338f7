"""The columns of a part: what they are called, and those that the source types."""

from __future__ import annotations

from collections.abc import Iterable

from ..wording import did_you_mean
from . import sql
from .contracts import DUCKDB_TYPES
from .faults import FileFault
from .locales import ColumnType
from .parsing import Parser
from .sources import Export

MOST_COLUMNS = 10_000
"""No export has so many: the time that a reader needs grows faster than they do."""


def named(first: Iterable[str]) -> tuple[str, ...]:
    """Give the names that a first record states; a column without one is called column_<n>."""
    return tuple(name.strip() or f"column_{number}" for number, name in enumerate(first, 1))


def check_header(header: tuple[str, ...], part: str) -> None:
    """Raise FileFault where columns are too many, or the same, or one has niaga's own name."""
    if len(header) > MOST_COLUMNS:
        raise FileFault(
            f"has {len(header)} columns, and no more than {MOST_COLUMNS} are read", part
        )
    seen: dict[str, str] = {}
    for name in header:
        if "\0" in name:
            shown = name.replace("\0", "\\0")
            raise FileFault(f'has a zero byte in the name of the column "{shown}": rename it', part)
        if other := seen.get(name.lower()):
            differs = "" if other == name else f' (as "{other}": capitals make no difference)'
            raise FileFault(f'has the column "{name}" twice{differs}', part)
        seen[name.lower()] = name
    if "_row_number" in seen:
        raise FileFault('has a column "_row_number", which is niaga\'s own name', part)


def missing_column(column: str, who: str, headers: dict[str, tuple[str, ...]]) -> str:
    """Say that a column is not in the file, which one may be it, and which ones there are."""
    nearest = did_you_mean(column, (name for header in headers.values() for name in header))
    has = "; ".join(f"{part} has: {', '.join(header)}" for part, header in headers.items())
    guess = f" ({nearest})" if nearest else ""
    return f'the column "{column}" that {who} is missing{guess}; {has}'


def typed_cells(export: Export, parser: Parser, header: tuple[str, ...], part: str) -> str:
    """Give the SQL of the columns that the source types, to stand behind those of the file.

    Raises FileFault when the file lacks one of them that is not optional.
    """
    missing = [column for column in export.columns if column not in header]
    missing = [column for column in missing if column not in export.optional_columns]
    if missing:
        raise FileFault(missing_column(missing[0], "the source types", {part: header}), part)
    return "".join(
        f", {parser.of(export, name).local_value(kind, parser.clean(sql.name(name)))}"
        f" AS {typed(name)}"
        for name, kind in typed_in(export, header).items()
    )


def typed_in(export: Export, header: tuple[str, ...]) -> dict[str, ColumnType]:
    """Give the types of the columns that the source types and the file has."""
    return {name: kind for name, kind in export.column_types.items() if name in header}


def absent_cells(export: Export, header: tuple[str, ...]) -> list[str]:
    """Give the SQL of the optional columns that the file lacks: they have no values."""
    return [
        f"CAST(NULL AS {DUCKDB_TYPES[kind]}) AS {sql.name(name)}"
        for name, kind in export.optional_columns.items()
        if name not in header
    ]


def typed(name: str) -> str:
    """Give the column that has a typed one's value."""
    return sql.name(f"_typed {name}")


def null_texts(parser: Parser) -> str:
    """Give the texts that mean: no value, as the inside of a list."""
    return sql.texts(dict.fromkeys(("", *parser.locale.null)))


def unless_null(text: str, parser: Parser) -> str:
    """Give the text of a cell, or NULL where it means: no value."""
    return f"CASE WHEN {text} NOT IN ({null_texts(parser)}) THEN {text} END"


def float_text(cell: str, digits: int, whole_below: int) -> str:
    """Write a float without an exponent, where 38 digits can, as SQL.

    It has as many digits as given; whole numbers below `whole_below` have all of theirs.
    """
    rounded = f"format('{{:.{digits}g}}', {cell})"
    small = f"rtrim(CAST(CAST({rounded} AS DECIMAL(38, 30)) AS VARCHAR), '0')"
    large = f"CAST(CAST({rounded} AS DECIMAL(38, 0)) AS VARCHAR)"
    return (
        f"CASE WHEN {cell} = trunc({cell}) AND abs({cell}) < {whole_below}"
        f" THEN CAST(CAST({cell} AS BIGINT) AS VARCHAR)"
        f" WHEN abs({cell}) BETWEEN 1e-15 AND 1e-4 THEN {small}"
        f" WHEN abs({cell}) BETWEEN 1e6 AND 1e37 AND {cell} = trunc({cell}) THEN {large}"
        f" ELSE {rounded} END"
    )
