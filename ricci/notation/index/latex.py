"""Functions that take their arguments whole, in LaTeX: spelled as in matrix notation, of arguments in index notation."""

from __future__ import annotations

from collections.abc import Sequence

from ricci.functions import apply
from ricci.notation.formula import ATOM, Formula, Pieces, latex_with, simple_call
from ricci.notation.matrix.writer import matrix_formula
from tensor_networks.nodes import Node, tensor


def in_latex(name: str, nodes: Sequence[Node], args: Sequence[Formula], has_indices: bool) -> tuple[Pieces, int]:
    """A function that takes its arguments whole as matrix notation shows it, of arguments in index notation; and how tightly
    that binds."""
    places = [tensor(f"argument {place}", node.axes) for place, node in enumerate(nodes)]
    shown = matrix_formula(apply(name, *places))
    if shown is None or shown.kind != "call":
        return simple_call(name, args, 0).latex_pieces, ATOM
    pieces = latex_with(shown, {place.name: arg for place, arg in zip(places, args, strict=True)})
    closed = not has_indices or str(pieces[-1]).endswith(r"\right)")
    return (tuple(pieces), shown.latex_level) if closed else ((r"\left(", *pieces, r"\right)"), ATOM)
