"""The formats of exports: how the bytes of a file become records."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    PositiveInt,
    Tag,
    model_validator,
)

from ..configuration import FileModel
from ..wording import Refusal, did_you_mean


def _check_encoding(name: str) -> str:
    try:
        "".encode(name)  # Python also knows codecs that give no text, like base64.
        return codecs.lookup(name).name
    except LookupError:
        raise Refusal(
            f"`{name}` is no encoding", "like utf-8, utf-16, latin-1 or windows-1252"
        ) from None


def _check_pointer(text: str) -> str:
    if text and (not text.startswith("/") or "*" in text or re.search(r"~(?![01])", text)):
        raise Refusal(f"`{text}` is no JSON pointer", 'like /data/items, or "" for the document')
    return text


def _check_sign(text: str) -> str:
    if text and (len(text) != 1 or not text.isascii() or text in "\r\n\0"):
        raise Refusal(f"`{text}` is not one ASCII character", 'like "\'", or "" for none')
    return text


def _check_delimiter(text: str) -> str:
    if not text or "\r" in text or "\n" in text or "\0" in text:
        raise Refusal(
            f"`{text}` can't stand between two fields", 'like ";", "||" or "\\t" for a tab'
        )
    return text


def _check_record_separator(text: str) -> str:
    if not text or "\0" in text:
        raise Refusal(
            f"`{text}` can't stand behind a record",
            'like "~\\n", or "\\u001e" for a control character',
        )
    return text


def _check_footer(pattern: str | None) -> str | None:
    if pattern is not None and (not pattern.strip("* ") or "\n" in pattern):
        raise Refusal(f"`{pattern}` tells no row from another", 'like "TOTAL*"')
    return pattern


Encoding = Annotated[
    str,
    AfterValidator(_check_encoding),
    Field(description="Like utf-8, utf-16, latin-1, windows-1252 or shift-jis."),
]
SkippedLines = Annotated[
    int, Field(ge=0, description="Lines before the header or the first record.")
]
Footer = Annotated[
    str | None,
    AfterValidator(_check_footer),
    Field(
        description="The first line of what stands behind the records, with `*`, like TOTAL*. A"
        " file without it is rejected as cut off. Default: records go on to the end."
    ),
]
FinalNewline = Annotated[
    Literal["required", "optional"],
    Field(
        description="required: a file that does not end in a newline, or the record separator, is"
        " rejected as truncated."
    ),
]


def _check_sheet(name: str | None) -> str | None:
    if name is not None and not name.strip():
        raise Refusal("is blank", "name the sheet, or leave `sheet` out")
    return name


def _check_header_cell(text: str | None) -> str | None:
    if text is not None and not text.strip():
        raise Refusal("is blank", "write a text that only the header has, like No Faktur")
    return text


HeaderCell = Annotated[
    str | None,
    AfterValidator(_check_header_cell),
    Field(
        description="A text by which the header is found: the first row that has a cell with it"
        " names the columns, and what stands before it is passed over."
    ),
]


class CsvFormat(FileModel):
    """How the bytes of a CSV file become records."""

    type: Literal["csv"] = "csv"
    delimiter: Annotated[
        str,
        AfterValidator(_check_delimiter),
        Field(description="What stands between two fields: one character or several."),
    ] = ","
    record_separator: Annotated[
        Annotated[str, AfterValidator(_check_record_separator)] | None,
        Field(
            description="What ends a record. Default: a line end, of Unix, Windows or an old Mac."
        ),
    ] = None
    quote: Annotated[
        str,
        AfterValidator(_check_sign),
        Field(description='The character around text; "" for none.'),
    ] = '"'
    escape: Annotated[
        str,
        AfterValidator(_check_sign),
        Field(
            description="The character before a quote, delimiter or line end that is part of a"
            ' value, like "\\\\". Default: none, a quote in a value is written twice.'
        ),
    ] = ""
    encoding: Encoding = "utf-8"
    header: Annotated[bool, Field(description="Whether the first record names the columns.")] = True
    skip_rows: SkippedLines = 0
    footer: Footer = None
    final_newline: FinalNewline = "required"

    @model_validator(mode="after")
    def _check_signs(self) -> Self:
        separator = self.record_separator or "\n"
        if self.escape and self.escape == self.quote:
            problem = "a quote in a value is written twice wherever nothing else is said"
            raise Refusal(problem, "leave escape out", at=("escape",))
        for name, sign in (("quote", self.quote), ("escape", self.escape)):
            if sign and (sign in self.delimiter or sign in separator):
                problem = f"`{sign}` is also a part of what ends a field or a record"
                raise Refusal(problem, "each needs characters of its own", at=(name,))
        if separator in self.delimiter or any(
            self.delimiter.endswith(separator[:length]) for length in range(1, len(self.delimiter))
        ):
            problem = f"`{separator}` can't be told from the delimiter `{self.delimiter}`"
            raise Refusal(problem, "see which of them the file has", at=("record_separator",))
        return self


class ExcelFormat(FileModel):
    """Which cells of a workbook (.xlsx, .xls, .xlsb, .ods) are records; typed ones become text."""

    type: Literal["excel"]
    sheet: Annotated[
        str | None,
        AfterValidator(_check_sheet),
        Field(
            description="Name of the sheet, with `*` for any text: exactly one must match that is"
            " not hidden. Default: the only one that is not."
        ),
    ] = None
    header: Annotated[bool, Field(description="Whether the first record names the columns.")] = True
    header_cell: HeaderCell = None
    skip_rows: Annotated[
        int, Field(ge=0, description="Rows before the header or the first record.")
    ] = 0
    footer: Footer = None
    merged_cells: Annotated[
        Literal["first", "fill"],
        Field(
            description="first: the value of merged cells is that of the first row's record; fill:"
            " of each row's that they reach over."
        ),
    ] = "first"

    @model_validator(mode="after")
    def _check_header(self) -> Self:
        if self.header_cell is not None and not self.header:
            raise Refusal(
                "says what is in a header, and `header` says that there is none",
                "leave one of them out",
                at=("header_cell",),
            )
        return self


class JsonLinesFormat(FileModel):
    """One JSON object a line, in UTF-8: its keys are the columns, nested values are JSON text."""

    type: Literal["json_lines"]


class JsonFormat(FileModel):
    """A JSON document, in UTF-8, with an array of objects that are read like JSON lines."""

    type: Literal["json"]
    records: Annotated[
        str,
        AfterValidator(_check_pointer),
        Field(description='JSON pointer of the array, like /data/items; "" for the document.'),
    ] = ""


class ParquetFormat(FileModel):
    """A Parquet file; typed values become text by the locale, nested ones are JSON text."""

    type: Literal["parquet"]


class FixedWidthFormat(FileModel):
    """Lines in which each field has its place; blanks around a value are no part of it."""

    type: Literal["fixed_width"]
    fields: Annotated[
        Mapping[str, tuple[PositiveInt, PositiveInt]],
        Field(
            min_length=1,
            description="For each column the place of its first character, counted from 1, and how"
            " many there are: {order_id: [1, 10], amount: [11, 12]}. Characters, not bytes.",
        ),
    ]
    length: Annotated[
        PositiveInt | None,
        Field(description="Characters of a line. Default: up to the end of the last field."),
    ] = None
    trailing_blanks: Annotated[
        Literal["required", "optional"],
        Field(description="optional: a line may be shorter, without the blanks at its end."),
    ] = "required"
    encoding: Encoding = "utf-8"
    skip_rows: Annotated[int, Field(ge=0, description="Lines before the first record.")] = 0
    footer: Footer = None
    final_newline: FinalNewline = "required"

    @property
    def line_length(self) -> int:
        """How many characters each line has."""
        return self.length or max(start + length - 1 for start, length in self.fields.values())

    @model_validator(mode="after")
    def _check_places(self) -> Self:
        behind, before = 1, ""
        for name, (start, length) in sorted(self.fields.items(), key=lambda field: field[1]):
            if start < behind:
                problem = f"begins at {start}, before the end of `{before}`"
                raise Refusal(problem, "write [first character, length]", at=("fields", name))
            behind, before = start + length, name
        if self.length and behind - 1 > self.length:
            problem = f"`{before}` ends at {behind - 1}, behind the end of a line"
            raise Refusal(problem, f"a line has {self.length} characters", at=("fields", before))
        return self


FORMATS = ("csv", "excel", "fixed_width", "json", "json_lines", "parquet")


def _format_type(given: Any) -> str:
    kind = given.get("type", "csv") if isinstance(given, dict) else getattr(given, "type", "csv")
    return str(kind)


def _check_format_type(given: Any) -> Any:
    if isinstance(given, dict) and _format_type(given) not in FORMATS:
        kind = _format_type(given)
        known = f"`{kind}` is none of: {', '.join(FORMATS)}"
        raise Refusal(known, did_you_mean(kind, FORMATS), at=("type",))
    return given


Format = Annotated[
    Annotated[CsvFormat, Tag("csv")]
    | Annotated[ExcelFormat, Tag("excel")]
    | Annotated[FixedWidthFormat, Tag("fixed_width")]
    | Annotated[JsonFormat, Tag("json")]
    | Annotated[JsonLinesFormat, Tag("json_lines")]
    | Annotated[ParquetFormat, Tag("parquet")],
    Discriminator(_format_type),
    BeforeValidator(_check_format_type),
]
