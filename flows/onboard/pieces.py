"""Unfold a file into the tables inside of it: members of a zip file, sheets of a workbook."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from ..ingest.archive import restore_export, unpack_binary, unpack_text
from ..ingest.faults import FileFault
from ..ingest.packing import packing_of
from ..ingest.patterns import compile_pattern
from ..wording import Refusal
from .content import encoding_of, is_text, is_workbook, refuse_what_is_no_table
from .fixed_width_layout import FixedWidthLayout, find_fields
from .footers import Footer, find_text_footer
from .json_layout import json_layouts
from .parquet_layout import parquet_layout
from .text_layout import TextLayout, divide
from .workbook_layout import sheet_layouts

_SAMPLE = 2 << 20
_HEAD = 1 << 16
_MOST_PIECES = 40
_RECORD_ENDS = ("&|", "|~|", "~~", "~", "\x1e", "^")


@dataclass(frozen=True)
class Layout:
    """A way to read one table of a file; `format` and `member` are those of the source."""

    format: dict[str, Any]
    member: str | None = None
    titles: tuple[str, ...] | None = None
    """What the header calls the columns, where the names by which they are read differ."""
    typed: dict[str, str] = field(default_factory=dict)
    """The columns whose cells have a type of their own, with it: number, date, time, boolean."""
    unsure: tuple[str, ...] = ()
    footer: Footer | None = None
    """What may stand behind the records; `format` does not say it."""


@dataclass(frozen=True)
class Piece:
    """One table of a file: what people call it, and the ways to read it, the best first.

    `refusal` says why there is none.
    """

    name: str
    layouts: tuple[Layout, ...]
    refusal: str | None = None


def unfold(archived: Path, folder: Path) -> Iterator[Piece]:
    """Give the tables of an archived export; raise FileFault where it has none.

    `folder` is for what is needed only meanwhile.
    """
    file = folder / "as_it_came"
    restore_export(archived, file)
    with file.open("rb") as opened:
        head = opened.read(_HEAD)
    if not head:
        raise FileFault("is empty")
    is_book = is_workbook(file, head)
    if packing_of(head, is_workbook=is_book) == "zip":
        yield from _members(archived, file, folder)
    else:
        yield from _tables(archived, None, "", folder, is_zip=False)


def _members(archived: Path, file: Path, folder: Path) -> Iterator[Piece]:
    """Give the tables of the members of a zip file, each member on its own."""
    try:
        with zipfile.ZipFile(file) as packed:
            names = [member.filename for member in packed.infolist() if not member.is_dir()]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise FileFault(
            f"can't be unpacked: it is cut off, damaged or no zip file ({error})"
        ) from error
    if not names:
        raise FileFault("is a zip file without members")
    for name in names[:_MOST_PIECES]:
        bare = PurePosixPath(name).name
        member = (
            bare if len(names) > 1 or bare.lower().endswith((".xlsx", ".xlsb", ".ods")) else None
        )
        try:
            yield from _tables(archived, member, bare, folder, is_zip=True)
        except FileFault as fault:
            yield Piece(bare, (), fault.reason)
        except Refusal as refusal:
            yield Piece(bare, (), f"has a member that no source can name: {refusal.problem}")


def _tables(
    archived: Path, member: str | None, name: str, folder: Path, *, is_zip: bool
) -> Iterator[Piece]:
    raw = folder / "raw"
    pattern = compile_pattern(member) if member else None
    unpack_binary(archived, raw, pattern, is_workbook=not is_zip)
    with raw.open("rb") as opened:
        head = opened.read(_HEAD)
    if not head:
        raise FileFault("is empty")
    if is_workbook(raw, head):
        for sheet, format_, titles, typed, doubts, footer in sheet_layouts(raw, folder):
            layout = Layout(format_, member, titles, typed, doubts, footer)
            yield Piece(" ".join(filter(None, [name, sheet])), (layout,))
        return
    if head.startswith(b"PAR1"):
        yield Piece(name, (Layout({"type": "parquet"}, member, typed=parquet_layout(raw)),))
        return
    refuse_what_is_no_table(head)
    encoding, unsure = encoding_of(raw)
    doubts = (unsure,) if unsure else tuple[str, ...]()
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[") and encoding == "utf-8":
        found = [
            Layout(format_, member, typed=typed, unsure=doubts)
            for format_, typed in json_layouts(raw)
        ]
        if found:
            yield Piece(name, tuple(found))
            return
    yield Piece(name, tuple(_text(archived, member, encoding, doubts, folder)))


def _text(
    archived: Path, member: str | None, encoding: str, doubts: tuple[str, ...], folder: Path
) -> Iterator[Layout]:
    pattern = compile_pattern(member) if member else None
    text = unpack_text(archived, folder / "text", encoding, pattern)
    with text.path.open(encoding="utf-8", errors="replace", newline="\n") as opened:
        sample = opened.read(_SAMPLE)
    if not sample.strip():
        raise FileFault("is empty")
    if not is_text(sample):
        raise FileFault("is no text, and no format that niaga knows")
    end = _record_end(folder / "raw", encoding, sample)
    bare = sample.replace(end.rstrip("\r\n") + "\n", "\n") if end else sample
    is_whole = len(sample) < _SAMPLE
    footer = find_text_footer(_last_lines(text.path, end))
    if footer and is_whole:
        bare = "\n".join(bare.removesuffix("\n").split("\n")[: -footer.rows]) + "\n"
    found = divide(bare, is_whole)
    fixed = None if end else find_fields(bare if is_whole else bare[: bare.rfind("\n") + 1])
    if fixed and (not found or fixed.fits_better_than(found[0], bare)):
        format_ = fixed.format(
            encoding=None if encoding == "utf-8" else encoding,
            final_newline=None if text.ends_in_newline else "optional",
        )
        unsure = (*doubts, *_doubts_of_places(fixed))
        titles = None if fixed.has_names else fixed.titles
        yield Layout(format_, member, titles, unsure=unsure, footer=footer)
        return
    if not found:
        raise FileFault(
            "has no table: no delimiter divides its lines into the same number of fields, and they"
            " have no blanks at the same places"
        )
    for layout in found:
        format_ = layout.format(
            record_separator=end,
            escape="\\" if layout.quote and _is_escaped(sample) else None,
            encoding=None if encoding == "utf-8" else encoding,
            final_newline=None if text.ends_in_newline else "optional",
        )
        unsure = (*doubts, *_doubts(layout))
        yield Layout(format_, member, _titles(layout), unsure=unsure, footer=footer)


def _last_lines(text: Path, end: str | None) -> list[str]:
    """Give the last lines of a text without what ends its records."""
    with text.open("rb") as file:
        begin = max(0, text.stat().st_size - _HEAD)
        file.seek(begin)
        last = file.read().decode("utf-8", "replace")
    lines = last.removesuffix("\n").split("\n")
    return [line.removesuffix((end or "").rstrip("\r\n")) for line in lines[begin > 0 :]]


def _is_escaped(sample: str) -> bool:
    """Tell whether quotes in a value stand behind a backslash, and none is written twice."""
    return re.search(r'[^",;\t|\n\\]\\"[^,;\t|\n]', sample) is not None and '""' not in sample


def _record_end(raw: Path, encoding: str, sample: str) -> str | None:
    """Give what ends each record, where that is more than a line end."""
    lines = [line for line in sample.split("\n")[:-1] if line]
    for mark in _RECORD_ENDS:
        if lines and sum(line.endswith(mark) for line in lines) >= 0.98 * len(lines):
            with raw.open(encoding=encoding, errors="replace", newline="") as opened:
                is_windows = opened.readline().endswith("\r\n")
            return mark + ("\r\n" if is_windows else "\n")
    return None


def _titles(layout: TextLayout) -> tuple[str, ...] | None:
    if not layout.heading.is_header:
        return ()
    if layout.is_readable:
        return None
    if layout.first_width == layout.width:
        return layout.titles
    # Rows that end in a delimiter have an empty field behind the last column.
    return layout.titles if layout.first_width == layout.width - 1 else ()


def _doubts_of_places(layout: FixedWidthLayout) -> Iterator[str]:
    yield "the columns are where all lines have blanks: look whether each has its whole values"
    if not layout.heading.is_sure:
        word = "names the columns" if layout.titles else "is data, and no header"
        yield f"it seems that the first line {word}"
    if not layout.has_names:
        why = "has no header" if not layout.titles else "has a header with a name twice"
        yield f"the file {why}: the columns are called column_1, column_2 and so on"


def _doubts(layout: TextLayout) -> Iterator[str]:
    if not layout.heading.is_sure:
        word = "names the columns" if layout.heading.is_header else "is data, and no header"
        yield f"it seems that the first record {word}"
    if layout.quote == "" and layout.has_quotes:
        yield 'the character " is taken for text: no field is whole between two of them'
    if not layout.heading.is_header:
        yield "the file has no header: the columns are called column_1, column_2 and so on"
    elif layout.first_width != layout.width:
        yield (
            f"the header has {layout.first_width} names and records have {layout.width} fields:"
            " the columns are read by their number"
        )
    elif not layout.is_readable:
        yield "the header has a name twice: the columns are read by their number"
