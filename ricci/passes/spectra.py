"""Passes over eigenvectors, singular vectors and triangular factors that meet their own transposes.

With ``S = V diag(w) V'`` a function of S is the same function of w between eigenvectors: ``V diag(f(w)) V' = f(S)``. What reads
the symmetric part of its argument (`eigvalsh`, `cholesky`) gives that part back.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

from ricci.functions import apply
from ricci.functions.powers import matrix_power
from ricci.passes.common import is_call, is_ones, remade, without
from tensor_networks.filled import identity
from tensor_networks.networks import Factor, Network, Sum, network, total
from tensor_networks.nodes import Node
from tensor_networks.numbers import Number, ratio

OF_MATRICES = {"exp": "expm", "log": "logm"}


class Pair(NamedTuple):
    """Two matrices that share a wire, and what they are with values between them: the axis of each on the shared wire, the name
    of the values, the matrix that has those values."""

    first: Node
    second: Node
    axes: tuple[int, int]
    values: str
    whole: Node


def spectral(node: Node) -> Node:
    """V*diag(f(w))*V' = f(S) for eigenvectors V and eigenvalues w; L*L' = S for a Cholesky factor; Q'*Q = I."""
    if not isinstance(node, Network):
        return node
    for place, factor in enumerate(node.factors):
        if factor.exponent == 2 and isinstance(factor.node, Network):
            opened = _square_opened(node, place, factor.node)
            if opened is not None:
                return opened
        for pair in _pairs(factor.node) if factor.exponent == 1 else ():
            for other, partner in enumerate(node.factors):
                shared = factor.slots[pair.axes[0]]
                meets = other != place and partner.node is pair.second and partner.exponent == 1
                if meets and partner.slots[pair.axes[1]] == shared and len(shared) == 1:
                    joined = _joined(node, (place, other), pair, shared[0])
                    if joined is not None:
                        return joined
    return node


def _square_opened(node: Network, place: int, child: Network) -> Node | None:
    """The network with (L'*x)_i^2 as L_ji x_j L_ki x_k, where L meets itself so and nothing else hangs on i."""
    factor = node.factors[place]
    rest = without(node, place)
    held = {wire for other in rest for group in other.slots for wire in group} | node.free
    ends = {own[0]: slot for own, slot in zip(child.outputs, factor.slots, strict=True) if len(own) == 1}
    lone = {own for own, slot in ends.items() if held.isdisjoint(slot)}
    for first, slots, exponent in child.factors if len(ends) == child.order and child.plain else ():
        for pair in _pairs(first) if exponent == 1 else ():
            if pair.second is first and lone & {*slots[pair.axes[0]]}:
                twice: list[Factor] = []
                for copy in range(2):
                    shift = len(node.sizes) + copy * len(child.sizes)
                    names = {wire: ends.get(wire, (shift + wire,)) for wire in range(len(child.sizes))}
                    twice += [part._replace(slots=tuple(names[wire] for (wire,) in part.slots)) for part in child.factors]
                return network([*rest, *twice], node.outputs, {wire: node.sizes[wire] for wire in held})
    return None


def _pairs(node: Node) -> list[Pair]:
    """The partners of a matrix, if it is a factor of a factorisation."""
    if node.order != 2 or not is_call(node, *PARTNERS):
        return []
    return PARTNERS[node.function.name](node)  # type: ignore[attr-defined]


def _of_eigenvectors(node: Node) -> list[Pair]:
    arg = node.children[0]
    eye = identity(node.axes[0])
    return [Pair(node, node, (1, 1), "eigvalsh", _symmetric(arg)), Pair(node, node, (0, 0), "", eye)]


def _of_right_eigenvectors(node: Node) -> list[Pair]:
    return [Pair(node, apply("inv", node), (1, 0), "eigvals", node.children[0])]


def _of_cholesky(node: Node) -> list[Pair]:
    return [Pair(node, node, (1, 1), "", _symmetric(node.children[0]))]


def _of_inverse(node: Node) -> list[Pair]:
    inner = node.children[0]
    if is_call(inner, "cholesky"):
        return [Pair(node, node, (0, 0), "", apply("inv", _symmetric(inner.children[0])))]
    return []


def _of_orthonormal_columns(node: Node) -> list[Pair]:
    return [Pair(node, node, (0, 0), "", identity(node.axes[1]))]


def _of_left_vectors(node: Node) -> list[Pair]:
    return [Pair(node, apply("svdright", node.children[0]), (1, 0), "svdvals", node.children[0])]


PARTNERS: dict[str, Callable[[Node], list[Pair]]] = {
    "eigvecsh": _of_eigenvectors,
    "eigvecs": _of_right_eigenvectors,
    "cholesky": _of_cholesky,
    "inv": _of_inverse,
    "qfactor": _of_orthonormal_columns,
    "svdleft": _of_left_vectors,
}


