"""Records that were corrected or dropped by hand."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table of amendments, and count what they have dropped."""
    op.create_table(
        "amendment",
        sa.Column("amendment_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("export_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False, comment="correction or drop"),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("archive_path", sa.String(), nullable=False),
        sa.Column("records", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False, comment="current or withdrawn"),
        sa.Column("amended_at", sa.DateTime(), nullable=False),
        sa.Column("amended_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("amendment_id", name=op.f("pk_amendment")),
    )
    op.create_index(
        op.f("ix_amendment_source_export_id"), "amendment", ["source", "export_id"], unique=False
    )
    op.add_column(
        "load", sa.Column("rows_dropped", sa.BigInteger(), nullable=False, server_default="0")
    )
