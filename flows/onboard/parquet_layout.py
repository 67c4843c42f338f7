"""Tell which columns of a Parquet file have a type of their own."""

from __future__ import annotations

from pathlib import Path

from ..ingest.faults import FileFault


def parquet_layout(raw: Path) -> dict[str, str]:
    """Give the columns that are numbers, dates, times or truths; raise FileFault if damaged."""
    import pyarrow
    import pyarrow.parquet
    from pyarrow import types

    try:
        schema = pyarrow.parquet.read_schema(raw)
    except (pyarrow.ArrowException, OSError) as error:
        raise FileFault(f"can't be read as a Parquet file: {error}") from error
    found = {}
    for field in schema:
        if (
            types.is_integer(field.type)
            or types.is_floating(field.type)
            or types.is_decimal(field.type)
        ):
            found[field.name] = "number"
        elif types.is_date(field.type):
            found[field.name] = "date"
        elif types.is_timestamp(field.type):
            found[field.name] = "time"
        elif types.is_boolean(field.type):
            found[field.name] = "boolean"
    return found
