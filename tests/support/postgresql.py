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


@contextlib.contextmanager
def run_postgresql() -> Iterator[PostgresqlServer]:
    """Run a server with a fresh cluster."""
    # A socket's path has at most 107 bytes: the tests' own folders are too deep.
    folder = Path(tempfile.mkdtemp(prefix="niaga-pg-", dir="/tmp"))
    # The server refuses to run as root.
    user = {"user": _USER, "group": _USER} if os.getuid() == 0 else {}
    if user:
        shutil.chown(folder, **user)
    data = folder / "data"
    server = None
    try:
        _run("initdb", "-D", data, "-U", _USER, "-A", "trust", "-E", "UTF8", "--no-sync", **user)
        server = ["pg_ctl", "-D", data, "-l", folder / "log", "-w"]
        _run(*server, "start", "-o", f"-k {folder} -c listen_addresses='' -F", **user)
        yield PostgresqlServer(folder)
    finally:
        if server:
            _run(*server, "stop", "-m", "immediate", **user)
        shutil.rmtree(folder, ignore_errors=True)


def _run(program: str, *arguments: object, **user: str) -> None:
    """Run one of the server's programs, which Debian keeps out of the path."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"))
    command = [str(found[-1]) if found else program, *map(str, arguments)]
    subprocess.run(command, check=True, cwd="/", stdout=subprocess.DEVNULL, **user)  # type: ignore[call-overload]
