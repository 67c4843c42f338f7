"""Read numbers, dates and truth as a source writes them: SQL expressions for DuckDB.

Nothing is rounded or guessed. A text that is not clearly what the column takes gives NULL, and
`problem` says why; it is worked out for faulty rows only. Regular expressions are those of RE2.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from . import sql
from .contracts import DUCKDB_TYPES
from .locales import ColumnType, Locale
from .sources import Export

_DECIMALS = {"integer": 0, "quantity": 6, "rate": 9}
_NUMBERS = ("integer", "quantity", "money", "rate")
_WHOLE_TYPES = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")
_FIRST_DAY = "TIMESTAMP '1900-01-01'"

_LONG_MONTHS = {
    "January": "januari",
    "February": "februari",
    "March": "maret",
    "May": "mei",
    "June": "juni",
    "July": "juli",
    "August": "agustus",
    "October": "oktober",
    "December": "desember",
}
"""The Indonesian names of months by the English ones, where they differ."""

_SHORT_MONTHS = {
    "Jan": "jan",
    "Feb": "feb",
    "Mar": "mar",
    "Apr": "apr",
    "May": "may|mei",
    "Jun": "jun",
    "Jul": "jul",
    "Aug": "aug|agu|agt|ags",
    "Sep": "sept?",
    "Oct": "oct|okt",
    "Nov": "nov|nop",
    "Dec": "dec|des",
}
"""The short names of months in both languages: each may have a dot behind it."""


@dataclass(frozen=True)
class Parser:
    """What the texts of one source mean; `money_scale` and `time_zone` are the workspace's."""

    locale: Locale
    money_scale: int
    time_zone: str

    @property
    def zone(self) -> str:
        """The zone of times that state none."""
        return self.locale.time_zone or self.time_zone

    def signed(self, number: str) -> str:
        """Give the text of a number, written with a minus in front, as the source writes signs."""
        if self.locale.negative == "minus":
            return number
        before, behind = self.locale.signed("-5").split("5")
        return (
            f"CASE WHEN starts_with({number}, '-') THEN concat({sql.text(before)},"
            f" substr({number}, 2), {sql.text(behind)}) ELSE {number} END"
        )

    def of(self, export: Export, name: str) -> Parser:
        """Give what the texts of one raw column mean."""
        return replace(self, locale=export.locale_of(name, self.locale))

    def clean(self, given: str) -> str:
        """Give the text without blanks around it, or NULL where it means: no value."""
        nulls = [null.strip() for null in self.locale.null if null.strip()]
        trimmed = _trimmed(given)
        if not nulls:
            return f"nullif({trimmed}, '')"
        return f"CASE WHEN {trimmed} IN ('', {sql.texts(nulls)}) THEN NULL ELSE {trimmed} END"

    def value(self, kind: ColumnType, given: str) -> str:
        """Give the value of a cleaned text in the column's type; times are made UTC."""
        if kind == "timestamp":
            return self._as_utc(self.local_value(kind, given), self.states_zone)
        return self.local_value(kind, given)

    def local_value(self, kind: ColumnType, given: str) -> str:
        """Give the value of a cleaned text as `value` does, but times as the source states them."""
        if kind in _NUMBERS:
            return self._number(kind, given)
        if kind == "date":
            moment = _moment(given, self.locale.date)
            if _states_zone(self.locale.date):
                # By UTC, the session's zone, an early morning in Jakarta is still the day before.
                moment = f"timezone({sql.text(self.time_zone)}, {moment})"
            return f"CASE WHEN {moment} > {_FIRST_DAY} THEN CAST({moment} AS DATE) END"
        if kind == "timestamp":
            moment = _moment(given, self.locale.timestamp)
            return f"CASE WHEN {moment} > {_FIRST_DAY} THEN {moment} END"
        if kind == "boolean":
            yes = sql.texts(text.lower() for text in self.locale.true)
            no = sql.texts(text.lower() for text in self.locale.false)
            return (
                f"CASE WHEN lower({given}) IN ({yes}) THEN true "
                f"WHEN lower({given}) IN ({no}) THEN false END"
            )
        return given

    def problem(self, kind: ColumnType, given: str) -> str:
        """Say in words, as SQL text, why `value` is NULL for a cleaned text."""
        if kind in _NUMBERS:
            return self._number_problem(kind, given)
        if kind == "date":
            return sql.text(f"is no date after 1900-01-01 in the form {self.locale.date}")
        if kind == "timestamp":
            return sql.text(f"is no time after 1900-01-01 in the form {self.locale.timestamp}")
        known = ", ".join((*self.locale.true, *self.locale.false))
        return sql.text(f"is neither yes nor no: {known}")

    def converted(self, kind: ColumnType, given: str, given_type: str) -> str:
        """Give a value that has a type already in the column's type; NULL if not exactly."""
        target = DUCKDB_TYPES[kind]
        if kind == "text":
            return f"CAST({given} AS VARCHAR)"
        if kind in _NUMBERS and given_type in _WHOLE_TYPES:
            return f"try_cast({given} AS {target})"
        if kind in _NUMBERS and given_type.startswith("DECIMAL"):
            cast = f"try_cast({given} AS {target})"
            is_exact = f"try_cast({cast} AS {given_type}) = {given}"
            if kind == "money" and self.money_scale < 6:
                is_exact += f" AND round({cast}, {self.money_scale}) = {cast}"
            return f"CASE WHEN {is_exact} THEN {cast} END"
        if kind == "date" and given_type in ("DATE", "TIMESTAMP"):
            is_day = f"{given} > {_FIRST_DAY} AND CAST({given} AS DATE) = {given}"
            return f"CASE WHEN {is_day} THEN CAST({given} AS DATE) END"
        if kind == "timestamp" and given_type in ("DATE", "TIMESTAMP"):
            return self._as_utc(f"CAST({given} AS TIMESTAMP)", False)
        if kind == "timestamp" and given_type == "TIMESTAMP WITH TIME ZONE":
            return self._as_utc(given, True)
        return f"try_cast(CAST({given} AS VARCHAR) AS {target})"

    def conversion_problem(self, kind: ColumnType, given_type: str) -> str:
        """Say in words, as SQL text, why `converted` is NULL for a value."""
        if kind in _NUMBERS and given_type.startswith("DECIMAL"):
            return sql.text(f"has more than {self._decimals(kind)} decimals, or is too large")
        if kind == "date" and given_type == "TIMESTAMP":
            return sql.text("has a time of day, or is no day after 1900-01-01")
        return sql.text(f"is no {kind}")

    @property
    def states_zone(self) -> bool:
        """Tell whether the times of the source say their zone."""
        return _states_zone(self.locale.timestamp)

    def _as_utc(self, moment: str, has_zone: bool) -> str:
        """Make UTC of a time; the session's own zone is UTC."""
        if not has_zone:
            zone = self.zone
            if zone == "UTC":
                return moment
            moment = f"timezone({sql.text(zone)}, {moment})"
        return f"CAST({moment} AS TIMESTAMP)"

    def _decimals(self, kind: ColumnType) -> int:
        return _DECIMALS.get(kind, self.money_scale)

    def _number(self, kind: ColumnType, given: str) -> str:
        bare = self._without_prefix(kind, given)
        plain = bare
        if self.locale.thousands:
            plain = f"replace({plain}, {sql.text(self.locale.thousands)}, '')"
        if self.locale.decimal != ".":
            plain = f"replace({plain}, {sql.text(self.locale.decimal)}, '.')"
        if self.locale.negative == "trailing_minus":
            plain = f"regexp_replace({plain}, '^(.*)-$', '-\\1')"
        elif self.locale.negative == "parentheses":
            plain = f"replace(replace({plain}, '(', '-'), ')', '')"
        target = DUCKDB_TYPES[kind]
        cast = f"try_cast({plain} AS {target})"
        if kind == "money":
            # Casting to 18 digits takes a sixtieth of the time of a cast to 24, and nearly all fit.
            cast = f"coalesce(CAST(try_cast({plain} AS DECIMAL(18,6)) AS {target}), {cast})"
        pattern = sql.text(self._pattern(str(self._decimals(kind))))
        return f"CASE WHEN regexp_full_match({bare}, {pattern}) THEN {cast} END"

    def _number_problem(self, kind: ColumnType, given: str) -> str:
        bare = self._without_prefix(kind, given)
        most = self._decimals(kind)
        allowed = sql.text(self._pattern(str(most)))
        any_decimals = sql.text(self._pattern(""))
        many = f"has more than {most} decimals" if most else "has decimals"
        written = f'decimals after "{self.locale.decimal}"'
        if self.locale.thousands:
            written += f', thousands grouped by "{self.locale.thousands}"'
        if self.locale.negative != "minus":
            written += f", below zero as {self.locale.signed('-5')}"
        return (
            f"CASE WHEN regexp_full_match({bare}, {allowed}) THEN 'is too large' "
            f"WHEN regexp_full_match({bare}, {any_decimals}) THEN {sql.text(many)} "
            f"ELSE {sql.text(f'is no number ({written})')} END"
        )

    def _pattern(self, most_decimals: str) -> str:
        """Match a number; zeros behind the last decimal that is allowed do no harm."""
        whole = "[0-9]+"
        if self.locale.thousands:
            whole = f"(?:[0-9]+|[1-9][0-9]{{0,2}}(?:[{self.locale.thousands}][0-9]{{3}})+)"
        point = f"[{self.locale.decimal}]"
        digits = "0+" if most_decimals == "0" else f"[0-9]{{1,{most_decimals}}}0*"
        number = f"(?:{whole}(?:{point}{digits})?|{point}{digits})"
        if self.locale.negative == "trailing_minus":
            return f"{number}-?"
        if self.locale.negative == "parentheses":
            return f"(?:{number}|[(]{number}[)])"
        return f"[+-]?{number}"

    def _without_prefix(self, kind: ColumnType, given: str) -> str:
        """Take the currency off an amount: `Rp 5`, `-Rp5`, `Rp -5` and `(Rp 5)` are amounts."""
        prefix = self.locale.currency_prefix
        if kind != "money" or not prefix:
            return given
        escaped = "".join(
            f"[{letter}]" if letter not in "[]^\\" else f"\\{letter}" for letter in prefix
        )
        sign = {"minus": "[+-]?", "trailing_minus": "", "parentheses": "[(]?"}
        before = sign[self.locale.negative]
        pattern = sql.text(f"^({before}) *{escaped} *({before})")
        return (
            f"CASE WHEN contains({given}, {sql.text(prefix)}) "
            f"THEN regexp_replace({given}, {pattern}, '\\1\\2') ELSE {given} END"
        )


