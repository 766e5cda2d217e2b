"""What nodes are turned into before they are evaluated, where another form of the same value is cheaper to compute.

`distributed`: a product with a sum of deltas, ``(diag(a) + B)*x``, or of outer products, ``(a*b' + c*d')*x``, is taken
apart, because each term is cheap and the sum itself need not be built.
`factored`: ``a*c + a*d + b*c + b*d`` is put together, ``(a + b)*(c + d)``: fewer operations on arrays of the full size.
`gathered`: half-vectorisation is computed by indexing.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from fractions import Fraction

from tensor_networks.axes import Axis
from tensor_networks.evaluation.gather import gathered
from tensor_networks.networks import Factor, Network, Sum, network, total
from tensor_networks.nodes import Node
from tensor_networks.numbers import Number, exact
from tensor_networks.rewrite import transform
from tensor_networks.wiring import components

Atom = tuple[Node, tuple[int, ...], Number]  # a node, the axes of a sum that its axes are, an exponent
MOST_TERMS = 12  # a product that would become more terms is left alone


def prepared(roots: Iterable[Node]) -> tuple[Node, ...]:
    """The roots in the form they are evaluated in."""
    return transform(transform(transform(roots, gathered), distributed), factored)


def distributed(node: Node) -> Node:
    """A product distributed over those sums among its factors that have a term with a delta."""
    if type(node) is not Network or not any(_opens(factor, node) for factor in node.factors):
        return node
    done: list[tuple[Node, Number]] = []
    pending: list[tuple[Node, Number]] = [(node, 1)]
    while pending:
        part, number = pending.pop()
        place = next((k for k, f in enumerate(part.factors) if _opens(f, part)), None) if type(part) is Network else None
        if place is not None and isinstance(part, Network):
            inner = part.factors[place].node
            pending += [(replaced(part, place, term), number * c) for term, c in inner.terms]  # type: ignore[attr-defined]
        elif isinstance(part, Sum):
            pending += [(term, number * c) for term, c in part.terms]
        else:
            done.append((part, number))
        if len(done) + len(pending) > MOST_TERMS:
            return node
    return total(done, node.axes)


def _opens(factor: Factor, node: Network) -> bool:
    """Is the factor a sum that can be taken apart, with a delta among its terms, or of outer products that are contracted?"""
    if type(factor.node) is not Sum or factor.exponent != 1 or any(len(group) > 1 for group in factor.slots):
        return False
    terms = [term for term, _ in factor.node.terms]
    if any(type(term) is Network and has_delta(term) for term in terms):
        return True
    summed = [axis for axis, group in enumerate(factor.slots) if group[0] not in node.free]
    return 0 < len(summed) < len(factor.slots) and all(_is_split(term, summed) for term in terms)


def _is_split(term: Node, axes: Sequence[int]) -> bool:
    """Is a term an outer product of a part with some of these axes and a part with others only?"""
    if type(term) is not Network or not term.plain:
        return False
    root = components([[wire for group in factor.slots for wire in group] for factor in term.factors], len(term.sizes))
    inside = {root[term.outputs[axis][0]] for axis in axes}
    return any(root[wire] not in inside for (wire,) in term.outputs)


def has_delta(term: Network) -> bool:
    """Does a wire stand twice among the outputs?"""
    flat = [wire for group in term.outputs for wire in group]
    return len(set(flat)) < len(flat)


def replaced(node: Network, place: int, term: Node) -> Node:
    """The network with one factor replaced by a term of it; a network is opened, and its deltas join wires."""
    slots = node.factors[place].slots
    sizes: dict[Hashable, Axis] = dict(enumerate(node.sizes))
    rest = [factor for k, factor in enumerate(node.factors) if k != place]
    if not isinstance(term, Network) or any(len(group) > 1 for group in term.outputs):
        return network([*rest, (term, slots, 1)], node.outputs, sizes)
    joined: dict[int, int] = {}

    def found(wire: int) -> int:
        while wire in joined:
            wire = joined[wire]
        return wire

    inside: dict[int, int] = {}
    for (wire,), (outer,) in zip(term.outputs, slots, strict=True):
        first = found(inside.setdefault(wire, outer))
        if first != found(outer):
            joined[found(outer)] = first
    fresh = len(node.sizes)
    for wire, size in enumerate(term.sizes):
        if wire not in inside:
            inside[wire] = fresh + wire
            sizes[fresh + wire] = size
    factors = [(f.node, [tuple(found(inside[w]) for w in group) for group in f.slots], f.exponent) for f in term.factors]
    factors += [(f.node, [tuple(found(w) for w in group) for group in f.slots], f.exponent) for f in rest]
    outputs = [tuple(found(w) for w in group) for group in node.outputs]
    kept = {wire: size for wire, size in sizes.items() if wire not in joined}
    return network(factors, outputs, kept)


def factored(node: Node) -> Node:
    """A sum with those of its terms put together that are the products of two sums."""
    if type(node) is not Sum or len(node.terms) < 4:
        return node
    near: dict[Atom, dict[Atom, Number]] = {}
    for term, number in node.terms:
        pair = _pair(term)
        if pair is not None:
            near.setdefault(pair[0], {})[pair[1]] = number
            near.setdefault(pair[1], {})[pair[0]] = number
    gone: set[frozenset[Atom]] = set()
    new: list[tuple[Node, Number]] = []
    for first, others in near.items():
        if len(others) < 2 or any(frozenset((first, other)) in gone for other in others):
            continue
        left = {atom: ratio for atom, row in near.items() if (ratio := _ratio(row, others)) is not None}
        if len(left) < 2 or left.keys() & others.keys():
            continue
        gone |= {frozenset((one, other)) for one in left for other in others}
        new.append((_product(node, left, others), 1))
    if not new:
        return node
    kept = [(term, number) for term, number in node.terms if (pair := _pair(term)) is None or frozenset(pair) not in gone]
    return total([*kept, *new], node.axes)


def _pair(term: Node) -> tuple[Atom, Atom] | None:
    """A term as the two factors that it is the product of, with nothing summed."""
    if type(term) is not Network or len(term.factors) != 2 or len(term.free) < len(term.sizes) or has_delta(term):
        return None
    axis_of = {group[0]: axis for axis, group in enumerate(term.outputs)}
    atoms: list[Atom] = []
    for child, slots, exponent in term.factors:
        wires = [group[0] for group in slots if len(group) == 1]
        if not wires or len(set(wires)) < len(slots) or any(len(group) > 1 for group in term.outputs):
            return None
        atoms.append((child, tuple(axis_of[wire] for wire in wires), exponent))
    return atoms[0], atoms[1]


def _ratio(row: Mapping[Atom, Number], other: Mapping[Atom, Number]) -> Number | None:
    """By what all numbers of a row are multiples of those of another one of the same places; None if they are not."""
    if row.keys() != other.keys():
        return None
    ratios = {exact(Fraction(number) / Fraction(other[atom])) for atom, number in row.items()}
    return ratios.pop() if len(ratios) == 1 else None


def _product(node: Sum, left: Mapping[Atom, Number], right: Mapping[Atom, Number]) -> Node:
    """The product of two sums of atoms, with the axes of a sum."""
    factors = []
    for atoms in (left, right):
        held = sorted({axis for _, axes, _ in atoms for axis in axes})
        sizes = {axis: node.axes[axis] for axis in held}
        terms = [(network([(child, axes, exponent)], held, sizes), number) for (child, axes, exponent), number in atoms.items()]
        factors.append((total(terms), held))
    return network(factors, range(node.order), dict(enumerate(node.axes)))