def _symmetric(node: Node) -> Node:
    """The symmetric part of a matrix."""
    if len(set(node.orbits)) == 1:
        return node
    half = ratio(1, 2)
    return total([(node, half), (network([(node, "ij")], "ji"), half)])


def _joined(node: Network, places: tuple[int, int], pair: Pair, wire: int) -> Node | None:
    """The network with two factors and the values between them made one matrix; None if something else hangs on their wire."""
    between: list[Factor] = []
    rest: list[Factor] = []
    for factor in without(node, *places):
        held = [own for group in factor.slots for own in group]
        if wire in held and factor.slots != ((wire,),):
            return None
        (between if wire in held else rest).append(factor)
    ends = [node.factors[place].slots[1 - axis] for place, axis in zip(places, pair.axes, strict=True)]
    if wire in node.free or (wire,) in ends:
        return None
    whole = _with_values(between, pair)
    if whole is None:
        return None
    return remade(node, [*rest, Factor(whole, tuple(ends), 1)])


def _with_values(between: list[Factor], pair: Pair) -> Node | None:
    """The matrix that the two factors and what hangs between them are."""
    if not between or not pair.values:
        singular = pair.values == "svdvals"
        return None if between else apply("polar", pair.whole) if singular else _no_values(pair)
    values = apply(pair.values, pair.first.children[0])
    if pair.values == "svdvals":
        if len(between) > 1 or between[0].node is not values or between[0].exponent not in (1, -1):
            return None
        turned = network([(apply("pinv", pair.whole), "ij")], "ji") if between[0].exponent == -1 else pair.whole
        return turned
    product = network([(factor.node, "i", factor.exponent) for factor in between], "i")
    return _function_of(product, values, pair.whole)


def _no_values(pair: Pair) -> Node:
    """The product of two partners with nothing between: an identity, where values could stand there."""
    return identity(pair.whole.axes[0]) if pair.values else pair.whole


def _function_of(node: Node, values: Node, whole: Node) -> Node | None:
    """The function of a matrix that a vector is of its eigenvalues; None if there is no such."""
    if node is values:
        return whole
    if node.order != 1:
        return None
    if is_ones(node):
        return identity(whole.axes[0])
    if is_call(node, *OF_MATRICES):
        inner = _function_of(node.children[0], values, whole)
        return None if inner is None else apply(OF_MATRICES[node.function.name], inner)  # type: ignore[attr-defined]
    if isinstance(node, Sum):
        terms = [(_function_of(term, values, whole), number) for term, number in node.terms]
        return total([(term, number) for term, number in terms if term is not None]) if all(t for t, _ in terms) else None
    if (
        not isinstance(node, Network)
        or not node.plain
        or any(factor.slots not in ((), node.outputs) for factor in node.factors)
    ):
        return None
    chain: list[Node] = []
    scalars = [factor for factor in node.factors if not factor.slots]
    for factor in node.factors:
        if factor.slots:
            inner = _function_of(factor.node, values, whole) if factor.node is not node else None
            power = None if inner is None else _powered(inner, factor.exponent)
            if power is None:
                return None
            chain.append(power)
    factors = [(matrix, (k, k + 1), 1) for k, matrix in enumerate(chain)]
    return network([*scalars, *factors], (0, len(chain)), {0: whole.axes[0]})


def _powered(matrix: Node, exponent: Number) -> Node | None:
    """A matrix to a small whole or half power."""
    if isinstance(exponent, Fraction):
        if exponent.denominator != 2:
            return None
        return matrix_power(apply("sqrtm", matrix), exponent.numerator)
    return matrix_power(matrix, int(exponent)) if abs(exponent) < 9 else None


def log_diagonals(node: Node) -> Node:
    """sum(log(diag(L))) = logdet(S)/2 for the Cholesky factor L of S."""
    if not isinstance(node, Network):
        return node
    uses = [wire for factor in node.factors for group in factor.slots for wire in group]
    for place, (child, slots, exponent) in enumerate(node.factors):
        inner = child.children[0] if is_call(child, "log") and exponent == 1 == child.order else None
        diagonal = isinstance(inner, Network) and len(inner.factors) == 1 and is_call(inner.factors[0].node, "cholesky")
        if diagonal and inner is not None and slots[0][0] not in node.free and uses.count(slots[0][0]) == 1:
            arg = _symmetric(inner.factors[0].node.children[0])  # type: ignore[attr-defined]
            alone = inner is network([(inner.factors[0].node, "ii")], "i")  # type: ignore[attr-defined]
            if alone:
                made = remade(node, [*without(node, place), Factor(apply("logdet", arg), (), 1)])
                return total([(made, ratio(1, 2))])
    return node
