"""Match the names of landing files with the patterns of sources."""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from ..wording import Refusal, did_you_mean

_DATES = ("date", "from", "to")
_PLACEHOLDERS = "{date:%Y-%m-%d}, {from:%Y-%m-%d}, {to:%Y-%m-%d} and {delivery}"
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}|(\*+)|([{}])")
_DIRECTIVES = {
    "Y": r"\d{4}",
    "y": r"\d{2}",
    "m": r"\d{2}",
    "d": r"\d{2}",
    "j": r"\d{3}",
    "H": r"\d{2}",
    "M": r"\d{2}",
    "S": r"\d{2}",
    "b": r"[A-Za-z]{3}",
    "B": r"[A-Za-z]+",
}


@dataclass(frozen=True)
class Match:
    """What a file's name says: its business date, and the text that pairs it with other parts.

    The business date is the {date}, else the last day of the {to}. The text is the {delivery}, else
    the dates as they stand in the name, else None. `days` are the first and last one of {from} and
    {to}.
    """

    business_date: date | None
    delivery: str | None
    days: tuple[date, date] | None = None


@dataclass(frozen=True)
class FilePattern:
    """A file pattern in a form that can be matched; `date_formats` are by placeholder."""

    expression: re.Pattern[str]
    date_formats: Mapping[str, str]
    has_delivery: bool

    @property
    def is_dated(self) -> bool:
        """Whether names state a business date."""
        return bool(self.date_formats)

    @property
    def has_days(self) -> bool:
        """Whether names state a range of days."""
        return "from" in self.date_formats

    def match(self, file_name: str) -> Match | None:
        """Give what `file_name` says, or None when it is none of this pattern's."""
        found = self.expression.fullmatch(file_name)
        if not found:
            return None
        groups = found.groupdict()
        dates = {
            name: _read_date(groups[name], date_format)
            for name, date_format in self.date_formats.items()
        }
        spans = {name: span for name, span in dates.items() if span}
        if len(spans) < len(dates):
            return None
        dated = spans.get("date") or spans.get("to")
        return Match(
            business_date=dated[1] if dated else None,
            delivery=groups.get("delivery") or "_".join(groups[name] for name in dates) or None,
            days=(spans["from"][0], spans["to"][1]) if self.has_days else None,
        )


@lru_cache(maxsize=1024)
def compile_pattern(pattern: str) -> FilePattern:
    """Understand a file pattern; raise Refusal when it can't be."""
    if not pattern or "/" in pattern or "\\" in pattern:
        raise Refusal(f"`{pattern}` is no file name", "name files in landing/ without a folder")
    expression, position, has_delivery = "", 0, False
    date_formats: dict[str, str] = {}
    for token in _PLACEHOLDER.finditer(pattern):
        expression += re.escape(pattern[position : token.start()])
        position = token.end()
        inside, stars, stray = token.groups()
        if stray:
            raise Refusal(f"`{stray}` has no partner", f"placeholders are {_PLACEHOLDERS}")
        if stars:
            expression += ".*"
            continue
        name, colon, date_format = inside.partition(":")
        if inside == "delivery" and not has_delivery:
            has_delivery = True
            expression += "(?P<delivery>.+?)"
        elif name in _DATES and colon and name not in date_formats:
            date_formats[name] = date_format
            expression += f"(?P<{name}>{_date_expression(date_format)})"
        else:
            raise _refuse_placeholder(inside)
    if ("from" in date_formats) != ("to" in date_formats):
        there, gone = ("from", "to") if "from" in date_formats else ("to", "from")
        raise Refusal(f"{{{there}}} stands without {{{gone}}}", "name the first and the last day")
    expression += re.escape(pattern[position:])
    return FilePattern(re.compile(expression, re.DOTALL), date_formats, has_delivery)


@lru_cache(maxsize=65536)
def can_both_match(first: str, second: str) -> bool:
    """Say whether there is a name that two patterns without placeholders both match."""
    if not first or not second:
        return not (first + second).strip("*")
    if first[0] == "*":
        return can_both_match(first[1:], second) or can_both_match(first, second[1:])
    if second[0] == "*":
        return can_both_match(second, first)
    return first[0] == second[0] and can_both_match(first[1:], second[1:])


def _refuse_placeholder(inside: str) -> Refusal:
    name = inside.partition(":")[0]
    if name in _DATES and ":" not in inside:
        return Refusal(
            f"{{{name}}} does not say how the date is written", f"like {{{name}:%Y-%m-%d}}"
        )
    if name in (*_DATES, "delivery"):
        is_formatted = name == "delivery" and ":" in inside
        return Refusal(f"{{{name}}} {'takes no format' if is_formatted else 'stands twice'}")
    remedy = did_you_mean(name, [*_DATES, "delivery"]) or f"there are {_PLACEHOLDERS}"
    return Refusal(f"`{{{inside}}}` is an unknown placeholder", remedy)


def _date_expression(date_format: str) -> str:
    expression, position = "", 0
    seen: list[str] = []
    while position < len(date_format):
        letter = date_format[position]
        if letter != "%":
            expression += re.escape(letter)
            position += 1
            continue
        directive = date_format[position + 1 : position + 2]
        if directive not in _DIRECTIVES or directive in seen:
            known = " ".join(f"%{name}" for name in _DIRECTIVES)
            raise Refusal(
                f"`%{directive}` is no part of a date, or stands twice", f"known: {known}"
            )
        seen.append(directive)
        expression += _DIRECTIVES[directive]
        position += 2
    if not {"Y", "y"} & set(seen):
        raise Refusal(f"`{date_format}` has no year", "like {date:%Y-%m-%d} or {date:%Y-%m}")
    if "d" in seen and not {"m", "b", "B"} & set(seen):
        raise Refusal(f"`{date_format}` has a day but no month", "like {date:%Y-%m-%d}")
    return expression


def _read_date(text: str, date_format: str) -> tuple[date, date] | None:
    """Read a date as its first and last day: it may be a whole month, or a year."""
    try:
        # The time of day that a name may carry is local: only its date counts.
        day = datetime.strptime(text, date_format).date()  # noqa: DTZ007
    except ValueError:
        return None
    if "%d" in date_format or "%j" in date_format:
        return day, day
    has_month = any(directive in date_format for directive in ("%m", "%b", "%B"))
    month = day.month if has_month else 12
    last = date(day.year, month, calendar.monthrange(day.year, month)[1])
    return date(day.year, day.month, 1), last
