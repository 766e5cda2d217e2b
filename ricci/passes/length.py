"""How long a node is: the tokens of its formula, and how many nodes it has as a tree."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from ricci.notation.formula import Formula, TooLong
from ricci.notation.index.writer import Unwritable, index_formula
from ricci.notation.matrix.writer import MatrixWriter
from tensor_networks.nodes import Node

HEAVY = 10**6
INDEXED = 4

_formulas: WeakKeyDictionary[Node, Formula | None] = WeakKeyDictionary()
_weights: WeakKeyDictionary[Node, int] = WeakKeyDictionary()


def tokens(node: Node) -> int | None:
    """The tokens of the formula in matrix notation, else in index notation; None if there is neither, or it is too long.

    Vectors and matrices are preferred in matrix notation: index notation counts for several times as many tokens there.
    """
    try:
        formula = MatrixWriter(node, _formulas).write() if node.order <= 2 else None
        return formula.cost if formula is not None else index_formula(node).cost * (INDEXED if node.order <= 2 else 1)
    except (TooLong, Unwritable):
        return None


def weight(node: Node) -> int:
    """The number of nodes of the tree that the graph stands for, at most `HEAVY`; each node is counted once and for all."""
    stack = [node]
    while stack:
        top = stack[-1]
        unknown = [child for child in top.children if child not in _weights]
        if unknown and top not in _weights:
            stack += unknown
            continue
        stack.pop()
        if top not in _weights:
            _weights[top] = min(HEAVY, 1 + sum(_weights[child] for child in top.children))
    return _weights[node]
