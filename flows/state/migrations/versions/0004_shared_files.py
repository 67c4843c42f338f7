"""Loads of one batch share a file of the lake."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Let several segments have one path."""
    with op.batch_alter_table("segment") as segment:
        segment.drop_constraint(op.f("uq_segment_path"), type_="unique")
