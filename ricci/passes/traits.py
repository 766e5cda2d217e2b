"""Passes over products of tensors with traits: orthogonal and idempotent matrices."""

from __future__ import annotations

from ricci.functions import Apply
from ricci.passes.common import is_call, remade
from tensor_networks.networks import Factor, Network, network, one, total
from tensor_networks.nodes import Node, Tensor


def has_trait(node: Node, trait: str) -> bool:
    """Is it a leaf with that trait?"""
    return isinstance(node, Tensor) and trait in node.traits


def orthogonals(node: Node) -> Node:
    """Q'*Q = Q*Q' = I, inv(Q) = Q', logdet(Q) = 0 and det(Q)^2 = 1 for orthogonal Q."""
    if isinstance(node, Apply) and node.args and has_trait(node.args[0], "orthogonal") and not node.batch:
        (arg, *_) = node.args
        if node.function.name == "inv":
            return network([(arg, "ij")], "ji")
        return total([], ()) if node.function.name == "logdet" else node
    if not isinstance(node, Network):
        return node
    for place, (child, slots, exponent) in enumerate(node.factors):
        if is_call(child, "det") and has_trait(child.children[0], "orthogonal") and exponent not in (0, 1):
            odd = isinstance(exponent, int) and exponent % 2
            if isinstance(exponent, int):
                rest = [*node.factors[:place], *node.factors[place + 1 :]]
                return remade(node, [*rest, Factor(child, slots, 1)] if odd else [*rest, Factor(one, (), 1)])
        if has_trait(child, "orthogonal"):
            for side in (0, 1):
                joined = _joined(node, place, side, side)
                if joined is not None:
                    return joined
    return node


def idempotents(node: Node) -> Node:
    """P*P = P for idempotent P."""
    if not isinstance(node, Network):
        return node
    for place, factor in enumerate(node.factors):
        if has_trait(factor.node, "idempotent"):
            for side, other in ((1, 0), *(((0, 0), (1, 1)) if len(set(factor.node.orbits)) == 1 else ())):
                joined = _joined(node, place, side, other)
                if joined is not None:
                    return joined
    return node


def _joined(node: Network, place: int, side: int, other: int) -> Node | None:
    """A product of a leaf with itself along a wire on nothing else; for an orthogonal one it is the identity."""
    child, slots, exponent = node.factors[place]
    uses = [wire for factor in node.factors for group in factor.slots for wire in group]
    if exponent != 1 or any(len(group) != 1 for group in slots) or slots[0] == slots[1]:
        return None
    (wire,) = slots[side]
    if wire in node.free or uses.count(wire) != 2:
        return None
    for index, factor in enumerate(node.factors):
        if index != place and factor.node is child and factor.exponent == 1 and factor.slots[other] == (wire,):
            rest = [f for k, f in enumerate(node.factors) if k not in (place, index)]
            ends = (slots[1 - side], factor.slots[1 - other])
            if ends[0] == ends[1] == (wire,):
                return None
            if has_trait(child, "orthogonal"):
                return remade(node, [*rest, Factor(network((), [0, 0], {0: child.axes[0]}), ends, 1)])
            return remade(node, [*rest, Factor(child, ends if side else ends[::-1], 1)])
    return None
