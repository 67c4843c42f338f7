"""The process of a Prefect server of ours: serves until whoever started it closes the pipe.

Started as `python -m niaga.operate.server_process DESCRIPTOR KIND`: the descriptor is a socket that
listens already, the kind is `temporary` or `lasting`. The pipe is standard input: it closes even
when the parent is killed.
"""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import uvicorn

_LAST_RECORDS_SECONDS = 0.5
_SHUTDOWN_SECONDS = 3.0


def main() -> None:
    """Serve Prefect's API on the socket until standard input ends."""
    stopping = _Stopping()
    # Watched from the first moment on: the imports below take seconds.
    threading.Thread(target=stopping.watch, daemon=True).start()
    listening = socket.socket(fileno=int(sys.argv[1]))
    import uvicorn
    from prefect.server.api.server import create_app

    application = create_app(ephemeral=sys.argv[2] == "temporary", final=True)
    settings = uvicorn.Config(
        application, log_level="error", lifespan="on", timeout_graceful_shutdown=1
    )
    stopping.server = uvicorn.Server(settings)
    asyncio.run(stopping.server.serve(sockets=[listening]))


class _Stopping:
    """Ends the process when standard input does."""

    def __init__(self) -> None:
        self.server: uvicorn.Server | None = None

    def watch(self) -> None:
        while sys.stdin.buffer.read(1):
            pass
        if self.server is not None:
            # What the last tasks have told is still being written.
            time.sleep(_LAST_RECORDS_SECONDS)
            self.server.should_exit = True
            time.sleep(_SHUTDOWN_SECONDS)
        os._exit(0)


if __name__ == "__main__":
    main()
