"""A pass over networks with grouped axes: wires that always stand side by side are one wire."""

from __future__ import annotations

from tensor_networks.axes import product
from tensor_networks.networks import Network, network
from tensor_networks.nodes import Node
from tensor_networks.wiring import Group


def side_by_side(node: Node) -> Node:
    """kron(I_m, I_n) = I_mn: wires that stand in one order next to each other wherever they occur are joined into one."""
    if not isinstance(node, Network):
        return node
    groups = [*node.outputs, *(group for factor in node.factors for group in factor.slots)]
    if not any(len(group) > 1 for group in groups):
        return node
    followers: dict[int, int] = {}  # a wire -> the one that always follows it, or -1
    leaders: dict[int, int] = {}
    for group in groups:
        for before, after in zip((-1, *group), (*group, -1), strict=True):
            for wire, other, known in ((before, after, followers), (after, before, leaders)):
                if wire >= 0:
                    known[wire] = other if known.setdefault(wire, other) == other else -1
    pairs = {a: b for a, b in followers.items() if b >= 0 and leaders[b] == a and a != b}
    if not pairs:
        return node
    sizes = dict(enumerate(node.sizes))
    first, second = next(iter(sorted(pairs.items())))
    sizes[first] = product((sizes[first], sizes.pop(second)))

    def joined(group: Group) -> Group:
        return tuple(wire for wire in group if wire != second)

    factors = [(f.node, tuple(map(joined, f.slots)), f.exponent) for f in node.factors]
    return network(factors, tuple(map(joined, node.outputs)), sizes)
