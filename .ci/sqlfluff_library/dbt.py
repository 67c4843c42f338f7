"""Stands in for dbt's cross-engine macros while SQL is linted."""


def type_string():
    """Give the type of text."""
    return "varchar"


def dateadd(part, number, day):
    """Give a call with the same arguments."""
    return f"date_add({day}, to_{part}s({number}))"


def datediff(first, second, part):
    """Give a call with the same arguments."""
    return f"datediff('{part}', {first}, {second})"


def date_trunc(part, day):
    """Give the call."""
    return f"date_trunc('{part}', {day})"


def hash(value):  # noqa: A001
    """Give a call with the same argument."""
    return f"md5({value})"


def concat(parts):
    """Join the parts."""
    return " || ".join(parts)
