"""Variances and covariances, evaluated as sums of centred products.

The second moment less the square of the mean, as it is written, loses all digits where the mean is large. What is computed
is the equal sum over what is left when the means are taken away::

    x'*x/n - sum(x)^2/n^2                sum((x - mean)^2)/n
    X_ki X_kj/n - X_ki X_lj/n^2          (X_ki - mean_i) (X_kj - mean_j)/n
    X_ki (X_kj - mean_j)                 (X_ki - mean_i) (X_kj - mean_j)

(Chan, Golub and LeVeque, Algorithms for computing the sample variance, 1983: the two-pass algorithm.)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import combinations

from ricci.functions.applying import is_bare
from ricci.passes.common import with_factor
from tensor_networks.axes import Axis
from tensor_networks.composites import Factor, is_zero
from tensor_networks.networks import Network, Sum, elementwise_power, network, primitive, size_of, total
from tensor_networks.nodes import Node, Size

MOST_TERMS = 8  # a longer sum is no variance


def centred(node: Node) -> Node:
    """A sum with every second moment less a product of means as one product."""
    if type(node) is not Sum or not 2 <= len(node.terms) <= MOST_TERMS:
        return node
    numbers = dict(node.terms)
    products = [term for term in numbers if type(term) is Network]
    for term in filter(_sums_alone, products):
        opposite = [other for other in products if numbers[other] * numbers[term] < 0]
        if not opposite or _read(term) not in map(_read, opposite):
            continue
        for moment, product in _joined(term):
            second, scale = primitive(moment)
            if numbers.get(second) == -numbers[term] * scale:
                rest = [(other, number) for other, number in node.terms if other is not term and other is not second]
                return centred(total([*rest, (product, -numbers[term])], node.axes))
    return node


def balanced(node: Node) -> Node:
    """A product with ``Y - mean(Y)`` summed with X along the axis of the mean: X is taken about its mean there, too."""
    if type(node) is not Network or Sum not in map(type, node.children):
        return node
    ends: dict[int, list[tuple[int, int]]] = {}  # of every wire that is summed, the places and axes of factors
    for place, factor in enumerate(node.factors):
        for axis, group in enumerate(factor.slots):
            for wire in group:
                ends.setdefault(wire, []).append((place, axis) if len(group) == 1 else (-1, -1))
    for wire, held in ends.items():
        if wire in node.free or len(held) != 2 or held[0][0] == held[1][0] or (-1, -1) in held:
            continue
        is_one, is_other = (_is_centred(node.factors[place], axis) for place, axis in held)
        if is_one != is_other:
            place, axis = held[1 if is_one else 0]
            about = _less_mean(node.factors[place], (axis,))
            return balanced(with_factor(node, place, about))
    return node


def _is_centred(factor: Factor, axis: int) -> bool:
    """Is it a sum of which one term is the same along the axis, and the sum along the axis is zero?"""
    node = factor.node
    if type(node) is not Sum or factor.exponent != 1 or not any(is_bare(term, axis) for term, _ in node.terms):
        return False
    if not isinstance(node.axes[axis], int) and all(part.order for term, _ in node.terms for part in term.children):
        return False  # a mean has the size of its axis in it: a number, or a scalar factor
    kept = [k for k in range(node.order) if k != axis]
    sizes = dict(enumerate(node.axes))
    summed = [(network([(term, range(node.order))], kept, sizes), number) for term, number in node.terms]
    return is_zero(total(summed, [node.axes[k] for k in kept]))


def _sums_alone(node: Network) -> bool:
    """May a product sum a factor over an axis that no other factor has?"""
    if any(type(child) is Network for child in node.children):
        return True
    uses = Counter([wire for factor in node.factors for group in factor.slots for wire in group])
    return any(count == 1 and wire not in node.free for wire, count in uses.items())


def _read(node: Network) -> Counter[Node]:
    """What a product reads, and how often, but for sizes."""
    counts: Counter[Node] = Counter()
    for factor in _inlined(node)[0]:
        if type(factor.node) is not Size:
            counts[factor.node] += factor.exponent  # type: ignore[assignment]
    return counts


def _joined(node: Network) -> Iterator[tuple[Node, Node]]:
    """For each two sums over as many, N, entries that a product has: N times the sum of products, and the same, centred."""
    factors, sizes = _inlined(node)
    uses = Counter(wire for factor in factors for group in factor.slots for wire in group)
    loose: list[list[int]] = [
        [
            axis
            for axis, group in enumerate(factor.slots)
            if len(group) == 1 and uses[group[0]] == 1 and group[0] not in node.free
        ]
        for factor in factors
    ]
    for one, other in combinations(range(len(factors)), 2):
        pairings: list[tuple[tuple[int, ...], tuple[int, ...]]]
        pairings = [((first,), (second,)) for first in loose[one] for second in loose[other]]
        if len(loose[one]) == len(loose[other]) > 1:
            pairings.append((tuple(loose[one]), tuple(loose[other])))
        for here, there in pairings:
            kept = [factors[one].slots[axis][0] for axis in here]
            left = [factors[other].slots[axis][0] for axis in there]
            if [sizes[wire] for wire in kept] != [sizes[wire] for wire in left]:
                continue
            slots = list(factors[other].slots)
            for axis, wire in zip(there, kept, strict=True):
                slots[axis] = (wire,)
            joined = [*factors, *(Factor(size_of(sizes[wire]), (), 1) for wire in kept)]
            joined[other] = factors[other]._replace(slots=tuple(slots))
            both = list(joined)
            both[one], both[other] = _less_mean(joined[one], here), _less_mean(joined[other], there)
            held = {wire: size for wire, size in sizes.items() if wire not in left}
            yield network(joined, node.outputs, held), network(both, node.outputs, held)


def _inlined(node: Network) -> tuple[list[Factor], dict[int, Axis]]:
    """The factors of a product and those of the products among them, up to their squares, over common wires."""
    sizes = dict(enumerate(node.sizes))
    factors: list[Factor] = []
    for factor in node.factors:
        child, slots, exponent = factor
        if type(child) is not Network or not child.plain or exponent not in (1, 2) or any(len(group) != 1 for group in slots):
            factors.append(factor)
            continue
        for _ in range(1 if exponent == 1 else 2):
            wires = {inner: outer for (inner,), (outer,) in zip(child.outputs, slots, strict=True)}
            for inner, size in enumerate(child.sizes):
                if inner not in wires:
                    wires[inner] = len(sizes)
                    sizes[wires[inner]] = size
            for part in child.factors:
                factors.append(part._replace(slots=tuple(tuple(wires[wire] for wire in group) for group in part.slots)))
    return factors, sizes


def _less_mean(factor: Factor, axes: tuple[int, ...]) -> Factor:
    """A factor less its mean along some axes."""
    child = factor.node if factor.exponent == 1 else elementwise_power(factor.node, factor.exponent)
    summed = {axis: child.order + place for place, axis in enumerate(axes)}
    inside = [summed.get(axis, axis) for axis in range(child.order)]
    sizes = {wire: child.axes[axis] for axis in axes for wire in (axis, summed[axis])}
    lengths = [(size_of(child.axes[axis]), (), -1) for axis in axes]
    mean = network([(child, inside), *lengths], range(child.order), sizes)
    return Factor(total([(child, 1), (mean, -1)]), factor.slots, 1)
