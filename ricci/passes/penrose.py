"""Passes over pseudoinverses: X*pinv(X) and pinv(X)*X are symmetric and projections, by Penrose's four equations."""

from __future__ import annotations

from collections.abc import Iterator

from ricci.passes.common import is_call, remade, without
from tensor_networks.networks import Factor, Network
from tensor_networks.nodes import Node


def pseudoinverses(node: Node) -> Node:
    """X*pinv(X)*X = X, pinv(X)*X*pinv(X) = pinv(X), and the same with the projection in the middle transposed.

    A projection P_ij that is left is symmetric: of P_ij and P_ji the one is kept that gives the first network by key.
    """
    if not isinstance(node, Network):
        return node
    for inverse, matrix, axis in _projections(node):
        for place, factor in enumerate(node.factors):
            if place in (inverse, matrix) or factor.exponent != 1:
                continue
            for own, other in _ends(factor, node.factors[inverse].node, axis):
                absorbed = _absorbed(node, (inverse, matrix), place, own, other)
                if absorbed is not None:
                    return absorbed
        turned = _turned(node, inverse, matrix, axis)
        if turned.key < node.key:
            return turned
    return node


def _projections(node: Network) -> Iterator[tuple[int, int, int]]:
    """The places of pinv(X) and X that meet on a wire of their own, and the axis of pinv(X) on it."""
    for place, (child, slots, exponent) in enumerate(node.factors):
        if not is_call(child, "pinv") or exponent != 1 or child.order != 2:
            continue
        for other, factor in enumerate(node.factors):
            if factor.node is child.children[0] and factor.exponent == 1:
                for axis in (0, 1):
                    if slots[axis] == factor.slots[1 - axis] and _private(node, slots[axis], (place, other)):
                        yield place, other, axis


def _private(node: Network, group: tuple[int, ...], places: tuple[int, ...]) -> bool:
    """Is a slot a single wire, of two different axes, that no other factors and no output hold?"""
    uses = [wire for place in places for own in node.factors[place].slots for wire in own]
    held = {wire for factor in without(node, *places) for own in factor.slots for wire in own} | node.free
    return len(group) == 1 and group[0] not in held and uses.count(group[0]) == 2


def _ends(factor: Factor, inverse: Node, axis: int) -> list[tuple[int, int]]:
    """The axis of a factor that a projection acts on, and the other one; of X*pinv(X) for axis 0, of pinv(X)*X for axis 1."""
    if factor.node is inverse:
        return [(1 - axis, axis)]
    return [(axis, 1 - axis)] if factor.node is inverse.children[0] else []


def _absorbed(node: Network, places: tuple[int, int], third: int, own: int, other: int) -> Node | None:
    """The network without a projection beside what it projects to itself; None if they do not meet on a wire of their own."""
    factor = node.factors[third]
    inverse, matrix = (node.factors[place] for place in places)
    axis = 0 if inverse.slots[0] == matrix.slots[1] else 1
    ends = (inverse.slots[1 - axis], matrix.slots[axis])
    for near, far in (ends, ends[::-1]):
        if factor.slots[own] == near != far and _private(node, near, (*places, third)):
            slots = [far, far]
            slots[other] = factor.slots[other]
            return remade(node, [*without(node, *places, third), factor._replace(slots=tuple(slots))])
    return None


def _turned(node: Network, inverse: int, matrix: int, axis: int) -> Node:
    """The network with the ends of a projection exchanged."""
    one, two = node.factors[inverse], node.factors[matrix]
    first, second = list(one.slots), list(two.slots)
    first[1 - axis], second[axis] = two.slots[axis], one.slots[1 - axis]
    new = [one._replace(slots=tuple(first)), two._replace(slots=tuple(second))]
    return remade(node, [*without(node, inverse, matrix), *new])
