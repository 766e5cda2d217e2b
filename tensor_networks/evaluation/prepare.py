"""What nodes are turned into before they are evaluated, where another form of the same value is cheaper to compute.

`distributed`: a product with a sum of deltas, ``(diag(a) + B)*x``, or of outer products, ``(a*b' + c*d')*x``, is taken
apart, because each term is cheap and the sum itself need not be built.
`factored`: ``a*c + a*d + b*c + b*d`` is put together, ``(a + b)*(c + d)``.
`gathered`: half-vectorisation is computed by indexing.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from itertools import chain

from tensor_networks.axes import Axis
from tensor_networks.common import Term
from tensor_networks.evaluation.factoring import LEAST_TERMS, factored
from tensor_networks.evaluation.gather import gathered
from tensor_networks.networks import Factor, Network, Sum, as_term, network, total
from tensor_networks.nodes import Node, walk
from tensor_networks.numbers import Number
from tensor_networks.patterns import Pattern
from tensor_networks.rewrite import transform
from tensor_networks.wiring import Group, are_distinct, components

MOST_TERMS = 12  # a product that would become more terms is left alone


def prepared(roots: Iterable[Node], sizes: Mapping[str, int]) -> tuple[Node, ...]:
    """The roots in the form they are evaluated in at these sizes."""
    roots = tuple(roots)
    nodes = walk(*roots)
    if Pattern in map(type, nodes):
        roots = transform(roots, gathered)
        nodes = walk(*roots)
    if Sum not in map(type, nodes):
        return roots
    new = transform(roots, distributed)
    if new == roots and not any(type(node) is Sum and len(node.terms) >= LEAST_TERMS for node in nodes):
        return roots
    return transform(new, lambda node: factored(node, sizes))


def distributed(node: Node) -> Node:
    """A product distributed over those sums among its factors that have a term with a delta.

    What hangs on output wires that none of these sums meets is multiplied to what becomes of the others.
    """
    opened = [factor for factor in node.factors if _opens(factor, node)] if type(node) is Network else []
    if type(node) is not Network or not opened:
        return node
    apart, near = _apart(node, opened)
    if apart and len(near.factors) == 1 and _is_alone(opened[0], node):
        return node
    done: list[tuple[Node, Number]] = []
    pending = _opened(near, near.factors.index(opened[0]), 1)
    while pending:
        part, number = pending.pop()
        place = next((k for k, f in enumerate(part.factors) if _opens(f, part)), None) if type(part) is Network else None
        if place is not None and isinstance(part, Network):
            pending += _opened(as_term(part), place, number)
        elif isinstance(part, Sum):
            pending += [(term, number * c) for term, c in part.terms]
        else:
            done.append((part, number))
        if len(done) + len(pending) > MOST_TERMS:
            return node
    if not apart:
        return total(done, node.axes)
    core = total(done, [node.sizes[wire] for (wire,) in near.outputs])
    return network([*apart, (core, near.outputs)], node.outputs, {wire: node.sizes[wire] for wire in node.free})


def _apart(node: Network, opened: Sequence[Factor]) -> tuple[list[Factor], Term]:
    """The factors on output wires away from those that are opened, and the product of the others."""
    away = node.free.difference(wire for factor in opened for group in factor.slots for wire in group)
    apart = [f for f in node.factors if f.slots and away.issuperset(wire for group in f.slots for wire in group)]
    if not apart:
        return apart, as_term(node)
    rest = [factor for factor in node.factors if factor not in apart]
    held = {wire for factor in rest for group in factor.slots for wire in group}
    flat = dict.fromkeys(wire for group in node.outputs for wire in group)
    return apart, Term(rest, tuple([(wire,) for wire in flat if wire in held]), node.sizes)


def _is_alone(factor: Factor, node: Network) -> bool:
    """Is a sum, apart from which nothing is left, no more than its terms: nothing is summed, none of them opens?"""
    if not are_distinct(factor.slots) or not node.free.issuperset(chain(*factor.slots)):
        return False
    terms = [term for term, _ in factor.node.terms if type(term) is Network]  # type: ignore[attr-defined]
    return not any(_opens(inner, term) for term in terms for inner in term.factors)


def _opened(part: Term, place: int, number: Number) -> list[tuple[Node, Number]]:
    """The terms of a product, with a coefficient, whose factor at a place is a sum."""
    return [(replaced(part, place, term), number * c) for term, c in part.factors[place].node.terms]


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
    if type(term) is not Network or len(term.factors) < 2 or not term.plain or term.solid:
        return False
    root = components([[wire for group in factor.slots for wire in group] for factor in term.factors], len(term.sizes))
    inside = {root[term.outputs[axis][0]] for axis in axes}
    return any(root[wire] not in inside for (wire,) in term.outputs)


def has_delta(term: Network) -> bool:
    """Does a wire stand twice among the outputs?"""
    return len(term.free) < sum(map(len, term.outputs))


def replaced(node: Term, place: int, term: Node) -> Node:
    """A product with one factor replaced by a term of it; a network is opened, and its deltas join wires."""
    slots = node.factors[place].slots
    held = chain(*node.outputs, *[wires for factor in node.factors for wires in factor.slots])
    sizes: dict[Hashable, Axis] = {wire: node.sizes[wire] for wire in held}
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
    names = {wire: found(wire) for wire in range(len(node.sizes))}
    inside = {wire: names[outer] for wire, outer in inside.items()}
    for wire, size in enumerate(term.sizes):
        if wire not in inside:
            inside[wire] = len(node.sizes) + wire
            sizes[inside[wire]] = size
    factors = [(child, _named(groups, inside), exponent) for child, groups, exponent in term.factors]
    factors += [(child, _named(groups, names), exponent) for child, groups, exponent in rest]
    return network(factors, _named(node.outputs, names), {wire: size for wire, size in sizes.items() if wire not in joined})


def _named(groups: Iterable[Group], names: Mapping[int, int]) -> list[Group]:
    return [tuple([names[wire] for wire in group]) for group in groups]
