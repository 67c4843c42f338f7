"""A web server and a mail server of the tests' own, which keep what they get."""

from __future__ import annotations

import base64
import contextlib
import http.server
import json
import socketserver
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast


@dataclass
class Web:
    """What was posted; `answer` is the status that the server answers with."""

    port: int = 0
    answer: int = 200
    posts: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)


@dataclass
class Mail:
    """What was mailed, to whom, and who has logged in how."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)


@contextlib.contextmanager
def run_web() -> Iterator[Web]:
    """Take posts on a port of the loopback interface."""
    web = Web()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if web.answer == 200:
                web.posts.append(json.loads(body))
                web.headers.append(dict(self.headers))
            self.send_response(web.answer)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    with _serving(http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as port:
        web.port = port
        yield web


@contextlib.contextmanager
def run_mail() -> Iterator[Mail]:
    """Take mails by SMTP on a port of the loopback interface."""
    mail = Mail()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.say("220 test")
            for raw in self.rfile:
                line = raw.decode().strip()
                verb = line[:4].upper()
                if verb == "EHLO":
                    self.say("250-test")
                    self.say("250 AUTH PLAIN")
                elif verb == "AUTH":
                    _, user, password = base64.b64decode(line.split()[2]).decode().split("\0")
                    mail.logins.append(f"{user}:{password}")
                    self.say("235 welcome")
                elif verb == "RCPT":
                    mail.recipients.append(line.partition("<")[2].partition(">")[0])
                    self.say("250 ok")
                elif verb == "DATA":
                    self.say("354 go on")
                    mail.mails.append(self.read_mail())
                    self.say("250 ok")
                elif verb == "QUIT":
                    self.say("221 bye")
                    return
                else:
                    self.say("250 ok")

        def read_mail(self) -> EmailMessage:
            lines = []
            for raw in self.rfile:
                if raw == b".\r\n":
                    break
                lines.append(raw)
            return cast(EmailMessage, message_from_bytes(b"".join(lines), policy=policy.default))

        def say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

    with _serving(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)) as port:
        mail.port = port
        yield mail


@contextlib.contextmanager
def _serving(server: socketserver.BaseServer) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
