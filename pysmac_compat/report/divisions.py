"""Find the divisions in a Python 2 script whose result may be a different number in Python 3."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

_FLOATS = r"(float|(math|np|numpy)\.\w+)$"


def divisions(tree: ast.Module) -> list[int]:
    """Return the line numbers of the divisions whose operands may both be integers.

    Parameters
    ----------
    tree : ast.Module
        The syntax tree of a script.

    Returns
    -------
    list of int
        In ascending order; empty if the script has ``from __future__ import division``.
    """
    nodes = list(ast.walk(tree))
    imported = (node for node in nodes if isinstance(node, ast.ImportFrom) and node.module == "__future__")
    if any(alias.name == "division" for node in imported for alias in node.names):
        return []
    found = (node for node in nodes if isinstance(node, (ast.BinOp, ast.AugAssign)) and isinstance(node.op, ast.Div))
    return sorted({node.lineno for node in found if not any(map(_is_float, _operands(node)))})


def _operands(node: ast.BinOp | ast.AugAssign) -> tuple[ast.expr, ast.expr]:
    return (node.left, node.right) if isinstance(node, ast.BinOp) else (node.target, node.value)


def _is_float(node: ast.expr) -> bool:
    """Return whether an expression is surely a float, because an operand is a float or comes from math or NumPy."""
    for each in _parts(node):
        name = each.func if isinstance(each, ast.Call) else each
        if isinstance(each, ast.Constant) and isinstance(each.value, float):
            return True
        if isinstance(each, (ast.Call, ast.Attribute)) and re.match(_FLOATS, ast.unparse(name)):
            return True
    return False


def _parts(node: ast.expr) -> Iterator[ast.expr]:
    """Return an expression and the operands of its arithmetic."""
    yield node
    if isinstance(node, ast.BinOp):
        yield from (*_parts(node.left), *_parts(node.right))
    elif isinstance(node, ast.UnaryOp):
        yield from _parts(node.operand)
