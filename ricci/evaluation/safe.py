"""The forms that formulas are computed in where the written ones lose digits, overflow, or take longer.

`with_units`: ``u*u'/norm2(u)^3`` is ``unit(u)*unit(u)'/norm2(u)``, for u so long, or so short, that its square is no number.
`with_minors`: minors times a matrix are the derivative of the adjugate along it, in n^3 operations.
`with_variances`: ``x'*x/n - sum(x)^2/n^2`` is the mean square of ``x - sum(x)/n``, for x whose mean is large.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from ricci.functions import apply
from ricci.passes.common import is_call, remade
from tensor_networks.evaluation import program
from tensor_networks.networks import Factor, Group, Network, Sum, as_term, network, size_of, total
from tensor_networks.nodes import Node
from tensor_networks.numbers import Number
from tensor_networks.rewrite import transform


def build(roots: Sequence[Node], sizes: Mapping[str, int], optimize: Any = None) -> program.Program:
    """The program that computes the roots; see `tensor_networks.evaluation.program.build`."""
    return program.build(safe(roots), sizes, optimize)


def safe(roots: Iterable[Node]) -> tuple[Node, ...]:
    """The roots in the forms that they are computed in."""
    return transform(roots, lambda node: with_variances(with_minors(with_units(node))))


def with_units(node: Node) -> Node:
    """A product with vectors over powers of their norms, with as many unit vectors as there are."""
    if type(node) is not Network:
        return node
    for factor in node.factors:
        inner, power = _norm_below(factor)
        if inner is None:
            continue
        over = [other for other in node.factors if other.node is inner and other.exponent in (1, 2)]
        count = sum(int(other.exponent) for other in over)
        if not over or count > power:
            continue
        units = [other._replace(node=apply("unit", inner)) if other in over else other for other in node.factors]
        rest = [other for other in units if other is not factor]
        return with_units(remade(node, [*rest, Factor(apply("norm2", inner), (), count - power)]))
    return node


def _norm_below(factor: Factor) -> tuple[Node | None, int]:
    """The vector, and the power of its norm, that a factor divides by."""
    child, exponent = factor.node, factor.exponent
    if not isinstance(exponent, int) or exponent >= 0:
        return None, 0
    if is_call(child, "norm2"):
        return child.children[0], -exponent
    if type(child) is Network and not child.outputs and len(child.factors) == 1 and child.factors[0].exponent == 2:
        (square,) = child.factors
        wires = [wire for group in square.slots for wire in group]
        if len(set(wires)) == len(wires) == len(child.sizes) == square.node.order:
            return square.node, -2 * exponent
    return None, 0


def with_minors(node: Node) -> Node:
    """A product with minors whose row and column are summed with a matrix that meets nothing else.

    ``minors_ijkl`` turns its sign where i and l, or j and k, are exchanged.
    """
    if type(node) is not Network:
        return node
    for place, minors in enumerate(node.factors):
        if not is_call(minors.node, "minors") or minors.exponent != 1 or len({w for g in minors.slots for w in g}) != 4:
            continue
        rest = [*node.factors[:place], *node.factors[place + 1 :]]
        for row, column in product((3, 0), (2, 1)):
            if len(minors.slots) != 4 or any(len(group) != 1 for group in minors.slots):
                continue
            pair = (*minors.slots[column], *minors.slots[row])
            met = [f for f in rest if any({*pair} & {*group} for group in f.slots)]
            if not met or node.free & {*pair} or any(not {*group} <= {*pair} for f in met for group in f.slots):
                continue
            along = network(met, pair, {wire: node.sizes[wire] for wire in pair})
            turned = apply("adjalong", minors.node.children[0], along)
            slots = (minors.slots[3 - row], minors.slots[3 - column])
            made = remade(node, [*(f for f in rest if f not in met), Factor(turned, slots, 1)])
            return with_minors(made) if (row == 0) == (column == 1) else total([(with_minors(made), -1)], node.axes)
    return node


def with_variances(node: Node) -> Node:
    """A sum with a mean of squares less the square of a mean, with the mean of the squares of the differences."""
    if type(node) is not Sum:
        return node
    terms = dict(node.terms)
    for term, number in node.terms:
        for found in _variances(term):
            partner, scale, centred = found
            if terms.get(partner) == -number * scale:
                rest = [(other, c) for other, c in node.terms if other is not term and other is not partner]
                return with_variances(total([*rest, (centred, number)], node.axes))
    return node


def _variances(term: Node) -> Iterator[tuple[Node, Number, Node]]:
    """For every sum of squares along one axis in a term: the squared sum over the size instead (a node and a number), and the
    squares of the differences from the mean instead."""
    factors, outputs, sizes = as_term(term)
    around = dict(enumerate(sizes))
    for place, factor in enumerate(factors):
        others = [*factors[:place], *factors[place + 1 :]]
        if factor.exponent == 1 and type(factor.node) is Network and not factor.slots:
            for squared, scale, centred in _variances(factor.node):  # a product that is closed
                whole = [network([*others, (node, (), 1)], outputs, around) for node in (squared, centred)]
                yield whole[0], scale, whole[1]
        elif factor.exponent == 2 and type(factor.node) is not Sum:
            found = _parted(factor, others, outputs)
            if found is None:
                continue
            left = {wire: size for wire, size in around.items() if wire not in found[2]}
            ((squared, scale),) = _terms(network([*others, *found[0]], outputs, left))
            yield squared, scale, network([*others, found[1]], outputs, around)


def _parted(factor: Factor, others: Sequence[Factor], outputs: Sequence[Any]) -> tuple[list[Any], Any, Group] | None:
    """What takes the place of a square that is summed along one axis, in both forms, and the wire of that axis."""
    inner, slots, _ = factor
    elsewhere = {wire for group in (*outputs, *(g for f in others for g in f.slots)) for wire in group}
    gone = [axis for axis, group in enumerate(slots) if elsewhere.isdisjoint(group)]
    if len(gone) != 1 or any(len(group) != 1 for group in slots):
        return None
    (axis,) = gone
    kept = [k for k in range(inner.order) if k != axis]
    whole, count = network([(inner, range(inner.order))], kept), size_of(inner.axes[axis])
    mean = network([(whole, kept), (count, (), -1)], range(inner.order), {axis: inner.axes[axis]})
    away = total([(inner, 1), (mean, -1)], inner.axes)
    return [(whole, [slots[k] for k in kept], 2), (count, (), -1)], (away, slots, 2), slots[axis]


def _terms(node: Node) -> Sequence[tuple[Node, Number]]:
    return node.terms if isinstance(node, Sum) else [(node, 1)]
