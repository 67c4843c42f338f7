"""Reads published marts as a user does, with a plain DuckDB client, and compares them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

# What two equal histories may differ in: when and by which run.
VOLATILE = {"run_id", "posted_at", "posting_id", "corrects_posting_id", "first_seen_at"}
OF_THE_RUN = {"publication", "feed_status", "check_result", "audit_log", "ledger"}
LEDGER_SUMS = """
    select
        participant_id, component_id, commission_line_id, earned_period, posting_period, sum(amount)
    from commission.ledger group by all having sum(amount) <> 0 order by all
"""


def marts_file(root: Path) -> Path:
    return root / "published" / "current" / "all" / "marts.duckdb"


def query(root: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(marts_file(root)), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def content(root: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Give all rows of all marts, without what belongs to the run, in a fixed order."""
    with duckdb.connect(str(marts_file(root)), read_only=True) as connection:
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables() order by all"
        ).fetchall()
        found = {}
        for schema, table in tables:
            if table in OF_THE_RUN:
                continue
            columns = [
                f'"{name}"'
                for (name,) in connection.execute(
                    "select column_name from duckdb_columns() "
                    "where schema_name = ? and table_name = ?",
                    [schema, table],
                ).fetchall()
                if name not in VOLATILE
            ]
            rows = connection.execute(
                f"select {', '.join(columns)} from {schema}.{table} order by all"
            ).fetchall()
            found[f"{schema}.{table}"] = rows
        found["ledger sums"] = connection.execute(LEDGER_SUMS).fetchall()
    return found


def assert_equal(
    one: dict[str, list[tuple[Any, ...]]], other: dict[str, list[tuple[Any, ...]]]
) -> None:
    assert one.keys() == other.keys()
    for name, rows in one.items():
        if rows != other[name]:
            ours, theirs = Counter(rows), Counter(other[name])
            raise AssertionError((name, list(ours - theirs)[:3], list(theirs - ours)[:3]))


def october(company: Path) -> list[str]:
    """Give the records of October's export, header first, from the archive."""
    for path in sorted((company / "archive").rglob("*.zst")):
        with pa.OSFile(str(path)) as file, pa.CompressedInputStream(file, "zstd") as stream:
            lines = stream.read().decode(errors="replace").split("\r\n")
        if "No Faktur" in lines[0] and "/10/2026" in lines[1]:
            return [lines[0], *(line for line in lines[1:] if ";JUAL;" in line)]
    raise AssertionError("no export of October in the archive")


def one_more_sale(company: Path, number: int) -> bytes:
    """Give an export of the ERP with one more sale of a rep on a plan."""
    header, *sales = october(company)
    sale = next(sale for sale in sales if ";POSTED;" in sale and ";K1" in sale)
    again = sale.replace(sale.split(";")[0], f"NEW{number}")
    return f"{header}\r\n{again}\r\n".encode()


def land_one_more_sale(company: Path, number: int) -> None:
    """Land such an export as a program does that renames what it has written."""
    written = company / "landing" / ".written"
    written.write_bytes(one_more_sale(company, number))
    written.rename(company / "landing" / f"penjualan_2026-10_{number}.csv")
