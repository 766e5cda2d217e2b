"""LaTeX for every node, in matrix or index notation. Only macros that KaTeX knows; every name is escaped."""

from __future__ import annotations

from ricci.notation.formula import TooLong, escaped
from ricci.notation.index.heights import Heights
from ricci.notation.index.writer import Unwritable, index_formula
from ricci.notation.matrix.writer import bounded, matrix_formula
from tensor_networks.errors import choice
from tensor_networks.nodes import Node

NOTATIONS = ("matrix", "index")


def check_notation(notation: str) -> None:
    """Check the name of a notation to write in.

    Raises:
        UnknownName: there is no such notation.
    """
    choice(notation, NOTATIONS, "notation")


def latex(node: Node, notation: str = "matrix", row: bool = False, heights: Heights | None = None) -> str:
    """The LaTeX of a node in a notation ("matrix" or "index"), without dollar signs; a vector as a row if asked.

    Indices stand at their heights where all are known.

    What has no matrix form is given in index notation, and what is too long as a remark.

    Raises:
        UnknownName: there is no such notation.
    """
    check_notation(notation)
    try:
        formula = matrix_formula(node, row) if notation == "matrix" else None
        return (index_formula(node, latex=True, heights=heights) if formula is None else formula).latex
    except (TooLong, Unwritable):
        return rf"\text{{{escaped(bounded(node))}}}"
