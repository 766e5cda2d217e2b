"""The composite kinds of node, `Network` and `Sum`: interned in canonical form, and the orientations of their axes.

What stands here takes parts that are ready - factors merged, terms gathered - and gives them their canonical order.
`networks.py` gets them ready.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import permutations
from typing import NamedTuple, TypeVar

from tensor_networks.axes import Axis, product, show_shape
from tensor_networks.canonical import canonical_order
from tensor_networks.nodes import Node, intern
from tensor_networks.numbers import Number, content, ratio
from tensor_networks.wiring import Group

MOST_ORIENTATIONS = 24
Item = TypeVar("Item")


class Factor(NamedTuple):
    """A node within a network: the wires of each of its axes, and its elementwise exponent."""

    node: Node
    slots: tuple[Group, ...]
    exponent: Number


class Network(Node):
    """A product of factors. Every wire has a size; wires that are not among the outputs are summed."""

    __slots__ = ("factors", "outputs", "sizes")
    kind = "network"
    factors: tuple[Factor, ...]
    outputs: tuple[Group, ...]
    sizes: tuple[Axis, ...]

    def content(self) -> str:
        return repr(([factor[1:] for factor in self.factors], self.outputs, self.sizes))

    @property
    def children(self) -> tuple[Node, ...]:
        return tuple(factor.node for factor in self.factors)

    def find_orbits(self) -> tuple[int, ...]:
        return _swappable(self)

    @property
    def free(self) -> frozenset[int]:
        """The wires among the outputs."""
        return frozenset(wire for group in self.outputs for wire in group)

    @property
    def plain(self) -> bool:
        """Are the outputs distinct single wires that each hang on a factor?"""
        singles = [group[0] for group in self.outputs if len(group) == 1]
        held = {wire for factor in self.factors for group in factor.slots for wire in group}
        return len(singles) == len(self.outputs) == len(set(singles)) and held.issuperset(singles)

    def __repr__(self) -> str:
        return f"Network({len(self.factors)} factors, {show_shape(self.axes)})"


class Sum(Node):
    """A linear combination of nodes of the same axes. The empty sum is the zero of that shape."""

    __slots__ = ("terms",)
    kind = "sum"
    terms: tuple[tuple[Node, Number], ...]

    def content(self) -> str:
        return repr((self.axes, [(number.numerator, number.denominator) for _, number in self.terms]))

    @property
    def children(self) -> tuple[Node, ...]:
        return tuple(term for term, _ in self.terms)

    def find_orbits(self) -> tuple[int, ...]:
        return _swappable(self)

    def __repr__(self) -> str:
        return f"Sum({len(self.terms)} terms, {show_shape(self.axes)})"


def sorted_slots(node: Node, slots: tuple[Group, ...]) -> tuple[Group, ...]:
    """The slots with interchangeable ones in ascending order."""
    orbits = node.orbits
    places: dict[int, list[int]] = {}
    for axis, orbit in enumerate(orbits):
        places.setdefault(orbit, []).append(axis)
    out = list(slots)
    for axes in places.values():
        if len(axes) > 1:
            for axis, group in zip(axes, sorted(slots[axis] for axis in axes), strict=True):
                out[axis] = group
    return tuple(out)


def canonical(factors: Sequence[Factor], outputs: tuple[Group, ...], sizes: Sequence[Axis]) -> Network:
    """The interned network of these factors: canonical order of factors, canonical numbers of wires."""
    keys = [f.node.key + _exponent_key(f.exponent) for f in factors]
    if len(set(keys)) == len(keys) and all(map(_asymmetric, factors)):
        order = sorted(range(len(keys)), key=keys.__getitem__)
        return _numbered([factors[index] for index in order], outputs, sizes)
    numbered = _first_seen((outputs, *(factor.slots for factor in factors)))
    described = [(key, _described(factor, numbered)) for key, factor in zip(keys, factors, strict=True)]
    ends = tuple((axis, tuple(numbered[wire] for wire in group)) for axis, group in enumerate(outputs))
    factor_order, wire_order = canonical_order(described, ends, [str(sizes[wire]) for wire in numbered])
    place = {old: new for new, old in enumerate(wire_order)}
    number = {wire: place[k] for wire, k in numbered.items()}
    ordered = []
    for index in factor_order:
        node, slots, exponent = factors[index]
        slots = tuple(tuple(number[wire] for wire in group) for group in slots)
        ordered.append(Factor(node, sorted_slots(node, slots) if len(slots) > 1 else slots, exponent))
    wires = list(numbered)
    final = [sizes[wires[old]] for old in wire_order]
    return _interned(ordered, tuple(tuple(number[wire] for wire in group) for group in outputs), final)


def _asymmetric(factor: Factor) -> bool:
    """Does the order of its wires matter for every axis of the factor?"""
    count = len(factor.slots)
    return count < 2 or len(set(factor.node.orbits)) == count


def _numbered(factors: Sequence[Factor], outputs: tuple[Group, ...], sizes: Sequence[Axis]) -> Network:
    """The network of factors that stand in canonical order already: wires are numbered as they come."""
    number: dict[int, int] = {}
    new = number.setdefault
    out = tuple([tuple([new(wire, len(number)) for wire in group]) for group in outputs])
    ordered = [
        Factor(node, tuple([tuple([new(wire, len(number)) for wire in group]) for group in slots]), exponent)
        for node, slots, exponent in factors
    ]
    return _interned(ordered, out, [sizes[wire] for wire in number])


def _interned(factors: Sequence[Factor], outputs: tuple[Group, ...], sizes: Sequence[Axis]) -> Network:
    axes = tuple([sizes[g[0]] if len(g) == 1 else product([sizes[wire] for wire in g]) for g in outputs])
    return intern(Network, axes, [f.node for f in factors], factors=tuple(factors), outputs=outputs, sizes=tuple(sizes))


def _first_seen(slots: Iterable[Iterable[Group]]) -> dict[int, int]:
    """Wire -> its place in the order in which wires come first."""
    numbered: dict[int, int] = {}
    for groups in slots:
        for group in groups:
            for wire in group:
                numbered.setdefault(wire, len(numbered))
    return numbered


def _exponent_key(exponent: Number) -> bytes:
    return b"" if exponent == 1 else str(exponent).encode()


def _described(factor: Factor, numbered: Mapping[int, int]) -> tuple[tuple[int, Group], ...]:
    orbits = factor.node.orbits if len(factor.slots) > 1 else (0,)
    return tuple((orbit, tuple(numbered[wire] for wire in group)) for orbit, group in zip(orbits, factor.slots, strict=False))


def oriented(node: Node) -> tuple[Node, tuple[int, ...]]:
    """A node that is the same value with its axes in canonical order, and that order: axis k is the given one's [k]-th.

    Networks and sums have no order of axes of their own: ``A*B`` and its transpose are one node seen in two ways.
    """
    identity = tuple(range(node.order))
    if node.order < 2 or not isinstance(node, Network | Sum):
        return node, identity
    if node._oriented is None:
        node._oriented = _viewed(node)
    if node._oriented is None:
        seen = [(permuted(node, permutation), permutation) for permutation in _orientations(node)]
        best = node._oriented = min(seen, key=lambda view: primitive(view[0])[0].key)
        best[0]._oriented = best[0], identity
        if len(seen) == 2 == node.order:
            best[0]._orbits = (0, 0) if seen[0][0] is seen[1][0] else identity
    return node._oriented


def _viewed(node: Network | Sum) -> tuple[Node, tuple[int, ...]] | None:
    """The leaf or function that a network shows with its axes in another order, and that order."""
    if type(node) is not Network or len(node.factors) != 1:
        return None
    inner, slots, exponent = node.factors[0]
    if exponent != 1 or isinstance(inner, Network | Sum) or len(set(slots)) < len(slots) or set(slots) != set(node.outputs):
        return None
    return (inner, tuple(node.outputs.index(group) for group in slots)) if len(node.outputs) == len(slots) else None


def primitive(node: Node) -> tuple[Node, Number]:
    """A node and a number whose product is the given one: ``x - 2y`` and 2 for ``2x - 4y``. The first sign is plus."""
    if not isinstance(node, Sum) or not node.terms:
        return node, 1
    number = content(tuple(coefficient for _, coefficient in node.terms))
    if number == 1:
        return node, 1
    return linear({term: ratio(inside, number) for term, inside in node.terms}, node.axes), number


def _orientations(node: Node) -> list[tuple[int, ...]]:
    """The orders of axes to choose from: by size, and every order of equal sizes while those are few."""
    by_size = sorted(range(node.order), key=lambda axis: str(node.axes[axis]))
    want = [str(node.axes[axis]) for axis in by_size]
    if len(set(want)) == len(want):
        return [tuple(by_size)]
    found = []
    for permutation in permutations(range(node.order)):
        if [str(node.axes[axis]) for axis in permutation] == want:
            found.append(permutation)
            if len(found) > MOST_ORIENTATIONS:
                return [tuple(by_size)]
    return found


def permuted(node: Node, permutation: tuple[int, ...]) -> Node:
    """The node with its axes in another order: axis k of the result is axis permutation[k] of the node."""
    if permutation == tuple(range(node.order)):
        return node
    if type(node) is Sum:
        return linear({permuted(term, permutation): number for term, number in node.terms}, _picked(node.axes, permutation))
    if type(node) is not Network:
        if all(node.orbits[place] == orbit for place, orbit in zip(permutation, node.orbits, strict=True)):
            return node
        slots: tuple[Group, ...] = tuple((axis,) for axis in range(node.order))
        return canonical([Factor(node, slots, 1)], _picked(slots, permutation), node.axes)
    outputs = _picked(node.outputs, permutation)
    if len(node.factors) == 1 and node.factors[0].exponent == 1:
        inner, slots, _ = node.factors[0]
        if len(node.free) == len(outputs) == len(slots) and slots == sorted_slots(inner, outputs):
            return inner
        if type(inner) is Sum and {w for g in slots for w in g} <= node.free:
            core: tuple[Group, ...] = tuple(dict.fromkeys((w,) for group in outputs for w in group if (w,) in slots))
            turned = permuted(inner, tuple(slots.index(group) for group in core))
            return canonical([Factor(turned, core, 1)], outputs, node.sizes)
    return canonical(node.factors, outputs, node.sizes)


def _picked(items: tuple[Item, ...], order: Iterable[int]) -> tuple[Item, ...]:
    return tuple(items[place] for place in order)


def _swappable(node: Node) -> tuple[int, ...]:
    """Classes of axes that can be exchanged, found by exchanging them: identical nodes are equal."""
    orbits = list(range(node.order))
    if node.order > 6:
        return tuple(orbits)
    for second in range(node.order):
        for first in range(second):
            if orbits[first] == first and node.axes[first] == node.axes[second]:
                swapped = list(range(node.order))
                swapped[first], swapped[second] = second, first
                if permuted(node, tuple(swapped)) is node:
                    orbits[second] = first
                    break
    return tuple(orbits)


def linear(terms: Mapping[Node, Number], axes: tuple[Axis, ...]) -> Node:
    if len(terms) == 1:
        ((node, number),) = terms.items()
        if number == 1:
            return node
    ordered = tuple(sorted(terms.items(), key=lambda term: term[0].key))
    return intern(Sum, axes, [node for node, _ in ordered], terms=ordered)


one: Network = intern(Network, (), (), factors=(), outputs=(), sizes=())
