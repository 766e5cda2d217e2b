"""A pass over diagonals: what acts on every entry commutes with taking some of them."""

from __future__ import annotations

from ricci.functions import Apply, apply
from ricci.passes.common import with_factor
from tensor_networks.networks import Factor, Network, Sum, network, total
from tensor_networks.nodes import Node
from tensor_networks.wiring import Group


def diagonals(node: Node) -> Node:
    """f(X)_ii = f(X_ii) for elementwise f: the diagonal is taken of the arguments, not of the value; likewise of powers."""
    if not isinstance(node, Network):
        return node
    for place, factor in enumerate(node.factors):
        wires = tuple(dict.fromkeys(factor.slots))
        child = factor.node
        if not isinstance(child, Sum | Network) and not (isinstance(child, Apply) and child.function.elementwise):
            continue
        if child.children and len(wires) < len(factor.slots):
            taken = Factor(_taken(child, factor.slots, wires), wires, factor.exponent)
            return with_factor(node, place, taken)
    return node


def _taken(node: Apply | Sum | Network, slots: tuple[Group, ...], wires: tuple[Group, ...]) -> Node:
    """A function or sum of the diagonals of its parts, or the diagonal of a product."""
    if isinstance(node, Network):
        return network([(node, slots)], wires)
    seen = [network([(part, slots)], wires) for part in node.children]
    if isinstance(node, Apply):
        return apply(node.function.name, *seen)
    return total((part, number) for part, (_, number) in zip(seen, node.terms, strict=True))
