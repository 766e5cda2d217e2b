"""Passes over powers: norms, roots and units."""

from __future__ import annotations

from fractions import Fraction

from ricci.functions import apply
from ricci.passes.common import factor_is_nonnegative, is_call, is_nonnegative, remade
from ricci.passes.matching import exchanges
from tensor_networks.networks import Factor, Network, network
from tensor_networks.nodes import Node
from tensor_networks.numbers import Number, exact


def norms(node: Node) -> Node:
    """(sum of squares of u)^(k/2) = norm2(u)^k for odd k, and back for even k; (u^2)^(1/2) = abs(u)."""
    if not isinstance(node, Network):
        return node
    factors = [_norm(factor) for factor in node.factors]
    if all(new is old for new, old in zip(factors, node.factors, strict=True)):
        return node
    return remade(node, factors)


def _norm(factor: Factor) -> Factor:
    child, slots, exponent = factor
    if is_call(child, "norm2") and isinstance(exponent, int) and exponent % 2 == 0:
        inner = child.children[0]
        squares = network([(inner, range(inner.order), 2)], ())
        return Factor(squares, slots, exponent // 2)
    if not isinstance(exponent, Fraction) or exponent.denominator != 2 or not isinstance(child, Network):
        return factor
    if len(child.factors) != 1 or child.factors[0].exponent != 2:
        return factor
    inner, inside, _ = child.factors[0]
    wires = [wire for group in inside for wire in group]
    if len(set(wires)) != len(inside):
        return factor
    if not child.outputs:
        return Factor(apply("norm2", inner), (), exact(2 * exponent))
    if child.outputs == tuple((wire,) for wire in wires):
        return Factor(apply("abs", inner), slots, exact(2 * exponent))
    return factor


def roots(node: Node) -> Node:
    """(a^2 S)^(1/2) = abs(a) S^(1/2): what cannot be negative leaves a product under a root."""
    if not isinstance(node, Network):
        return node
    for place, (child, slots, exponent) in enumerate(node.factors):
        if isinstance(exponent, int) or not isinstance(child, Network) or len(child.factors) < 2:
            continue
        free = child.free
        out = [f for f in child.factors if factor_is_nonnegative(f) and all(w in free for group in f.slots for w in group)]
        if not out or (child.outputs and not child.plain):
            continue
        label = {group[0]: slot for group, slot in zip(child.outputs, slots, strict=True)}
        rest = network([f for f in child.factors if f not in out], child.outputs, dict(enumerate(child.sizes)))
        taken = [(_even_root(f, exponent), tuple(label[g[0]] for g in f.slots)) for f in out]
        factors = [(base, where, power) for (base, power), where in taken]
        others = [*node.factors[:place], *node.factors[place + 1 :]]
        return network([*others, *factors, (rest, slots, exponent)], node.outputs, dict(enumerate(node.sizes)))
    return node


def _even_root(factor: Factor, exponent: Number) -> tuple[Node, Number]:
    """(base, power) for a factor that is not negative, to a further power."""
    power = exact(factor.exponent * exponent)
    if is_nonnegative(factor.node) or (isinstance(power, int) and power % 2 == 0):
        return factor.node, power
    return apply("abs", factor.node), power


def units(node: Node) -> Node:
    """u/norm2(u) = unit(u), which is 0 at 0; beside other powers of the norm it is u/norm2(u) again."""
    if not isinstance(node, Network):
        return node
    for factor in node.factors:
        if is_call(factor.node, "norm2", "unit"):
            new = _norm_gathered(node, factor.node.children[0])
            if new is not None:
                return new
    return node


def _norm_gathered(node: Network, inner: Node) -> Node | None:
    """The network with all powers of the norm of one argument gathered into one; None if they are."""
    norm, unit = apply("norm2", inner), apply("unit", inner)
    squares = network([(inner, range(inner.order), 2)], ())
    total, count, others = 0, 0, []
    for factor in node.factors:
        weight = {norm: 1, squares: 2, unit: -1}.get(factor.node)
        if weight is None or not isinstance(factor.exponent, int):
            others.append(factor)
            continue
        count += 1
        total += weight * factor.exponent
        if factor.node is unit:
            others.append(Factor(inner, factor.slots, factor.exponent))
    if count == 1 and total == -1:
        found = _with_unit(remade(node, [*others, Factor(norm, (), -1)]), inner)
        return None if found is node else found
    if count < 2 and not any(f.node is unit and f.exponent != 1 for f in node.factors):
        return None
    power = Factor(norm, (), total) if total % 2 else Factor(squares, (), total // 2)
    return remade(node, [*others, power])


def _with_unit(node: Node, inner: Node) -> Node | None:
    """A product over norm2(u) with one u made unit(u): of several, the one that gives the first network by key."""
    if not isinstance(node, Network) or not inner.order:
        return None
    norm, unit = apply("norm2", inner), apply("unit", inner)
    place = next((place for place, factor in enumerate(node.factors) if factor.node is norm), -1)
    options = [remade(node, [f for f in new if f.node is not norm]) for new in exchanges(node, inner, unit, skip=place)]
    return min(options, key=lambda option: option.key, default=None)


def signs(node: Node) -> Node:
    """relu(u)*sign(relu(u)) = relu(u); sign(relu(u))^2 = sign(relu(u)); abs(u)*sign(u) = u."""
    if not isinstance(node, Network):
        return node
    for place, (child, slots, exponent) in enumerate(node.factors):
        if not is_call(child, "sign"):
            continue
        if isinstance(exponent, int) and exponent > 1 and is_call(child.children[0], "relu"):
            rest = [*node.factors[:place], *node.factors[place + 1 :]]
            return remade(node, [*rest, Factor(child, slots, 1)])
        if exponent != 1:
            continue
        inner = child.children[0]
        for other, factor in enumerate(node.factors):
            if factor.slots != slots or not isinstance(factor.exponent, int) or factor.exponent < 1:
                continue
            rest = [f for k, f in enumerate(node.factors) if k not in (place, other)]
            if factor.node is inner and is_call(inner, "relu"):
                return remade(node, [*rest, factor])
            if is_call(factor.node, "abs") and factor.node.children[0] is inner:
                less = factor._replace(exponent=exact(factor.exponent - 1))
                return remade(node, [*rest, less, Factor(inner, slots, 1)])
    return node
