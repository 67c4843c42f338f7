"""How systems write records: values as text, and one file for each month or day of export."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

MACROS = """
create macro grouped(number) as format('{:t.}', cast(abs(number) as bigint));
create macro money(sen) as coalesce(
    case when sen < 0 then '-' else '' end || grouped(abs(sen) // 100) || ','
    || lpad(cast(abs(sen) % 100 as varchar), 2, '0'), '');
create macro whole_money(rupiah) as coalesce(grouped(rupiah) || ',00', '');
create macro amount(tenths) as
    case when tenths < 0 then '-' else '' end || grouped(abs(tenths) // 10)
    || case when tenths % 10 = 0 then '' else ',' || abs(tenths) % 10 end;
create macro day_text(day) as coalesce(strftime(day, '%d/%m/%Y'), '');
create macro flag(condition) as case when condition then 'Y' else 'T' end;
create macro words(value) as coalesce(
    case when contains(value, ';') or contains(value, '"')
        then '"' || replace(value, '"', '""') || '"'
        else cast(value as varchar) end, '');

create macro plain(tenths) as tenths // 10 || '.' || tenths % 10;
create macro blank(value) as coalesce(cast(value as varchar), '');
create macro quoted(value) as coalesce(
    case when contains(value, ',') or contains(value, '"')
        then '"' || replace(value, '"', '""') || '"'
        else cast(value as varchar) end, '');
create macro moment_text(moment) as coalesce(strftime(moment, '%Y-%m-%d %H:%M:%S'), '');
create macro zoned_text(moment) as coalesce(strftime(moment, '%Y-%m-%dT%H:%M:%S+07:00'), '');

-- The last month of a quarter's export; the last quarter is exported when it has just begun.
create macro quarter_file(day) as strftime(
    least(date_trunc('quarter', day) + to_months(2), date '2026-10-01'), '%Y-%m'
);
"""


@dataclass(frozen=True)
class Export:
    """One CSV file for each value of `file` among the rows of `rows`, a table or a select.

    `file` and `columns`, header -> value, are SQL; a value that may contain the delimiter quotes
    itself.
    """

    file: str
    rows: str
    order: str
    columns: Mapping[str, str]
    delimiter: str = ";"
    newline: str = "\r\n"
    ending: str = "csv"

    @property
    def header(self) -> str:
        """What stands above the records."""
        return self.delimiter.join(self.columns) + self.newline

    @property
    def record(self) -> str:
        """The SQL of a record's text."""
        return f" || '{self.delimiter}' || ".join(f"({value})" for value in self.columns.values())


@dataclass(frozen=True)
class JsonLines(Export):
    """The same as one JSON object a line; NULL stays null."""

    newline: str = "\n"
    ending: str = "jsonl"

    @property
    def header(self) -> str:
        """Nothing: every record names its values."""
        return ""

    @property
    def record(self) -> str:
        """The SQL of a record's text."""
        fields = ", ".join(f"'{name}', {value}" for name, value in self.columns.items())
        return f"cast(json_object({fields}) as varchar)"
