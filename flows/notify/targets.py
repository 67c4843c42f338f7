"""The targets of notifications as `niaga.yml` names them: where to, and about what.

A secret does not stand in the file: `${NAME}` is the environment variable of that name, read when
something is sent, and never shown.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag

from ..configuration import FileModel
from ..wording import Refusal, did_you_mean

Kind = Literal["failure", "expectations", "held", "warnings", "marts"]
"""What a notification may be about."""

KINDS: tuple[Kind, ...] = ("failure", "expectations", "held", "warnings", "marts")
"""All kinds, the gravest first."""

Security = Literal["starttls", "tls", "none"]

_PORTS: Mapping[Security, int] = {"starttls": 587, "tls": 465, "none": 25}
_REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_SECRET_HEADER = re.compile(r"authorization|cookie|token|secret|key|password", re.IGNORECASE)
_ADDRESS = re.compile(r"[^@\s,<>]+@[^@\s,<>]+")

_Item = TypeVar("_Item")

_TARGETS = ("webhook", "email", "command")


class NotSent(Exception):
    """A notification did not reach its target; the message says why, without any secret."""


class Secrets:
    """Puts environment variables in the place of references, and takes them out of what is said."""

    def __init__(self) -> None:
        self._values: dict[str, str] = {}

    def fill(self, text: str) -> str:
        """Give a text with its references filled; raise NotSent where a variable is not set."""
        return _REFERENCE.sub(self._value, text)

    def hide(self, text: str) -> str:
        """Give a text with references again in the place of what was filled in."""
        for name, value in sorted(self._values.items(), key=lambda item: -len(item[1])):
            text = text.replace(value, f"${{{name}}}")
        return text

    def _value(self, found: re.Match[str]) -> str:
        value = os.environ.get(found[1], "")
        if not value:
            raise NotSent(f"the environment variable {found[1]} is not set")
        self._values[found[1]] = value
        return value


def _check_reference(text: str) -> str:
    if not _REFERENCE.search(text):
        raise Refusal(
            "a secret does not belong into this file",
            "write ${NAME}, and set the environment variable NAME where niaga runs",
        )
    return text


def _check_url(url: str) -> str:
    if _REFERENCE.match(url):
        return url
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Refusal(f"`{url}` is no URL", "like https://hooks.example.com/${HOOK_TOKEN}")
    if parts.password:
        _check_reference(parts.password)
    return url


def _check_headers(headers: Mapping[str, str]) -> Mapping[str, str]:
    for name, value in headers.items():
        if _SECRET_HEADER.search(name):
            try:
                _check_reference(value)
            except Refusal as refusal:
                raise Refusal(refusal.problem, refusal.remedy, at=(name,)) from None
    return headers


def _check_address(address: str) -> str:
    if not (_ADDRESS.fullmatch(address) or _REFERENCE.search(address)):
        raise Refusal(f"`{address}` is no e-mail address", "like sales-data@example.com")
    return address


def _check_some(items: tuple[_Item, ...]) -> tuple[_Item, ...]:
    # Not by `min_length`, which counts only the items that are right.
    if not items:
        raise Refusal("is empty", "name one, or leave the key out")
    return items


Address = Annotated[str, AfterValidator(_check_address)]


class _Target(FileModel):
    """What all targets say."""

    about: Annotated[
        tuple[Kind, ...],
        AfterValidator(_check_some),
        Field(
            alias="for",
            description="What it is told: failure, expectations (critical ones), held (files and "
            "rows), warnings (late sources, unusual volumes, other expectations), marts (each new "
            "publication). Default: all but marts.",
        ),
    ] = ("failure", "expectations", "held", "warnings")

    @property
    def address(self) -> str:
        """What tells one target from another, with its references as they are written."""
        raise NotImplementedError

    @property
    def label(self) -> str:
        """What a person calls it; without a secret."""
        raise NotImplementedError

    @property
    def key(self) -> str:
        """The id under which it is remembered what it was told."""
        return hashlib.sha256(self.address.encode()).hexdigest()[:16]


class Webhook(_Target):
    """A URL that takes JSON by POST; `text` in it is what Slack, Mattermost and others show."""

    to: Literal["webhook"]
    url: Annotated[
        str,
        AfterValidator(_check_url),
        Field(description="Where to post, with ${NAME} in the place of each secret."),
    ]
    headers: Annotated[
        Mapping[str, str],
        AfterValidator(_check_headers),
        Field(description="Like {Authorization: 'Bearer ${HOOK_TOKEN}'}."),
    ] = {}

    @property
    def address(self) -> str:
        """The URL."""
        return f"webhook {self.url}"

    @property
    def label(self) -> str:
        """The host: what follows it may be a secret that was written out."""
        return f"webhook {urlsplit(self.url).hostname or self.url}"


class Email(_Target):
    """Addresses that get an e-mail by SMTP."""

    to: Literal["email"]
    addresses: Annotated[
        tuple[Address, ...], AfterValidator(_check_some), Field(description="Who gets it.")
    ]
    sender: Annotated[Address, Field(alias="from", description="Whom it is from.")]
    server: Annotated[str, Field(min_length=1, description="Name of the SMTP server.")]
    security: Annotated[
        Security,
        Field(description="starttls, tls from the first byte, or none. Default: starttls."),
    ] = "starttls"
    port: Annotated[
        int,
        Field(ge=1, le=65535, description="Default: 587 by starttls, 465 by tls, 25 by none."),
    ] = Field(default_factory=lambda known: _PORTS[known.get("security", "starttls")])
    user: Annotated[str | None, Field(description="Who logs in. Default: nobody does.")] = None
    password: Annotated[
        str | None,
        AfterValidator(lambda text: text if text is None else _check_reference(text)),
        Field(description="The environment variable that has it, like ${SMTP_PASSWORD}."),
    ] = None

    @property
    def address(self) -> str:
        """Who gets it."""
        return f"email {', '.join(self.addresses)}"

    @property
    def label(self) -> str:
        """Who gets it."""
        return f"email to {', '.join(self.addresses)}"


class Command(_Target):
    """A program that gets the text on its standard input, and the subject as NIAGA_SUBJECT."""

    to: Literal["command"]
    run: Annotated[
        tuple[str, ...],
        AfterValidator(_check_some),
        Field(description="The program and its arguments; no shell reads them."),
    ]

    @property
    def address(self) -> str:
        """The program and its arguments."""
        return f"command {' '.join(self.run)}"

    @property
    def label(self) -> str:
        """The program: an argument may be a secret that was written out."""
        return f"command {self.run[0]}"


def _target_kind(given: Any) -> str:
    to = given.get("to") if isinstance(given, dict) else getattr(given, "to", None)
    return str(to)


def _check_target_kind(given: Any) -> Any:
    if isinstance(given, dict) and _target_kind(given) not in _TARGETS:
        if "to" not in given:
            raise Refusal("does not say where to", f"write `to:` one of {', '.join(_TARGETS)}")
        to = _target_kind(given)
        known = f"`{to}` is none of: {', '.join(_TARGETS)}"
        raise Refusal(known, did_you_mean(to, _TARGETS), at=("to",))
    return given


Target = Annotated[
    Annotated[Webhook, Tag("webhook")]
    | Annotated[Email, Tag("email")]
    | Annotated[Command, Tag("command")],
    Discriminator(_target_kind),
    BeforeValidator(_check_target_kind),
]


def check_apart(targets: tuple[Target, ...]) -> tuple[Target, ...]:
    """Give the targets back; raise Refusal where two are the same."""
    first: dict[str, int] = {}
    for position, target in enumerate(targets):
        if target.key in first:
            problem = f"is the same target as number {first[target.key] + 1}"
            raise Refusal(problem, "keep one, with all of both in its `for`", at=(position,))
        first[target.key] = position
    return targets
