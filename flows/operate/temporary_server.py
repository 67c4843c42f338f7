"""A Prefect server of our own: started in the background by a command, and gone with it.

Starting takes seconds, so the command goes on with its imports meanwhile. The socket listens before
the server exists: a request that comes too early waits. The server ends with this process, however
that ends.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..errors import NiagaError

LOOPBACK = "127.0.0.1"
AUTHORISATION = "PREFECT_SERVER_API_AUTH_STRING"
_START_SECONDS = 120.0
_STOP_SECONDS = 5.0

# The first start in a workspace makes the server's database, which takes some seconds more.
_SERVER_ENVIRONMENT = {
    "DO_NOT_TRACK": "1",
    "PREFECT_API_BLOCKS_REGISTER_ON_START": "false",
    "PREFECT_LOGGING_LEVEL": "ERROR",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_UI_ENABLED": "false",
}
# What a server that serves for months does beside: it shows itself, and forgets old runs.
_LASTING_ENVIRONMENT = {
    "PREFECT_SERVER_UI_ENABLED": "true",
    "PREFECT_UI_API_URL": "/api",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
}
# A user's own settings stand: `PREFECT_LOGGING_LEVEL=INFO niaga nightly` shows Prefect's log.
_CLIENT_ENVIRONMENT = {
    "DO_NOT_TRACK": "1",
    "PREFECT_API_REQUEST_TIMEOUT": str(_START_SECONDS),
    "PREFECT_LOGGING_INTERNAL_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_TO_API_ENABLED": "false",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
}


@dataclass(frozen=True)
class TemporaryServer:
    """A server that is starting or running."""

    process: subprocess.Popen[bytes]
    host: str
    port: int
    home: Path
    log: Path

    @property
    def api_url(self) -> str:
        """Where Prefect's client finds it."""
        return f"http://{self._address}:{self.port}/api"

    @property
    def _address(self) -> str:
        """Where this machine reaches it: one that listens everywhere listens here too."""
        return LOOPBACK if self.host in ("", "0.0.0.0") else self.host  # noqa: S104

    def wait_until_ready(self) -> None:
        """Return when the server answers; raise NiagaError when it has died or does not come up."""
        connection = http.client.HTTPConnection(self._address, self.port, timeout=_START_SECONDS)
        try:
            connection.request("GET", "/api/health")
            status = connection.getresponse().status
        except OSError as error:
            raise self._failure() from error
        finally:
            connection.close()
        if status != http.client.OK:
            raise self._failure()

    def stop(self) -> None:
        """End the server and wait for it."""
        if self.process.stdin is not None:
            self.process.stdin.close()
        try:
            self.process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _failure(self) -> NiagaError:
        return NiagaError(
            "the Prefect server did not start",
            f"its log is {self.log}; `niaga ingest` and `niaga build` work without it",
        )


def start_server(
    warehouse: Path, host: str = LOOPBACK, port: int = 0, *, is_lasting: bool = False
) -> TemporaryServer:
    """Start a server in the background, with its database in `prefect/` of the warehouse folder.

    A lasting one watches events and schedules, and has its pages. Raises OSError when the port is
    taken; port 0 is any that is free.
    """
    home = warehouse / "prefect"
    home.mkdir(parents=True, exist_ok=True)
    log = warehouse / "logs" / "prefect-server.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    environment = {**_without_prefect(), **_SERVER_ENVIRONMENT, "PREFECT_HOME": str(home)}
    if is_lasting:
        environment |= _LASTING_ENVIRONMENT
        if secret := os.environ.get(AUTHORISATION):
            environment[AUTHORISATION] = secret
    with socket.create_server((host, port), backlog=128) as listening, log.open("wb") as output:
        process = subprocess.Popen(
            # -P: files beside the current folder must not shadow the server's modules.
            [
                *(sys.executable, "-P", "-m", "niaga.operate.server_process"),
                *(str(listening.fileno()), "lasting" if is_lasting else "temporary"),
            ],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            pass_fds=[listening.fileno()],
            # Prefect reads settings from files of the current folder.
            cwd=home,
            env=environment,
            # The interrupt key is for this process, which then stops the server.
            start_new_session=True,
        )
        return TemporaryServer(process, host, listening.getsockname()[1], home, log)


def is_named_by_user() -> bool:
    """Tell whether the user has named a server to use, by PREFECT_API_URL."""
    return bool(os.environ.get("PREFECT_API_URL"))


@contextlib.contextmanager
def server_in(warehouse: Path) -> Iterator[TemporaryServer | None]:
    """Have a server while the block runs: none of ours where the user names one by PREFECT_API_URL.

    Enter it before anything imports Prefect, whose settings it puts into the environment.
    """
    if is_named_by_user():
        with as_clients_of(None):
            yield None
        return
    server = start_server(warehouse)
    try:
        with as_clients_of(server):
            yield server
    finally:
        server.stop()


@contextlib.contextmanager
def as_clients_of(server: TemporaryServer | None) -> Iterator[None]:
    """Let Prefect, in this process and those that it starts, be a client of a server of ours.

    None leaves the server that the user has named. Enter it before anything imports Prefect.
    """
    for name, value in _CLIENT_ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    mine: dict[str, str] = {}
    if server is not None:
        mine = {
            "PREFECT_API_URL": server.api_url,
            "PREFECT_HOME": str(server.home),
            # Nothing on the way to this machine itself.
            "NO_PROXY": ",".join(filter(None, [os.environ.get("NO_PROXY"), LOOPBACK])),
        }
        if secret := os.environ.get(AUTHORISATION):
            mine["PREFECT_API_AUTH_STRING"] = secret
    before = {name: os.environ.get(name) for name in mine}
    os.environ.update(mine)
    try:
        yield
    finally:
        for name, earlier in before.items():
            if earlier is None:
                del os.environ[name]
            else:
                os.environ[name] = earlier


def _without_prefect() -> dict[str, str]:
    """Give the environment without settings that are meant for another server."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
