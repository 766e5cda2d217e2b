"""A pass over Levi-Civita symbols: two of them that share all indices but one are a delta."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from math import factorial

from ricci.passes.common import without
from tensor_networks.networks import Factor, Network, network, total
from tensor_networks.nodes import Node, Tensor

Wires = tuple[int, ...]


def levi_civitas(node: Node) -> Node:
    """eps_ijk eps_ijl = 2 delta_kl and eps_ijk eps_ijk = 6: in n dimensions (n - 1)! delta and n!.

    Two that share fewer indices stay: a difference of products loses digits, as that of ``norm2(a)^2*norm2(b)^2`` and
    ``(a'*b)^2`` does beside the square of the cross product.
    """
    if not isinstance(node, Network):
        return node
    symbols = [(place, factor) for place, factor in enumerate(node.factors) if _is_symbol(factor)]
    if not symbols:
        return node
    held = Counter(wire for factor in node.factors for group in factor.slots for wire in group)
    summed = {wire for wire, count in held.items() if count <= 2 and wire not in node.free}
    for place, factor in symbols:
        wires = _wires(factor)
        alone = {wire for wire in wires if held[wire] == 1 and wire in summed}
        if factor.exponent == 2 and len(alone) >= len(wires) - 1:
            return _contracted(node, (place,), wires, wires, alone)
    for (first, one), (second, other) in combinations(symbols, 2):
        mine, theirs = _wires(one), _wires(other)
        shared = summed.intersection(mine) & set(theirs)
        if one.exponent == other.exponent == 1 and len(shared) >= len(mine) - 1:
            return _contracted(node, (first, second), mine, theirs, shared)
    return node


def _is_symbol(factor: Factor) -> bool:
    """Is it a Levi-Civita symbol, or its square, with one wire at every axis?"""
    leaf, plain = factor.node, all(len(group) == 1 for group in factor.slots)
    known = isinstance(leaf, Tensor) and "levicivita" in leaf.traits and factor.exponent in (1, 2)
    return known and plain and len({*factor.slots}) == len(factor.slots)


def _wires(factor: Factor) -> Wires:
    return tuple(wire for group in factor.slots for wire in group)


def _contracted(node: Network, places: Wires, mine: Wires, theirs: Wires, shared: set[int]) -> Node:
    """The network without two symbols over these wires, of which it sums the shared ones; what is left of both is one wire."""
    left = dict(zip((w for w in theirs if w not in shared), (w for w in mine if w not in shared), strict=True))
    order = [left.get(wire, wire) for wire in theirs]
    sign = _parity([mine.index(wire) for wire in order])
    factors = [
        Factor(factor.node, tuple(tuple(left.get(wire, wire) for wire in group) for group in factor.slots), factor.exponent)
        for factor in without(node, *places)
    ]
    outputs = [tuple(left.get(wire, wire) for wire in group) for group in node.outputs]
    sizes = {left.get(wire, wire): node.sizes[wire] for wire in range(len(node.sizes)) if wire not in shared}
    return total([(network(factors, outputs, sizes), sign * factorial(len(mine) - len(left)))])


def _parity(order: list[int]) -> int:
    """1 if a permutation is even, -1 if it is odd."""
    exchanges = sum(order[one] > order[other] for one, other in combinations(range(len(order)), 2))
    return -1 if exchanges % 2 else 1
