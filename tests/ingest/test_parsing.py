"""What a source writes is read exactly or not at all: compared with Python's Decimal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from niaga.ingest.locales import ColumnType, Locale
from niaga.ingest.parsing import Parser

INDONESIAN = Locale(decimal=",", thousands=".", date="%d/%m/%Y", currency_prefix="Rp")
LOCALES = [
    INDONESIAN,
    Locale(),
    Locale(thousands=","),
    Locale(decimal=",", thousands=" "),
    Locale(decimal=",", thousands="\u00a0"),
    Locale(thousands="'"),
    Locale(decimal=","),
    Locale(decimal=",", thousands=".", negative="trailing_minus"),
    Locale(thousands=",", negative="parentheses"),
]
DECIMALS: dict[ColumnType, int] = {"money": 2, "quantity": 6, "rate": 9, "integer": 0}
WHOLE_DIGITS: dict[ColumnType, int] = {"money": 18, "quantity": 12, "rate": 9, "integer": 18}

anything = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        yield connection


def parse(
    database: duckdb.DuckDBPyConnection,
    kind: ColumnType,
    text: str,
    locale: Locale = INDONESIAN,
    zone: str = "UTC",
) -> tuple[Any, str | None]:
    """Give the value of a text, and the reason when there is none."""
    parser = Parser(locale, money_scale=2, time_zone=zone)
    clean = parser.clean("text")
    return database.execute(
        f"select value, case when clean is not null and value is null then "
        f"{parser.problem(kind, 'clean')} end from "
        f"(select {parser.value(kind, 'clean')} as value, clean from (select {clean} as clean "
        "from (select ? as text)))",
        [text],
    ).fetchall()[0]


def written(number: Decimal, locale: Locale, is_grouped: bool) -> str:
    """Write a number as a locale does."""
    text = f"{abs(number):,f}" if is_grouped and locale.thousands else f"{abs(number):f}"
    text = text.translate({ord(","): locale.thousands, ord("."): locale.decimal})
    shape = {"minus": "-{}", "trailing_minus": "{}-", "parentheses": "({})"}[locale.negative]
    return shape.format(text) if number < 0 else text


@anything
@given(data=st.data())
@pytest.mark.parametrize("kind", DECIMALS)
def test_a_number_is_read_as_it_is_written(
    database: duckdb.DuckDBPyConnection, kind: ColumnType, data: st.DataObject
) -> None:
    locale = data.draw(st.sampled_from(LOCALES))
    places = data.draw(st.integers(0, DECIMALS[kind]))
    limit = 10 ** (WHOLE_DIGITS[kind] + places) - 1
    number = Decimal(data.draw(st.integers(-limit, limit))).scaleb(-places)
    text = written(number, locale, data.draw(st.booleans()))
    text = data.draw(st.sampled_from([text, f"  {text} "]))
    assert parse(database, kind, text, locale) == (number, None)


@anything
@given(text=st.text(alphabet="0123456789.,-+ eERp_'()", max_size=14), data=st.data())
def test_a_text_is_a_number_only_if_it_reads_so_in_its_locale(
    database: duckdb.DuckDBPyConnection, text: str, data: st.DataObject
) -> None:
    locale = data.draw(st.sampled_from(LOCALES))
    value, reason = parse(database, "quantity", text, locale)
    if value is None:
        assert (reason is None) == (not text.strip(" "))
        return
    bare = text.strip(" ")
    if locale.negative == "minus":
        is_negative, bare = bare.startswith("-"), bare.lstrip("+-")
    elif locale.negative == "trailing_minus":
        is_negative, bare = bare.endswith("-"), bare.removesuffix("-")
    elif is_negative := bare.startswith("("):
        assert bare.endswith(")")
        bare = bare[1:-1]
    assert not set(bare) & set("+-()")
    whole, _, decimals = bare.partition(locale.decimal)
    groups = whole.split(locale.thousands) if locale.thousands else [whole]
    assert all(len(group) == 3 for group in groups[1:])
    assert len(groups) == 1 or 1 <= len(groups[0]) <= 3
    assert abs(value) == Decimal(f"{''.join(groups) or '0'}.{decimals or '0'}")
    assert (value < 0) == (is_negative and value != 0)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1234.56", "no number"),
        ("0.500", "no number"),
        ("1.23.456", "no number"),
        ("1.234.56", "no number"),
        ("12.34,5", "no number"),
        ("1e3", "no number"),
        ("1_000", "no number"),
        ("Rp", "no number"),
        ("USD 5", "no number"),
        ("--5", "no number"),
        ("5,", "no number"),
        ("NaN", "no number"),
        ("\u0661", "no number"),
        ("1,234", "more than 2 decimals"),
        ("1.234.567.890.123.456.789", "too large"),
    ],
)
def test_a_wrong_amount_is_refused_with_the_reason(
    database: duckdb.DuckDBPyConnection, text: str, reason: str
) -> None:
    value, said = parse(database, "money", text)
    assert value is None
    assert said is not None
    assert reason in said


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("Rp 1.234.567,89", "1234567.89"),
        ("Rp1000", "1000"),
        ("-Rp 5", "-5"),
        ("Rp -5", "-5"),
        ("1.234,5000", "1234.5"),
        (",5", "0.5"),
        ("+7", "7"),
        ("123.456.789.012.345.678,91", "123456789012345678.91"),
    ],
)
def test_amounts_may_be_written_in_several_ways(
    database: duckdb.DuckDBPyConnection, text: str, amount: str
) -> None:
    assert parse(database, "money", text) == (Decimal(amount), None)


@pytest.mark.parametrize(
    ("negative", "text", "amount"),
    [
        ("trailing_minus", "1.234,56-", "-1234.56"),
        ("trailing_minus", "Rp 5-", "-5"),
        ("trailing_minus", "Rp5", "5"),
        ("trailing_minus", "-5", None),
        ("trailing_minus", "-Rp 5", None),
        ("trailing_minus", "5--", None),
        ("trailing_minus", "-5-", None),
        ("trailing_minus", "(5)", None),
        ("parentheses", "(1.234,56)", "-1234.56"),
        ("parentheses", "(Rp 1.234,56)", "-1234.56"),
        ("parentheses", "Rp (1.234,56)", "-1234.56"),
        ("parentheses", "Rp 1.234,56", "1234.56"),
        ("parentheses", "(0)", "0"),
        ("parentheses", "(5", None),
        ("parentheses", "5)", None),
        ("parentheses", "((5))", None),
        ("parentheses", "(Rp (5))", None),
        ("parentheses", "(-5)", None),
        ("parentheses", "-5", None),
        ("minus", "5-", None),
        ("minus", "(5)", None),
    ],
)
def test_an_amount_below_zero_has_the_shape_that_the_source_says(
    database: duckdb.DuckDBPyConnection, negative: Any, text: str, amount: str | None
) -> None:
    locale = INDONESIAN.model_copy(update={"negative": negative})
    value, reason = parse(database, "money", text, locale)
    assert value == (amount and Decimal(amount))
    assert (reason is None) == (amount is not None)


def test_the_reason_says_how_an_amount_below_zero_is_written(
    database: duckdb.DuckDBPyConnection,
) -> None:
    _, reason = parse(database, "money", "-5", Locale(negative="parentheses"))
    assert reason == 'is no number (decimals after ".", below zero as (5))'


@anything
@given(day=st.dates(date(1900, 1, 2), date(9999, 12, 31)))
def test_a_day_is_read_in_its_format(database: duckdb.DuckDBPyConnection, day: date) -> None:
    text = f"{day.day:02}/{day.month:02}/{day.year}"
    assert parse(database, "date", text) == (day, None)


@pytest.mark.parametrize(
    "text", ["31/02/2026", "2026-01-31", "01/02/26", "13/13/2026", "infinity", "epoch", "1/1/2026x"]
)
def test_what_is_no_day_is_refused(database: duckdb.DuckDBPyConnection, text: str) -> None:
    value, reason = parse(database, "date", text)
    assert value is None
    assert reason == "is no date after 1900-01-01 in the form %d/%m/%Y"


SHORT_MONTHS = ["Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"]
LONG_MONTHS = [
    "Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September",
    "Oktober", "November", "Desember",
]  # fmt: skip
SAME_CASE = st.sampled_from([str.lower, str.upper, str.title])


@anything
@given(day=st.dates(date(1900, 1, 2), date(9999, 12, 31)), data=st.data(), in_case=SAME_CASE)
def test_months_may_be_named_in_english_or_indonesian(
    database: duckdb.DuckDBPyConnection, day: date, data: st.DataObject, in_case: Any
) -> None:
    long = in_case(data.draw(st.sampled_from([LONG_MONTHS[day.month - 1], f"{day:%B}"])))
    text = f"{day.day} {long} {day.year}"
    assert parse(database, "date", text, Locale(date="%d %B %Y")) == (day, None)
    short = in_case(data.draw(st.sampled_from([SHORT_MONTHS[day.month - 1], f"{day:%b}"])))
    dot = data.draw(st.sampled_from(["", "."]))
    text = f"{day.day:02}-{short}{dot}-{day.year}"
    assert parse(database, "date", text, Locale(date="%d-%b-%Y")) == (day, None)


@pytest.mark.parametrize(
    ("text", "form", "day"),
    [
        ("05 Agt 2026", "%d %b %Y", date(2026, 8, 5)),
        ("05 Ags. 2026", "%d %b %Y", date(2026, 8, 5)),
        ("05 Sept 2026", "%d %b %Y", date(2026, 9, 5)),
        ("05 Nop 2026", "%d %b %Y", date(2026, 11, 5)),
        ("05Des2026", "%d%b%Y", date(2026, 12, 5)),
        ("05.Okt.2026", "%d.%b.%Y", date(2026, 10, 5)),
        ("Okt. 26, 05", "%b %y, %d", date(2026, 10, 5)),
        # Not another month, nor a part of another word.
        ("05 Ma 2026", "%d %b %Y", None),
        ("05 Desa 2026", "%d %b %Y", None),
        ("05 Okt 2026", "%d %B %Y", None),
        ("05 Oktober. 2026", "%d %B %Y", None),
        ("31 Juni 2026", "%d %B %Y", None),
        ("05 Mei 2026", "%d/%m/%Y", None),
    ],
)
def test_a_month_is_named_as_its_form_says(
    database: duckdb.DuckDBPyConnection, text: str, form: str, day: date | None
) -> None:
    assert parse(database, "date", text, Locale(date=form))[0] == day


def test_a_time_may_name_its_month(database: duckdb.DuckDBPyConnection) -> None:
    locale = Locale(timestamp="%d %B %Y %H:%M")
    value, _ = parse(database, "timestamp", "17 Agustus 2026 10:05", locale)
    assert str(value) == "2026-08-17 10:05:00"


def test_local_time_becomes_utc(database: duckdb.DuckDBPyConnection) -> None:
    value, _ = parse(database, "timestamp", "2026-01-01 00:30:00", zone="Asia/Jakarta")
    assert str(value) == "2025-12-31 17:30:00"
    stated = Locale(timestamp="%Y-%m-%dT%H:%M:%S%z")
    value, _ = parse(database, "timestamp", "2026-01-01T00:30:00+0200", stated, "Asia/Jakarta")
    assert str(value) == "2025-12-31 22:30:00"


@anything
@given(moment=st.datetimes(datetime(1970, 1, 1), datetime(2037, 12, 31)))  # noqa: DTZ001
def test_a_time_without_a_zone_is_of_the_zone_of_its_source(
    database: duckdb.DuckDBPyConnection, moment: datetime
) -> None:
    moment = moment.replace(microsecond=0)
    locale = Locale(time_zone="Asia/Makassar")
    value, _ = parse(database, "timestamp", str(moment), locale, "Asia/Jakarta")
    utc = moment.replace(tzinfo=ZoneInfo("Asia/Makassar")).astimezone(UTC)
    assert value == utc.replace(tzinfo=None)


def test_a_stated_zone_goes_before_that_of_the_source(
    database: duckdb.DuckDBPyConnection,
) -> None:
    locale = Locale(timestamp="%Y-%m-%dT%H:%M:%S%z", time_zone="Asia/Makassar")
    value, _ = parse(database, "timestamp", "2026-01-01T00:30:00+0200", locale)
    assert str(value) == "2025-12-31 22:30:00"


def test_truth_and_absence_are_what_the_source_says(database: duckdb.DuckDBPyConnection) -> None:
    locale = Locale(true=("Y",), false=("T",), null=("-", "NULL"))
    said = [parse(database, "boolean", text, locale)[0] for text in ("y", "T", " - ", "", "NULL")]
    assert said == [True, False, None, None, None]
    assert parse(database, "boolean", "X", locale)[1] == "is neither yes nor no: Y, T"
    assert parse(database, "text", "  a b ", locale) == ("a b", None)


def test_blanks_around_a_text_are_taken_off_whatever_character_is_beside_them() -> None:
    with duckdb.connect() as connection:
        connection.execute(
            """
            CREATE TABLE text AS
            SELECT unnest([ch, ch || 'a', 'a' || ch, ' ' || ch, ch || ' ', 'a ' || ch || 'b']) AS x
            FROM (SELECT chr(CAST(code AS INTEGER)) AS ch FROM range(1, 12500) AS codes (code))
            """
        )
        cleaned = Parser(Locale(), 2, "UTC").clean("x")
        wrong = connection.execute(
            f"SELECT x FROM text WHERE ({cleaned}) IS DISTINCT FROM nullif(trim(x), '')"
        ).fetchall()
    assert wrong == []
