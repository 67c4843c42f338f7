"""What targets of notifications have been told."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "notice",
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False, comment="the cause in words"),
        sa.Column("mark", sa.String(), nullable=False, comment="another one is told again"),
        sa.Column("size", sa.BigInteger(), nullable=False, comment="tenfold is told again"),
        sa.Column(
            "stage",
            sa.String(),
            nullable=True,
            comment="the stage that finds it solved; without one each run does",
        ),
        sa.Column(
            "passes",
            sa.Boolean(),
            nullable=False,
            comment="nobody is told when it is no longer so",
        ),
        sa.Column("told_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("target", "cause", name=op.f("pk_notice")),
    )
    op.create_table(
        "notice_target",
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column(
            "told_at", sa.DateTime(), nullable=True, comment="when a message last reached it"
        ),
        sa.Column("failing_since", sa.DateTime(), nullable=True),
        sa.Column(
            "reason",
            sa.String(),
            nullable=True,
            comment="why the last message did not reach it",
        ),
        sa.PrimaryKeyConstraint("target", name=op.f("pk_notice_target")),
    )
