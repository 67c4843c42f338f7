"""Match the names of landing files with the patterns of sources."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from ..wording import Refusal, did_you_mean

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

    That text is the {delivery}, else the {date} as it stands in the name, else None.
    """

    business_date: date | None
    delivery: str | None


@dataclass(frozen=True)
class FilePattern:
    """A file pattern in a form that can be matched."""

    expression: re.Pattern[str]
    date_format: str | None
    has_delivery: bool

    def match(self, file_name: str) -> Match | None:
        """Give what `file_name` says, or None when it is none of this pattern's."""
        found = self.expression.fullmatch(file_name)
        if not found:
            return None
        groups = found.groupdict()
        business_date = None
        if self.date_format is not None:
            business_date = _last_day(groups["date"], self.date_format)
            if business_date is None:
                return None
        return Match(business_date, groups.get("delivery") or groups.get("date"))


@lru_cache(maxsize=1024)
def compile_pattern(pattern: str) -> FilePattern:
    """Understand a file pattern; raise Refusal when it can't be."""
    if not pattern or "/" in pattern or "\\" in pattern:
        raise Refusal(f"`{pattern}` is no file name", "name files in landing/ without a folder")
    expression, position, date_format, has_delivery = "", 0, None, False
    for token in _PLACEHOLDER.finditer(pattern):
        expression += re.escape(pattern[position : token.start()])
        position = token.end()
        inside, stars, stray = token.groups()
        if stray:
            raise Refusal(
                f"`{stray}` has no partner", "placeholders are {date:%Y-%m-%d} and {delivery}"
            )
        if stars:
            expression += ".*"
        elif inside == "delivery" and not has_delivery:
            has_delivery = True
            expression += "(?P<delivery>.+?)"
        elif inside.startswith("date:") and date_format is None:
            date_format = inside.removeprefix("date:")
            expression += f"(?P<date>{_date_expression(date_format)})"
        else:
            raise _refuse_placeholder(inside)
    expression += re.escape(pattern[position:])
    return FilePattern(re.compile(expression, re.DOTALL), date_format, has_delivery)


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
    if name == "date" and ":" not in inside:
        return Refusal("{date} does not say how the date is written", "like {date:%Y-%m-%d}")
    if name in ("date", "delivery"):
        is_formatted = name == "delivery" and ":" in inside
        return Refusal(f"{{{name}}} {'takes no format' if is_formatted else 'stands twice'}")
    remedy = did_you_mean(name, ["date", "delivery"]) or "there are {date:%Y-%m-%d} and {delivery}"
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


def _last_day(text: str, date_format: str) -> date | None:
    """Read a date; a month stands for its last day, a year for the 31st of December."""
    try:
        # The time of day that a name may carry is local: only its date counts.
        day = datetime.strptime(text, date_format).date()  # noqa: DTZ007
    except ValueError:
        return None
    if "%d" in date_format or "%j" in date_format:
        return day
    has_month = any(directive in date_format for directive in ("%m", "%b", "%B"))
    month = day.month if has_month else 12
    return date(day.year, month, calendar.monthrange(day.year, month)[1])
