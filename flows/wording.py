"""Turn pydantic's complaints into words for the person who wrote the file."""

from __future__ import annotations

import difflib
import types
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

Place = tuple[str | int, ...]
"""The way from the top of a file to a value: keys and positions in lists."""


class Refusal(ValueError):
    """What a validator of a model raises: the problem, and what to write instead.

    `at` points to the value when it stands somewhere below the field that is validated.
    """

    def __init__(self, problem: str, remedy: str = "", at: Place = ()) -> None:
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy
        self.at = at


@dataclass(frozen=True)
class Complaint:
    """One thing that is wrong with the value at `place`."""

    place: Place
    problem: str
    remedy: str = ""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Ask whether the nearest of the known words was meant; give "" when none is near."""
    nearest = _nearest(word, known)
    return f"did you mean `{nearest}`?" if nearest else ""


def explain_all(error: ValidationError, data: Any, model: type[BaseModel]) -> list[Complaint]:
    """Give the complaints of a failed validation, each at its place in `data`."""
    complaints: list[Complaint] = []
    misspelt: set[Place] = set()
    details = error.errors(include_url=False)
    for detail in details:
        if detail["type"] == "extra_forbidden":
            place = _place_in(detail["loc"], data)
            known = sorted(_keys_at(model, place[:-1]))
            nearest = _nearest(str(place[-1]), known)
            misspelt.add((*place[:-1], nearest))
            complaints.append(
                Complaint(place, "is an unknown key", _unknown_remedy(nearest, known))
            )
    for detail in details:
        is_missing = detail["type"] == "missing"
        place = _place_in(detail["loc"], data, is_missing=is_missing)
        if is_missing:
            # The misspelt key has been reported with its right name: once is enough.
            if place not in misspelt:
                complaints.append(Complaint(place, "is missing"))
        elif detail["type"] not in ("extra_forbidden", "default_factory_not_called"):
            complaints.append(_explain(detail, place))
    return list(dict.fromkeys(complaints))


def _nearest(word: str, known: Iterable[str]) -> str:
    lowered = {name.lower(): name for name in known}
    found = difflib.get_close_matches(word.lower(), list(lowered), n=1, cutoff=0.6)
    return lowered[found[0]] if found else ""


def _unknown_remedy(nearest: str, known: list[str]) -> str:
    if nearest:
        return f"did you mean `{nearest}`?"
    return f"known here: {', '.join(known)}" if known else ""


def _place_in(location: tuple[str | int, ...], data: Any, *, is_missing: bool = False) -> Place:
    """Drop the steps of pydantic's location that name a branch of a union, not a key.

    Only the key that `is_missing` is none in `data`, and still a step.
    """
    place: list[str | int] = []
    for position, step in enumerate(location):
        is_last = position == len(location) - 1
        is_item = isinstance(data, list) and isinstance(step, int) and step < len(data)
        if is_item or (isinstance(data, dict) and step in data):
            data = data[step]
        elif not (is_last and is_missing and isinstance(data, dict)):
            continue
        place.append(step)
    return tuple(place)


def _keys_at(annotation: Any, place: Place) -> set[str]:
    """Collect the keys that the type `annotation` knows at `place` below it."""
    keys: set[str] = set()
    for kind in _alternatives(annotation):
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            fields = {
                field.alias or name: field.annotation for name, field in kind.model_fields.items()
            }
            if not place:
                keys |= set(fields)
            elif place[0] in fields:
                keys |= _keys_at(fields[str(place[0])], place[1:])
        elif place and get_args(kind):
            keys |= _keys_at(
                get_args(kind)[-1 if get_origin(kind) in (dict, Mapping) else 0], place[1:]
            )
    return keys


def _alternatives(annotation: Any) -> Iterator[Any]:
    """Unfold unions and annotations."""
    if get_origin(annotation) is Annotated:
        yield from _alternatives(get_args(annotation)[0])
    elif get_origin(annotation) in (Union, types.UnionType):
        for alternative in get_args(annotation):
            yield from _alternatives(alternative)
    else:
        yield annotation


def _explain(detail: Any, place: Place) -> Complaint:
    """Say one complaint of pydantic in words; unknown sorts keep pydantic's own."""
    kind, value, context = detail["type"], detail["input"], detail.get("ctx", {})
    if kind == "value_error" and isinstance(context["error"], Refusal):
        refusal = context["error"]
        return Complaint((*place, *refusal.at), refusal.problem, refusal.remedy)
    if value is None:
        return Complaint(place, "has no value")
    given = _given(value)
    if kind in ("literal_error", "enum"):
        known = context["expected"].split("'")[1::2]
        remedy = did_you_mean(value, known) if isinstance(value, str) else ""
        return Complaint(place, f"{given} is not {context['expected']}", remedy)
    if kind == "string_type":
        # Text that begins with a brace or bracket is a mapping or list to YAML.
        return Complaint(place, f"{given} instead of text", "put the text in quotes")
    if kind in _EXPECTED:
        return Complaint(place, f"{given} is not {_EXPECTED[kind]}")
    message = detail["msg"].removeprefix("Value error, ").removeprefix("Input ")
    return Complaint(place, f"{given}: {message[:1].lower()}{message[1:]}")


def _given(value: Any) -> str:
    if isinstance(value, str):
        return f"`{value if len(value) <= 60 else value[:57] + '...'}`"
    return "a list" if isinstance(value, list) else "a mapping"


_EXPECTED = {
    "bool_parsing": "yes or no",
    "bool_type": "yes or no",
    "date_from_datetime_parsing": "a date like 2026-10-31",
    "date_parsing": "a date like 2026-10-31",
    "date_type": "a date like 2026-10-31",
    "decimal_parsing": "a number",
    "decimal_type": "a number",
    "dict_type": "a mapping of keys to values",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "list_type": "a list, like [a, b]",
    "mapping_type": "a mapping of keys to values",
    "model_type": "a mapping of keys to values",
    "tuple_type": "a list, like [a, b]",
}
