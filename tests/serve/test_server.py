"""The server's door: closed to the network unless there is a password, and never another's."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from niaga.errors import UsageError
from niaga.operate.temporary_server import AUTHORISATION
from niaga.serve.server import OwnServer


def test_it_does_not_open_to_the_network_without_a_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(AUTHORISATION, raising=False)
    for host in ("0.0.0.0", "::", "", "example.com"):
        with pytest.raises(UsageError, match="everybody on the network"):
            OwnServer(tmp_path, host, 0)


def test_a_port_in_use_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(UsageError, match=f"port {port} is in use"):
            OwnServer(tmp_path, "127.0.0.1", port)
