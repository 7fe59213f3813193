"""Find the lines of a script that need a change for Python 3 or today's scikit-learn, without running the script."""

from __future__ import annotations

import ast
import contextlib
import importlib.util
import inspect
import os
import re
import shlex
import tokenize
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from pysmac_compat.report.divisions import divisions
from pysmac_compat.report.hints import (
    ATTRIBUTES,
    NAMES,
    PRINT_TO_HINT,
    VIEW_HINT,
    hint_for,
    hint_for_syntax,
    import_hint,
    syntax_hint,
)

#: the tool that makes most of these changes; it runs on each supported version of Python
_TOOL = "python -m fissix -w"

#: changes that let Python 3 parse a line, so that it can read the next lines, too; the user does not see them
_READABLE = (
    (r"\bprint\b\s*(?:>>\s*)?(?=[^\s(=])", ""),
    (r"\bexec\b\s*(?=[^\s(=])", ""),
    (r"\bexcept\b\s*(.*?),\s*\w+\s*:", r"except \1:"),
    (r"\braise\b\s+(?=[\w.]+\s*,)", ""),
    (r"(?<![\w.])0+([0-7]+)\b(?!\.)", r"0o\1"),
    (r"(?<![\w.])(\d+|0[xX][0-9a-fA-F]+)[lL]\b", r"\1"),
    (r"<>", "!="),
    (r"`([^`]*)`", r"(\1)"),
    (r"\b[uU][rR](?=[\"'])", "r"),
    (r"\blambda\s*\([^:]*:", "lambda *_:"),
    (r"^(\s*def\s+\w+)\s*\(.*\)\s*:", r"\1(*_):"),
)
#: attributes that show Python 2 code only if they are read from these modules, because other objects may have them
_OF_MODULES = {"clock": "time", "letters": "string", "maxint": "sys", "getcwdu": "os", "setdefaultencoding": "sys"}
_VIEWS = ("keys", "values", "items")
_ITERATORS = ("map", "filter", "zip")


@dataclass(frozen=True, order=True)
class Change:
    """A line that needs a change.

    Attributes
    ----------
    file : str
    line : int
        The line's number, from 1.
    hint : str
        What to write instead.
    """

    file: str
    line: int
    hint: str

    @property
    def of_python_2(self) -> bool:
        """Whether the change concerns Python 2, so that fissix can make it, and not scikit-learn."""
        return "scikit-learn" not in self.hint and "sklearn" not in self.hint


def all_changes(script: str) -> list[Change]:
    """Return the changes that are needed in a script and in the modules that it imports from its own folder.

    Parameters
    ----------
    script : str

    Returns
    -------
    list of Change
        The changes of the script, then those of each module, in the order of the lines.
    """
    return [change for _, changes, _ in _read(script) for change in changes]


def _read(script: str) -> Iterator[tuple[str, list[Change], ast.Module | None]]:
    """Yield the script and the modules that it imports from its folder, each with its changes and its syntax tree."""
    files = [os.path.abspath(script)]
    for file in files:  # the loop appends to this list
        try:
            with tokenize.open(file) as stream:
                text = stream.read()
        except (OSError, SyntaxError, UnicodeError):
            continue
        changes, tree = _of_text(file, text)
        yield file, sorted(changes), tree
        if tree is not None:
            files += [each for each in _imported(tree, os.path.dirname(files[0])) if each not in files]


def others(first: Change, script: str) -> Iterator[str]:
    """Yield lines for the user: the script's other changes, the commands that rewrite Python 2 code, and divisions."""
    folder, place = os.path.dirname(script), os.path.dirname(os.path.abspath(script))

    def name(file: str) -> str:
        return os.path.join(folder, os.path.relpath(file, place))

    read = list(_read(script))
    changes = [change for _, of_file, _ in read for change in of_file]
    more = [each for each in changes if each != first]
    if more:
        yield f"further changes: {len(more)}"
        yield from (f"  {name(each.file)}, line {each.line}: {each.hint}" for each in more)
    files = dict.fromkeys(name(each.file) for each in changes if each.of_python_2)
    if files:
        names = " ".join(map(shlex.quote, files))
        commands = f"`pip install fissix` and `{_TOOL} {names}`"
        yield f"{commands} rewrite the Python 2 code, and keep the old files with the ending .bak"
        for file, _, tree in read:
            if tree is not None and (lines := divisions(tree)):
                yield (
                    f"check / in {name(file)}, {'line' if len(lines) == 1 else 'lines'} {', '.join(map(str, lines))}: "
                    "Python 2 rounded the quotient of two integers down, so 7 / 2 was 3; fissix does not change "
                    "this: write // where both numbers are integers"
                )


