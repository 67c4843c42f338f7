"""`niaga serve`: the server, the warm processes and the service, from start to end."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ..operate.temporary_server import as_clients_of, is_named_by_user
from ..state import State
from .server import OwnServer
from .warm import warm_up

if TYPE_CHECKING:
    from ..terminal import Terminal
    from ..workspace import Workspace


def serve(workspace: Workspace, terminal: Terminal, host: str, port: int) -> None:
    """Serve a workspace until a signal stops it.

    Raises LeaseHeld when another service has the workspace, also on another machine: so a second
    machine may try again and again, and takes over when the first one is dead.
    """
    with contextlib.ExitStack() as stack:
        state = stack.enter_context(State.open(workspace))
        stack.enter_context(state.lease("serve", verb="serve"))
        server = None if is_named_by_user() else OwnServer(workspace.warehouse, host, port)
        if server is not None:
            stack.callback(lambda: server.process.stop())
        stack.enter_context(as_clients_of(server.process if server else None))
        warm_up()
        from .service import Service

        if server is not None:
            server.process.wait_until_ready()
        Service(workspace, state, terminal, server).run()
