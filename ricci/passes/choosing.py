"""Passes over functions of products with permutations and orthonormal matrices in them.

A selection stays where it is written: ``log(S*x)`` has a value where an entry that S leaves out has no logarithm.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ricci.functions import Apply, apply
from ricci.functions.applying import is_bare
from ricci.passes.common import is_call, is_ones, without
from ricci.passes.traits import leaves_with_traits
from ricci.traits.table import axes_of
from tensor_networks.networks import Network, Sum, elementwise_power, network, total
from tensor_networks.nodes import Node, Tensor
from tensor_networks.numbers import ratio
from tensor_networks.wiring import Group

BOTH = frozenset({0, 1})
OF_ANY_ORDER = ("logsumexp", "amax")  # functions of the last axis that do not see the order of the entries
IN_THE_SAME_ORDER = ("softmax", "peak")  # those whose value is permuted as the entries are


class Shuffle(NamedTuple):
    """A node as a matrix times a rest: the matrix, its axis that is an axis of the node, that axis, and the rest."""

    leaf: Tensor
    side: int
    axis: int
    rest: Node

    def applied(self, node: Node) -> Node:
        """The matrix times a node, along the axis."""
        ends = ["new", self.axis] if self.side == 1 else [self.axis, "new"]
        inside: list[int | str] = list(range(node.order))
        inside[self.axis] = "new"
        return network([(self.leaf, ends), (node, inside)], range(node.order))


def _shuffles(node: Node, fact: str) -> Iterator[Shuffle]:
    """The matrices that meet a rest in one wire and have an axis of the node on the other, and keep a fact on both sides
    (``totals``: permutations) or on that of the node (``gram``: orthonormal columns)."""
    if isinstance(node, Sum):
        yield from _shuffled_sums(node, fact)
    if not isinstance(node, Network):
        return
    for place, leaf, (_, slots, exponent) in leaves_with_traits(node):
        if exponent != 1 or leaf.order != 2:
            continue
        for side in (0, 1) if axes_of(leaf, fact) == BOTH else axes_of(leaf, fact) if fact == "gram" else ():
            outer, inner = slots[side], slots[1 - side]
            if _only_output(node, outer) and outer != inner and inner[0] not in node.free:
                outputs = [inner if group == outer else group for group in node.outputs]
                sizes = {wire: size for wire, size in enumerate(node.sizes) if wire != outer[0]}
                yield Shuffle(leaf, side, node.outputs.index(outer), network(without(node, place), outputs, sizes))


def _shuffled_sums(node: Sum, fact: str) -> Iterator[Shuffle]:
    """Those of a sum: of all its terms, but that a permutation keeps what is the same along its axis."""
    first = next((term for term, _ in node.terms if next(_shuffles(term, fact), None)), None)
    for found in _shuffles(first, fact) if first is not None else ():
        rests = [(_rest_of(term, found, fact), number) for term, number in node.terms]
        if all(rest is not None for rest, _ in rests):
            axes = next(rest.axes for rest, _ in rests if rest is not None)
            yield found._replace(rest=total([(rest, number) for rest, number in rests if rest is not None], axes))


def _rest_of(node: Node, like: Shuffle, fact: str) -> Node | None:
    """What the matrix of another node is multiplied with in this one, along the same axis; None if it is no such product."""
    for found in _shuffles(node, fact):
        if found[:3] == like[:3]:
            return found.rest
    return node if fact == "totals" and is_bare(node, like.axis) else None


def _only_output(node: Network, group: Group) -> bool:
    """Is a wire held by one slot and, by itself, by one output?"""
    (wire,) = group
    slots = sum(wire in slot for factor in node.factors for slot in factor.slots)
    return slots == 1 and node.outputs.count(group) == 1 and sum(wire in out for out in node.outputs) == 1


def permuted_entries(node: Node) -> Node:
    """f(P*x) = P*f(x) entry by entry, softmax(P*x) = P*softmax(x) and logsumexp(P*x) = logsumexp(x) for permutations P."""
    if isinstance(node, Network):
        return _permuted_powers(node)
    if not isinstance(node, Apply) or not node.args:
        return node
    if node.function.elementwise:
        return _permuted_arguments(node)
    if is_call(node, *OF_ANY_ORDER, *IN_THE_SAME_ORDER):
        for found in _shuffles(node.args[0], "totals"):
            if found.axis == node.args[0].order - 1:
                value = apply(node.function.name, found.rest)
                return value if is_call(node, *OF_ANY_ORDER) else found.applied(value)
    return node


def _permuted_arguments(node: Apply) -> Node:
    """A function entry by entry whose arguments are all permuted alike, or the same along that axis."""
    for found in (found for arg in node.args for found in _shuffles(arg, "totals")):
        rests = [_rest_of(arg, found, "totals") for arg in node.args]
        if None not in rests:
            return found.applied(apply(node.function.name, *(rest for rest in rests if rest is not None)))
    return node


def _permuted_powers(node: Network) -> Node:
    for place, (child, slots, exponent) in enumerate(node.factors):
        if exponent == 1 or not isinstance(child, Network):
            continue
        for found in _shuffles(child, "totals"):
            power = network([(found.rest, range(child.order), exponent)], range(child.order))
            rest = without(node, place)
            return network([*rest, (found.applied(power), slots, 1)], node.outputs, dict(enumerate(node.sizes)))
    return node


def lengths(node: Node) -> Node:
    """norm2(V*x) = norm2(x) for orthonormal V, norm2(y) = 1 for one-hot y, unit(V*x) = V*unit(x), norm2(ones(n)) = n^(1/2)."""
    if not is_call(node, "norm2", "unit"):
        return node
    (arg,) = node.children
    if is_ones(arg) and is_call(node, "norm2"):
        return elementwise_power(network([(arg, range(arg.order))], ()), ratio(1, 2))
    for found in _shuffles(arg, "gram"):
        value = apply(node.function.name, found.rest)  # type: ignore[attr-defined]
        return value if is_call(node, "norm2") else found.applied(value)
    short = _without_lines(arg) if is_call(node, "norm2") else None
    return node if short is None else apply("norm2", short)


def _without_lines(node: Node) -> Node | None:
    """A node without an axis along which it is, for every other index, a line of length 1 of a tensor times a number."""
    if isinstance(node, Tensor):
        for axis in sorted(_unit_axes(node)):
            kept = [place for place in range(node.order) if place != axis]
            return network((), kept, {place: node.axes[place] for place in kept})
    if not isinstance(node, Network):
        return None
    for place, leaf, (_, slots, exponent) in leaves_with_traits(node):
        for axis in sorted(_unit_axes(leaf)):
            others = [slot for number, slot in enumerate(slots) if number != axis]
            if exponent == 1 and _only_output(node, slots[axis]) and all(slot[0] in node.free for slot in others):
                outputs = [group for group in node.outputs if group != slots[axis]]
                sizes = {wire: size for wire, size in enumerate(node.sizes) if wire != slots[axis][0]}
                return network(without(node, place), outputs, sizes)
    return None


def _unit_axes(leaf: Tensor) -> frozenset[int]:
    """The axes along which the entries of a tensor have the sum of squares 1."""
    return axes_of(leaf, "gram") | axes_of(leaf, "exclusive") & axes_of(leaf, "totals")
