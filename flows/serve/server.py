"""The Prefect server of the service: one of our own, started again when it dies, or the user's."""

from __future__ import annotations

import errno
import ipaddress
import os
from pathlib import Path

from ..errors import UsageError
from ..operate.temporary_server import AUTHORISATION, TemporaryServer, start_server


class OwnServer:
    """A server on this machine, with its database in the workspace's warehouse folder."""

    def __init__(self, warehouse: Path, host: str, port: int) -> None:
        _refuse_open_door(host)
        self._warehouse = warehouse
        try:
            self.process = start_server(warehouse, host, port, is_lasting=True)
        except OSError as error:
            raise _cannot_listen(host, port, error) from error

    @property
    def url(self) -> str:
        """Where its pages are."""
        return self.process.api_url.removesuffix("/api")

    def ensure(self) -> bool:
        """Start it again when it has died, at the same place; tell whether that was needed."""
        old: TemporaryServer = self.process
        if old.process.poll() is None:
            return False
        self.process = start_server(self._warehouse, old.host, old.port, is_lasting=True)
        return True


def _refuse_open_door(host: str) -> None:
    """Raise UsageError when anybody on the network could start and read runs."""
    try:
        is_local = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_local = False
    if not is_local and not os.environ.get(AUTHORISATION):
        raise UsageError(
            f"on {host} everybody on the network could see and start runs",
            f"leave --host out, or set {AUTHORISATION}=user:password in the environment",
        )


def _cannot_listen(host: str, port: int, error: OSError) -> UsageError:
    if error.errno == errno.EADDRINUSE:
        return UsageError(
            f"port {port} is in use, perhaps by the service of another workspace",
            "choose another one: niaga serve --port 4300",
        )
    return UsageError(f"can't listen on {host}:{port}: {error.strerror}", "choose another --host")
