"""`Network` and `Sum`, and the constructors that bring them into canonical form.

A network is a product: factors with wires and exponents, and the output wires. ``value[outputs] = sum over all other wires of
the product of the factors``. Wires may be joined any number of times: a doubled output is a delta, an output without a factor
is a broadcast one, a group of wires in one slot is an axis read as their row-major flattening.

The constructors canonicalise and do no more: they absorb views and disconnected children, merge equal factors, pull numbers
and common outer factors out of sums. They never distribute a product over a sum, and never unfold a child of several
connected factors: that is `rewrite.flatten`, which knows what is shared.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from fractions import Fraction
from math import prod
from typing import Any

from tensor_networks.axes import Axis, atoms, derived, product, show_shape
from tensor_networks.common import Common, Term, common_part
from tensor_networks.composites import Factor, Network, Sum, arranged, canonical, linear, one, oriented, primitive
from tensor_networks.errors import ShapeError
from tensor_networks.nodes import Node, size_node
from tensor_networks.numbers import Number, bounded, exact, power
from tensor_networks.wiring import Group, Wiring, are_distinct, components

Slot = Hashable  # a wire label, or a tuple of labels
COMPOSITE = (Network, Sum)
MOST_ABSORBED = 256  # a child of more factors stays a node, so that long chains of scalars cost linear time


def network(
    factors: Iterable[tuple[Node, Iterable[Slot]] | tuple[Node, Iterable[Slot], Number]],
    outputs: Iterable[Slot],
    sizes: Mapping[Any, Axis] | None = None,
) -> Node:
    """The product of factors ``(node, slots[, exponent])`` with the given outputs, in canonical form.

    A slot is a wire label (any hashable but a tuple) or a tuple of labels (a group). ``sizes`` says the sizes of labels that
    stand on no factor. The result may be any kind of node: a view that changes nothing is the node itself, a factor that is a
    number becomes the coefficient of a `Sum`.

    Raises:
        ShapeError: a wire joins axes of different sizes, or its size is not known.
    """
    wiring = Wiring()
    assembly = _Assembly(wiring)
    if sizes:
        wiring.start(sizes)
    pending = []
    single = True
    for node, slots, *exponent in factors:
        groups = wiring.groups(slots)
        if len(groups) != len(node.axes):
            raise ShapeError(f"{len(groups)} indices for a tensor of order {node.order} ({show_shape(node.axes)})")
        single = wiring.meet_all(groups, node.axes) and single
        pending.append((node, groups, exponent[0] if exponent else 1))
    for node, groups, exponent_ in pending:
        for group, size in zip(groups, node.axes, strict=True) if not single else ():
            wiring.meet_group(group, size)
        assembly.add(node, groups, exponent_)
    return assembly.finish(wiring.groups(outputs))


class _Assembly:
    """A product while its factors are gathered: a coefficient and factors over a common wiring."""

    __slots__ = ("coefficient", "factors", "wiring")

    def __init__(self, wiring: Wiring) -> None:
        self.wiring = wiring
        self.coefficient: Number = 1
        self.factors: list[Factor] = []

    def add(self, node: Node, groups: tuple[Group, ...], exponent: Number) -> None:
        """One more factor, absorbed as far as it is a view, a number or disconnected."""
        if exponent == 0:
            return  # its wires are known to the wiring
        if type(node) is Sum:
            node, groups = self._orient(node, groups, exponent)
            node, number = _without_number(node, exponent)
            self.coefficient *= number
        if type(node) is Sum:
            if not node.terms and exponent > 0:
                self.coefficient = 0
        elif type(node) is Network and self._absorb(node, groups, exponent):
            return
        self.factors.append(Factor(node, groups, exponent))

    def _orient(self, node: Node, groups: tuple[Group, ...], exponent: Number) -> tuple[Node, tuple[Group, ...]]:
        """A network or sum with its axes in canonical order."""
        turned, order, sign = oriented(node)
        if (turned is node and sign > 0) or (sign < 0 and not isinstance(exponent, int)):
            return node, groups
        if sign < 0:
            self.coefficient *= sign ** int(exponent)
        return turned, tuple([groups[axis] for axis in order])

    def _absorb(self, child: Network, groups: tuple[Group, ...], exponent: Number) -> bool:
        """Take a network child apart, if it is a view or falls apart; say whether that was done."""
        if child.solid or (not child.outputs and any(factor.slots for factor in child.factors)):
            return False  # nothing to take over; a closed component is a node of its own
        if len(child.factors) > MOST_ABSORBED:
            return False
        if not isinstance(exponent, int) and len(child.factors) > 1:
            return False
        free = child.free
        if exponent < 0 and sum(map(len, child.outputs)) > len(free):
            return False  # a delta has no reciprocal
        wires = self._identified(child, groups)
        if wires is None:
            return False
        for factors in _pieces(child):
            self._add_piece(child, factors, free, wires, exponent)
        return True

    def _identified(self, child: Network, groups: tuple[Group, ...]) -> list[int] | None:
        """Fresh wires for a child, its outputs identified with the groups; None if the groups do not fit."""
        wiring = self.wiring
        wires = [wiring.fresh(size) for size in child.sizes]
        outputs = [tuple(wires[wire] for wire in group) for group in child.outputs]
        if wiring.identify_all(groups, outputs):
            return wires
        wiring.forget(len(wires))
        return None

    def _add_piece(
        self, child: Network, factors: list[Factor], free: frozenset[int], wires: list[int], exponent: Number
    ) -> None:
        """A connected part of a child: a single factor is taken over, several become a node of their own."""
        if len(factors) == 1:
            node, slots, inner = factors[0]
            summed = any(wire not in free for group in slots for wire in group)
            if not summed and (isinstance(exponent, int) or inner == 1):
                self.add(node, _renamed(slots, wires), exact(inner * exponent))
                return
        inside = {wire for factor in factors for group in factor.slots for wire in group}
        held = tuple((wire,) for wire in sorted(inside & free))
        piece = child
        if held != child.outputs or len(factors) < len(child.factors):
            piece, sign = canonical(factors, held, child.sizes)
            if sign < 0 and isinstance(exponent, int):
                self.coefficient *= (-1) ** exponent
        for wire in inside - free:
            self.wiring.drop(wires[wire])
        self.factors.append(Factor(piece, _renamed(held, wires), exponent))

    def finish(self, outputs: tuple[Group, ...]) -> Node:
        """The node of what was gathered."""
        outputs = self.wiring.resolved(outputs)
        free = _held(outputs)
        self.wiring.check(free)
        if self.coefficient == 0:
            return zero(product(map(self.wiring.size, group)) for group in outputs)
        if len(self.factors) == 1 and self.factors[0].exponent == 1:
            node, slots, _ = self.factors[0]
            slots = self.wiring.resolved(slots)
            if type(node) is Network:
                self._open(node, slots)
                outputs = self.wiring.resolved(outputs)
                free = _held(outputs)
            elif type(node) is Sum and _held(slots) <= free and not self.wiring.lone(free):
                return _scaled(_view_of_sum(node, slots, outputs, self.wiring), self.coefficient)
        factors, changed = self._merged()
        if changed and self.coefficient:
            again = _Assembly(self.wiring)
            again.coefficient = self.coefficient
            for factor in factors:
                again.add(*factor)
            return again.finish(outputs)
        factors = self._closed_off(factors, free)
        node, sign = _reduced(factors, outputs, self.wiring) if self.coefficient else (one, 0)
        number = self.coefficient * sign
        return _scaled(node, number) if number else zero(product(map(self.wiring.size, group)) for group in outputs)

    def _open(self, node: Network, slots: tuple[Group, ...]) -> None:
        """A network that is nothing but a view of another one takes over its factors."""
        wires = self._identified(node, slots)
        if wires is not None:
            self.factors = []
            for inner, groups, exponent in node.factors:
                self.factors.append(Factor(inner, _renamed(groups, wires), exponent))

    def _merged(self) -> tuple[list[Factor], bool]:
        """Factors with equal node and wires become one; says whether that made a node worth another look."""
        resolved = self.wiring.resolved
        merged: dict[tuple[Node, tuple[Group, ...]], Number] = {}
        changed = False
        for node, slots, exponent in self.factors:
            groups = resolved(slots)
            if len(groups) > 1:
                if isinstance(node, COMPOSITE):
                    node, groups = self._orient(node, groups, exponent)
                if not node.symmetry.trivial:
                    (_, groups, _), sign = arranged(Factor(node, groups, exponent))
                    self.coefficient *= sign if sign or exponent > 0 else 1
            place = (node, groups)
            if place in merged:
                changed = changed or isinstance(node, COMPOSITE)
                exponent = exact(merged[place] + exponent)
            merged[place] = exponent
        return [Factor(node, groups, exponent) for (node, groups), exponent in merged.items() if exponent], changed

    def _closed_off(self, factors: list[Factor], free: set[int]) -> list[Factor]:
        """Wires without a factor become sizes, closed components nodes of their own."""
        wiring = self.wiring
        held = {wire for _, slots, _ in factors for group in slots for wire in group}
        lone = wiring.lone(held | free)
        factors = [*factors, *self._size_factors(lone)]
        if held <= free:
            return factors if not lone else _merged_scalars(factors, ())
        root = components(([w for group in f.slots for w in group] for f in factors), len(wiring.sizes))
        alive = {root[wire] for wire in free}
        closed: dict[int, list[Factor]] = {}
        opened: list[Factor] = []
        for factor in factors:
            where = root[factor.slots[0][0]] if factor.slots else -1
            (opened if where in alive or where < 0 else closed.setdefault(where, [])).append(factor)
        if not closed or (len(closed) == 1 and not opened and not free):
            return factors if not lone else _merged_scalars(factors, ())
        closures = [canonical(part, (), wiring.sizes) for part in closed.values()]
        self.coefficient *= prod([sign for _, sign in closures])
        return _merged_scalars(opened, [node for node, _ in closures])

    def _size_factors(self, wires: Iterable[int]) -> list[Factor]:
        factors = []
        for wire in wires:
            for atom in atoms(self.wiring.size(wire)):
                made = derived(atom) if isinstance(atom, str) else None
                if made is not None:
                    factors.append(Factor(size_of(atom), (), 1))
                elif isinstance(atom, int):
                    self.coefficient *= atom
                else:
                    factors.append(Factor(size_node(atom), (), 1))
        return factors


def _held(slots: Iterable[Group]) -> set[int]:
    return {wire for group in slots for wire in group}


def _renamed(groups: Iterable[Group], wires: Sequence[int]) -> tuple[Group, ...]:
    return tuple(tuple(wires[wire] for wire in group) for group in groups)


def _merged_scalars(factors: list[Factor], closed: Iterable[Node]) -> list[Factor]:
    """The factors with equal scalars merged, closed components among them."""
    scalars: dict[Node, Number] = {}
    for node, slots, exponent in (*factors, *(Factor(node, (), 1) for node in closed)):
        if not slots:
            scalars[node] = exact(scalars.get(node, 0) + exponent)
    merged = [Factor(node, (), exponent) for node, exponent in scalars.items() if exponent]
    return [factor for factor in factors if factor.slots] + merged


def _pieces(child: Network) -> list[list[Factor]]:
    """The factors of a network, connected ones together."""
    if len(child.factors) <= 1:
        return [[factor] for factor in child.factors]
    root = components(([w for group in f.slots for w in group] for f in child.factors), len(child.sizes))
    pieces: dict[int, list[Factor]] = {}
    for place, factor in enumerate(child.factors):
        pieces.setdefault(root[factor.slots[0][0]] if factor.slots else -1 - place, []).append(factor)
    return list(pieces.values())


def _without_number(node: Node, exponent: Number) -> tuple[Node, Number]:
    """A node to a power, with the number taken out that all terms of a sum share: ``(2x - 4y)^2`` is ``(x - 2y)^2`` times 4."""
    inside, number = primitive(node)
    outside = power(number, exponent)
    return (node, 1) if outside is None else (inside, outside)


def _reduced(factors: list[Factor], outputs: tuple[Group, ...], wiring: Wiring) -> tuple[Node, int]:
    """The node of factors that are merged and closed off - one of them, or a network - and its sign."""
    if len(factors) == 1 and factors[0].exponent == 1:
        node, slots, _ = factors[0]
        if len(slots) == len(outputs) == len({w for g in slots for w in g}) and are_distinct(slots):
            (_, ends, _), sign = arranged(Factor(node, outputs, 1))
            if ends == slots:
                return node, sign
        if isinstance(node, Network) and node.order and node.plain:
            return network([(node, slots)], outputs, wiring.known(outputs)), 1
    return canonical(factors, outputs, wiring.sizes)


def _view_of_sum(node: Sum, slots: tuple[Group, ...], outputs: tuple[Group, ...], wiring: Wiring) -> Node:
    """A sum seen with other wires: permutations and diagonals go into its terms, deltas and ones stay outside."""
    held = {wire for group in slots for wire in group}
    core = tuple((wire,) for wire in dict.fromkeys(w for group in outputs for w in group) if wire in held)
    if slots == core:
        return node if core == outputs else canonical([Factor(node, slots, 1)], outputs, wiring.sizes)[0]
    inside = wiring.known(slots)
    terms = [(network([(term, slots)], core, inside), number) for term, number in node.terms]
    seen = total(terms, [wiring.size(wire) for (wire,) in core])
    if core == outputs:
        return seen
    seen, number = primitive(seen)
    if isinstance(seen, Sum) and not seen.terms:
        return zero(product(map(wiring.size, group)) for group in outputs)
    if isinstance(seen, Sum):
        return _scaled(canonical([Factor(seen, core, 1)], outputs, wiring.sizes)[0], number)
    return _scaled(network([(seen, core)], outputs, wiring.known(outputs)), number)


def total(terms: Iterable[tuple[Node, Number]], axes: Iterable[Axis] | None = None) -> Node:
    """The linear combination of nodes of the same axes, in canonical form.

    Like terms are added, nested sums merged, and what is common to all terms and hangs on output wires only - factors,
    scalars, deltas, ones - is moved out. ``axes`` is needed only where there may be no terms.

    Raises:
        ShapeError: the terms have different axes.
    """
    gathered: dict[Node, Number] = {}
    apart: tuple[tuple[Node, Number], ...] = ()  # terms that are known to have nothing in common
    shape = None if axes is None else tuple(axes)
    for node, number in terms:
        if shape is None:
            shape = node.axes
        if node.axes != shape:
            raise ShapeError(f"cannot add a tensor of shape {show_shape(shape)} and one of shape {show_shape(node.axes)}")
        inner = node.terms if type(node) is Sum else ((node, 1),)
        if len(inner) > len(apart):
            apart = inner
        for term, factor in inner:
            gathered[term] = gathered.get(term, 0) + exact(number) * factor
    if shape is None:
        raise ShapeError("an empty sum needs its shape")
    kept = {node: bounded(exact(number)) for node, number in gathered.items() if number != 0}
    if len(kept) > 1 and not (len(apart) > 1 and all(term in kept for term, _ in apart)) and _may_share(kept):
        found = common_part([as_term(node) for node in kept])
        if found is not None:
            return _pulled(found, kept)
    return linear(kept, shape)


def _may_share(terms: Collection[Node]) -> bool:
    """Can terms have something in common? With a leaf or a function among them only if that is a factor of all others."""
    leaf = next((term for term in terms if type(term) is not Network), None)
    if leaf is not None:
        return all(term is leaf or leaf in term.children for term in terms)
    bare = not all(term.plain for term in terms if type(term) is Network)
    return bare or bool(set.intersection(*[{*term.children} for term in terms]))


def as_term(node: Node) -> Term:
    """A node as a product: its own factors, or itself as the only one."""
    if type(node) is Network:
        return Term(node.factors, node.outputs, node.sizes)
    slots = tuple((axis,) for axis in range(node.order))
    return Term((Factor(node, slots, 1),), slots, node.axes)


def _pulled(found: Common, terms: Mapping[Node, Number]) -> Node:
    """The product of what the terms have in common and the sum of what remains of them."""
    inside = []
    for (node, number), (factors, outputs) in zip(terms.items(), found.terms, strict=True):
        sizes = node.sizes if type(node) is Network else node.axes
        wires = {wire for _, slots, _ in factors for group in slots for wire in group}.union(outputs)
        inside.append((network(factors, outputs, {wire: sizes[wire] for wire in wires}), number))
    core = total(inside, [found.sizes[place] for place in found.core])
    return network([*found.factors, (core, found.core)], found.outputs, found.sizes)


def _scaled(node: Node, number: Number) -> Node:
    terms = node.terms if type(node) is Sum else ((node, 1),)
    return node if number == 1 else linear({term: bounded(exact(number * own)) for term, own in terms}, node.axes)


def zero(axes: Iterable[Axis]) -> Node:
    """The zero of a shape."""
    return linear({}, tuple(axes))


def constant(number: object) -> Node:
    """A number as a scalar node."""
    value = exact(number)
    return linear({one: value} if value else {}, ())


def size_of(size: Axis) -> Node:
    """The value of a size as a scalar node; ``size_of(("n", "m"))`` is the product of two."""
    made = derived(size) if isinstance(size, str) else None
    if made is None:
        return network((), (), {"size": size})
    inner = size_of(made[1])
    if made[0] == "triangle":
        return total([(network([(inner, (), 2)], ()), Fraction(1, 2)), (inner, Fraction(1, 2))], ())
    return total([(inner, 2), (one, -1)], ())


def elementwise_power(node: Node, exponent: object) -> Node:
    """Every entry to a constant power."""
    return network([(node, range(node.order), exact(exponent))], range(node.order))
