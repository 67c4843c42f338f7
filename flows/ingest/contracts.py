"""The contracts of all feeds: which columns a feed has, of which type, and what makes a record one.

A contract is a YAML file in `contracts/`. It is part of niaga, not of a workspace: a
source maps an export to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ..configuration import FileModel, load_yaml, validate
from ..wording import Refusal
from .locales import ColumnType

CONTRACTS_FOLDER = Path(__file__).with_name("contracts")

DUCKDB_TYPES: Mapping[ColumnType, str] = MappingProxyType(
    {
        "text": "VARCHAR",
        "integer": "BIGINT",
        "quantity": "DECIMAL(18,6)",
        "money": "DECIMAL(24,6)",
        "rate": "DECIMAL(18,9)",
        "date": "DATE",
        "timestamp": "TIMESTAMP",
        "boolean": "BOOLEAN",
    }
)

SYSTEM_COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "_export_id": "VARCHAR",
        "_row_number": "BIGINT",
        "_business_date": "DATE",
        "_loaded_at": "TIMESTAMP",
    }
)
"""What every lake segment has behind the feed's columns: where a row came from, and when."""


class Column(FileModel):
    """One column of a feed."""

    name: str
    type: ColumnType
    required: bool = False
    key: bool = False
    description: str
    allowed: tuple[str, ...] = ()
    default: Annotated[
        Literal["business_date"] | None,
        Field(description="What a missing value stands for: the business date of its export."),
    ] = None

    @property
    def duckdb_type(self) -> str:
        """The type in the lake and in the marts."""
        return DUCKDB_TYPES[self.type]


class Check(FileModel):
    """A rule between the columns of one row: SQL that is true, or NULL, where the row is right."""

    column: Annotated[
        str, Field(description="The column that is at fault where the rule is broken.")
    ]
    holds: str
    problem: str


class Contract(FileModel):
    """What one feed takes."""

    feed: str
    title: str
    description: str
    area: Literal["sales", "masters", "targets", "campaigns", "surveys"]
    owner: Literal["foundation", "sales", "marketing"]
    supersede: Literal["append", "upsert", "versions", "snapshot"]
    columns: tuple[Column, ...]
    one_of: tuple[tuple[str, ...], ...] = ()
    """Groups of columns: at least one group must be given in full."""
    checks: tuple[Check, ...] = ()

    @model_validator(mode="after")
    def _check_names(self) -> Self:
        names = [column.name for column in self.columns]
        named = [name for group in self.one_of for name in group] + [
            check.column for check in self.checks
        ]
        unknown = [name for name in named if name not in names]
        if unknown or len(set(names)) < len(names) or not self.key:
            raise Refusal(
                f"`{self.feed}` has no key, a column twice, or names unknown columns {unknown}"
            )
        return self

    @cached_property
    def key(self) -> tuple[str, ...]:
        """The columns that tell one record from another; some may be NULL (see `one_of`)."""
        return tuple(column.name for column in self.columns if column.key)

    @cached_property
    def required(self) -> tuple[str, ...]:
        """The columns that every row must fill."""
        return tuple(column.name for column in self.columns if column.required)

    @property
    def is_master(self) -> bool:
        """Whether records are master data, which keep their history."""
        return self.area == "masters"


@lru_cache(maxsize=1)
def contracts() -> Mapping[str, Contract]:
    """Give the contracts of all feeds by name, in the order of the names."""
    found = (validate(load_yaml(path), Contract) for path in sorted(CONTRACTS_FOLDER.glob("*.yml")))
    return MappingProxyType({contract.feed: contract for contract in found})
