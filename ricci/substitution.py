"""`substitute`: variables of an expression replaced by other expressions, all at once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ricci.expr import Expr
from ricci.notation.numpy.shapes import operand
from ricci.reading import parse
from tensor_networks.axes import show_shape
from tensor_networks.errors import ShapeError
from tensor_networks.nodes import Node, Tensor, tensor
from tensor_networks.rewrite import substitute as substituted


def substitute(expression: Expr, /, **values: Any) -> Expr:
    """The expression with variables replaced, all at once, by expressions, numbers, arrays or text.

    In a text the names of the expression mean what they mean in it; a single new name is a tensor like the one it replaces.

    Raises:
        ShapeError: a replacement has other axes than the variable.
        UnknownName: there is no such variable, or a text has an unknown name in it.
        OperandError: a replacement is none of these.
    """
    mapping: dict[Node, Node] = {}
    declared = {name: leaf for name, leaf in expression.variables.items() if name not in values}
    for name, value in values.items():
        leaf = expression.variable(name)
        given = _read(value, leaf, expression) if isinstance(value, str) else value
        node = given.node if isinstance(given, Expr) else operand(given)
        if node.axes != leaf.axes:
            raise ShapeError(f"{name} is {show_shape(leaf.axes)}, its replacement {show_shape(node.axes)}")
        mapping[leaf] = node
    told = replace(expression.provenance, origin=None, legend="")
    return Expr(substituted(expression.node, mapping), told, declared=declared)


def _read(text: str, leaf: Tensor, expression: Expr) -> Expr:
    name = text.strip()
    if name.isidentifier() and name not in expression.variables:
        return Expr(tensor(name, leaf.axes, leaf.traits, leaf.marks))
    known: dict[str, Any] = dict(expression.variables)
    return parse(text, **known)
