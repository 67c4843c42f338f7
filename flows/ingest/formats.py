"""The formats of exports: how the bytes of a file become records."""

from __future__ import annotations

import codecs
import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag

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


def _check_one_character(text: str) -> str:
    if len(text) != 1 or text in "\r\n":
        raise Refusal(f"`{text}` is not one character", 'like ";", "," or "\\t" for a tab')
    return text


def _check_pointer(text: str) -> str:
    if text and (not text.startswith("/") or "*" in text or re.search(r"~(?![01])", text)):
        raise Refusal(f"`{text}` is no JSON pointer", 'like /data/items, or "" for the document')
    return text


def _check_quote(text: str) -> str:
    return text and _check_one_character(text)


class CsvFormat(FileModel):
    """How the bytes of a CSV file become records."""

    type: Literal["csv"] = "csv"
    delimiter: Annotated[
        str,
        AfterValidator(_check_one_character),
        Field(description="The character between two fields."),
    ] = ","
    quote: Annotated[
        str,
        AfterValidator(_check_quote),
        Field(description='The character around text; "" for none.'),
    ] = '"'
    encoding: Annotated[
        str,
        AfterValidator(_check_encoding),
        Field(description="Like utf-8, latin-1 or windows-1252."),
    ] = "utf-8"
    header: Annotated[bool, Field(description="Whether the first record names the columns.")] = True
    skip_rows: Annotated[
        int, Field(ge=0, description="Lines before the header or the first record.")
    ] = 0
    final_newline: Annotated[
        Literal["required", "optional"],
        Field(
            description="required: a file that does not end in a newline is rejected as truncated."
        ),
    ] = "required"


class ExcelFormat(FileModel):
    """Which cells of an Excel workbook are records; typed cells become text by the locale."""

    type: Literal["excel"]
    sheet: Annotated[
        str | None, Field(description="Name of the sheet. Default: the only one that there is.")
    ] = None
    header: Annotated[bool, Field(description="Whether the first record names the columns.")] = True
    skip_rows: Annotated[
        int, Field(ge=0, description="Rows before the header or the first record.")
    ] = 0


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


FORMATS = ("csv", "excel", "json", "json_lines", "parquet")


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
    | Annotated[JsonFormat, Tag("json")]
    | Annotated[JsonLinesFormat, Tag("json_lines")]
    | Annotated[ParquetFormat, Tag("parquet")],
    Discriminator(_format_type),
    BeforeValidator(_check_format_type),
]
