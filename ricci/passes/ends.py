"""Factoring: a chain end that all terms of a sum share, ``U'*p - U'*y = U'*(p - y)``, where the factored form is shorter."""

from __future__ import annotations

from typing import NamedTuple

from tensor_networks.composites import Factor, Network, Sum
from tensor_networks.networks import network, total
from tensor_networks.nodes import Node, Tensor

PARENTHESES = 2  # what factoring adds to a formula


class End(NamedTuple):
    """A factor at the end of a chain: the node, the axis of the value it carries (-1: none), and the slot that leads inside."""

    node: Node
    axis: int
    slot: int


def chain_ends(node: Node) -> Node:
    """The sum with a common chain end of all its terms taken out, if that makes the formula shorter."""
    if not isinstance(node, Sum) or node.order > 2 or len(node.terms) < 2:
        return node
    terms = [term for term, _ in node.terms]
    if not all(isinstance(term, Network) and term.plain and len(term.factors) > 1 for term in terms):
        return node
    found = [_ends(term) for term in terms if isinstance(term, Network)]
    common = [end for end in found[0] if all(end in others for others in found[1:])]
    common = [end for end in common if _worth(end, node.order) * (len(terms) - 1) > PARENTHESES]
    if not common:
        return node
    best = max(common, key=lambda end: (_worth(end, node.order), end.node.key, end.axis, end.slot))
    inside = [(_without(term, places[best], best), number) for (term, number), places in zip(node.terms, found, strict=True)]
    wires = list(range(node.order))
    inner = wires.copy()
    if best.axis >= 0:
        inner[best.axis] = -1
        slots: tuple[int, ...] = (-1, best.axis) if best.slot == 0 else (best.axis, -1)
    else:
        inner.append(-1)
        slots = (-1,)
    return network([(total(inside), inner), (best.node, slots)], wires)


def _ends(term: Network) -> dict[End, int]:
    """The ends of a term, and where their factors stand. An end of no axis is a vector, or a row or column of the value."""
    uses: dict[int, int] = {}
    for group in (*term.outputs, *(group for factor in term.factors for group in factor.slots)):
        for wire in group:
            uses[wire] = uses.get(wire, 0) + 1
    axes = {group[0]: axis for axis, group in enumerate(term.outputs)}
    ends: dict[End, int] = {}
    for place, (node, slots, exponent) in enumerate(term.factors):
        if exponent != 1 or any(len(group) != 1 or uses[group[0]] != 2 for group in slots):
            continue
        wires = [group[0] for group in slots]
        if len(wires) == 1 and wires[0] not in axes and len(axes) < 2:
            ends.setdefault(End(node, -1, 0), place)
        elif len(wires) == 2 and wires[0] != wires[1] and (wires[0] in axes) != (wires[1] in axes):
            slot = 1 if wires[0] in axes else 0
            ends.setdefault(End(node, axes[wires[1 - slot]], slot), place)
    return ends


def _worth(end: End, order: int) -> int:
    """How many tokens one occurrence of an end takes in a formula."""
    turned = end.axis >= 0 and len(set(end.node.orbits)) > 1 and (end.slot == 0) == (end.axis == 0)
    return _length(end.node) + 1 + turned


def _length(node: Node) -> int:
    """About how many tokens a node takes."""
    if isinstance(node, Tensor) or not node.children:
        return 1
    return 2 + sum(2 * min(_length_below(child), 20) for child in node.children)


def _length_below(node: Node) -> int:
    return 1 if not node.children else 1 + 2 * len(node.children)


def _without(term: Node, place: int, end: End) -> Node:
    """A term without its end; the wire that led to it becomes an axis."""
    if not isinstance(term, Network):
        return term
    factor: Factor = term.factors[place]
    (leads,) = factor.slots[end.slot]
    outputs = [leads if axis == end.axis else group[0] for axis, group in enumerate(term.outputs)]
    if end.axis < 0:
        outputs.append(leads)
    rest = [other for index, other in enumerate(term.factors) if index != place]
    return network(rest, outputs, {wire: size for wire, size in enumerate(term.sizes) if wire in outputs})
