"""Finding a node within a network: as a factor, as some of its factors, or within a closed component."""

from __future__ import annotations

from collections.abc import Iterator

from ricci.passes.common import remade, without
from tensor_networks.networks import Factor, Network
from tensor_networks.nodes import Node
from tensor_networks.numbers import exact
from tensor_networks.wiring import Group


def exchanges(host: Network, old: Node, new: Node, skip: int = -1) -> Iterator[list[Factor]]:
    """The factors of a network with one occurrence of a node taken out and another of the same axes put in its place.

    An occurrence is a factor, or factors that make up the node, or either within a closed component; one result for each.
    ``skip`` is a factor that is not looked at.
    """
    for place, factor in enumerate(host.factors):
        if factor.node is old and place != skip and isinstance(factor.exponent, int) and factor.exponent > 0:
            less = factor._replace(exponent=exact(factor.exponent - 1))
            yield [*without(host, place), less, Factor(new, factor.slots, 1)]
    if isinstance(old, Network) and old.plain:
        for places, slots in occurrences(host, old):
            if skip not in places:
                yield [*without(host, *places), Factor(new, slots, 1)]
    for place, (child, slots, exponent) in enumerate(host.factors):
        if slots == () and exponent == 1 and place != skip and isinstance(child, Network):
            for inside in exchanges(child, old, new):
                yield [*without(host, place), Factor(remade(child, inside), (), 1)]


def standing(host: Network, node: Node, slots: tuple[Group, ...], skip: int) -> tuple[int, ...] | None:
    """The places of a factor that is a node, or of those that make it up, with its axes on some slots; None if there are none.

    ``skip`` is a factor that is not looked at.
    """
    for place, factor in enumerate(host.factors):
        if place != skip and factor.node is node and factor.exponent == 1 and factor.slots == slots:
            return (place,)
    if isinstance(node, Network) and node.plain and slots and len(node.factors) > 1:
        return next((places for places, ends in occurrences(host, node) if skip not in places and ends == slots), None)
    return None


def occurrences(host: Network, pattern: Network) -> Iterator[tuple[tuple[int, ...], tuple[Group, ...]]]:
    """Sets of factors of the host that are the factors of the pattern, wired alike, with the wires of the pattern's axes.

    The inner wires of the pattern must hang on nothing else in the host.
    """
    stack: list[tuple[tuple[int, ...], dict[int, int]]] = [((), {})]
    while stack:
        places, wires = stack.pop()
        if len(places) == len(pattern.factors):
            if _closed(host, pattern, places, wires):
                yield places, tuple((wires[wire],) for (wire,) in pattern.outputs)
            continue
        wanted = pattern.factors[len(places)]
        for place in reversed(range(len(host.factors))):
            if place not in places:
                extended = _matched(wanted, host.factors[place], wires)
                if extended is not None:
                    stack.append(((*places, place), extended))


def _matched(wanted: Factor, found: Factor, wires: dict[int, int]) -> dict[int, int] | None:
    """The map of wires with those of two factors added, if they are the same node to the same power and it stays a map."""
    if wanted.node is not found.node or wanted.exponent != found.exponent:
        return None
    orders = [found.slots]
    if len(found.slots) == 2 and len(set(found.node.orbits)) == 1:
        orders.append(found.slots[::-1])
    for slots in orders:
        extended = dict(wires)
        pairs = [(a, b) for one, other in zip(wanted.slots, slots, strict=True) for a, b in zip(one, other, strict=False)]
        if all(len(one) == len(other) for one, other in zip(wanted.slots, slots, strict=True)) and all(
            extended.setdefault(a, b) == b for a, b in pairs
        ):
            return extended
    return None


def _closed(host: Network, pattern: Network, places: tuple[int, ...], wires: dict[int, int]) -> bool:
    """Do the inner wires of the pattern hang on the matched factors only, and are they distinct?"""
    inner = {wires[wire] for wire in range(len(pattern.sizes)) if wire not in pattern.free}
    others = {w for place, f in enumerate(host.factors) if place not in places for group in f.slots for w in group}
    others |= host.free
    return len(set(wires.values())) == len(wires) and not inner & others
