"""What must hold of the records of any feed in staging: the versions that count, as in the lake."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from .rules import filled, known, unique
from .severity import ExpectNoRows, critical

if TYPE_CHECKING:
    # The package is installed under another name than its folder's, which mypy does not follow.
    from niaga.ingest.contracts import Contract  # type: ignore[import-not-found]

PERSONAL = frozenset({"email", "phone"})
"""Columns that are compared, but not shown: failing rows are kept."""

MASTER_OF = {
    "product_id": ("stg_product", "product_id"),
    "customer_id": ("stg_customer", "customer_id"),
    "channel_id": ("stg_channel", "channel_id"),
    "territory_id": ("stg_territory", "territory_id"),
    "participant_id": ("stg_participant", "participant_id"),
    "owner_participant_id": ("stg_participant", "participant_id"),
    "campaign_id": ("stg_campaign", "campaign_id"),
    "promotion_id": ("stg_promotion", "promotion_id"),
}
"""Where the ids in a feed's columns are listed."""


def records(contract: Contract) -> list[ExpectNoRows]:
    """Expect of any feed the records that count, and ids that the masters know."""
    names = [column.name for column in contract.columns]
    return [
        *(_snapshot(contract) if contract.supersede == "snapshot" else latest(contract)),
        *(
            known(column, f"staging.{table}", key)
            for column, (table, key) in MASTER_OF.items()
            if column in names and contract.key != (column,)
        ),
    ]


def _columns(contract: Contract) -> list[str]:
    """Give the columns that staging takes over unchanged: a master's valid_from is derived."""
    return [column.name for column in contract.columns if column.key or column.name != "valid_from"]


def latest(contract: Contract) -> list[ExpectNoRows]:
    """Expect of a feed without history exactly the lake's latest version of each record."""
    key = ", ".join(contract.key)
    columns = ", ".join((*_columns(contract), "_export_id", "_row_number"))
    return [
        unique(*contract.key),
        filled(contract.key, contract.required),
        critical(
            "the rows are the lake's latest version of each record",
            f"""
            with latest as (
                select {columns}
                from lake.{contract.feed}
                qualify
                    row_number() over (
                        partition by {key}
                        order by _business_date desc, _export_id desc, _row_number desc
                    ) = 1
            ),
            staged as (select {columns} from this)
            select 'only in the lake' as found, * from (from latest except from staged)
            union all
            select 'only in staging' as found, * from (from staged except from latest)
            """,
        ),
    ]


def _snapshot(contract: Contract) -> list[ExpectNoRows]:
    """Expect of a feed of snapshots exactly the records of the latest export of each source."""
    key = ", ".join(contract.key)
    origin = "_export_id, _row_number"
    return [
        unique(*contract.key),
        filled(contract.key, contract.required),
        critical(
            "the rows are those of the latest export of each source",
            f"""
            with latest as (
                select {key}, {origin}
                from lake.{contract.feed} as row
                left join (select distinct export_id, source from state.export) as export
                    on row._export_id = export.export_id
                qualify
                    dense_rank() over (
                        partition by source order by _business_date desc, _export_id desc
                    ) = 1
            ),
            counted as (
                select {key}, {origin}
                from latest
                qualify
                    row_number() over (
                        partition by {key}
                        order by _export_id desc, _row_number desc
                    ) = 1
            ),
            staged as (select {key}, {origin} from this)
            select 'only in the lake' as found, * from (from counted except from staged)
            union all
            select 'only in staging' as found, * from (from staged except from counted)
            """,
        ),
    ]


def versions(contract: Contract) -> list[ExpectNoRows]:
    """Expect of a master one version a day, without a gap, the last one as the lake says it."""
    key = ", ".join(contract.key)
    columns = ", ".join(_columns(contract))
    shown = ", ".join(name for name in _columns(contract) if name not in PERSONAL)
    return [
        unique(*contract.key, "valid_from"),
        filled(contract.key, [*contract.required, "valid_from", "valid_to", "is_current"]),
        critical(
            "versions follow each other without a gap, and the last one is current",
            f"""
            select {key}, valid_from, valid_to, is_current, next_from
            from (
                select
                    *,
                    lead(valid_from) over (partition by {key} order by valid_from) as next_from
                from this
            )
            where
                is_current <> (next_from is null)
                or valid_to <> coalesce(next_from - 1, date '9999-12-31')
            """,
        ),
        critical(
            "what the lake said of a record from any earlier day on is staged for that day",
            f"""
            with dated as (
                select *, coalesce(valid_from, _business_date) as said_from
                from lake.{contract.feed}
            ),
            said as (
                select {columns}, said_from, max(said_from) over (partition by {key}) as last_from
                from dated
                qualify
                    row_number() over (
                        partition by {key}, said_from
                        order by _business_date desc, _export_id desc, _row_number desc
                    ) = 1
            )
            select {_each("said", contract.key)}, said_from
            from said
            left join this as version
                on
                    ({_each("said", contract.key)}) = ({_each("version", contract.key)})
                    and said.said_from between version.valid_from and version.valid_to
            where
                said_from < last_from
                and (
                    version.valid_from is null
                    or ({_each("said", _columns(contract))})
                    is distinct from ({_each("version", _columns(contract))})
                )
            """,
        ),
        critical(
            "the current versions are what the lake said last of each record",
            f"""
            with last_said as (
                select {columns}
                from lake.{contract.feed}
                qualify
                    row_number() over (
                        partition by {key}
                        order by
                            coalesce(valid_from, _business_date) desc,
                            _business_date desc, _export_id desc, _row_number desc
                    ) = 1
            ),
            staged as (select {columns} from this where is_current)
            select 'only in the lake' as found, {shown} from (from last_said except from staged)
            union all
            select 'only in staging' as found, {shown} from (from staged except from last_said)
            """,
        ),
    ]


def _each(table: str, columns: Iterable[str]) -> str:
    return ", ".join(f"{table}.{column}" for column in columns)
