"""Cut a big CSV file into pieces that are read side by side: each ends where a record ends."""

from __future__ import annotations

import codecs
from pathlib import Path

from .archive import PlainText
from .faults import FileFault

MOST_PIECES = 8
"""More than there are threads, so that none is idle for long while the last pieces are read."""

SMALLEST_PIECE = 16 << 20

_CHUNK = 4 << 20
_TRIES = 100
"""Newlines of a chunk that are looked at before the next chunk is: quotes may never come right."""


def cut(text: PlainText, quote: str, part: str) -> list[Path]:
    """Give the files that hold the text's pieces in their order; a small text is one piece.

    A cut lies at a newline that no quote is open at, if quotes are written as they should be: where
    they are not, the reader finds a quote that is never closed at the end of a piece. Raises
    FileFault when the text has bytes that are no UTF-8.
    """
    count = max(1, min(MOST_PIECES, text.size_bytes // SMALLEST_PIECE))
    wanted = text.size_bytes // count
    # The reader itself looks only at the columns that are asked for.
    decoder = codecs.getincrementaldecoder("utf-8")()
    pieces = [text.path if count == 1 else _piece(text.path, 0)]
    written, quotes = 0, 0
    try:
        with text.path.open("rb") as source:
            while chunk := source.read(_CHUNK):
                decoder.decode(chunk)
                if count == 1:
                    continue
                end, opened = 0, quotes
                if len(pieces) < count and written + len(chunk) >= wanted:
                    end = _place_to_cut(chunk, max(0, wanted - written), quote.encode(), quotes)
                    opened = 0 if end else quotes
                if end:
                    _append(pieces[-1], chunk[:end])
                    pieces.append(_piece(text.path, len(pieces)))
                    written = 0
                _append(pieces[-1], chunk[end:])
                written += len(chunk) - end
                quotes = opened + (chunk.count(quote.encode(), end) if quote else 0)
        decoder.decode(b"", final=True)
    except UnicodeError as error:
        raise FileFault("has bytes that are no UTF-8", part) from error
    return pieces


def _piece(path: Path, number: int) -> Path:
    return path.with_name(f"{path.name}.{number}")


def _append(piece: Path, content: bytes) -> None:
    with piece.open("ab") as sink:
        sink.write(content)


def _place_to_cut(chunk: bytes, begin: int, quote: bytes, quotes: int) -> int:
    """Give the place behind the first newline from `begin` on that no quote is open at, or 0."""
    counted = 0
    for _ in range(_TRIES):
        newline = chunk.find(b"\n", max(begin, counted))
        if newline < 0:
            return 0
        quotes += chunk.count(quote, counted, newline) if quote else 0
        counted = newline + 1
        if quotes % 2 == 0:
            return counted
    return 0
