"""The tables of the state database: what exists that can't be rebuilt.

Timestamps are UTC without a zone. Paths are relative to the workspace, with `/`. A change here
needs a migration in `migrations/versions` and its revision in `REVISION`.
"""

from __future__ import annotations

import sqlalchemy
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

JSON = sqlalchemy.JSON(none_as_null=True)

REVISION = "0006"
"""The newest migration: a database at this revision needs none."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

run = Table(
    "run",
    metadata,
    Column("run_id", String, primary_key=True),
    Column("verb", String, nullable=False),
    Column("started_at", DateTime, nullable=False),
    Column("finished_at", DateTime),
    Column("status", String, nullable=False, comment="running, done, failed or stopped"),
    Column("exit_code", Integer),
    Column("summary", JSON),
)

export = Table(
    "export",
    metadata,
    Column("source", String, primary_key=True),
    Column("part", String, primary_key=True),
    Column("export_id", String, primary_key=True, comment="SHA-256 of the content"),
    Column("file_name", String, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("business_date", Date),
    Column("delivery", String),
    Column("status", String, nullable=False, comment="loaded, waiting or rejected"),
    Column("reason", String),
    Column("landed_at", DateTime, nullable=False),
    Column("decided_at", DateTime),
    Column("run_id", String),
    Column("archive_path", String),
    Index(None, "source", "delivery"),
)

load = Table(
    "load",
    metadata,
    Column("load_id", String, primary_key=True),
    Column("source", String, nullable=False),
    Column("delivery", String, nullable=False),
    Column("export_ids", JSON, nullable=False, comment="part -> export_id"),
    Column("business_date", Date),
    Column("rows_read", BigInteger, nullable=False),
    Column("rows_filtered", BigInteger, nullable=False),
    Column("rows_held", BigInteger, nullable=False),
    Column("rows_dropped", BigInteger, nullable=False, server_default="0"),
    Column("status", String, nullable=False, comment="current, replaced or superseded"),
    Column("committed_at", DateTime, nullable=False),
    Column("run_id", String),
    Column("changes", JSON, comment="how its exports' columns differ from all that came before"),
    Column("replaced_column", String, comment="the column of the days; without one all rows"),
    Column("replaced_from", Date, comment="the first day that it says anew"),
    Column("replaced_to", Date, comment="the last"),
    Index(None, "source", "delivery"),
    Index(None, "source", "replaced_from"),
)

layout = Table(
    "layout",
    metadata,
    Column("source", String, primary_key=True),
    Column("part", String, primary_key=True),
    Column("columns", JSON, nullable=False, comment="column -> kinds of values, ever missing"),
)

segment = Table(
    "segment",
    metadata,
    Column("segment_id", String, primary_key=True),
    Column("load_id", String, nullable=False, index=True),
    Column("feed", String, nullable=False, index=True),
    # Loads of one batch share a file: `rows` are those of the load, the hash is that of the file.
    Column("path", String, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("sha256", String, nullable=False),
    Column("committed_at", DateTime, nullable=False),
)

held = Table(
    "held",
    metadata,
    Column("load_id", String, primary_key=True),
    Column("feed", String, primary_key=True),
    Column("path", String, nullable=False),
    Column("rows", BigInteger, nullable=False),
)

amendment = Table(
    "amendment",
    metadata,
    Column("amendment_id", Integer, primary_key=True),
    Column("source", String, nullable=False),
    Column("part", String, nullable=False),
    Column("export_id", String, nullable=False),
    Column("kind", String, nullable=False, comment="correction or drop"),
    Column("sha256", String, nullable=False),
    Column("archive_path", String, nullable=False),
    Column("records", BigInteger, nullable=False),
    Column("reason", String),
    Column("status", String, nullable=False, comment="current or withdrawn"),
    Column("amended_at", DateTime, nullable=False),
    Column("amended_by", String, nullable=False),
    Index(None, "source", "export_id"),
)

posting_segment = Table(
    "posting_segment",
    metadata,
    Column("posting_segment_id", String, primary_key=True),
    Column("run_id", String, nullable=False),
    Column("path", String, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("sha256", String, nullable=False),
    Column("committed_at", DateTime, nullable=False),
    UniqueConstraint("path"),
)

publication = Table(
    "publication",
    metadata,
    Column("publication_id", String, primary_key=True),
    Column("run_id", String, nullable=False),
    Column("path", String, nullable=False),
    Column("published_at", DateTime, nullable=False),
    Column("as_of", Date),
    Column("status", String, nullable=False, comment="current, kept or removed"),
    Column("tables", JSON),
)

check_result = Table(
    "check_result",
    metadata,
    Column("check_result_id", Integer, primary_key=True),
    Column("run_id", String, nullable=False, index=True),
    Column("suite", String, nullable=False),
    Column("table_name", String, nullable=False),
    Column("expectation", String, nullable=False),
    Column("severity", String, nullable=False),
    Column("success", Boolean, nullable=False),
    Column("observed", String),
    Column("unexpected_rows", BigInteger),
    Column("detail", JSON),
    Column("checked_at", DateTime, nullable=False),
)

notice = Table(
    "notice",
    metadata,
    Column("target", String, primary_key=True),
    Column("cause", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("what", String, nullable=False, comment="the cause in words"),
    Column("mark", String, nullable=False, comment="another one is told again"),
    Column("size", BigInteger, nullable=False, comment="tenfold is told again"),
    Column("stage", String, comment="the stage that finds it solved; without one each run does"),
    Column("passes", Boolean, nullable=False, comment="nobody is told when it is no longer so"),
    Column("told_at", DateTime, nullable=False),
)

notice_target = Table(
    "notice_target",
    metadata,
    Column("target", String, primary_key=True),
    Column("label", String, nullable=False),
    Column("told_at", DateTime, comment="when a message last reached it"),
    Column("failing_since", DateTime),
    Column("reason", String, comment="why the last message did not reach it"),
)

audit_log = Table(
    "audit_log",
    metadata,
    Column("audit_id", Integer, primary_key=True),
    Column("happened_at", DateTime, nullable=False),
    Column("who", String, nullable=False),
    Column("verb", String, nullable=False),
    Column("reason", String),
    Column("hash_before", String),
    Column("hash_after", String),
)

lease = Table(
    "lease",
    metadata,
    Column("name", String, primary_key=True),
    Column("holder", String, nullable=False, comment="random: tells one holding from the next"),
    Column("verb", String, nullable=False),
    Column("host", String, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("process_started_at", DateTime, nullable=False),
    Column("acquired_at", DateTime, nullable=False),
    Column("expires_at", DateTime, nullable=False),
)
