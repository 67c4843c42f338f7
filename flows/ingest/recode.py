"""Rewrite any dialect of CSV as the one that is read: records end in a newline, quotes are doubled.

A delimiter of several characters becomes U+001F. What has no clear meaning is written as a byte
that is no UTF-8, so that the reader holds back its record and no other.
"""

from __future__ import annotations

import codecs
import re
import string
from collections.abc import Iterable, Iterator
from typing import Any

from .faults import FileFault
from .formats import CsvFormat

_DELIMITER = "\x1f"
_QUOTE = "\x1d"
_UNCLEAR = "\udcff"
"""The byte FF, as Python keeps bytes that are no UTF-8 in a text."""

_ENDED, _ESCAPE, _ESCAPED_QUOTE, _NULL = "\ud800", "\ud801", "\ud802", "\ud803"
"""Signs that no text has, to stand for pieces of it meanwhile."""

_BLOCK = 1 << 18
"""Bytes that are rewritten at once: one strange field makes this much of them slow."""

_MOST_HELD = 1 << 22
"""Characters of a record in which its end is looked for: the reader takes 2 MB."""


def readable(layout: CsvFormat) -> CsvFormat:
    """Give the format that a text has once it is recoded."""
    is_known = len(layout.delimiter) == 1 and layout.delimiter.isascii()
    delimiter = layout.delimiter if is_known else _DELIMITER
    return layout.model_copy(
        update={
            "delimiter": delimiter,
            "quote": _QUOTE if layout.escape and not layout.quote else layout.quote,
            "escape": "",
            "record_separator": None,
            "footer": layout.footer and layout.footer.replace(layout.delimiter, delimiter),
        }
    )


def invalid_reason(layout: CsvFormat) -> str:
    """Say what may be wrong with a record that has bytes that are no UTF-8 once it is recoded."""
    reasons = ["has bytes that are no UTF-8"]
    if layout.record_separator is not None:
        reasons.append("a line break that ends no record")
    if layout.escape:
        reasons.append(f"a {layout.escape} or a quote of no clear meaning")
    return ", or ".join(reasons)


def recode(chunks: Iterable[bytes], layout: CsvFormat) -> Iterator[bytes]:
    """Rewrite a text in UTF-8; raise FileFault when it has a character that this needs."""
    if layout.record_separator is None:
        chunks = with_unix_line_ends(chunks)
    to = readable(layout)
    if to == layout:
        yield from chunks
        return
    dialect = _Dialect(layout, to)
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    held, lines = "", 0
    for block in _blocks(chunks):
        held += decoder.decode(block)
        _check_reserved(held, layout, to, lines)
        whole, held = dialect.recode_whole(held)
        if len(held) > _MOST_HELD:
            raise FileFault(
                f"has no end of the record in the {len(held)} characters behind line {lines}"
            )
        lines += whole.count("\n")
        yield whole.encode("utf-8", "surrogateescape")
    held += decoder.decode(b"", final=True)
    yield dialect.recode_last(held).encode("utf-8", "surrogateescape")


def _blocks(chunks: Iterable[bytes]) -> Iterator[bytes]:
    for chunk in chunks:
        for start in range(0, len(chunk), _BLOCK):
            yield chunk[start : start + _BLOCK]


