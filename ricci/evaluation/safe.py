"""The forms in which formulas are computed because the written ones lose digits, or overflow, on the way to the same value.

Vectors over their norms are unit vectors, ``u*u'/norm2(u)^3`` is ``unit(u)*unit(u)'/norm2(u)``, for u so long, or so short,
that its square is no number. Minors times a matrix are the derivative of the adjugate along it, in n^3
operations. Sums of exponentials, what nearly cancels, and variances have files of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import product
from typing import Any

from ricci.evaluation.centred import balanced, centred
from ricci.evaluation.differences import differences, logarithms_of_sums
from ricci.evaluation.exponentials import logarithm, ratio
from ricci.functions import Apply, apply
from ricci.passes.common import is_call, remade, without
from tensor_networks.evaluation import program
from tensor_networks.networks import Factor, Network, Sum, network, total
from tensor_networks.nodes import Node
from tensor_networks.rewrite import transform


def build(roots: Sequence[Node], sizes: Mapping[str, int], optimize: Any = None) -> program.Program:
    """The program that computes the roots; see `tensor_networks.evaluation.program.build`."""
    return program.build(safe(roots), sizes, optimize)


def safe(roots: Iterable[Node]) -> tuple[Node, ...]:
    """The roots in the forms that they are computed in."""
    return transform(roots, _safe)


def _safe(node: Node) -> Node:
    kind = type(node)
    for step in STEPS.get(kind, ()):
        node = step(node)
        if type(node) is not kind:
            return _safe(node)
    return node


def with_units(node: Node) -> Node:
    """A product with vectors over powers of their norms, with as many unit vectors as there are."""
    if type(node) is not Network:
        return node
    for factor in [factor for factor in node.factors if factor.exponent < 0]:
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
    """The vector, and the power of its norm, that a factor with a negative exponent divides by."""
    child, exponent = factor.node, factor.exponent
    if not isinstance(exponent, int):
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
        rest = without(node, place)
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


STEPS: dict[type[Node], tuple[Callable[[Node], Node], ...]] = {  # by the kind of node
    Network: (with_minors, with_units, balanced, ratio),
    Sum: (centred, differences),
    Apply: (logarithm, logarithms_of_sums),
}
