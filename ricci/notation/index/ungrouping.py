"""Grouped axes taken apart, so that index notation can write the body with a letter for every wire.

An axis that is a group of wires, ``((j,i),)``, is written behind the arrow: ``X_ij -> (ji)``. Where sums and functions of
entries hold grouped axes within, the grouping is moved out to the root; what cannot be moved stays a group in place.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from ricci.functions import Apply, apply
from tensor_networks.axes import Axis
from tensor_networks.networks import Network, Sum, network, total
from tensor_networks.nodes import Node, walk
from tensor_networks.wiring import Group

Split = tuple[tuple[Axis, ...], ...]  # for every axis the sizes of its parts


class Parted:
    """A node with its axes in parts, and the sizes of the parts of every axis of the node that it was."""

    def __init__(self, node: Node, split: Split) -> None:
        self.node, self.split = node, split

    @classmethod
    def whole(cls, node: Node) -> Parted:
        """A node as it is."""
        return cls(node, tuple((size,) for size in node.axes))

    def refined(self, split: Split) -> Parted | None:
        """The same, with axes that are in one part split further; None if an axis is split otherwise already."""
        if self.split == split:
            return self
        slots: list[Group] = []
        outputs: list[int] = []
        sizes: dict[Hashable, Axis] = {}
        for have, want in zip(self.split, split, strict=True):
            fresh = tuple(range(len(outputs), len(outputs) + len(want)))
            if len(have) > 1 and have != want:
                return None
            slots += [fresh] if len(have) == 1 else [(wire,) for wire in fresh]
            sizes |= dict(zip(fresh, want, strict=True))
            outputs += fresh
        return Parted(network([(self.node, slots)], outputs, sizes), split)


def ungrouped(root: Node) -> tuple[Node, list[int]]:
    """A node without groups among its axes, as far as they can be taken apart, and into how many axes each one fell."""
    found: dict[Node, Parted] = {}
    for node in walk(root):
        if not any(isinstance(child, Network | Sum | Apply) for child in node.children) and not isinstance(node, Network):
            found[node] = Parted.whole(node)
        elif isinstance(node, Network):
            found[node] = _network(node, [found[factor.node] for factor in node.factors])
        elif isinstance(node, Sum) or (isinstance(node, Apply) and node.function.elementwise):
            found[node] = _entrywise(node, [found[child] for child in node.children])
        else:
            found[node] = Parted.whole(node)
    parted = found[root]
    return parted.node, [len(parts) for parts in parted.split]


def _network(node: Network, factors: Sequence[Parted]) -> Parted:
    """A product: its output groups are opened, and so are the groups in which its factors are used."""
    if all(factor.node is before.node for factor, before in zip(factors, node.factors, strict=True)):
        slots = [factor.slots for factor in node.factors]
    else:
        slots = []
        for factor, parted in zip(node.factors, factors, strict=True):
            opened: list[Group] = []
            for group, parts in zip(factor.slots, parted.split, strict=True):
                if len(parts) > 1 and tuple(node.sizes[wire] for wire in group) != parts:
                    return _opened(node, [f.node for f in node.factors], [f.slots for f in node.factors])
                opened += [(wire,) for wire in group] if len(parts) > 1 else [group]
            slots.append(tuple(opened))
    return _opened(node, [factor.node for factor in factors], slots)


def _opened(node: Network, factors: Sequence[Node], slots: Sequence[Sequence[Group]]) -> Parted:
    exponents = [factor.exponent for factor in node.factors]
    flat = [wire for group in node.outputs for wire in group]
    made = network(zip(factors, slots, exponents, strict=True), flat, dict(enumerate(node.sizes)))
    return Parted(made, tuple(tuple(node.sizes[wire] for wire in group) for group in node.outputs))


def _entrywise(node: Sum | Apply, children: Sequence[Parted]) -> Parted:
    """Terms or arguments with their axes split alike; as they are, where their splits do not fit each other."""
    split = tuple(max(parts, key=len) for parts in zip(*(child.split for child in children), strict=True))
    refined = [child.refined(split) for child in children if child.split]
    made = [child.node for child in refined if child is not None]
    if len(made) < len(children) or all(len(parts) == 1 for parts in split):
        return Parted.whole(node)
    if isinstance(node, Apply):
        return Parted(apply(node.function.name, *made), split)
    numbers = [number for _, number in node.terms]
    return Parted(total(zip(made, numbers, strict=True), [size for parts in split for size in parts]), split)
