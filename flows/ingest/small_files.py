"""Read small CSV files into memory, and group those that can be read as one text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from .csv_checks import count_records
from .csv_records import lines_before, open_csv
from .faults import FileFault, is_of_the_machine
from .formats import CsvFormat
from .sources import Source
from .streamed import Candidate

_MOST_TEXT = 16 << 20
"""Bytes of text that are read as one: a packed file may have many more than one sees."""


@dataclass(frozen=True)
class SmallFile:
    """An export, the text of its records, and how many there are.

    The text is UTF-8 without the header; it ends in a newline, or is empty.
    """

    candidate: Candidate
    text: bytes
    records: int


@dataclass(frozen=True)
class Group:
    """Files of one header, and the format that the text of their records has."""

    header: tuple[str, ...]
    layout: CsvFormat
    files: list[SmallFile] = field(default_factory=list)

    def halves(self) -> tuple[Group, Group]:
        """Give two groups of half as many files each."""
        middle = len(self.files) // 2
        return replace(self, files=self.files[:middle]), replace(self, files=self.files[middle:])


def group_files(
    source: Source, candidates: Iterable[Candidate], folder: Path
) -> tuple[list[Group], list[Candidate]]:
    """Give groups of files, and those that each have to be read by itself; the faulty are in none.

    A file is in a group where its bytes alone tell how many records it has.
    """
    groups: list[Group] = []
    alone: list[Candidate] = []
    open_groups: dict[tuple[str, ...], tuple[Group, int]] = {}
    for candidate in candidates:
        try:
            read = _read(source, candidate, folder)
        except FileFault:
            continue
        except Exception as error:
            if is_of_the_machine(error):
                raise
            read = None
        if read is None:
            alone.append(candidate)
            continue
        header, layout, text = read
        group, size = open_groups.get(header, (None, 0))
        if group is None or size + len(text) > _MOST_TEXT:
            group, size = Group(header, layout), 0
            groups.append(group)
        open_groups[header] = (group, size + len(text))
        group.files.append(SmallFile(candidate, text, 0))
    return [_counted(group, alone) for group in groups], alone


def _read(
    source: Source, candidate: Candidate, folder: Path
) -> tuple[tuple[str, ...], CsvFormat, bytes] | None:
    """Give header and format of a file, and the text of its records; None where that is big."""
    ((part, export),) = source.exports.items()
    if not isinstance(export.format, CsvFormat):
        raise TypeError(f"{source.source} is no source of CSV files")
    plain, layout, header = open_csv(part, export, export.format, candidate.archived, folder)
    if plain.size_bytes > _MOST_TEXT:
        return None
    text, begin = plain.path.read_bytes(), 0
    for _ in range(lines_before(layout, header)):
        newline = text.find(b"\n", begin)
        begin = newline + 1 if newline >= 0 else len(text)
    records = text[begin:]
    return header, layout, records + b"\n" * (not records.endswith(b"\n") and records != b"")


def _counted(group: Group, alone: list[Candidate]) -> Group:
    """Give a group with the number of records of each file; those in doubt go to `alone`."""
    counts = count_records(
        [file.text for file in group.files],
        len(group.header),
        group.layout.delimiter,
        group.layout.quote,
    )
    counted = []
    for file, records in zip(group.files, counts, strict=True):
        if records is None:
            alone.append(file.candidate)
        else:
            counted.append(replace(file, records=records))
    return replace(group, files=counted)
