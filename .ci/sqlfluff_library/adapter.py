"""Stands in for dbt's adapter while SQL is linted; what it gives does not matter there."""


def dispatch(name):
    """Give something that a template can call."""
    return lambda *arguments: f"{name}({', '.join(str(argument) for argument in arguments)})"


def get_relation(**_):
    """Say that every relation is there."""
    return "last_build"