def with_unix_line_ends(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Make all line ends Unix: a file may mix them, and the reader takes one kind."""
    held = b""
    for chunk in chunks:
        block = held + chunk
        held = b""
        if b"\r" in block:
            if block.endswith(b"\r"):
                block, held = block[:-1], b"\r"
            block = block.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        if block:
            yield block
    if held:
        yield b"\n"


def without_invalid_bytes(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Put U+FFFD where a text has bytes that are no UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    for chunk in chunks:
        yield decoder.decode(chunk).encode()
    yield decoder.decode(b"", final=True).encode()


def _check_reserved(text: str, layout: CsvFormat, to: CsvFormat, lines: int) -> None:
    for new, old in ((to.delimiter, layout.delimiter), (to.quote, layout.quote)):
        if new != old and (position := text.find(new)) >= 0:
            line = lines + text.count("\n", 0, position) + 1
            raise FileFault(
                f"has the control character U+{ord(new):04X} in line {line}, which reading"
                " this format needs for itself"
            )


class _Table(dict[str | None, str]):
    """What pieces of text become; `otherwise` stands before one that is not listed."""

    def __init__(self, known: dict[str | None, str], otherwise: str = _UNCLEAR) -> None:
        super().__init__({None: "", **known})
        self._otherwise = otherwise

    def __missing__(self, piece: str | None) -> str:
        return f"{self._otherwise}{piece}"


class _Dialect:
    """The rules by which a text is taken apart, and put together again as `to` says."""

    def __init__(self, layout: CsvFormat, to: CsvFormat) -> None:
        self._delimiter, self._to_delimiter = layout.delimiter, to.delimiter
        self._quote, self._to_quote = layout.quote, to.quote
        self._escape = layout.escape
        self._has_line_ends = layout.record_separator is None
        self._separator = layout.record_separator or "\n"
        self._tokens = re.compile(self._token_expression())
        self._ends = _Table({self._separator: "\n", self._delimiter: self._to_delimiter})
        self._in_quotes, self._outside = self._escapes()
        # Between pieces outside of quotes: one that does not begin or end where a field ends.
        other = f"[^\n\0{re.escape(self._to_delimiter)}]"
        doubled = "|\0" if self._escape else ""
        self._irregular = re.compile(f"\0(?:(?<={other}\0)|{other}{doubled})")

    def recode_whole(self, text: str) -> tuple[str, str]:
        """Rewrite the records that are whole; give them, and the rest as it came."""
        if self._is_unquoted(text):
            rest = text.split(self._separator)[-1]
            return self._recode_ends(text[: len(text) - len(rest)]), rest
        if recoded := self._recode_regular(text):
            return recoded
        parts = self._tokens.split(self._separator + text)
        ends = parts[1::6]
        last = len(ends) - 1 - ends[::-1].index(self._separator)
        if last == 0:
            return "", text
        whole = self._join(parts[: 6 * last + 1])
        return f"{whole}\n", "".join(filter(None, parts[6 * last + 2 :]))

    def recode_last(self, text: str) -> str:
        """Rewrite the rest, which no separator ends."""
        if not self._has_line_ends and not text.strip("\r\n"):
            return ""
        if self._is_unquoted(text):
            return self._recode_ends(text)
        return self._join(self._tokens.split(self._separator + text))

    def _is_unquoted(self, text: str) -> bool:
        return not self._escape and (not self._quote or self._quote not in text)

    def _recode_ends(self, text: str) -> str:
        """Rewrite what ends fields and records in a text outside of quotes."""
        if not self._has_line_ends:
            text = text.replace(self._separator, _ENDED).replace("\r", _UNCLEAR)
            text = text.replace("\n", _UNCLEAR).replace(_ENDED, "\n")
        return text.replace(self._delimiter, self._to_delimiter)

    def _recode_regular(self, text: str) -> tuple[str, str] | None:
        """Do as `recode_whole` does, but quicker, where no quote or escape is a strange one."""
        escape, quote = self._escape, self._quote
        if escape:
            text = text.replace(escape * 2, _ESCAPE).replace(f"{escape}N", _NULL)
            text = text.replace(escape + quote, _ESCAPED_QUOTE) if quote else text
            if escape in text:
                return None
        pieces = text.split(quote) if quote else [text]
        outside = self._recode_ends("\0".join(pieces[::2]))
        if quote and (
            self._irregular.search(outside) or _ESCAPE in outside or _ESCAPED_QUOTE in outside
        ):
            return None
        ended = outside.split("\0")
        last = next((i for i in reversed(range(len(ended))) if "\n" in ended[i]), None)
        if last is None:
            return None
        whole, rest = pieces[: 2 * last + 1], pieces[2 * last :]
        whole[::2] = ended[: last + 1]
        whole[-1] = whole[-1][: whole[-1].rindex("\n") + 1]
        rest[0] = rest[0].split(self._separator)[-1]
        made = quote.join(whole).replace("\r\n", "\n").replace("\r", "\n")
        held = quote.join(rest)
        if escape:
            made = made.replace(_ESCAPE, escape).replace(_ESCAPED_QUOTE, quote * 2)
            held = held.replace(_ESCAPE, escape * 2).replace(_ESCAPED_QUOTE, escape + quote)
            made, held = (part.replace(_NULL, f"{escape}N") for part in (made, held))
        return made, held

    def _token_expression(self) -> str:
        """Write the expression of what ends a field, and of what needs care behind it.

        Its groups: the end; a field in quotes; one outside of quotes with escapes; a quote right
        behind it; what has no place in any field. What is not closed goes up to the text's end.
        """
        end = f"{re.escape(self._separator)}|{re.escape(self._delimiter)}"
        quote, escape = re.escape(self._quote), re.escape(self._escape)
        quoted = escaped = stray = "(?!)"
        inside = f"[^{quote}]*+(?:{quote}{quote}[^{quote}]*+)*+"
        no_place = "[\\r\\n]"
        if escape:
            pair = f"{escape}(?:[\\s\\S]|\\Z)"
            plain = f"(?:(?!{end})[^{escape}\\r\\n])*+"
            escaped = f"{plain}(?:{pair}{plain})++"
            inside = f"[^{quote}{escape}]*+(?:{pair}[^{quote}{escape}]*+)*+"
            no_place += f"|{pair}"
        if quote:
            quoted, stray = f"{quote}{inside}(?:{quote}|\\Z)", quote
        return f"({end})(?:({quoted})|({escaped}))?({stray})?|({no_place})"

    def _escapes(self) -> tuple[_Table, _Table]:
        """Say what an escape and the character behind it mean, in quotes and outside.

        In quotes all who write escapes agree on those of the escape, the quote and what ends a
        field. Without quotes in a format that has them Python doubles an escape, and PostgreSQL and
        Spark don't; a format without quotes has letters for control characters, as MySQL and
        PostgreSQL write them. Their null stays as it is, for the locale to name.
        """
        escape, quote, doubled = self._escape, self._quote, self._to_quote * 2
        ends = (self._delimiter[0], self._separator[0], "\r", "\n")
        themselves: dict[str | None, str] = {sign: sign for sign in (*ends, escape)}
        null: dict[str | None, str] = {"N": f"{escape}N"}
        in_quotes = _Table(themselves | null | {quote: doubled}, _UNCLEAR + escape)
        if not quote:
            signs: dict[str | None, str] = {sign: sign for sign in string.punctuation}
            letters: dict[str | None, str] = {"n": "\n", "r": "\r", "t": "\t"}
            return in_quotes, _Table(themselves | signs | letters | null, _UNCLEAR + escape)
        unclear = {sign: f"{_UNCLEAR}{escape}{sign}" for sign in (*themselves, "")}
        return in_quotes, _Table(unclear | {quote * 2: doubled}, escape)

    def _join(self, parts: list[Any]) -> str:
        """Put tokens together; the end of a field before the first one is not a part of it."""
        if self._escape:
            parts[2::6] = self._unescape(parts[2::6], "", self._in_quotes)
            outside = self._unescape(parts[3::6], self._quote, self._outside)
            enclosing = self._to_quote
            parts[3::6] = [field and f"{enclosing}{field}{enclosing}" for field in outside]
        parts[1::6] = map(self._ends.__getitem__, parts[1::6])
        parts[4::6] = [stray and _UNCLEAR for stray in parts[4::6]]
        parts[5::6] = [stray and _UNCLEAR for stray in parts[5::6]]
        text = "".join(filter(None, parts[2:]))
        return text.replace("\r\n", "\n").replace("\r", "\n")

    def _unescape(self, fields: list[str | None], doubled: str, table: _Table) -> list[str]:
        """Replace the escapes in fields; a quote in them is doubled where `doubled` names it."""
        # No text has a zero byte: so all fields are one text, and are split again.
        text = "\0".join(field or "" for field in fields)
        if doubled:
            text = text.replace(doubled, doubled * 2)
        pair = f"{re.escape(doubled) * 2}|[\\s\\S]" if doubled else "[\\s\\S]"
        parts = re.split(f"{re.escape(self._escape)}({pair}|\\Z)", text)
        parts[1::2] = map(table.__getitem__, parts[1::2])
        return "".join(parts).split("\0")
