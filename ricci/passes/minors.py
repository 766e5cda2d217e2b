"""Minors of second order: the derivative of an adjugate, beside powers of the determinant.

``minors(X)_ijkl = det(X)*(inv(X)_ij inv(X)_lk - inv(X)_ik inv(X)_lj)`` has a value at singular matrices too. It stands for the
difference wherever the determinant stands beside it, and gives way to it where the determinant stands below a fraction bar.
"""

from __future__ import annotations

from collections.abc import Iterator

from ricci.functions import apply
from ricci.functions.minors import as_inverses, is_minors, minors_in
from ricci.passes.common import is_call, remade, without
from ricci.passes.factoring import Opened, opened
from tensor_networks.networks import Factor, Network, Sum, network, primitive, total
from tensor_networks.nodes import Node
from tensor_networks.numbers import Number, exact
from tensor_networks.rewrite import flatten, unfolded

MOST_INVERSES = 6  # in a term in which two of them are looked for that are exchanged in another one


def cofactors(node: Node) -> Node:
    """det(X)*(inv(X)_ij inv(X)_lk - inv(X)_ik inv(X)_lj) = minors(X)_ijkl, whatever hangs on i, j, k and l."""
    if not isinstance(node, Network):
        return node
    for place, factor in enumerate(node.factors):
        if not is_call(factor.node, "det") or factor.slots or factor.exponent < 1:
            continue
        for other in range(len(node.factors)):
            for inside, number in _folded(node.factors[other], factor.node.children[0]):
                less = factor._replace(exponent=exact(factor.exponent - 1))
                return total([(remade(node, [*without(node, place, other), less, inside]), number)])
    return node


def _folded(factor: Factor, arg: Node) -> Iterator[tuple[Factor, Number]]:
    """A factor, or one of a scalar that is a product, that is a difference of products of inverses: minors in its place."""
    child, slots, exponent = factor
    if isinstance(child, Sum) and exponent == 1:
        found = _with_minors(child, arg)
        if found is not None:
            yield Factor(found[0], slots, 1), found[1]
    elif isinstance(child, Network) and not slots and exponent == 1:
        for place, inner in enumerate(child.factors):
            for inside, number in _folded(inner, arg) if inner.slots else ():
                yield Factor(remade(child, [*without(child, place), inside]), (), 1), number


def _with_minors(node: Sum, arg: Node) -> tuple[Node, Number] | None:
    """A node with minors of a matrix that times a number is det of it times a sum; None if the sum is no such difference."""
    if len(node.terms) != 2 or node.terms[0][1] != -node.terms[1][1]:
        return None
    (first, number), (second, _) = node.terms
    for matrix in dict.fromkeys((arg, network([(arg, "ij")], "ji"))):
        inside, scale = primitive(matrix)
        inverse = apply("inv", inside)
        one, two = _opened(first, inverse), _opened(second, inverse)
        if one is None or two is None:
            continue
        wanted = _closed(two, two.factors)
        for rest, (i, j), (row, column) in _pairs(one, inverse):
            if _closed(one, [*rest, (inverse, (i, column), 1), (inverse, (row, j), 1)]) is wanted:
                minors = _closed(one, [*rest, (apply("minors", matrix), (i, j, column, row), 1)])
                return minors, exact(number * scale * scale)
    return None


def _opened(term: Node, inverse: Node) -> Opened | None:
    """A term taken apart, if two or a few inverses are in it."""
    found = opened(unfolded(term), copies=2)
    times = sum(node is inverse for node, _, _ in found.factors) if found is not None else 0
    return found if 1 < times <= MOST_INVERSES else None


def _closed(like: Opened, factors: list[tuple[Node, tuple[int, ...], Number]]) -> Node:
    """The network of some factors over the wires of a term."""
    held = {wire for _, wires, _ in factors for wire in wires} | {*like.outputs}
    return flatten(network(factors, like.outputs, {wire: like.sizes[wire] for wire in held}))[0]


def _pairs(
    term: Opened, inverse: Node
) -> Iterator[tuple[list[tuple[Node, tuple[int, ...], Number]], tuple[int, ...], tuple[int, ...]]]:
    """Two inverses in a term: the other factors, and the wires of each; of a symmetric one those of the second either way."""
    places = [place for place, (node, _, exponent) in enumerate(term.factors) if node is inverse and exponent == 1]
    for place, first in enumerate(places):
        for second in places[:place]:
            rest = [factor for index, factor in enumerate(term.factors) if index not in (first, second)]
            one, other = term.factors[first][1], term.factors[second][1]
            yield rest, one, other
            if len(set(inverse.orbits)) == 1:
                yield rest, one, other[::-1]


def differences(node: Node) -> Node:
    """minors(X)_ijkl/det(X) = inv(X)_ij inv(X)_lk - inv(X)_ik inv(X)_lj, multiplied out with all that hangs on it."""
    if not isinstance(node, Network):
        return node
    scalars = [(place, f) for place, f in enumerate(node.factors) if not f.slots and f.exponent < 0]
    dets = {f.node: place for place, f in scalars if is_call(f.node, "det")}
    for other, factor in enumerate(node.factors) if dets else ():
        host = node if is_minors(factor) else factor.node
        if not isinstance(host, Network) or factor.exponent != 1:
            continue
        for at in minors_in(host):
            det = dets.get(apply("det", host.factors[at].node.children[0]))
            if det is None:
                continue
            more = node.factors[det]._replace(exponent=exact(node.factors[det].exponent + 1))
            if host is node:
                return total(as_inverses(node, at, [*without(node, at, det), more]), node.axes)
            inside = total(as_inverses(host, at, without(host, at)), host.axes)
            return remade(node, [*without(node, other, det), more, factor._replace(node=inside)])
    return node
