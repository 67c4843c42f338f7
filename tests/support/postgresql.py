"""A PostgreSQL server of the tests' own, on a socket in a folder that goes with it."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg

_USER = "postgres"


@dataclass(frozen=True)
class PostgresqlServer:
    """A server that runs while the tests do."""

    folder: Path

    def new_database(self) -> str:
        """Make an empty database, and give its URL as `niaga.yml` takes it."""
        name = f"niaga_{secrets.token_hex(8)}"
        with psycopg.connect(host=str(self.folder), user=_USER, autocommit=True) as connection:
            connection.execute(f"create database {name}".encode())
        return f"postgresql://{_USER}@/{name}?host={self.folder}"

    def start(self) -> None:
        """Start the server, and wait until it answers."""
        settings = f"-k {self.folder} -c listen_addresses='' -F"
        self._control("start", "-o", settings)

    def stop(self) -> None:
        """Stop the server at once, as a machine does that loses its power."""
        self._control("stop", "-m", "immediate")

    def _control(self, *arguments: object) -> None:
        files = ("-D", self.folder / "data", "-l", self.folder / "log")
        _run("pg_ctl", *files, "-w", *arguments, **_user())


@contextlib.contextmanager
def run_postgresql() -> Iterator[PostgresqlServer]:
    """Run a server with a fresh cluster."""
    # A socket's path has at most 107 bytes: the tests' own folders are too deep.
    folder = Path(tempfile.mkdtemp(prefix="niaga-pg-", dir="/tmp"))
    user = _user()
    if user:
        shutil.chown(folder, **user)
    data, server = folder / "data", PostgresqlServer(folder)
    try:
        _run("initdb", "-D", data, "-U", _USER, "-A", "trust", "-E", "UTF8", "--no-sync", **user)
        server.start()
        yield server
    finally:
        if (data / "postmaster.pid").exists():
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _user() -> dict[str, str]:
    """Give as whom its programs run: the server refuses to run as root."""
    return {"user": _USER, "group": _USER} if os.getuid() == 0 else {}


def _run(program: str, *arguments: object, **user: str) -> None:
    """Run one of the server's programs, which Debian keeps out of the path."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"))
    command = [str(found[-1]) if found else program, *map(str, arguments)]
    subprocess.run(command, check=True, cwd="/", stdout=subprocess.DEVNULL, **user)  # type: ignore[call-overload]
