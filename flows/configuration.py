"""Read YAML files into pydantic models, with every mistake named by file, line and field.

All scalars are kept as the text that stands in the file: YAML's own types would turn `no` into
false, `1_000` into a number and `5.10` into 5.1. The models parse the text. A key without a value
is None.

It does not know any file of the workspace: those are described by the models that call it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from .errors import ConfigurationError, Fault
from .wording import Place, explain_all


class FileModel(BaseModel):
    """Base of what is read from a workspace file: unknown keys are errors, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


AnyModel = TypeVar("AnyModel", bound=BaseModel)


@dataclass(frozen=True)
class Document:
    """A YAML file as text values, with the line of every key and list item.

    `faults` are keys given twice; `validate` reports them together with everything else.
    """

    path: Path
    text: str
    data: dict[str, Any]
    lines: dict[Place, int]
    faults: tuple[Fault, ...] = ()

    def line(self, place: Place) -> int:
        """Give the line of `place`, or of the nearest thing around it that stands in the file."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def fault(self, place: Place, problem: str, remedy: str = "") -> Fault:
        """Make the fault of the value at `place`."""
        return Fault(self.path, self.line(place), field_text(place), problem, remedy)


def field_text(place: Place) -> str:
    """Write a place as people do: `exports.lines.file`, `components.revenue.marginal[2].rate`."""
    text = ""
    for step in place:
        text += f"[{step + 1}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def load_yaml(path: Path) -> Document:
    """Read a YAML file; raise ConfigurationError when it can't be read or is no mapping."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(
            [Fault(path, None, "", f"can't be read: {error.strerror}")]
        ) from error
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        problem = f"byte {content[error.start]:#04x} is no UTF-8"
        raise ConfigurationError(
            [Fault(path, line, "", problem, "save the file as UTF-8")]
        ) from error
    return parse_yaml(text, path)


def parse_yaml(text: str, path: Path) -> Document:
    """Understand YAML text; `path` is the file that faults are reported for."""
    try:
        root = _compose(text)
    except yaml.YAMLError as error:
        raise ConfigurationError([_syntax_fault(path, text, error)]) from error
    if root is None:
        return Document(path, text, {}, {(): 1})
    if not isinstance(root, MappingNode):
        fault = Fault(path, _line(root), "", "must be a list of `key: value` lines")
        raise ConfigurationError([fault])
    lines: dict[Place, int] = {(): 1}
    faults: list[Fault] = []
    data = _Reader(path, lines, faults).value(root, ())
    return Document(path, text, data, lines, tuple(faults))


def validate(document: Document, model: type[AnyModel]) -> AnyModel:
    """Make a `model` of the document; raise ConfigurationError with all faults of the file."""
    try:
        made = model.model_validate(document.data)
    except ValidationError as error:
        faults = [
            document.fault(complaint.place, complaint.problem, complaint.remedy)
            for complaint in explain_all(error, document.data, model)
        ]
    else:
        if not document.faults:
            return made
        faults = []
    raise ConfigurationError(sort_faults([*document.faults, *faults]))


def sort_faults(faults: list[Fault]) -> list[Fault]:
    """Put faults in the order in which a person meets them: by file, then by line."""
    return sorted(faults, key=lambda fault: (str(fault.file), fault.line or 0))


class _Loader(yaml.SafeLoader):
    """PyYAML's parser up to nodes; no aliases, because a value must stand where it counts."""

    def compose_node(self, parent: Node | None, index: int) -> Node | None:
        if self.check_event(yaml.AliasEvent):
            event: Any = self.peek_event()  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(
                None,
                None,
                "aliases (*name) are not understood; write the value out",
                event.start_mark,
            )
        return super().compose_node(parent, index)


def _compose(text: str) -> Node | None:
    loader = _Loader(text)
    try:
        return loader.get_single_node()
    finally:
        loader.dispose()


@dataclass(frozen=True)
class _Reader:
    """Turns nodes into dicts, lists and text, and notes where each stood."""

    path: Path
    lines: dict[Place, int]
    faults: list[Fault]

    def value(self, node: Node, place: Place) -> Any:
        if isinstance(node, MappingNode):
            return dict(self._entries(node, place))
        if isinstance(node, SequenceNode):
            return [self._item(item, (*place, index)) for index, item in enumerate(node.value)]
        is_empty = isinstance(node, ScalarNode) and node.style is None and node.value == ""
        return None if is_empty else node.value

    def _item(self, node: Node, place: Place) -> Any:
        self.lines[place] = _line(node)
        return self.value(node, place)

    def _entries(self, node: MappingNode, place: Place) -> Iterator[tuple[str, Any]]:
        for key, value in node.value:
            if not isinstance(key, ScalarNode):
                self._report(
                    key, place, "a list or mapping can't be a key", "put the text in quotes"
                )
                continue
            here = (*place, key.value)
            if here in self.lines:
                problem = f"stands twice, first in line {self.lines[here]}"
                self._report(key, here, problem, "keep one of the two")
                continue
            self.lines[here] = _line(key)
            yield key.value, self.value(value, here)

    def _report(self, node: Node, place: Place, problem: str, remedy: str) -> None:
        self.faults.append(Fault(self.path, _line(node), field_text(place), problem, remedy))


def _line(node: Node) -> int:
    return int(node.start_mark.line) + 1


def _syntax_fault(path: Path, text: str, error: yaml.YAMLError) -> Fault:
    """Say in plain words where the YAML can't be understood."""
    if isinstance(error, yaml.reader.ReaderError):
        line = text.count("\n", 0, error.position) + 1
        problem = f"character {text[error.position]!r} is not allowed in YAML"
        return Fault(path, line, "", problem, "delete it")
    if not isinstance(error, yaml.MarkedYAMLError):
        return Fault(path, None, "", f"is no valid YAML: {error}")
    mark = error.problem_mark or error.context_mark
    problem, remedy = error.problem or "can't be understood", ""
    if mark and "mapping values are not allowed" in problem and _is_first_in_line(text, mark):
        problem = "a key below a line that has a value already"
        return Fault(
            path, mark.line + 1, "", f"is no valid YAML: {problem}",
            "indent the keys of one mapping alike; one with keys below it has no value of its own",
        )  # fmt: skip
    for sign, plain, advice in _SYNTAX_FAULTS:
        if sign in f"{error.context}: {error.problem}":
            problem, remedy = plain or problem, advice
            break
    if error.context_mark and mark and error.context_mark.line != mark.line:
        problem += f", in what begins in line {error.context_mark.line + 1}"
    return Fault(path, mark.line + 1 if mark else None, "", f"is no valid YAML: {problem}", remedy)


def _is_first_in_line(text: str, mark: yaml.Mark) -> bool:
    """Tell whether no key stands before that one in its line."""
    line = text.splitlines()[mark.line]
    return ": " not in line[: mark.column]


# What PyYAML says (a part of it), in plain words, and what helps.
_SYNTAX_FAULTS = (
    ("'\\t'", "a tab where the indentation is", "indent with spaces"),
    ("found another document", "a second document begins here (`---`)", "one file, one document"),
    ("mapping values are not allowed", "a second `: ` in one line", "put the text in quotes"),
    ("expected ':'", "a line without `: `", "write `key: value`"),
    ("cannot start any token", "", "put the text in quotes"),
    ("while parsing a flow", "", "close each [ and {, and put text with braces in quotes"),
    ("while scanning an alias", "text can't begin with `*`", "put the text in quotes"),
    ("while scanning a quoted scalar", "", "close the quotes"),
    ("while parsing a block", "", "indent the keys of one mapping alike"),
)
