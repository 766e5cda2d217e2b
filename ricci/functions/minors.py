"""The minors of second order as a difference of products of inverses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ricci.functions.applying import Apply, apply
from tensor_networks.networks import Factor, Network, network
from tensor_networks.nodes import Node
from tensor_networks.numbers import Number


def is_minors(factor: Factor) -> bool:
    """Are these the minors of a matrix, the derivative of its adjugate?"""
    node = factor.node
    return isinstance(node, Apply) and node.function.name == "minors" and node.order == 4 and factor.exponent == 1


def minors_in(node: Network) -> Iterator[int]:
    """The places of minors in a product."""
    return (place for place, factor in enumerate(node.factors) if is_minors(factor))


def as_inverses(node: Network, place: int, rest: Sequence[Factor]) -> list[tuple[Node, Number]]:
    """The terms ``inv_ij inv_lk - inv_ik inv_lj`` in the place of minors_ijkl in a product, times the other factors.

    That is the product with the minors, over the determinant.
    """
    (i, j, k, last), inverse = node.factors[place].slots, apply("inv", node.factors[place].node.children[0])
    sizes = dict(enumerate(node.sizes))
    one = network([*rest, (inverse, (i, j)), (inverse, (last, k))], node.outputs, sizes)
    return [(one, 1), (network([*rest, (inverse, (i, k)), (inverse, (last, j))], node.outputs, sizes), -1)]