def _of_text(file: str, text: str) -> tuple[set[Change], ast.Module | None]:
    lines = text.split("\n")
    found: set[Change] = set()
    for _ in range(10 * len(lines)):  # a line may need several changes
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # Python warns about backslashes in strings
                tree = ast.parse("\n".join(lines))
        except SyntaxError as error:
            number = min(error.lineno or 1, len(lines))
            before = list(lines)
            if isinstance(error, TabError):
                lines = [line.expandtabs(8) for line in lines]
                hint: str | None = hint_for_syntax(error)
            else:
                hint = syntax_hint(error.msg or "", lines[number - 1])
                lines[number - 1] = _readable(lines[number - 1])
            if hint is not None:
                found.add(Change(file, number, hint))
            if lines == before:
                return found, None
        except ValueError:  # null bytes
            return found, None
        else:
            found.update(Change(file, line, hint) for line, hint in _Finder(tree).found)
            return found, tree
    return found, None


def _readable(line: str) -> str:
    """Apply to a line the first pattern in `_READABLE` that changes the line."""
    changed = (re.sub(pattern, by, line, count=1) for pattern, by in _READABLE)
    return next((each for each in changed if each != line), line)


def _imported(tree: ast.Module, folder: str) -> Iterator[str]:
    """Return the files in ``folder`` that a module imports."""
    for node in ast.walk(tree):
        names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module]
        for name in names:
            path = os.path.join(folder, *name.split("."))
            yield from filter(os.path.isfile, (f"{path}.py", os.path.join(path, "__init__.py")))


