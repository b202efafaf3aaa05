"""What code a step runs: the modules of Quartet that it imports, directly or through others."""

import ast
import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parent


def code_hash(roots: Iterable[str]) -> str:
    """A hash of the sources of `roots` and of every module of Quartet that they import, at any depth."""
    digest = hashlib.sha256()
    for module in sorted(closure(roots)):
        digest.update(module.encode() + b"\0" + _source(module).encode() + b"\0")
    return digest.hexdigest()


def closure(roots: Iterable[str]) -> set[str]:
    """`roots` and the modules of Quartet they import, at any depth; import_module, which imports by name, aside."""
    found: set[str] = set()
    waiting = list(roots)
    while waiting:
        module = waiting.pop()
        if module not in found and _file(module):
            found.add(module)
            waiting.extend(_imports(module))
    return found


@cache
def _imports(module: str) -> tuple[str, ...]:
    tree = ast.parse(_source(module))
    tree.body = [node for node in tree.body if not _only_for_types(node)]
    return tuple(name for node in ast.walk(tree) for name in _names(node) if name.startswith("quartet"))


def _only_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def _names(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module:
        yield node.module
        yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _file(module: str) -> Path | None:
    path = PACKAGE.joinpath(*module.split(".")[1:])
    candidates = (path.with_suffix(".py") if path != PACKAGE else PACKAGE / "__init__.py", path / "__init__.py")
    return next((file for file in candidates if file.is_file()), None)


@cache
def _source(module: str) -> str:
    file = _file(module)
    return file.read_text(encoding="utf-8") if file else ""


def file_hash(path: Path) -> str:
    """SHA-256 of a file, or of the names and contents of all files of a folder."""
    digest = hashlib.sha256()
    for file in [path] if path.is_file() else sorted(inner for inner in path.rglob("*") if inner.is_file()):
        digest.update(str(file.relative_to(path)).encode() + b"\0")
        with file.open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()
