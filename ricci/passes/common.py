"""What the passes ask of nodes: is it a call of that function, is every entry 1, can it be negative."""

from __future__ import annotations

from collections.abc import Iterable

from ricci.functions import Apply
from ricci.traits.table import has
from tensor_networks.networks import Factor, Network, Sum, network, total
from tensor_networks.nodes import Node, Size, Tensor
from tensor_networks.wiring import Group

NONNEGATIVE = frozenset({"exp", "abs", "norm2", "softmax", "sigmoid", "ndtr", "softplus", "relu", "cosh"})


def is_call(node: Node, *names: str) -> bool:
    """Is the node a call of one of these functions?"""
    return isinstance(node, Apply) and node.function.name in names


def viewed_call(node: Node, *names: str) -> tuple[Apply, tuple[int, ...]] | None:
    """The call of one of these functions that a node is, perhaps with its axes in another order: axis k of the node is axis
    ``order[k]`` of the call. None for any other node: one that sums, repeats or copies entries of a call is no view of it.
    """
    if isinstance(node, Apply):
        return (node, tuple(range(node.order))) if is_call(node, *names) else None
    if not isinstance(node, Network) or len(node.factors) != 1:
        return None
    call, slots, exponent = node.factors[0]
    places: dict[Group, int] = {group: axis for axis, group in enumerate(slots) if len(group) == 1}
    if not isinstance(call, Apply) or not is_call(call, *names) or exponent != 1:
        return None
    if not len(places) == len(slots) == node.order or {*places} != {*node.outputs}:
        return None
    return call, tuple(places[group] for group in node.outputs)


def is_ones(node: Node) -> bool:
    """Is every entry 1?"""
    if not isinstance(node, Network) or node.factors:
        return False
    wires = [wire for group in node.outputs for wire in group]
    return len(set(wires)) == len(wires) == len(node.sizes)


def is_nonnegative(node: Node) -> bool:
    """Is every entry known to be at least 0?"""
    if isinstance(node, Apply):
        return node.function.name in NONNEGATIVE
    if isinstance(node, Network):
        return all(factor_is_nonnegative(factor) for factor in node.factors)
    if isinstance(node, Tensor):
        return has(node, "nonnegative")
    if isinstance(node, Size):
        return True
    return isinstance(node, Sum) and all(number > 0 and is_nonnegative(term) for term, number in node.terms)


def factor_is_nonnegative(factor: Factor) -> bool:
    """Is a node to a power known to be at least 0 in every entry?"""
    even = isinstance(factor.exponent, int) and factor.exponent % 2 == 0
    return even or is_nonnegative(factor.node)


def negative(node: Node) -> Node:
    """Minus the node."""
    return total([(node, -1)])


def remade(node: Network, factors: Iterable[Factor]) -> Node:
    """The network with other factors over the same wires; a wire that no factor and no output holds any more is gone.

    A factor that leaves but whose wires must still be summed stays with exponent 0.
    """
    factors = list(factors)
    held = {wire for factor in factors for group in factor.slots for wire in group} | node.free
    return network(factors, node.outputs, {wire: node.sizes[wire] for wire in held})


def with_factor(node: Network, place: int, factor: Factor) -> Node:
    """The network with another factor at a place."""
    return remade(node, [*node.factors[:place], factor, *node.factors[place + 1 :]])


def without(node: Network, *places: int) -> list[Factor]:
    """The factors but those at some places."""
    return [factor for place, factor in enumerate(node.factors) if place not in places]