class _Finder(ast.NodeVisitor):
    """Finds names, attributes and imports that no longer exist, and expressions that no longer return a list."""

    def __init__(self, tree: ast.Module) -> None:
        self.found: set[tuple[int, str]] = set()
        nodes = list(ast.walk(tree))
        self._own = {each.id for each in nodes if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}
        self._own |= {each.name for each in nodes if isinstance(each, (ast.FunctionDef, ast.ClassDef))}
        self._own |= {each.arg for each in nodes if isinstance(each, ast.arg)}
        imports = (each for each in nodes if isinstance(each, (ast.Import, ast.ImportFrom)))
        self._full_names: dict[str, str] = {}
        for each in imports:
            of = f"{each.module}." if isinstance(each, ast.ImportFrom) else ""
            for alias in each.names:
                self._own.add(alias.asname or alias.name)
                top = alias.name if of else alias.name.partition(".")[0]
                self._full_names[alias.asname or top] = of + (alias.name if alias.asname else top)
        self.visit(tree)

    def _add(self, node: ast.stmt | ast.expr, hint: str) -> None:
        self.found.add((node.lineno, hint))

    def visit_Try(self, node: ast.Try) -> None:
        """Skip the body of a ``try`` that handles a missing import or name."""
        handled = " ".join(ast.dump(handler.type) if handler.type else "ImportError" for handler in node.handlers)
        for each in (*node.handlers, *node.orelse, *node.finalbody):
            self.visit(each)
        if not re.search("ImportError|NameError|AttributeError|'Exception'|ModuleNotFound", handled):
            for statement in node.body:
                self.visit(statement)

    def visit_If(self, node: ast.If) -> None:
        """Skip a branch that depends on the version of Python."""
        if not re.search("version_info|'PY2'|'PY3'", ast.dump(node.test)):
            self.generic_visit(node)

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self._import(node, alias.name)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        if node.module and not node.level:
            for alias in node.names:
                self._import(node, f"{node.module}.{alias.name}")

    def _import(self, node: ast.stmt, name: str) -> None:
        hint = import_hint(name)
        top = name.partition(".")[0]
        gone = top in ("sklearn", "itertools") or importlib.util.find_spec(top) is None
        if hint is not None and gone:
            self._add(node, hint)

    def visit_Name(self, node: ast.Name) -> None:
        if node.id in NAMES and node.id not in self._own:
            self._add(node, f"{node.id} is Python 2: write {NAMES[node.id]}")

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self.generic_visit(node)
        if node.attr in _OF_MODULES:
            gone = isinstance(node.value, ast.Name) and node.value.id == _OF_MODULES[node.attr]
        else:  # `visit_Call` handles calls of ``next``
            gone = node.attr in ATTRIBUTES and node.attr not in {*self._own, "next"}
        if gone:
            self._add(node, f"{node.attr} is Python 2: write {ATTRIBUTES[node.attr]}")
        dotted, base = self._dotted(node)
        if dotted.startswith("sklearn.") and import_hint(base) is None and (hint := import_hint(dotted)):
            self._add(node, hint)
        elif node.attr == "sort" and _is_view(node.value):
            self._add(node, VIEW_HINT)

    def visit_Call(self, node: ast.Call) -> None:
        self.generic_visit(node)
        if hint := _hint_for_call(self._dotted(node.func)[0], node):
            self._add(node, hint)
        called, bare = node.func, not (node.args or node.keywords)
        if isinstance(called, ast.Attribute) and called.attr == "next" and bare and "next" not in self._own:
            self._add(node, f"next is Python 2: write {ATTRIBUTES['next']}")

    def _dotted(self, node: ast.expr) -> tuple[str, str]:
        """Return an imported object's full name, and the part that the import statement names; empty if unknown."""
        if isinstance(node, ast.Attribute):
            dotted, base = self._dotted(node.value)
            return (f"{dotted}.{node.attr}" if dotted else ""), base
        base = self._full_names.get(node.id, "") if isinstance(node, ast.Name) else ""
        return base, base

    def visit_Subscript(self, node: ast.Subscript) -> None:
        self.generic_visit(node)
        called = node.value.func if isinstance(node.value, ast.Call) else None
        built_in = isinstance(called, ast.Name) and called.id in _ITERATORS and called.id not in self._own
        if built_in or _is_view(node.value):
            self._add(node, VIEW_HINT)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        self.generic_visit(node)
        if _is_print(node.left) and isinstance(node.op, ast.Mod):
            self._add(node, 'write print("..." % x) in place of print("...") % x')
        elif isinstance(node.left, ast.Name) and node.left.id == "print" and isinstance(node.op, ast.RShift):
            self._add(node, PRINT_TO_HINT)

    def visit_Expr(self, node: ast.Expr) -> None:
        self.generic_visit(node)
        if isinstance(node.value, ast.Name) and node.value.id == "print":
            self._add(node, "write print() in place of print")
        elif isinstance(node.value, ast.Tuple) and node.value.elts and _is_print(node.value.elts[0]):
            self._add(node, "write print(x, y) in place of print(x), y")


def _hint_for_call(name: str, node: ast.Call) -> str | None:
    """Return a hint if today's scikit-learn refuses the arguments of this call."""
    called = _of_scikit_learn(name)
    if called is None or any(isinstance(each, ast.Starred) for each in node.args):
        return None
    try:
        signature = inspect.signature(called)
        signature.bind_partial(*node.args, **{each.arg: None for each in node.keywords if each.arg})
    except (TypeError, ValueError) as error:
        return hint_for(f"TypeError: {error}")
    return None


def _of_scikit_learn(name: str) -> Callable[..., Any] | None:
    """Return a class or a function of today's scikit-learn; None if scikit-learn has no such name."""
    today = re.sub(r"^sklearn\.(cross_validation|grid_search|learning_curve)\.", "sklearn.model_selection.", name)
    module, _, attribute = today.rpartition(".")
    found = None
    if module.startswith("sklearn."):
        with contextlib.suppress(Exception):  # the import may fail, for example if another package is missing
            found = getattr(importlib.import_module(module), attribute, None)
    return found if callable(found) else None


def _is_print(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"


def _is_view(node: ast.expr) -> bool:
    """Return whether a node is a call of a dict's method that returned a list in Python 2."""
    called = node.func if isinstance(node, ast.Call) and not node.args else None
    return isinstance(called, ast.Attribute) and called.attr in _VIEWS
