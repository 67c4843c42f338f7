"""Write a proposed source as YAML, with comments where it is not sure."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class PartText:
    """What the YAML says about a part."""

    file: str
    member: str | None
    format: Mapping[str, Any]
    columns: Mapping[str, Any]


def write_source(
    name: str,
    parts: Mapping[str, PartText],
    locale: Mapping[str, Any],
    feed: str,
    select: str,
    unsure: Sequence[str],
) -> str:
    """Write the YAML of a source with one feed."""
    lines = ["# yaml-language-server: $schema=../schemas/source.json"]
    lines += (
        ["# Proposed by `niaga onboard` from an export: look it through."]
        if not unsure
        else [
            "# Proposed by `niaga onboard` from an export. It is not sure of this:",
            *(wrapped for doubt in unsure for wrapped in _comment(doubt)),
        ]
    )
    lines += [f"source: {name}", "", "exports:"]
    for part, said in parts.items():
        lines.append(f"  {part}:")
        lines.append(f"    file: {_scalar(said.file)}")
        if said.member:
            lines.append(f"    member: {_scalar(said.member)}")
        if dict(said.format) != {"type": "csv"}:
            lines.append(f"    format: {_flow(said.format)}")
        if said.columns:
            lines.append("    columns:")
            lines += [f"      {_scalar(key)}: {_flow(kind)}" for key, kind in said.columns.items()]
    if locale:
        lines += ["", "locale:"]
        lines += [f"  {_key(key)}: {_flow(value)}" for key, value in locale.items()]
    lines += ["", "feeds:"]
    if all(letter.isprintable() or letter == "\n" for letter in select):
        lines += [f"  {feed}: |", textwrap.indent(select, "    ").rstrip()]
    else:
        lines.append(f"  {feed}: {_scalar(select)}")
    return "\n".join(lines) + "\n"


def _comment(doubt: str) -> list[str]:
    plain = "".join(letter if letter.isprintable() else " " for letter in doubt)
    return textwrap.wrap(plain, 96, initial_indent="# - ", subsequent_indent="#   ")


def _key(key: str) -> str:
    is_plain = key.isidentifier() and key.isascii() and key not in ("true", "false", "null")
    return key if is_plain else _scalar(key)


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(key)}: {_flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str) and value.isidentifier() and value.isascii():
        return value
    return _scalar(value) if isinstance(value, str) else str(value)


def _scalar(text: str) -> str:
    """Write a text in double quotes; what can't be printed is escaped as YAML does."""
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(
        letter if letter.isprintable() or letter == " " else f"\\U{ord(letter):08x}"
        for letter in quoted
    )
