"""Sums in a product over axes on which nothing else hangs: taken term by term where terms merge."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ricci.passes.common import is_call, remade, without
from ricci.passes.products import normalised
from tensor_networks.axes import Axis
from tensor_networks.common import Term, common_part
from tensor_networks.composites import is_zero
from tensor_networks.networks import Factor, Network, Sum, as_term, network, total
from tensor_networks.nodes import Node, size_node
from tensor_networks.numbers import Number
from tensor_networks.rewrite import unfolded
from tensor_networks.wiring import components


class Lone(NamedTuple):
    """A sum that stands at a factor's place: its wires, those of them that something else holds, and the terms."""

    wires: tuple[int, ...]
    kept: tuple[int, ...]
    inner: Sum

    def summed(self) -> Factor:
        """It summed over the other wires, term by term."""
        terms = [(normalised(unfolded(network([(term, self.wires)], self.kept))), number) for term, number in self.inner.terms]
        value = total(terms, [self.inner.axes[self.wires.index(wire)] for wire in self.kept])
        return Factor(value, tuple((wire,) for wire in self.kept), 1)


def lone_sums(node: Node) -> Node:
    """sum(x - sum(x)/n) = 0: a sum over an axis of a sum is taken term by term, where terms merge."""
    if not isinstance(node, Network):
        return node
    for place, (child, _, exponent) in enumerate(node.factors):
        unit = is_call(child, "unit")
        inner = child.children[0] if unit else child
        lone = _lone(node, place, inner) if isinstance(inner, Sum) and exponent == 1 else None
        if lone is None or not _may_merge(lone):
            continue
        taken = lone.summed()
        if is_zero(taken.node):
            return total([], node.axes)
        if not unit and (not isinstance(taken.node, Sum) or len(taken.node.terms) < len(inner.children)):
            return remade(node, [*without(node, place), taken])
    return node


def termwise(node: Network) -> Iterator[Node]:
    """tr(X - A) = tr(X) - tr(A): sums over axes of a sum taken term by term."""
    for place, (child, _, exponent) in enumerate(node.factors):
        lone = _lone(node, place, child) if isinstance(child, Sum) and exponent == 1 else None
        if lone is not None:
            yield remade(node, [*without(node, place), lone.summed()])


def _lone(node: Network, place: int, inner: Sum) -> Lone | None:
    """A sum that stands at a factor's place; None if other factors or outputs hold all of its wires."""
    slots = node.factors[place].slots
    if any(len(group) != 1 for group in slots):
        return None
    held = {wire for factor in without(node, place) for group in factor.slots for wire in group} | node.free
    wires = tuple(wire for (wire,) in slots)
    if held.issuperset(wires):
        return None
    return Lone(wires, tuple(wire for wire in dict.fromkeys(wires) if wire in held), inner)


def _may_merge(lone: Lone) -> bool:
    """May terms be alike, share something or vanish when they are summed? A look at what they are made of, before it is done.

    They stay as many where no two are made of the same, and nothing is in all of them: neither in scalars nor, be it a factor,
    a delta or a one, on the wires that are left.
    """
    terms = [as_term(term) for term in lone.inner.children]
    if len(terms) < 2 or len({*lone.wires}) < len(lone.wires) or not all(map(_is_plain, terms)):
        return True
    ends = [tuple(group for wire, group in zip(lone.wires, term.outputs, strict=True) if wire in lone.kept) for term in terms]
    seen = [term._replace(outputs=outputs) for term, outputs in zip(terms, ends, strict=True)]
    if len({*map(_made_of, seen)}) < len(seen) or common_part(seen) is not None:
        return True
    return bool(set.intersection(*[{*_leaves(_scalars(term))} for term in seen]))


def _is_plain(term: Term) -> bool:
    """Is it a product of factors that stay as they are, and in their order of axes, when it is summed over some axes?"""
    groups = [*term.outputs, *(group for _, slots, _ in term.factors for group in slots)]
    if not {1}.issuperset(map(len, groups)) or not all(map(_is_atom, term.sizes)):
        return False
    kinds = (Network, Sum)
    return all(
        node.symmetry.trivial and not (slots and type(node) in kinds) and not is_call(node, "softmax")
        for node, slots, _ in term.factors
    )


def _is_atom(size: Axis) -> bool:
    """Is it a symbol, or a number of entries?"""
    return size.isidentifier() if isinstance(size, str) else isinstance(size, int) and size > 0


def _made_of(term: Term) -> frozenset[tuple[object, Number]]:
    """How often a product has each tensor, function and sum in it, and each slot of its factors on each of its axes."""
    axes = {wire: axis for axis, (wire,) in enumerate(term.outputs)}
    counts = _leaves([*term.factors, *_sizes(term)])
    for node, slots, exponent in term.factors:
        for place, (wire,) in enumerate(slots):
            if wire in axes:
                where = node, place, axes[wire]
                counts[where] = counts.get(where, 0) + exponent
    return frozenset([(what, times) for what, times in counts.items() if times])


def _leaves(factors: Iterable[Factor]) -> dict[object, Number]:
    """How often tensors, functions and sums are in factors, products among these taken apart."""
    counts: dict[object, Number] = {}
    stack = [(node, exponent) for node, _, exponent in factors]
    while stack:
        node, times = stack.pop()
        if type(node) is Network:
            stack += [(inner.node, inner.exponent * times) for inner in node.factors]
        else:
            counts[node] = counts.get(node, 0) + times
    return counts


def _sizes(term: Term) -> list[Factor]:
    """The sizes that axes leave behind on which nothing is left."""
    held = {wire for groups in (term.outputs, *(slots for _, slots, _ in term.factors)) for (wire,) in groups}
    left = [size for wire, size in enumerate(term.sizes) if wire not in held]
    return [Factor(size_node(size), (), 1) for size in left if isinstance(size, str)]


def _scalars(term: Term) -> list[Factor]:
    """The factors that no axis holds, be it through others, and sizes."""
    wires = [[wire for (wire,) in slots] for _, slots, _ in term.factors]
    root = components(wires, len(term.sizes))
    alive = {root[wire] for (wire,) in term.outputs}
    return [f for f, held in zip(term.factors, wires, strict=True) if not held or root[held[0]] not in alive] + _sizes(term)
