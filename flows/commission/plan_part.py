"""The parts that every piece of a plan is made of: checked texts, and a strict base."""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from .units import parse_amount, parse_curve_rate, parse_rate, parse_yearly_money

if TYPE_CHECKING:
    from pydantic import GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import CoreSchema

_KEYS = "\nKeys:\n"
_IDENTIFIER = re.compile(r"^[a-z][a-z0-9_-]*$")


def _identifier(text: str) -> str:
    if not _IDENTIFIER.match(text):
        raise ValueError("use lower-case letters, digits, - and _, beginning with a letter")
    return text


def _rate_text(text: str) -> str:
    parse_rate(text)
    return text


def _curve_rate_text(text: str) -> str:
    parse_curve_rate(text)
    return text


def _edge_text(text: str) -> str:
    amount = parse_amount(text)
    if amount.unit == "target":
        raise ValueError("an edge is 0, money, units, orders, customers or a % of quota")
    if amount.value < 0:
        raise ValueError("an edge can't be negative")
    return text


def _pay_text(text: str) -> str:
    if parse_amount(text).unit not in ("zero", "money", "target"):
        raise ValueError("a payment is 0, money or a % of target")
    return text


def _yearly_text(text: str) -> str:
    parse_yearly_money(text)
    return text


def _target_text(text: str) -> str:
    return text if text == "from participant" else _yearly_text(text)


Identifier = Annotated[str, AfterValidator(_identifier), Field(examples=["field-sales"])]
RateText = Annotated[str, AfterValidator(_rate_text), Field(examples=["60%"])]
CurveRateText = Annotated[
    str,
    AfterValidator(_curve_rate_text),
    Field(examples=["5%", "500 USD per order", "1.4x"]),
]
EdgeText = Annotated[
    str,
    AfterValidator(_edge_text),
    Field(examples=["0", "10_000 USD", "80% of quota", "3 orders"]),
]
PayText = Annotated[str, AfterValidator(_pay_text), Field(examples=["500 USD", "50% of target"])]
TargetText = Annotated[
    str,
    AfterValidator(_target_text),
    Field(examples=["from participant", "20_000 USD per year"]),
]
YearlyMoneyText = Annotated[
    str, AfterValidator(_yearly_text), Field(examples=["20_000 USD per year"])
]


class PlanPart(BaseModel):
    """Base of all parts: unknown keys are errors, nothing changes after reading.

    The docstring of a part says under `Keys:` what each of its keys means; its JSON Schema has that
    too.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        schema = handler(core_schema)
        described = handler.resolve_ref_schema(schema)
        described["description"] = what_it_is(cls)
        for key, properties in described["properties"].items():
            properties["description"] = meaning_of(cls, key)
        return schema


def what_it_is(part: type[PlanPart]) -> str:
    """Give what the docstring of a part says of the part itself."""
    return inspect.cleandoc(part.__doc__ or "").partition(_KEYS)[0].strip()


def meaning_of(part: type[PlanPart], key: str) -> str:
    """Give what a key means, as the docstring of the part or of what it builds on says it.

    Raises LookupError where none does.
    """
    for base in part.__mro__:
        text = inspect.cleandoc(base.__doc__ or "").partition(_KEYS)[2]
        if found := re.search(rf"^ +{key}: (.+(?:\n {{8}}.+)*)", text, re.MULTILINE):
            return " ".join(found[1].split())
    raise LookupError(f"{part.__name__}.{key} is not described")


def refuse_keys_to_come(values: Any, keys: set[str]) -> Any:
    """Refuse keys that are not calculated yet: a term only read would pay wrongly."""
    if isinstance(values, dict) and (found := sorted(keys & set(values))):
        raise ValueError(
            f"{', '.join(found)}: part of the plan language, but not calculated yet; "
            "a plan that needs it can't be paid by this version"
        )
    return values
