"""Rules that hold of many tables, as expectations: keys, filled columns, sums, exact rates."""

from __future__ import annotations

from collections.abc import Sequence

from .severity import ExpectNoRows, critical, warning


def unique(*key: str, within: str = "true") -> ExpectNoRows:
    """Expect that no two rows have the same key (NULLs count as equal), among the rows `within`."""
    columns = ", ".join(key)
    return critical(
        f"{columns} {'tells' if len(key) == 1 else 'together tell'} one row from another",
        f"""
        select {columns}, count(*) as rows
        from this
        where {within}
        group by all
        having count(*) > 1
        """,
    )


def filled(key: Sequence[str], columns: Sequence[str]) -> ExpectNoRows:
    """Expect that no row lacks a value in any of the columns; a failing row says in which."""
    empty = ", ".join(f"case when {column} is null then '{column}' end" for column in columns)
    return critical(
        f"{', '.join(columns)} {'is' if len(columns) == 1 else 'are'} never missing",
        f"""
        select {", ".join(key)}, concat_ws(', ', {empty}) as missing
        from this
        where {" or ".join(f"{column} is null" for column in columns)}
        """,
    )


def same_amounts(
    sentence: str, by: Sequence[str], amounts: Sequence[str], here: str, there: str
) -> ExpectNoRows:
    """Expect that two queries give the same amounts, to the last digit, for each value of `by`.

    Both queries have the columns `by` and `amounts`; a value of `by` that one lacks counts as zero.
    """
    both = ", ".join(f"{name} as {name}_here, null as {name}_there" for name in amounts)
    other = ", ".join(f"null as {name}_here, {name} as {name}_there" for name in amounts)
    keys = "".join(f"{name}, " for name in by)
    sums = ", ".join(
        f"coalesce(sum({name}_{side}), 0) as {name}_{side}"
        for name in amounts
        for side in ("here", "there")
    )
    unequal = " or ".join(
        f"coalesce(sum({name}_here), 0) <> coalesce(sum({name}_there), 0)" for name in amounts
    )
    return critical(
        sentence,
        f"""
        with here as ({here}),
        there as ({there})
        select {keys}{sums}
        from (
            select {keys}{both} from here
            union all
            select {keys}{other} from there
        )
        {f"group by {', '.join(by)}" if by else ""}
        having {unequal}
        """,
    )


def exact_ratio(
    rate: str, part: str, whole: str, key: Sequence[str], *, is_whole_rounded: bool = False
) -> ExpectNoRows:
    """Expect that rate = part / whole, rounded to nine decimals, and NULL where there is no whole.

    Compared as integers: millionths of money, billionths of the rate. A rounded whole is shown to
    the millionth, and the rate is that of the exact one.
    """
    parts = f"cast(cast({part} as decimal(38, 6)) * 1000000 as hugeint)"
    wholes = f"cast(cast({whole} as decimal(38, 6)) * 1000000 as hugeint)"
    billionths = f"cast(cast({rate} as decimal(38, 9)) * 1000000000 as hugeint)"
    allowed = f"abs({wholes})" + (f" + abs({billionths}) + 1" if is_whole_rounded else "")
    # Above a billion to one the rate has no room for the ratio, and is left empty.
    too_large = f"abs({parts}) >= 1000000000 * abs({wholes})"
    return critical(
        f"{rate} is {part} / {whole}, exact to nine decimals",
        f"""
        select {", ".join(key)}, {part}, {whole}, {rate}
        from this
        where
            case
                when {whole} is null or {whole} = 0 then {rate} is not null
                when {rate} is null then not {too_large}
                else 2 * abs({billionths} * {wholes} - 1000000000 * {parts}) > {allowed}
            end
        """,
    )


def says_why(key: Sequence[str], *estimates: str) -> ExpectNoRows:
    """Expect a reason in each row that lacks one of the estimates."""
    return critical(
        f"where {', '.join(estimates)} is missing, the row says why",
        f"""
        select {", ".join((*key, *estimates))}
        from this
        where reason is null and ({" or ".join(f"{name} is null" for name in estimates)})
        """,
    )


def known(column: str, table: str, key: str | None = None, measures: str = "") -> ExpectNoRows:
    """Expect that each id stands in the table that lists them, if that table lists any."""
    counted = f", {measures}" if measures else ""
    return warning(
        f"each {column} is known in {table}",
        f"""
        select {column}, count(*) as rows{counted}
        from this
        where
            {column} is not null
            and {column} not in (select {key or column} from {table})
            and exists (select 1 from {table})
        group by {column}
        """,
    )


def fractions(key: Sequence[str], columns: Sequence[str], *, stops: bool = False) -> ExpectNoRows:
    """Expect that shares and rates lie between 0 and 1: percent in their place is a fault."""
    outside = " or ".join(f"{column} not between 0 and 1" for column in columns)
    verb = "lies" if len(columns) == 1 else "lie"
    return (critical if stops else warning)(
        f"{', '.join(columns)} {verb} between 0 and 1 (0.05 is 5%)",
        f"select {', '.join((*key, *columns))} from this where {outside}",
    )


def in_order(key: Sequence[str], first: str, last: str) -> ExpectNoRows:
    """Expect that `last` is not before `first`."""
    names = dict.fromkeys((*key, first, last))
    return warning(
        f"{last} is not before {first}",
        f"select {', '.join(names)} from this where {last} < {first}",
    )
