"""A process may be killed at any instant: the state is that before or after a transaction."""

from __future__ import annotations

import random
import time

from niaga.state import State
from niaga.state.tables import held, segment
from niaga.workspace import Workspace
from sqlalchemy import func, select, text

from .conftest import Start

WRITE = """
    from sqlalchemy import insert
    from niaga.state import new_id, utc_now
    from niaga.state.tables import held, segment
    state = State.open(workspace)
    print("ready", flush=True)
    while True:
        load_id = new_id()
        with state.engine.begin() as connection:
            for feed in ("a", "b", "c"):
                row = {"load_id": load_id, "feed": feed, "path": f"{load_id}/{feed}", "rows": 1}
                connection.execute(insert(held).values(row))
                row |= {"segment_id": load_id + feed, "sha256": "", "committed_at": utc_now()}
                connection.execute(insert(segment).values(row))
"""


def test_a_killed_writer_leaves_whole_transactions(workspace: Workspace, start: Start) -> None:
    for round_number in range(4):
        writer = start(WRITE)
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
        time.sleep(random.Random(round_number).uniform(0.02, 0.2))
        writer.kill()
        assert writer.wait() == -9
        with State.open(workspace) as state, state.reading() as connection:
            if connection.dialect.name == "sqlite":
                assert connection.execute(text("pragma integrity_check")).scalar() == "ok"
            sizes = select(func.count()).select_from(segment).group_by(segment.c.load_id)
            assert set(connection.execute(sizes).scalars()) <= {3}
            total = connection.execute(select(func.count()).select_from(segment)).scalar_one()
            assert total == connection.execute(select(func.count()).select_from(held)).scalar_one()
    assert total > 0


def test_a_migration_killed_before_its_end_is_done_again(
    workspace: Workspace, start: Start
) -> None:
    killed = start("""
        import os, signal
        from alembic import command
        upgrade = command.upgrade
        def upgrade_and_die(*arguments):
            upgrade(*arguments)
            os.kill(os.getpid(), signal.SIGKILL)
        command.upgrade = upgrade_and_die
        State.open(workspace)
    """)
    killed.communicate(timeout=60)
    assert killed.returncode == -9
    with State.open(workspace) as state:
        state.start_run("build")
