"""Passes over sums: like terms under different sharing, and products of vectors with high-order sums."""

from __future__ import annotations

from ricci.functions import apply
from ricci.passes.common import is_call, is_ones, negative, viewed_call, without
from ricci.passes.logarithms import times_root_two
from tensor_networks.composites import permuted
from tensor_networks.filled import ones
from tensor_networks.networks import Network, Sum, network, primitive, total
from tensor_networks.nodes import Node
from tensor_networks.numbers import Number, exact, ratio
from tensor_networks.rewrite import ingredients, unfolded

MOST_FACTORS = 40
MOST_TERMS = 64


def like_terms(node: Node) -> Node:
    """Terms that are equal but for what they share with others are added."""
    if not isinstance(node, Sum) or not 1 < len(node.terms) <= MOST_TERMS:
        return node
    if not any(isinstance(child, Network) and child.order for term, _ in node.terms for child in term.children):
        return node
    alike: dict[object, list[tuple[Node, Number]]] = {}
    for term, number in node.terms:
        made_of = ingredients(term, MOST_FACTORS)
        alike.setdefault(term if made_of is None else made_of, []).append((term, number))
    if len(alike) == len(node.terms):
        return node
    groups: dict[Node, list[tuple[Node, Number]]] = {}
    for members in alike.values():
        for term, number in members:
            groups.setdefault(unfolded(term) if len(members) > 1 else term, []).append((term, number))
    if len(groups) == len(node.terms):
        return node
    terms: list[tuple[Node, Number]] = []
    for plain, members in groups.items():
        terms += members if len(members) == 1 else [(plain, number) for _, number in members]
    return total(terms, node.axes)


def complements(node: Node) -> Node:
    """1 - sigmoid(u) = sigmoid(-u), which stays exact for large u; sigmoid(-u) - sigmoid(u) = 1 - 2*sigmoid(u); so for ndtr."""
    if not isinstance(node, Sum):
        return node
    numbers = dict(node.terms)
    filled = next((term for term in numbers if is_ones(term)), None)
    views = [(term, number, seen) for term, number in node.terms if (seen := viewed_call(term, "sigmoid", "ndtr")) is not None]
    for term, number, (call, axes) in views if filled is not None or len(views) > 1 else ():
        mirrored = permuted(apply(call.function.name, negative(call.args[0])), axes)
        if filled is not None and numbers[filled] == -number:
            return _exchanged(node, (term, filled), [(mirrored, -number)])
        other = numbers.get(mirrored)
        if other is not None and mirrored is not term and primitive(call.args[0])[1] > 0:
            return _exchanged(node, (term, mirrored), [(ones(node.axes), other), (term, number - other)])
    return node


def _exchanged(node: Sum, gone: tuple[Node, ...], new: list[tuple[Node, Number]]) -> Node:
    """A sum with other terms for some of its own."""
    return total([*(term for term in node.terms if term[0] not in gone), *new], node.axes)


def error_functions(node: Node) -> Node:
    """2 - erfc(u) = erfc(-u); 1 + erf(u/sqrt(2)) = 2*ndtr(u)."""
    if not isinstance(node, Sum) or len(node.terms) != 2:
        return node
    (one, first), (other, second) = sorted(node.terms, key=lambda term: is_call(term[0], "erf", "erfc"))
    if abs(first) == abs(second) and is_ones(one) and is_call(other, "erf"):
        inner = times_root_two(other.children[0])
        return node if inner is None else total([(apply("ndtr", total([(inner, ratio(second, first))])), 2 * first)])
    if first == -2 * second and is_ones(one) and is_call(other, "erfc"):
        return total([(apply("erfc", negative(other.children[0])), -second)])
    return node


def softpluses(node: Node) -> Node:
    """relu(u) + softplus(-abs(u)) = softplus(u), which has the right derivative at 0."""
    if not isinstance(node, Sum):
        return node
    numbers = dict(node.terms)
    for term, number in node.terms:
        if is_call(term, "relu"):
            inner = term.children[0]
            partner = apply("softplus", negative(apply("abs", inner)))
            if numbers.get(partner) == number:
                rest = [(other, count) for other, count in node.terms if other not in (term, partner)]
                return total([*rest, (apply("softplus", inner), number)], node.axes)
    return node


def outer_sums(node: Node) -> Node:
    """A sum of order above 2 is distributed, at any depth, within a product of order at most 2: its terms fall apart into
    smaller ones. One of deltas, such as the symmetriser I + K, is within any product: deltas only rename wires.
    """
    if not isinstance(node, Network) or (node.order > 2 and len(node.factors) < 2):
        return node
    once = _distributed(node, node.order <= 2)
    if not once:
        return node
    waiting, done = list(once), list[tuple[Node, Number]]()
    while waiting:
        term, number = waiting.pop()
        parts = term.terms if isinstance(term, Sum) else _distributed(term, node.order <= 2)
        if not parts:
            done.append((term, number))
        waiting += [(part, exact(number * inner)) for part, inner in parts]
        if len(waiting) + len(done) > MOST_TERMS:
            return total(once, node.axes)
    return total(done, node.axes)


def _distributed(node: Node, every: bool, deep: bool = True) -> list[tuple[Node, Number]]:
    """The terms of a product with its first sum of order above 2 distributed, one in a factor that is a product too.

    Without `every` only a sum of deltas that is a factor itself.
    """
    for place, (child, slots, exponent) in enumerate(node.factors if isinstance(node, Network) else ()):
        if not isinstance(node, Network) or child.order < 3 or exponent != 1:
            continue
        terms = child.terms if isinstance(child, Sum) else _distributed(child, every, False) if every and deep else ()
        if terms and (every or all(isinstance(term, Network) and not term.factors for term, _ in terms)):
            rest = without(node, place)
            sizes = dict(enumerate(node.sizes))
            return [(network([*rest, (term, slots)], node.outputs, sizes), number) for term, number in terms]
    return []
