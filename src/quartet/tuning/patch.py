"""An edit of one model in params.yaml that leaves every other byte as it is, comments included."""

import difflib
import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node

from quartet.errors import UsageError
from quartet.params_file import flow

Edit = tuple[int, int, str]  # from, to, what stands there then


def edited(text: str, model: str, values: Mapping[str, Any]) -> str:
    """The text of params.yaml with some settings of a model changed.

    Raises:
        UsageError: the model is written in a way that cannot be changed alone, such as an alias.
    """
    node = entry(YAML(typ="safe", pure=True).compose(text), "models", model)
    result = text
    for start, end, new in sorted(edits(text, node, values), reverse=True) if isinstance(node, MappingNode) else ():
        result = result[:start] + new + result[end:]
    wanted = tree(text)
    wanted["models"][model] = wanted["models"][model] | dict(values)
    if tree(result) != wanted:
        mend = f"Change these by hand: {flow(dict(values))}."
        raise UsageError(f"{model} stands alone in params.yaml", came="it shares its lines with another", mend=mend)
    return result


def tree(text: str) -> Any:
    """The values of a text."""
    return YAML(typ="safe", pure=True).load(text)


def entry(node: Node, *path: str) -> Node:
    """The node at a path."""
    for key in path:
        node = next(value for name, value in node.value if name.value == key)
    return node


def edits(text: str, node: MappingNode, values: Mapping[str, Any]) -> list[Edit]:
    """Known settings get another value, new ones stand behind the last."""
    known = {key.value: value for key, value in node.value}
    found = [
        (known[name].start_mark.index, known[name].end_mark.index, written(value))
        for name, value in values.items()
        if name in known
    ]
    fresh = [f"{name}: {written(value)}" for name, value in values.items() if name not in known]
    if fresh:
        found.append(addition(text, node, fresh))
    return found


def addition(text: str, node: MappingNode, lines: list[str]) -> Edit:
    """Settings behind the last of a model, on its line or on lines of their own."""
    last_key, last = node.value[-1]
    end = last.end_mark.index
    if node.flow_style:
        return end, end, "".join(f", {line}" for line in lines)
    line_end = text.find("\n", end)  # a comment may follow the value
    line_end = len(text) if line_end < 0 else line_end
    return line_end, line_end, "".join(f"\n{' ' * last_key.start_mark.column}{line}" for line in lines)


def written(value: Any) -> str:
    """A value as people write it: 0.00003, which every reader of YAML takes for a number, and not 3e-05."""
    return format(Decimal(repr(value)), "f") if isinstance(value, float) else flow(value)


def unified(before: str, after: str, name: str) -> str:
    """The difference as `git apply` takes it."""
    old, new = (re.findall(r"[^\n]*\n|[^\n]+", text) for text in (before, after))
    lines = difflib.unified_diff(old, new, f"a/{name}", f"b/{name}")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def read(file: Path) -> str:
    """The text with its own ends of lines."""
    return file.read_bytes().decode("utf-8")
