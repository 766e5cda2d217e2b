"""The composite kinds of node, `Network` and `Sum`: interned in canonical form, and the orientations of their axes.

What stands here takes parts that are ready - factors merged, terms gathered - and gives them their canonical order.
`networks.py` gets them ready. The order of a tensor's axes can be worth a sign (`symmetry.py`): the canonical form of a product
is a network and a sign, 0 where the tensors' symmetries show that it vanishes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, combinations, groupby, permutations
from itertools import product as choices
from math import factorial, prod
from typing import Any, NamedTuple, TypeVar

from tensor_networks.axes import Axis, product, show_shape
from tensor_networks.canonical import Moves, canonical_ordering
from tensor_networks.errors import LimitError
from tensor_networks.nodes import Node, intern
from tensor_networks.numbers import Number, content, ratio
from tensor_networks.symmetry import Signed, Symmetry, exchange, generated, is_exchange, no_symmetry
from tensor_networks.wiring import Group, are_distinct, components

MOST_ORIENTATIONS = 24
_LAST = b"\xff" * 64  # the key of what comes behind all factors
Item = TypeVar("Item")


class Factor(NamedTuple):
    """A node within a network: the wires of each of its axes, and its elementwise exponent."""

    node: Node
    slots: tuple[Group, ...]
    exponent: Number


class Network(Node):
    """A product of factors. Every wire has a size; wires that are not among the outputs are summed."""

    __slots__ = ("_free", "_plain", "_solid", "factors", "outputs", "sizes")
    kind = "network"
    factors: tuple[Factor, ...]
    outputs: tuple[Group, ...]
    sizes: tuple[Axis, ...]
    _free: frozenset[int]
    _plain: bool
    _solid: bool

    def content(self) -> str:
        return repr(([factor[1:] for factor in self.factors], self.outputs, self.sizes))

    def find_symmetry(self) -> Symmetry:
        return _axes_of_network(self)[1]

    @property
    def free(self) -> frozenset[int]:
        """The wires among the outputs."""
        try:
            return self._free
        except AttributeError:
            self._free = frozenset([wire for group in self.outputs for wire in group])
            return self._free

    @property
    def plain(self) -> bool:
        """Are the outputs distinct single wires that each hang on a factor?"""
        try:
            return self._plain
        except AttributeError:
            singles = [group[0] for group in self.outputs if len(group) == 1]
            held = {wire for factor in self.factors for group in factor.slots for wire in group}
            self._plain = len(singles) == len(self.outputs) == len(set(singles)) and held.issuperset(singles)
            return self._plain

    @property
    def solid(self) -> bool:
        """Is it a product in one piece with plain axes, of which nothing can be taken over by a product that it is part of?"""
        try:
            return self._solid
        except AttributeError:
            self._solid = self.plain and len(self.factors) > 1 and self._connected()
            return self._solid

    def _connected(self) -> bool:
        root = components(([wire for group in factor.slots for wire in group] for factor in self.factors), len(self.sizes))
        return not any(root) and all(factor.slots for factor in self.factors)

    def __repr__(self) -> str:
        return f"Network({len(self.factors)} factors, {show_shape(self.axes)})"


class Sum(Node):
    """A linear combination of nodes of the same axes. The empty sum is the zero of that shape."""

    __slots__ = ("terms",)
    kind = "sum"
    terms: tuple[tuple[Node, Number], ...]

    def content(self) -> str:
        return repr((self.axes, [(number.numerator, number.denominator) for _, number in self.terms]))

    def find_symmetry(self) -> Symmetry:
        return _axes_of_sum(self)[1]

    def __repr__(self) -> str:
        return f"Sum({len(self.terms)} terms, {show_shape(self.axes)})"


def is_zero(node: Node) -> bool:
    """Is it the zero of its shape?"""
    return isinstance(node, Sum) and not node.terms


def arranged(factor: Factor) -> tuple[Factor, int]:
    """A factor with its slots in the first of the arrangements that its symmetry allows, and the sign that makes them equal."""
    node, slots, exponent = factor
    if len(slots) < 2 or node.symmetry.trivial:
        return factor, 1
    slots, sign = node.symmetry.powered(exponent).arranged(slots)
    if exponent > 0 and node.symmetry.signed and not node.symmetry.arranged(slots)[1]:
        sign = 0  # its entries vanish there, and so do their squares
    return Factor(node, slots, exponent), sign


def canonical(factors: Sequence[Factor], outputs: tuple[Group, ...], sizes: Sequence[Axis]) -> tuple[Network, int]:
    """The interned network of these factors - canonical order of factors, canonical numbers of wires - and its sign.

    The sign is 0 where exchanges that the factors allow show that the product is its own opposite.
    """
    keys = _keys(factors)
    keyed = dict(zip(keys, factors, strict=True))
    if len(keyed) == len(keys) and all(map(_asymmetric, factors)):
        return _numbered([keyed[key] for key in sorted(keyed)], outputs, sizes), 1
    numbered = _first_seen((outputs, *(factor.slots for factor in factors)))
    factors = [_renamed(factor, numbered) for factor in factors]
    ends = tuple([(axis, tuple([numbered[wire] for wire in group])) for axis, group in enumerate(outputs)])
    ordering = canonical_ordering(_described(factors, keys), ends, [str(sizes[wire]) for wire in numbered])
    place = {old: new for new, old in enumerate(ordering.wires)}
    placed = [arranged(_renamed(factors[index], place)) for index in ordering.factors]
    odd = any(_sign_of(move, factors) < 0 for move in ordering.moves)
    sign = 0 if odd else prod([sign for _, sign in placed])
    wires = list(numbered)
    out = tuple([tuple([place[wire] for wire in group]) for _, group in ends])
    return _interned([factor for factor, _ in placed], out, [sizes[wires[old]] for old in ordering.wires]), sign


def _keys(factors: Iterable[Factor]) -> list[bytes]:
    """What tells factors apart, wires aside."""
    return [node.key if exponent == 1 else node.key + str(exponent).encode() for node, _, exponent in factors]


def _asymmetric(factor: Factor) -> bool:
    """Does the order of its wires matter for every axis of the factor?"""
    return len(factor.slots) < 2 or factor.node.symmetry.trivial


def _described(factors: Sequence[Factor], keys: Sequence[bytes]) -> list[Any]:
    """The factors as `canonical_ordering` takes them: key, slots with their classes, frames if there are several."""
    described: list[Any] = []
    for key, (node, slots, exponent) in zip(keys, factors, strict=True):
        symmetry = no_symmetry(len(slots)) if len(slots) < 2 else node.symmetry.powered(exponent)
        frames = [tuple([frame for frame, _ in symmetry.frames])] if len(symmetry.frames) > 1 else []
        described.append((key, tuple(zip(symmetry.classes, slots, strict=True)), *frames))
    return described


def _renamed(factor: Factor, number: Mapping[int, int]) -> Factor:
    """The factor with other names for its wires; a wire without a new name keeps its own."""
    node, slots, exponent = factor
    return Factor(node, tuple([tuple([number.get(wire, wire) for wire in group]) for group in slots]), exponent)


def _sign_of(move: Moves, factors: Sequence[Factor]) -> int:
    """What an automorphism of a network does to its value: 1, or -1 if it makes an odd number of factors their opposites."""
    sign = 1
    for place, factor in enumerate(factors):
        if len(factor.slots) > 1 and factor.node.symmetry.powered(factor.exponent).signed:
            there = factors[move.factors.get(place, place)]
            sign *= arranged(_renamed(factor, move.wires))[1] * arranged(there)[1]
    return sign


def _numbered(factors: Sequence[Factor], outputs: tuple[Group, ...], sizes: Sequence[Axis]) -> Network:
    """The network of factors that stand in canonical order already: wires are numbered as they come."""
    number = _first_seen((outputs, *[slots for _, slots, _ in factors]))
    out = _named(outputs, number)
    ordered = [Factor(node, _named(slots, number), exponent) for node, slots, exponent in factors]
    return _interned(ordered, out, [sizes[wire] for wire in number])


def _named(groups: tuple[Group, ...], number: Mapping[int, int]) -> tuple[Group, ...]:
    return tuple([(number[g[0]],) if len(g) == 1 else tuple([number[wire] for wire in g]) for g in groups])


def _interned(factors: Sequence[Factor], outputs: tuple[Group, ...], sizes: Sequence[Axis]) -> Network:
    axes = tuple([sizes[g[0]] if len(g) == 1 else product([sizes[wire] for wire in g]) for g in outputs])
    return intern(Network, axes, [f.node for f in factors], factors=tuple(factors), outputs=outputs, sizes=tuple(sizes))


def _first_seen(slots: Iterable[Iterable[Group]]) -> dict[int, int]:
    """Wire -> its place in the order in which wires come first."""
    wires = dict.fromkeys([wire for groups in slots for group in groups for wire in group])
    return dict(zip(wires, range(len(wires)), strict=True))


def oriented(node: Node) -> tuple[Node, tuple[int, ...], int]:
    """A node with its axes in canonical order, that order, and a sign: the given node's axis order[k] is the new one's axis k.

    Networks and sums have no order of axes of their own: ``A*B`` and its transpose are one node seen in two ways.
    """
    if node._oriented is None:
        node._oriented = _viewed(node) or _turned_to_order(node)
    return node._oriented


def _viewed(node: Node) -> tuple[Node, tuple[int, ...], int] | None:
    """The leaf or function that a network shows with its axes in another order, and that order."""
    if type(node) is not Network or len(node.factors) != 1:
        return None
    inner, slots, exponent = node.factors[0]
    if exponent != 1 or isinstance(inner, Network | Sum) or not are_distinct(slots) or set(slots) != set(node.outputs):
        return None
    return (inner, tuple(node.outputs.index(group) for group in slots), 1) if len(node.outputs) == len(slots) else None


def _turned_to_order(node: Node) -> tuple[Node, tuple[int, ...], int]:
    """The orientation of a node that is no mere view of a leaf."""
    identity = tuple(range(node.order))
    if node.order < 2 or not isinstance(node, Network | Sum):
        return node, identity, 1
    order, node._symmetry = _axes_of_network(node) if isinstance(node, Network) else _axes_of_sum(node)
    base, sign = _turned(node, order)
    if base is not node:
        base._oriented = base, identity, 1
        if node.order == 2 or node._symmetry.trivial:
            base._symmetry = node._symmetry
    return base, order, sign


def _axes_of_network(node: Network) -> tuple[tuple[int, ...], Symmetry]:
    """The canonical order of the axes of a network, by size and then by what hangs on them, and their symmetry."""
    if node.order < 2:
        return tuple(range(node.order)), no_symmetry(node.order)
    keys = _keys(node.factors)
    if len(set(keys)) == len(keys) and all(map(_asymmetric, node.factors)) and node.plain:
        place = _first_seen(factor.slots for factor in node.factors)
        symmetry = no_symmetry(node.order)
    else:
        place, symmetry = _places_of_outputs(node, keys)
    rank = [(str(size), [place[wire] for wire in group]) for size, group in zip(node.axes, node.outputs, strict=True)]
    return tuple(sorted(range(node.order), key=rank.__getitem__)), symmetry


def _places_of_outputs(node: Network, keys: list[bytes]) -> tuple[dict[int, int], Symmetry]:
    """The places of the wires in a canonical order that knows no order of the outputs, and the symmetry of these.

    The outputs are seen as one more factor, all slots of which are alike: what can be exchanged there can be exchanged.
    """
    ends = tuple([(0, group) for group in node.outputs])
    described = [*_described(node.factors, keys), (_LAST, ends)]
    ordering = canonical_ordering(described, (), [str(size) for size in node.sizes])
    place = {old: new for new, old in enumerate(ordering.wires)}
    generators = [(_axes_moved(node.outputs, move.wires), _sign_of(move, node.factors)) for move in ordering.moves]
    for first, second in combinations(range(node.order), 2):
        if node.outputs[first] == node.outputs[second]:
            generators.append((exchange(first, second, node.order), 1))
    return place, _group(node.order, generators)


def _axes_moved(outputs: tuple[Group, ...], wires: Mapping[int, int]) -> tuple[int, ...]:
    """Where the axes go when their wires do."""
    places: dict[Group, list[int]] = {}
    for axis in reversed(range(len(outputs))):
        places.setdefault(outputs[axis], []).append(axis)
    return tuple([places[tuple([wires.get(wire, wire) for wire in group])].pop() for group in outputs])


def _axes_of_sum(node: Sum) -> tuple[tuple[int, ...], Symmetry]:
    """The canonical order of the axes of a sum, by size and then by what its terms look like, and their symmetry."""
    terms = [(oriented(term), number) for term, number in node.terms]
    by_size = [str(size) for size in node.axes]
    lead, own, _ = min([seen for seen, _ in terms], key=lambda seen: seen[0].key, default=(node, (), 1))
    if terms and lead.symmetry.trivial and sum([seen[0] is lead for seen, _ in terms]) == 1:
        return tuple(sorted(own, key=by_size.__getitem__)), no_symmetry(node.order)  # the first term decides

    def written(order: tuple[int, ...]) -> tuple[list[Any], int]:
        """The terms with their axes named by their places in the order, up to a common sign; and that sign."""
        name = {axis: place for place, axis in enumerate(order)}
        rows = []
        for (base, own, sign), number in terms:
            slots, other = base.symmetry.arranged([name[axis] for axis in own])
            rows.append((base.key, slots, number * sign * other))
        rows.sort()
        if rows and rows[0][2] < 0:
            return [(key, slots, -number) for key, slots, number in rows], -1
        return rows, 1

    orders, all_of_them = _orders(node, [own for (base, own, _), _ in terms if base is lead], lead)
    forms = {order: written(order) for order in orders}
    given = orders[0]
    form, sign = forms[given]
    alike = {order: other * sign for order, (rows, other) in forms.items() if rows == form and order != given}
    generators = [(tuple([order[given.index(axis)] for axis in range(node.order)]), other) for order, other in alike.items()]
    best = min(orders, key=lambda order: forms[order][0]) if all_of_them else given
    return best, _group(node.order, generators)


def _orders(node: Node, leads: Sequence[tuple[int, ...]], lead: Node) -> tuple[list[tuple[int, ...]], bool]:
    """The orders of the axes by size, and whether the canonical one is among them.

    Of many those in which a first term - `lead`, in the orders `leads` of its axes - stands as it does by itself; if these are
    too many as well, only one order and those that exchange two of its axes.
    """
    by_size = tuple(sorted(range(node.order), key=lambda axis: str(node.axes[axis])))
    runs = [tuple(run) for _, run in groupby(by_size, key=lambda axis: str(node.axes[axis]))]
    if prod([factorial(len(run)) for run in runs]) <= MOST_ORIENTATIONS:
        return [tuple(chain(*orders)) for orders in choices(*map(permutations, runs))], True
    if leads and len(leads) * len(lead.symmetry) <= MOST_ORIENTATIONS:
        turned = [_picked(own, moved) for own in leads for moved, _ in lead.symmetry.elements()]
        return list(dict.fromkeys(tuple(sorted(own, key=lambda axis: str(node.axes[axis]))) for own in turned)), True
    pairs = [pair for run in runs for pair in combinations(run, 2)]
    return [by_size, *(_picked(exchange(*pair, node.order), by_size) for pair in pairs)], False


def _group(order: int, generators: list[Signed]) -> Symmetry:
    """The group that permutations generate; of one too large to be listed, what its exchanges of two axes generate."""
    if not generators:
        return no_symmetry(order)
    try:
        return generated(order, generators)
    except LimitError:
        return generated(order, [pair for pair in generators if is_exchange(pair[0])])


def primitive(node: Node) -> tuple[Node, Number]:
    """A node and a number whose product is the given one: ``x - 2y`` and 2 for ``2x - 4y``. The first sign is plus."""
    if not isinstance(node, Sum) or not node.terms:
        return node, 1
    number = content(tuple(coefficient for _, coefficient in node.terms))
    if number == 1:
        return node, 1
    return linear({term: ratio(inside, number) for term, inside in node.terms}, node.axes), number


def permuted(node: Node, permutation: tuple[int, ...]) -> Node:
    """The node with its axes in another order: axis k of the result is axis permutation[k] of the node."""
    turned, sign = _turned(node, permutation)
    return turned if sign == 1 else linear({turned: sign}, turned.axes)


def _turned(node: Node, permutation: tuple[int, ...]) -> tuple[Node, int]:
    """The node with its axes in another order, as a node and a sign."""
    if permutation == tuple(range(node.order)):
        return node, 1
    if type(node) is Sum:
        turned = [(*_turned(term, permutation), number) for term, number in node.terms]
        return linear({term: number * sign for term, sign, number in turned}, _picked(node.axes, permutation)), 1
    if type(node) is not Network:
        slots: tuple[Group, ...] = tuple((axis,) for axis in range(node.order))
        return _shown(Factor(node, slots, 1), _picked(slots, permutation), node.axes)
    outputs = _picked(node.outputs, permutation)
    if len(node.factors) == 1 and node.factors[0].exponent == 1:
        inner, slots, _ = node.factors[0]
        if len(node.free) == len(outputs) == len(slots) and set(slots) == set(outputs) and are_distinct(slots):
            return _shown(node.factors[0], outputs, node.sizes)
        if type(inner) is Sum and {w for g in slots for w in g} <= node.free:
            core: tuple[Group, ...] = tuple(dict.fromkeys((w,) for group in outputs for w in group if (w,) in slots))
            turned_sum = permuted(inner, tuple(slots.index(group) for group in core))
            return canonical([Factor(turned_sum, core, 1)], outputs, node.sizes)
    return canonical(node.factors, outputs, node.sizes)


def _shown(factor: Factor, outputs: tuple[Group, ...], sizes: Sequence[Axis]) -> tuple[Node, int]:
    """A factor all of whose axes are outputs: its node, if the symmetry of the node allows, or a view of it."""
    (node, slots, _), first = arranged(factor)
    (_, ends, _), second = arranged(Factor(node, outputs, 1))
    return (node, first * second) if slots == ends else canonical([factor], outputs, sizes)


def _picked(items: tuple[Item, ...], order: Iterable[int]) -> tuple[Item, ...]:
    return tuple([items[place] for place in order])


def _key_of_term(term: tuple[Node, Number]) -> bytes:
    return term[0].key


def linear(terms: Mapping[Node, Number], axes: tuple[Axis, ...]) -> Node:
    if len(terms) == 1:
        ((node, number),) = terms.items()
        if number == 1:
            return node
    ordered = tuple(sorted(terms.items(), key=_key_of_term) if len(terms) > 1 else terms.items())
    return intern(Sum, axes, [node for node, _ in ordered], terms=ordered)


one: Network = intern(Network, (), (), factors=(), outputs=(), sizes=())
