"""What is known of the columns of exports, and how a load's differ."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the table of layouts, and the column of changes."""
    op.create_table(
        "layout",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column(
            "columns",
            sa.JSON(),
            nullable=False,
            comment="column -> kinds of values, ever missing",
        ),
        sa.PrimaryKeyConstraint("source", "part", name=op.f("pk_layout")),
    )
    op.add_column(
        "load",
        sa.Column(
            "changes",
            sa.JSON(),
            nullable=True,
            comment="how its exports' columns differ from all that came before",
        ),
    )