def _trimmed(given: str) -> str:
    """Give the text without blanks around it.

    `trim` looks at each character, which takes longer than all else that happens to most cells: a
    text of ASCII alone that begins and ends with another character than a blank is spared it.
    """
    is_ascii = f"strlen({given}) = length({given})"
    is_bare = f"{given} BETWEEN '!' AND '}}' AND NOT suffix({given}, ' ') AND {is_ascii}"
    return f"CASE WHEN {is_bare} THEN {given} ELSE trim({given}) END"


def _states_zone(form: str) -> bool:
    return "%z" in form or "%Z" in form


def _moment(given: str, form: str) -> str:
    """Give the time that a text states, with months named in English or in Indonesian."""
    moment = f"try_strptime({given}, {sql.text(form)})"
    directives = form.replace("%%", "")
    english = given
    if "%B" in directives:
        english = _in_english(english, _LONG_MONTHS, "")
    if "%b" in directives:
        # A dot of the form itself is not the one of a short name.
        english = _in_english(english, _SHORT_MONTHS, "" if "%b." in directives else "[.]?")
    if english == given:
        return moment
    # What is English as it stands means what it meant before.
    return f"coalesce({moment}, try_strptime({english}, {sql.text(form)}))"


def _in_english(given: str, months: Mapping[str, str], dot: str) -> str:
    for month, names in months.items():
        pattern = sql.text(f"(^|[^\\pL])(?:{names}){dot}([^\\pL]|$)")
        given = f"regexp_replace({given}, {pattern}, '\\1{month}\\2', 'i')"
    return given
