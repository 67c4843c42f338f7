"""Every mistake in a workspace file is told with file, line and field, all at once."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

import pytest
from niaga.configuration import FileModel, load_yaml, parse_yaml, validate
from niaga.errors import ConfigurationError
from niaga.wording import Refusal
from pydantic import AfterValidator, Field


def _refuse_zero(rate: Decimal) -> Decimal:
    if not rate:
        raise Refusal("a rate of nothing", "leave the tier out")
    return rate


class Tier(FileModel):
    rate: Annotated[Decimal, AfterValidator(_refuse_zero)]
    above: str | None = None


class Terms(FileModel):
    title: str
    is_open: bool = False
    level: Annotated[int, Field(ge=1)] = 1
    kind: Literal["marginal", "whole"] = "whole"
    from_: Annotated[str | None, Field(alias="from")] = None
    tiers: Mapping[str, tuple[Tier, ...]] = Field(default_factory=dict)


def faults_of(text: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        validate(parse_yaml(text, Path("terms.yml")), Terms)
    assert caught.value.exit_code == 2
    return [str(fault) for fault in caught.value.faults]


def test_scalars_stay_the_text_of_the_file() -> None:
    document = parse_yaml(
        "a: no\nb: 1_000\nc: 5.10\nd: 2026-01-01\ne: 012\nf: null\ng: ''\nh:\ni: [on, ~]",
        Path("x.yml"),
    )
    assert document.data == {
        "a": "no",
        "b": "1_000",
        "c": "5.10",
        "d": "2026-01-01",
        "e": "012",
        "f": "null",
        "g": "",
        "h": None,
        "i": ["on", "~"],
    }


def test_values_become_the_types_of_the_model() -> None:
    text = "title: 2026\nis_open: yes\nlevel: 3\nfrom: x\ntiers: {a: [{rate: 5.10}]}"
    terms = validate(parse_yaml(text, Path("terms.yml")), Terms)
    assert (terms.title, terms.is_open, terms.level, terms.from_) == ("2026", True, 3, "x")
    assert str(terms.tiers["a"][0].rate) == "5.10"


def test_all_faults_of_a_file_come_at_once_in_the_order_of_its_lines() -> None:
    text = """\
titel: Field sales
is_open: maybe
level: 0
level: 4
kind: marginl
fron: 2026
tiers:
  north:
    - rate: 5%
      abve: 10
    - rate: 0
    - above: 3
  south: {rate: 5}
"""
    assert faults_of(text) == [
        "terms.yml:1: titel: is an unknown key (did you mean `title`?)",
        "terms.yml:2: is_open: `maybe` is not yes or no",
        "terms.yml:3: level: `0`: should be greater than or equal to 1",
        "terms.yml:4: level: stands twice, first in line 3 (keep one of the two)",
        "terms.yml:5: kind: `marginl` is not 'marginal' or 'whole' (did you mean `marginal`?)",
        "terms.yml:6: fron: is an unknown key (did you mean `from`?)",
        "terms.yml:9: tiers.north[1].rate: `5%` is not a number",
        "terms.yml:10: tiers.north[1].abve: is an unknown key (did you mean `above`?)",
        "terms.yml:11: tiers.north[2].rate: a rate of nothing (leave the tier out)",
        "terms.yml:12: tiers.north[3].rate: is missing",
        "terms.yml:13: tiers.south: a mapping is not a list, like [a, b]",
    ]


def test_an_unknown_key_like_no_other_names_the_known_ones() -> None:
    assert faults_of("title: x\ntiers: {a: [{rate: 1, zzz: 2}]}") == [
        "terms.yml:2: tiers.a[1].zzz: is an unknown key (known here: above, rate)"
    ]


def test_an_unquoted_brace_is_named_as_what_it_is() -> None:
    assert faults_of("title: {date}") == [
        "terms.yml:1: title: a mapping instead of text (put the text in quotes)"
    ]


def test_a_key_without_value_is_named() -> None:
    assert faults_of("level: 1\ntitle:\n") == ["terms.yml:2: title: has no value"]


def test_an_empty_file_lacks_what_is_required() -> None:
    assert faults_of("# nothing yet\n") == ["terms.yml:1: title: is missing"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("title: x\n\tlevel: 1\n", "terms.yml:2: is no valid YAML: a tab where the indentation is"),
        ("title: [a, b\nlevel: 1\n", "terms.yml:2: is no valid YAML:"),
        ("title: a: b\n", "terms.yml:1: is no valid YAML: a second `: ` in one line"),
        (
            "title: x\n  level: 1\n",
            "terms.yml:2: is no valid YAML: a key below a line that has a value already (indent",
        ),
        ("title: %d\n", "terms.yml:1: is no valid YAML:"),
        ("title: *.csv\n", "terms.yml:1: is no valid YAML: text can't begin with `*` (put"),
        ('title: "x\n', "terms.yml:2: is no valid YAML:"),
        ("title: x\n---\ntitle: y\n", "terms.yml:2: is no valid YAML: a second document begins"),
        ("a: &x 1\nb: *x\n", "terms.yml:2: is no valid YAML: aliases (*name)"),
        ("- a\n- b\n", "terms.yml:1: must be a list of `key: value` lines"),
        ("just text", "terms.yml:1: must be a list of `key: value` lines"),
        ("? [a, b]\n: 1\n", "terms.yml:1: a list or mapping can't be a key"),
        ("title: \x07\n", "terms.yml:1: character '\\x07' is not allowed"),
    ],
)
def test_text_that_is_no_yaml_is_named_by_line(text: str, expected: str) -> None:
    assert faults_of(text)[0].startswith(expected)


def test_a_file_in_another_encoding_is_named_by_line(tmp_path: Path) -> None:
    file = tmp_path / "terms.yml"
    file.write_bytes(b"level: 1\ntitle: Caf\xe9\n")
    with pytest.raises(ConfigurationError, match=r"terms.yml:2: byte 0xe9 is no UTF-8"):
        load_yaml(file)


def test_a_byte_order_mark_is_no_part_of_the_first_key(tmp_path: Path) -> None:
    file = tmp_path / "terms.yml"
    file.write_bytes(b"\xef\xbb\xbftitle: Toko\r\nlevel: 2\r\n")
    assert validate(load_yaml(file), Terms).title == "Toko"


def test_a_missing_file_is_a_configuration_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="can't be read: No such file"):
        load_yaml(tmp_path / "terms.yml")
