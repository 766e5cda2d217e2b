"""Weighted sums of exponentials, evaluated so that nothing overflows.

The formula that is shown stays as short as it is; what is computed is an equal one in which exp(u) is softmax(u) wherever the
factor between them cancels::

    log(p' * exp(u))           logsumexp(u) + log(p' * softmax(u))
    p .* exp(u) / (p' * exp(u))    p .* softmax(u) / (p' * softmax(u))

and so for every row of a batch. No sign of the weights is assumed.
"""

from __future__ import annotations

from ricci.functions import apply
from ricci.passes.common import is_call, remade, without
from tensor_networks.networks import Factor, Network, network, primitive, total
from tensor_networks.nodes import Node
from tensor_networks.numbers import exact


def logarithm(node: Node) -> Node:
    """The logarithm of a product with a factor exp(u) that is summed along one axis."""
    if not is_call(node, "log"):
        return node
    arg, number = primitive(node.children[0])
    if type(arg) is not Network or not arg.plain:
        return node
    for place, factor in enumerate(arg.factors):
        if (summed := _summed_wire(factor, arg)) is None:
            continue
        kept = [wire for (wire,) in factor.slots if wire != summed]
        inner = _with_last(factor, [*kept, summed])
        largest = network([(apply("logsumexp", inner), kept)], arg.outputs, {wire: arg.sizes[wire] for wire in arg.free})
        if len(arg.factors) == 1 and len(arg.sizes) == len(factor.slots) and number == 1:
            return largest
        rest = remade(arg, [*arg.factors[:place], _softmax(factor, kept, summed), *arg.factors[place + 1 :]])
        return total([(largest, 1), (apply("log", total([(rest, number)])), 1)])
    return node


def ratio(node: Node) -> Node:
    """exp(u) over a product with exp(u) that is summed along one axis: softmax(u) for both, as often as there are pairs."""
    if type(node) is not Network:
        return node
    for place, below in enumerate(node.factors):
        if not isinstance(below.exponent, int) or below.exponent >= 0 or type(child := below.node) is not Network:
            continue
        for k, inner in enumerate(child.factors if child.plain else ()):
            if (summed := _summed_wire(inner, child)) is None:
                continue
            rest = without(node, place)
            above = _above(rest, inner, summed, dict(zip((w for (w,) in child.outputs), below.slots, strict=True)))
            if above is None:
                continue
            kept = [wire for (wire,) in inner.slots if wire != summed]
            softmaxed = remade(child, [*child.factors[:k], _softmax(inner, kept, summed), *child.factors[k + 1 :]])
            left = below._replace(exponent=exact(below.exponent + 1))
            return ratio(remade(node, [*above, left, Factor(softmaxed, below.slots, -1)]))
    return node


def _above(factors: list[Factor], inner: Factor, summed: int, place: dict[int, tuple[int, ...]]) -> list[Factor] | None:
    """The factors with one exp(u), which the denominator sums along a wire, made softmax(u); None, if it is not among them."""
    wires = [wire for (wire,) in inner.slots]
    kept = [wire for wire in wires if wire != summed]
    for index, (child, slots, exponent) in enumerate(factors):
        others = [*factors[:index], *factors[index + 1 :]]
        at = dict(zip(wires, slots, strict=True)) if child is inner.node and exponent == 1 else {}
        if at and len(at[summed]) == 1 and all(at[wire] == place[wire] for wire in kept):
            softmax = apply("softmax", _with_last(inner, [*kept, summed]))
            return [*others, Factor(softmax, tuple(at[wire] for wire in (*kept, summed)), 1)]
        if not slots and not kept and exponent == 1 and type(child) is Network:
            inside = _above(list(child.factors), inner, summed, place)
            if inside is not None:
                return [*others, Factor(remade(child, inside), (), 1)]
    return None


def _summed_wire(factor: Factor, node: Network) -> int | None:
    """The one wire along which a factor exp(u) is summed, if all its other wires are outputs."""
    if not is_call(factor.node, "exp") or factor.exponent != 1 or any(len(group) != 1 for group in factor.slots):
        return None
    wires = [wire for (wire,) in factor.slots]
    summed = [wire for wire in wires if wire not in node.free]
    return summed[0] if len(summed) == 1 and len(set(wires)) == len(wires) else None


def _with_last(factor: Factor, order: list[int]) -> Node:
    """u of a factor exp(u), with its axes in the order of these wires."""
    return network([(factor.node.children[0], factor.slots)], order)


def _softmax(factor: Factor, kept: list[int], summed: int) -> Factor:
    order = [*kept, summed]
    return Factor(apply("softmax", _with_last(factor, order)), tuple((wire,) for wire in order), 1)
