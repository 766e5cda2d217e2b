"""Doors from text: matrix notation, index notation and einsum strings become expressions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ricci.documents import parsed
from ricci.expr import Expr, Provenance
from ricci.layouts.views import MatrixExpr
from ricci.notation import read
from ricci.notation.einsum import read_einsum
from tensor_networks.axes import show_shape
from tensor_networks.nodes import Node, Tensor


def parse(text: str, /, *, notation: str | None = None, **declarations: Any) -> Expr:
    """The expression that a text stands for, in matrix or index notation or LaTeX (``docs/notation.md`` has the grammar).

    A declaration is a string of sizes, then traits (``A="n n symmetric"``, ``x="n"``, ``c=""`` for a scalar), or an expression
    to stand for the name. Without any declaration the sizes are inferred where that is unambiguous. ``notation`` is
    ``"matrix"``, ``"index"`` or ``"latex"``; without it the text decides.

    Raises:
        ParseError: the text is not an expression; says where.
        ShapeError: the shapes of two operands do not fit; names both.
        UnknownName: a name is not declared.
        IndexNotationError: an index is summed or free in a way the notation does not allow.
    """
    given = {name: value.node if isinstance(value, Expr) else value for name, value in declarations.items()}
    parsed = read(text, given, notation)
    told = Provenance(
        role="row" if parsed.role == "row" else "", heights=parsed.heights, legend=_legend(parsed.node, parsed.tensors)
    )
    return Expr(parsed.node, told, declared=parsed.tensors)


def _legend(node: Node, tensors: Mapping[str, Tensor]) -> str:
    shapes = ", ".join(f"{name}: {show_shape(leaf.axes)}" for name, leaf in sorted(tensors.items()))
    return f"{show_shape(node.axes)}    {shapes}" if shapes else show_shape(node.axes)


def from_json(text: str, /) -> Expr:
    """The expression of a document that `Expr.to_json` wrote: the identical nodes, in whatever process.

    Nothing of the document is executed.

    Raises:
        FormatError: it is not such a document: not JSON, another version, a malformed node, a missing one, a cycle.
        ShapeError: one name stands for two tensors.
        LimitError: it is too large to be built.
    """
    content = parsed(text)
    return (MatrixExpr if "viewed" in content else Expr)._restored(content)


def einsum(*operands: Any) -> Expr:
    """``einsum("ij,j->i", A, x)`` or, interleaved, ``einsum(A, [0, 1], x, [1], [0])``, on expressions.

    Repeated labels within an operand take diagonals, repeated output labels make them (``"i->ii"``).

    Raises:
        ParseError: the string is malformed.
        ShapeError: a label joins axes of two sizes; names the label and both.
        IndexNotationError: an output label stands on no operand, or the string does not fit the operands.
    """
    return Expr(read_einsum(*(operand.node if isinstance(operand, Expr) else operand for operand in operands)))
