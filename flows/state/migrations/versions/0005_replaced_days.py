"""The days that a load says anew."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the columns; the next export of a source fills them for the loads that there are."""
    op.add_column(
        "load",
        sa.Column(
            "replaced_column",
            sa.String(),
            nullable=True,
            comment="the column of the days; without one all rows",
        ),
    )
    op.add_column(
        "load",
        sa.Column(
            "replaced_from", sa.Date(), nullable=True, comment="the first day that it says anew"
        ),
    )
    op.add_column("load", sa.Column("replaced_to", sa.Date(), nullable=True, comment="the last"))
    if op.get_bind().dialect.supports_comments:
        op.alter_column(
            "load",
            "status",
            existing_type=sa.String(),
            existing_nullable=False,
            existing_comment="current or superseded",
            comment="current, replaced or superseded",
        )
    op.create_index(
        op.f("ix_load_source_replaced_from"), "load", ["source", "replaced_from"], unique=False
    )
