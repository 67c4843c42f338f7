"""Send a message to a target: by HTTP, by SMTP, or to a program; say in words why it failed."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import smtplib
import ssl
import subprocess
from collections.abc import Iterator
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import TYPE_CHECKING

from .targets import Command, Email, NotSent, Secrets, Target, Webhook

if TYPE_CHECKING:
    from ..workspace import Workspace
    from .message import Message

_SECONDS = 10.0
_COMMAND_SECONDS = 30.0


def send(workspace: Workspace, target: Target, message: Message) -> None:
    """Send a message; raise NotSent, with a reason that has no secret in it, when that fails."""
    secrets = Secrets()
    try:
        match target:
            case Webhook():
                _post(target, message, secrets)
            case Email():
                _mail(target, message, secrets)
            case Command():
                _run(workspace, target, message, secrets)
    except NotSent:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a target does must not stop a night
        told = str(error).strip().partition("\n")[0] or type(error).__name__
        # Without its cause: a traceback would show what is hidden here.
        raise NotSent(secrets.hide(told)) from None


def _post(target: Webhook, message: Message, secrets: Secrets) -> None:
    import httpx

    url = secrets.fill(target.url)
    headers = {name: secrets.fill(value) for name, value in target.headers.items()}
    # What it answers is not read: it may be long, and slow.
    with (
        _unlogged("httpx", "httpcore"),
        httpx.stream("POST", url, json=message.data, headers=headers, timeout=_SECONDS) as answer,
    ):
        if not answer.is_success:
            raise NotSent(f"it answered {answer.status_code} {answer.reason_phrase}")


@contextlib.contextmanager
def _unlogged(*names: str) -> Iterator[None]:
    """Keep libraries from logging what they send: secrets are in it."""
    loggers = [logging.getLogger(name) for name in names]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def _mail(target: Email, message: Message, secrets: Secrets) -> None:
    mail = EmailMessage()
    mail["Subject"] = message.subject
    mail["From"] = secrets.fill(target.sender)
    mail["To"] = ", ".join(secrets.fill(address) for address in target.addresses)
    mail["Date"] = formatdate()
    mail["Message-ID"] = make_msgid(domain="niaga.invalid")
    # So that no one's holiday reply comes back.
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text)
    with contextlib.ExitStack() as stack:
        server = secrets.fill(target.server)
        if target.security == "tls":
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                server, target.port, timeout=_SECONDS, context=ssl.create_default_context()
            )
        else:
            connection = smtplib.SMTP(server, target.port, timeout=_SECONDS)
        stack.enter_context(connection)
        if target.security == "starttls":
            connection.starttls(context=ssl.create_default_context())
        if target.user is not None:
            password = secrets.fill(target.password) if target.password else ""
            connection.login(secrets.fill(target.user), password)
        refused = connection.send_message(mail)
    if refused:
        raise NotSent(f"the server refused {', '.join(refused)}")


def _run(workspace: Workspace, target: Command, message: Message, secrets: Secrets) -> None:
    program = [secrets.fill(part) for part in target.run]
    environment = {**os.environ, "NIAGA_SUBJECT": message.subject}
    process = subprocess.Popen(
        program,
        cwd=workspace.root,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        # A group of its own, so that what it has started ends with it.
        start_new_session=True,
    )
    try:
        output, _ = process.communicate(message.text.encode(), timeout=_COMMAND_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        raise NotSent(
            f"it was still running after {_COMMAND_SECONDS:.0f} s, and was ended"
        ) from None
    if process.returncode:
        last = output.decode(errors="replace").strip().rpartition("\n")[2][:200]
        told = f"it ended with exit code {process.returncode}"
        raise NotSent(secrets.hide(f"{told}: {last}" if last else told))
