"""Write the state's tables as Parquet, for the marts that show them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Connection,
    Date,
    DateTime,
    Integer,
    String,
    Table,
    select,
)
from sqlalchemy.types import TypeEngine

from .tables import lease, metadata

if TYPE_CHECKING:
    import pyarrow


def write_tables(connection: Connection, folder: Path) -> None:
    """Write every table but the lease as `<table>.parquet`, an empty one with its columns."""
    from pyarrow import parquet

    folder.mkdir(parents=True, exist_ok=True)
    for table in metadata.sorted_tables:
        if table is not lease:
            temporary = folder / f"{table.name}.parquet.tmp"
            parquet.write_table(_read(connection, table), temporary)
            temporary.replace(folder / f"{table.name}.parquet")


def _read(connection: Connection, table: Table) -> pyarrow.Table:
    import pyarrow

    schema = pyarrow.schema([(column.name, _arrow_type(column.type)) for column in table.columns])
    rows = connection.execute(select(table).order_by(*table.primary_key.columns)).all()
    columns: list[Any] = list(zip(*rows, strict=True)) if rows else [()] * len(schema)
    for position, column in enumerate(table.columns):
        if isinstance(column.type, JSON):
            columns[position] = [_json_text(value) for value in columns[position]]
    arrays = [
        pyarrow.array(values, field.type) for values, field in zip(columns, schema, strict=True)
    ]
    return pyarrow.Table.from_arrays(arrays, schema=schema)


def _json_text(value: Any) -> str | None:
    # In its own order: the first export of a load drives it.
    return None if value is None else json.dumps(value, ensure_ascii=False)


def _arrow_type(kind: TypeEngine[Any]) -> pyarrow.DataType:
    import pyarrow

    match kind:
        case Boolean():
            return pyarrow.bool_()
        case BigInteger() | Integer():
            return pyarrow.int64()
        case DateTime():
            return pyarrow.timestamp("us")
        case Date():
            return pyarrow.date32()
        case String() | JSON():
            return pyarrow.string()
    raise TypeError(f"no Parquet type for {kind!r}")
