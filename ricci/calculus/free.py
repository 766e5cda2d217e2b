"""Derivatives by the free entries of a structured matrix.

A symmetric matrix has n(n+1)/2 free entries, and each off-diagonal one stands at two places. The derivative by the free entry
(i, j) is the sum of the ordinary derivative over all places where that entry stands (Matrix Cookbook, section 2.8): for a
symmetric matrix ``G + G' - diag(diag(G))``, for a skew one ``G - G'``, and so on. It differs from the Frechet derivative,
which is itself a symmetric matrix, by counting off-diagonal places twice.
"""

from __future__ import annotations

from collections.abc import Sequence

from tensor_networks.errors import DerivativeError
from tensor_networks.networks import network, total
from tensor_networks.nodes import Node, Tensor
from tensor_networks.patterns import pattern

STRUCTURES = ("symmetric", "spd", "psd", "skew", "diagonal", "lower", "upper", "toeplitz")
CURVED = frozenset({"orthogonal", "idempotent"})  # traits that hold on a surface, not on a linear space


def by_free_entries(node: Node, variable: Tensor, axes: Sequence[int]) -> Node:
    """The derivative of axes ``axes`` by a structured variable, summed over the places of each of its free entries.

    Raises:
        DerivativeError: the variable has a trait that is not linear, or is no matrix.
    """
    traits = {trait for trait in variable.traits if trait in STRUCTURES or trait in CURVED or "=" in trait}
    if "spd" in traits or "psd" in traits:
        traits = traits - {"spd", "psd"} | {"symmetric"}
    if not traits:
        return node
    if len(axes) != 2 or traits & CURVED:
        names = ", ".join(sorted(traits))
        raise DerivativeError(f"{variable.name} ({names}) has no free entries that stand at places of a matrix")
    if "toeplitz" in traits:
        node = _along_diagonals(node, variable, axes)
    if "diagonal" in traits or {"lower", "upper"} <= traits:
        return _with(node, axes, [((0, 0), 1)])
    for trait, order in (("lower", (0, 1)), ("upper", (1, 0))):
        if trait in traits:
            return _masked(node, variable, axes, order)
    if "skew" in traits:
        return _with(node, axes, [((0, 1), 1), ((1, 0), -1)])
    return _with(node, axes, [((0, 1), 1), ((1, 0), 1), ((0, 0), -1)]) if "symmetric" in traits else node


def _with(node: Node, axes: Sequence[int], views: Sequence[tuple[tuple[int, int], int]]) -> Node:
    """A combination of the node with its two axes as they are, exchanged, or kept on their diagonal."""
    terms = []
    for view, sign in views:
        labels = list(range(node.order))
        outputs = labels.copy()
        if view == (0, 0):
            labels[axes[1]] = outputs[axes[1]] = axes[0]
        else:
            outputs[axes[0]], outputs[axes[1]] = (axes[place] for place in view)
        terms.append((network([(node, labels)], outputs), sign))
    return total(terms, node.axes)


def _masked(node: Node, variable: Tensor, axes: Sequence[int], order: tuple[int, int]) -> Node:
    """The part of two axes on and below the diagonal (or above it)."""
    labels = range(node.order)
    mask = pattern("lower", variable.axes[0])
    return network([(node, labels), (mask, [axes[place] for place in order])], labels)


def _along_diagonals(node: Node, variable: Tensor, axes: Sequence[int]) -> Node:
    """The sum along each diagonal of two axes, at every place of that diagonal."""
    labels: list[int | str] = list(range(node.order))
    inside = labels.copy()
    inside[axes[0]], inside[axes[1]] = "i", "j"
    band = pattern("toeplitz", variable.axes[0])
    return network([(node, inside), (band, ("d", "i", "j")), (band, ("d", *axes))], labels)
