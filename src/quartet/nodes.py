"""A YAML file as plain values that remember their lines, with duplicate keys reported instead of lost."""

from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from quartet.errors import ParamsError, Problem


@dataclass
class Document:
    """A parsed file.

    Args:
        name: the file's name, for messages.
        tree: its values.
        lines: place → line, counted from 1.
        problems: duplicate keys.
    """

    name: str
    tree: Any = None
    lines: dict[tuple[str | int, ...], int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def line(self, place: tuple[str | int, ...]) -> int:
        """The line of a place, or of the nearest one around it."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)


def text_of(tree: Any) -> str:
    """Plain values as YAML."""
    stream = StringIO()
    YAML().dump(tree, stream)
    return stream.getvalue()


def parse(file: Path) -> Document:
    """Parse a YAML 1.2 file as DVC does.

    Raises:
        ParamsError: it is no UTF-8 or no YAML.
    """
    yaml = YAML(typ="safe", pure=True)
    document = Document(file.name)
    try:
        text = file.read_text(encoding="utf-8-sig")
        YAML(typ="safe").compose(text)  # DVC's own parser, in C, takes no bare colon inside braces
        root = yaml.compose(text)
        document.tree = _values(root, (), document, yaml)
    except (YAMLError, UnicodeDecodeError, ValueError) as error:
        raise ParamsError(file.name, [_syntax_problem(error)]) from error
    return document


def _syntax_problem(error: Exception) -> Problem:
    mark = getattr(error, "problem_mark", None)
    line = mark.line + 1 if mark else 1
    came = getattr(error, "problem", None) or str(error).splitlines()[0]
    return Problem(
        line, "", "it must be one YAML document in UTF-8", str(came), "Check indentation, quotes and colons."
    )


def _values(node: Node | None, place: tuple[str | int, ...], document: Document, yaml: YAML) -> Any:
    if node is None:
        return None
    document.lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, MappingNode):
        return _mapping(node, place, document, yaml)
    if isinstance(node, SequenceNode):
        return [_values(item, (*place, index), document, yaml) for index, item in enumerate(node.value)]
    return yaml.constructor.construct_object(node)


def _mapping(node: MappingNode, place: tuple[str | int, ...], document: Document, yaml: YAML) -> dict[str, Any]:
    yaml.constructor.flatten_mapping(node)
    result: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = str(key_node.value)
        line = key_node.start_mark.line + 1
        if key in result:
            path = ".".join(map(str, (*place, key)))
            first = f"it stood on line {document.lines[(*place, key)]} already"
            document.problems.append(Problem(line, path, "a key stands once", first, "Remove or rename one."))
            continue
        document.lines[(*place, key)] = line
        result[key] = _values(value_node, (*place, key), document, yaml)
    return result
