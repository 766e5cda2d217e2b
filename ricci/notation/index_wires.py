"""What the index writer asks of a network: which wires are outputs, how often their letters occur, who says their sizes."""

from __future__ import annotations

from collections.abc import Iterable

from ricci.functions import Apply
from tensor_networks.networks import Factor, Network
from tensor_networks.nodes import Node, Size, Tensor


class Unwritable(Exception):
    """The node has no form in index notation: an axis is grouped in a way that has no letters."""


def groups_of(node: Network) -> list[tuple[int]]:
    """The output wires, which must be single ones."""
    if any(len(group) != 1 for group in node.outputs):
        raise Unwritable
    return node.outputs  # type: ignore[return-value]


def is_grouped(node: Network) -> bool:
    """Is an axis a group of wires, or of none?"""
    return any(len(group) != 1 for group in node.outputs)


def wires_of(factor: Factor) -> list[int]:
    """The wires of a factor."""
    return [wire for group in factor.slots for wire in group]


def unsized(node: Network) -> set[int]:
    """The wires whose size no factor says, because they are in groups only."""
    alone = {group[0] for factor in node.factors for group in factor.slots if len(group) == 1}
    return {wire for factor in node.factors for wire in wires_of(factor)} - alone


def primaries(node: Network) -> dict[int, int]:
    """For every output wire its first axis."""
    first: dict[int, int] = {}
    for axis, (wire,) in enumerate(groups_of(node)):
        first.setdefault(wire, axis)
    return first


def occurrences(node: Network) -> dict[int, int]:
    """How often the letter of each wire occurs: in the factors, and in the deltas."""
    counts: dict[int, int] = {wire: 0 for (wire,) in groups_of(node)}
    for factor in node.factors:
        for wire in wires_of(factor):
            counts[wire] = counts.get(wire, 0) + 1
    for wire in unsized(node):
        counts[wire] += 1
    for axis, (wire,) in enumerate(groups_of(node)):
        if primaries(node)[wire] != axis:
            counts[wire] += 1
    for (wire,) in groups_of(node):
        if not counts[wire]:
            counts[wire] = 1
    return counts


def held_axes(node: Node) -> list[int]:
    """The axes of a term that hang on a factor."""
    if not isinstance(node, Network):
        return list(range(node.order))
    held = {wire for factor in node.factors for group in factor.slots for wire in group}
    return [axis for axis, (wire,) in enumerate(groups_of(node)) if wire in held - unsized(node)]


def is_structured(node: Node) -> bool:
    """Is it a function that takes its argument whole?"""
    return isinstance(node, Apply) and not node.function.elementwise


def ranked(factors: Iterable[Factor]) -> list[Factor]:
    """Factors in the order in which people write them: scalars, then matrices and vectors along their wires."""

    def rank(factor: Factor) -> tuple[object, ...]:
        simple = isinstance(factor.node, Tensor | Size) or is_structured(factor.node)
        name = factor.node.name if isinstance(factor.node, Tensor) else ""
        return (len(factor.slots) > 0, not simple, -len(factor.slots), name, factor.slots)

    return sorted(factors, key=rank)
