"""A SQLAlchemy dialect for DuckDB that reads each result at once: `duckdb+buffered:///FILE`.

Great Expectations fetches a result after it has let go of the connection, which with the dialect of
duckdb-engine ends in an IndexError. Meant for small results: what a query gives is held in memory.
"""

from __future__ import annotations

import duckdb_engine
from sqlalchemy.dialects import registry
from sqlalchemy.engine.cursor import FullyBufferedCursorFetchStrategy
from sqlalchemy.engine.url import URL
from sqlalchemy.pool import Pool, StaticPool

DIALECT = "duckdb+buffered"


class _BufferedContext(duckdb_engine.Dialect.execution_ctx_cls):  # type: ignore[misc]  # no types there
    def post_exec(self) -> None:
        super().post_exec()
        if self.cursor.description:
            self.cursor_fetch_strategy = FullyBufferedCursorFetchStrategy(
                self.cursor,
                alternate_description=self.cursor.description,
                initial_buffer=self.cursor.fetchall(),
            )


class BufferedDialect(duckdb_engine.Dialect):  # type: ignore[misc]
    """DuckDB with every result in memory before it is handed out."""

    execution_ctx_cls = _BufferedContext
    supports_statement_cache = False

    @classmethod
    def get_pool_class(cls, url: URL) -> type[Pool]:  # noqa: ARG003  # the parent's signature
        """Keep to one connection, because temporary tables are seen by no other."""
        return StaticPool


registry.register("duckdb.buffered", __name__, BufferedDialect.__name__)
