"""Check that all of a CSV file was read: DuckDB leaves records and fields out without a word.

It drops a record that is longer than its buffer, and fields too many that are empty. So the line
ends and delimiters of the file are counted, and those of what was read.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from . import sql
from .faults import FileFault

_CHUNK = 4 << 20
_LONGEST_KEPT = 10_000
"""How much DuckDB keeps of the text of a malformed record."""


@dataclass(frozen=True)
class Counts:
    """How many line ends and delimiters there are."""

    lines: int
    delimiters: int


def check_all_read(
    connection: duckdb.DuckDBPyConnection,
    part: str,
    path: Path,
    header: tuple[str, ...],
    delimiter: str,
    before: int,
    blank_lines: Callable[[], int],
) -> None:
    """Raise FileFault when the file has more than `niaga.raw_<part>` and `niaga.malformed_<part>`.

    `before` lines are no records, and so are the blank ones.
    """
    found = _count_in_file(path, delimiter.encode(), before)
    raw, malformed, is_cut, is_no_text, read = _count_read(connection, part, delimiter)
    if is_cut:
        return  # Nobody knows what is in the rest of those records, but they are held back.
    width = len(header) - 1
    missing_lines = found.lines - raw - read.lines - malformed
    missing_delimiters = found.delimiters - raw * width - read.delimiters
    if is_no_text:
        # DuckDB shows such a byte and the one behind it as `?`: that may be a delimiter.
        missing_delimiters = 0
    if missing_lines:
        missing_lines -= _count_in_cells(connection, part, header, "\n")
        missing_lines -= blank_lines() if width and missing_lines else 0
    if missing_delimiters:
        missing_delimiters -= _count_in_cells(connection, part, header, delimiter)
    if missing_lines:
        raise FileFault(
            f"has {missing_lines:+} lines that belong to no record that could be read: one may be"
            " longer than 32 MB, or have a quote that is not closed",
            part,
        )
    # A delimiter at the end of every record says nothing; at the end of some, one has slipped in.
    if missing_delimiters not in (0, raw):
        raise FileFault(
            f"has {missing_delimiters:+} fields more than its columns, and empty ones, so that"
            " nobody knows which column the others belong to",
            part,
        )


def is_all_read(
    path: Path, header: tuple[str, ...], delimiter: str, quote: str, before: int, records: int
) -> bool:
    """Tell whether a file's line ends and delimiters are just those between so many records.

    Those in quotes are not counted. A blank line, or a quote in a text that is not in quotes, makes
    it more: then the answer is no, too.
    """
    found = _count_in_file(path, delimiter.encode(), before, quote.encode())
    return found == Counts(records, records * (len(header) - 1))


def count_records(
    texts: Sequence[bytes], columns: int, delimiter: str, quote: str
) -> list[int | None]:
    """Count the records of each of several texts by their bytes alone; None where there is doubt.

    There is none where every record has a cell for each column and ends in a newline, and every
    quote opens or closes a cell or is doubled in one: then nobody can read it otherwise.
    """
    import numpy as np

    sign = quote.encode()
    in_doubt = {
        number
        for number, text in enumerate(texts)
        if not _is_closed(text, sign) or b"\r" in text or not _is_utf_8(text)
    }
    certain = [b"" if number in in_doubt else text for number, text in enumerate(texts)]
    ends = np.cumsum([len(text) for text in certain])
    octets = np.frombuffer(b"".join(certain), np.uint8)
    newline = ord("\n")
    is_separator = (octets == newline) | (octets == ord(delimiter))
    quotes = np.flatnonzero(octets == sign[0]) if sign else np.array([], np.int64)
    opening, closing = quotes[::2], quotes[1::2]
    # Each text ends in a newline, so that something stands behind a quote, and before the first.
    is_beside_cell = is_separator | np.isin(octets, list(sign))
    odd = [opening[~is_beside_cell[opening - 1]], closing[~is_beside_cell[closing + 1]]]
    places = np.flatnonzero(is_separator)
    places = places[np.searchsorted(quotes, places) % 2 == 0]
    is_end = octets[places] == newline
    record_ends = places[is_end]
    widths = np.diff(np.flatnonzero(is_end), prepend=-1)
    odd += [record_ends[widths != columns]]
    if columns == 1:
        odd += [record_ends[np.diff(record_ends, prepend=-1) == 1]]  # A blank line is no record.
    in_doubt.update(np.searchsorted(ends, np.concatenate(odd), side="right").tolist())
    counts = np.bincount(
        np.searchsorted(ends, record_ends, side="right"), minlength=len(texts)
    ).tolist()
    return [None if number in in_doubt else count for number, count in enumerate(counts)]


def _is_closed(text: bytes, sign: bytes) -> bool:
    """Tell whether a text is empty, or ends in a newline that no quote is open at."""
    return not text or (text.endswith(b"\n") and not (sign and text.count(sign) % 2))


def _is_utf_8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def _count_in_file(path: Path, delimiter: bytes, before: int, quote: bytes = b"") -> Counts:
    """Count in a file behind some lines; with `quote`, only what stands outside of quotes."""
    import numpy as np

    lines = delimiters = 0
    is_quoted = False
    with path.open("rb") as file:
        for _ in range(before):
            file.readline()
        ends_in_newline = True
        while chunk := file.read(_CHUNK):
            ends_in_newline = chunk.endswith(b"\n")
            if quote and (is_quoted or quote in chunk):
                octets = np.frombuffer(chunk, np.uint8)
                quoted = np.bitwise_xor.accumulate(octets == quote[0]) ^ is_quoted
                is_quoted = bool(quoted[-1])
                chunk = octets[~quoted].tobytes()
            octets = np.frombuffer(chunk, np.uint8)
            lines += int(np.count_nonzero(octets == ord("\n")))
            if len(delimiter) == 1:
                delimiters += int(np.count_nonzero(octets == delimiter[0]))
            else:
                delimiters += chunk.count(delimiter)
    return Counts(lines + (not ends_in_newline), delimiters)


def _count_read(
    connection: duckdb.DuckDBPyConnection, part: str, delimiter: str
) -> tuple[int, int, bool, bool, Counts]:
    """Count records, malformed ones, and what is in the text of the latter."""
    raw, malformed, is_cut, is_no_text, lines, delimiters = connection.execute(
        f"""
        SELECT
            (SELECT count(*) FROM niaga.raw_{part}),
            count(*),
            coalesce(bool_or(length(line_text) >= {_LONGEST_KEPT}), false),
            coalesce(bool_or(is_no_text), false),
            coalesce(sum({_occurrences("rtrim(line_text, chr(10))", chr(10))}), 0),
            coalesce(sum({_occurrences("line_text", delimiter)}), 0)
        FROM niaga.malformed_{part}
        """
    ).fetchall()[0]
    return raw, malformed, is_cut, is_no_text, Counts(int(lines), int(delimiters))


def _count_in_cells(
    connection: duckdb.DuckDBPyConnection, part: str, header: tuple[str, ...], what: str
) -> int:
    """Count the line ends, or the delimiters, that are part of cells."""
    counts = " + ".join(f"coalesce(sum({_occurrences(sql.name(n), what)}), 0)" for n in header)
    found = connection.execute(f"SELECT {counts} FROM niaga.raw_{part}").fetchall()[0][0]
    return int(found)


def _occurrences(text: str, what: str) -> str:
    sought = sql.text(what)
    return (
        f"CASE WHEN contains({text}, {sought}) THEN (strlen({text})"
        f" - strlen(replace({text}, {sought}, ''))) // strlen({sought}) ELSE 0 END"
    )
