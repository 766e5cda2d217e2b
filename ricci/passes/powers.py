"""Passes over powers: norms, roots and units."""

from __future__ import annotations

from fractions import Fraction

from ricci.functions import apply
from ricci.passes.common import factor_is_nonnegative, is_call, is_nonnegative, remade, with_factor, without
from ricci.passes.matching import exchanges, standing
from tensor_networks.common import Term
from tensor_networks.networks import Factor, Network, Sum, as_term, elementwise_power, network, primitive, total
from tensor_networks.nodes import Node
from tensor_networks.numbers import Number, exact, ratio
from tensor_networks.wiring import are_distinct


def norms(node: Node) -> Node:
    """(sum of squares of u)^(k/2) = norm2(u)^k for odd k, and back for even k; (u^2)^(1/2) = abs(u)."""
    if not isinstance(node, Network):
        return node
    factors = [_norm(factor) for factor in node.factors]
    if all(new is old for new, old in zip(factors, node.factors, strict=True)):
        return node
    return remade(node, factors)


def _norm(factor: Factor) -> Factor:
    """An even power of a norm as a power of the sum of squares; the root of a sum of squares as a norm."""
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
    if not are_distinct(inside) or len(wires) != len(inside):
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
        others = without(node, place)
        return network([*others, *factors, (rest, slots, exponent)], node.outputs, dict(enumerate(node.sizes)))
    return node


def _even_root(factor: Factor, exponent: Number) -> tuple[Node, Number]:
    """(base, power) for a factor that is not negative, to a further power."""
    power = exact(factor.exponent * exponent)
    if is_nonnegative(factor.node) or (isinstance(power, int) and power % 2 == 0):
        return factor.node, power
    return apply("abs", factor.node), power


def units(node: Node) -> Node:
    """u/norm2(u) = unit(u), which is 0 at 0; beside other powers of the norm it is u/norm2(u) again; unit(u)'*u = norm2(u).

    unit(u)./u = 1/norm2(u), which forgets that no entry of u must be 0.
    """
    if not isinstance(node, Network):
        return node
    for factor in node.factors:
        if is_call(factor.node, "unit") and factor.exponent == 1:
            shorter = _projected(node, factor) or _over_itself(node, factor)
            if shorter is not None:
                return shorter
        if is_call(factor.node, "norm2", "unit"):
            new = _norm_gathered(node, factor.node.children[0])
            if new is not None:
                return new
        if not factor.slots and isinstance(factor.exponent, int) and isinstance(factor.node, Network):
            opened = _unit_opened(node, factor, factor.node)
            if opened is not None:
                return opened
    return node


def _over_itself(node: Network, unit: Factor) -> Node | None:
    """The network without unit(u) above a power of u, entry by entry."""
    inner = unit.node.children[0]
    base, power = _root_of(inner)
    for place, (child, slots, exponent) in enumerate(node.factors):
        if child is base and slots == unit.slots and exponent < 0:
            norm = Factor(apply("norm2", inner), (), -1)
            less = Factor(child, slots, exact(exponent + power))
            return remade(node, [*without(node, place, node.factors.index(unit)), less, norm])
    return None


def _root_of(node: Node) -> tuple[Node, Number]:
    """What a node is an entrywise power of, and the exponent; else the node itself and 1."""
    lone = node.factors[0] if isinstance(node, Network) and len(node.factors) == 1 else None
    if lone is not None and elementwise_power(lone.node, lone.exponent) is node:
        return lone.node, lone.exponent
    return node, 1


def _unit_opened(node: Network, power: Factor, child: Network) -> Node | None:
    """The network with a closed factor to a power freed of a unit vector: (unit(u)'*v)^2 = (u'*v)^2/norm2(u)^2.

    To the first power where there are other powers of the norm beside it: (unit(u)'*v)/norm2(u)^2 = (u'*v)/norm2(u)^3.
    """
    for place, factor in enumerate(child.factors):
        if is_call(factor.node, "unit") and factor.exponent == 1:
            inner = factor.node.children[0]
            if power.exponent == 1 and not any(_tells_norm(other.node, inner) for other in node.factors if other is not power):
                continue
            inside = with_factor(child, place, factor._replace(node=inner))
            rest = [other for other in node.factors if other is not power]
            norm = Factor(apply("norm2", inner), (), -power.exponent)
            return remade(node, [*rest, Factor(inside, (), power.exponent), norm])
    return None


def _tells_norm(node: Node, inner: Node) -> bool:
    """Is it the norm of something, its square, or a unit vector along it, or a scalar with that unit vector in it?"""
    if is_call(node, "norm2", "unit"):
        return node.children[0] is inner
    if not isinstance(node, Network) or node.order:
        return False
    squares = network([(inner, range(inner.order), 2)], ())
    return node is squares or any(is_call(child, "unit") and child.children[0] is inner for child in node.children)


def _projected(node: Network, unit: Factor) -> Node | None:
    """The network with the product of a unit vector and its own vector made a norm, if it has one."""
    inner = unit.node.children[0]
    base, number = primitive(inner)
    for place, factor in enumerate(node.factors):
        if factor.node is base and factor.slots == unit.slots and factor.exponent == 1:
            rest = [f for k, f in enumerate(node.factors) if k != place and f is not unit]
            wires = [wire for group in unit.slots for wire in group]
            outside = node.free.union(wire for f in rest for group in f.slots for wire in group)
            if len(set(wires)) == len(wires) and outside.isdisjoint(wires):
                return total([(remade(node, [*rest, Factor(apply("norm2", inner), (), 1)]), ratio(1, number))])
    return None


def _norm_gathered(node: Network, inner: Node) -> Node | None:
    """The network with all powers of the norm of one argument gathered into one; None if they are."""
    norm, unit = apply("norm2", inner), apply("unit", inner)
    squares = network([(inner, range(inner.order), 2)], ())
    total: Number = 0
    count, others = 0, []
    for factor in node.factors:
        weight = {norm: 1, squares: 2, unit: -1}.get(factor.node)
        if weight is None or (factor.node is unit and not isinstance(factor.exponent, int)):
            others.append(factor)
            continue
        count += 1
        total = exact(total + weight * factor.exponent)
        if factor.node is unit:
            others.append(Factor(inner, factor.slots, factor.exponent))
    if count == 1 and total == -1:
        found = _with_unit(remade(node, [*others, Factor(norm, (), -1)]), inner)
        return None if found is node else found
    if count < 2 and not any(f.node is unit and f.exponent != 1 for f in node.factors):
        return None
    power = Factor(norm, (), total) if total % 2 else Factor(squares, (), int(total) // 2)
    return remade(node, [*others, power])


def _with_unit(node: Node, inner: Node) -> Node | None:
    """A product over norm2(u) with one u made unit(u): of several, the one that gives the first network by key."""
    if not isinstance(node, Network) or not inner.order:
        return None
    norm, unit = apply("norm2", inner), apply("unit", inner)
    base, number = primitive(inner)
    place = next((place for place, factor in enumerate(node.factors) if factor.node is norm), -1)
    options = [remade(node, [f for f in new if f.node is not norm]) for new in exchanges(node, base, unit, skip=place)]
    if not options:
        return None
    return total([(min(options, key=lambda option: option.key), ratio(1, number))], node.axes)


def common_norms(node: Node) -> Node:
    """unit(u)*a + b/norm2(u) = (u*a + b)/norm2(u): a norm below every term, be it within a unit vector, is below the sum."""
    if not isinstance(node, Sum) or len(node.terms) < 2:
        return node
    below = [_norms_below(term) for term, _ in node.terms]
    shared = set.intersection(*(set(norms) for norms in below))
    hidden = [inner for inner in shared if any(is_call(norms[inner], "unit") for norms in below)]
    if not hidden:
        return node
    inner = min(hidden, key=lambda node: node.key)
    norm, unit = apply("norm2", inner), apply("unit", inner)
    terms = []
    for (term, number), norms in zip(node.terms, below, strict=True):
        if norms[inner] is unit:
            factors, outputs, sizes = as_term(term)
            opened = [factor._replace(node=inner) if factor.node is unit else factor for factor in factors]
            opened += [Factor(norm, (), exact(-factor.exponent)) for factor in factors if factor.node is unit]
            term = network(opened, outputs, dict(enumerate(sizes)))
        terms.append((term, number))
    return total(terms, node.axes)


def common_units(node: Node) -> Node:
    """unit(u)*a + u*b = u*(a/norm2(u) + b): what is u or a unit vector along it in every term moves out of the sum."""
    if not isinstance(node, Sum) or len(node.terms) < 2 or not node.order:
        return node
    terms = [(as_term(term), number) for term, number in node.terms]
    for unit in [factor.node for (factors, _, _), _ in terms for factor in factors if is_call(factor.node, "unit")]:
        inner = unit.children[0]
        base, norm = primitive(inner)[0], apply("norm2", inner)
        places = [_along(term, (unit, base)) for term, _ in terms]
        if None in places or len({axes for _, axes in places if axes}) > 1:  # type: ignore[misc]
            continue
        if all(term.factors[place[0]].node is unit for (term, _), place in zip(terms, places, strict=True) if place):
            continue
        new = []
        for (factors, outputs, sizes), number in terms:
            opened = [factor._replace(node=inner) if factor.node is unit else factor for factor in factors]
            below = [(norm, (), -1)] * sum(factor.node is unit for factor in factors)
            new.append((network([*opened, *below], outputs, dict(enumerate(sizes))), number))
        return total(new, node.axes)
    return node


def _along(term: Term, nodes: tuple[Node, Node]) -> tuple[int, tuple[int, ...]] | None:
    """The place of one of two nodes among the factors of a term, if there is one only, with its axes on axes of the term."""
    places = [place for place, factor in enumerate(term.factors) if factor.node in nodes]
    if len(places) != 1 or term.factors[places[0]].exponent != 1:
        return None
    slots = term.factors[places[0]].slots
    if any(slot not in term.outputs for slot in slots):
        return None
    return places[0], tuple(term.outputs.index(slot) for slot in slots)


def _norms_below(term: Node) -> dict[Node, Node]:
    """The arguments whose norm a term is divided by, with the unit vector or the norm that says so."""
    factors = as_term(term).factors
    units = [f.node for f in factors if is_call(f.node, "unit") and f.exponent == 1]
    norms = [f.node for f in factors if is_call(f.node, "norm2") and f.exponent < 0]
    return {call.children[0]: call for call in (*units, *norms) if units.count(call) < 2}


def cancelled_products(node: Node) -> Node:
    """(A*B)_ij/((A*B)_ij)^2 = 1/(A*B)_ij: the factors of a product above a power of it. Forgets that it must not be 0."""
    if not isinstance(node, Network) or len(node.factors) < 3:
        return node
    for place, (child, slots, exponent) in enumerate(node.factors):
        if exponent < 0 and isinstance(child, Network):
            places = standing(node, child, slots, place)
            if places is not None:
                return remade(node, [*without(node, place, *places), Factor(child, slots, exact(exponent + 1))])
    return node


def variable_powers(node: Node) -> Node:
    """power(u, a)*u^k*power(u, b) = power(u, a + k + b) for numbers k; unit(u)*power(norm2(u), a) = u*power(norm2(u), a - 1).

    Forgets that u must not be 0 where an exponent is negative.
    """
    if not isinstance(node, Network) or len(node.factors) < 2:
        return node
    for child, slots, _ in node.factors:
        if not is_call(child, "power"):
            continue
        base, exponent = child.children
        gathered: list[tuple[Node, Number]] = []
        others: list[Factor] = []
        for factor in node.factors:
            whole = isinstance(factor.exponent, int)  # sqrt(u^2) is no power of a negative u
            if factor.slots == slots and whole and is_call(factor.node, "power") and factor.node.children[0] is base:
                gathered.append((factor.node.children[1], factor.exponent))
            elif factor.slots == slots and factor.node is base:
                gathered.append((elementwise_power(exponent, 0), factor.exponent))
            elif is_call(base, "norm2") and is_call(factor.node, "unit") and factor.node.children == base.children:
                gathered.append((elementwise_power(exponent, 0), exact(-factor.exponent)))
                others.append(factor._replace(node=base.children[0]))
            else:
                others.append(factor)
        if len(gathered) > 1:
            power = apply("power", base, total(gathered, exponent.axes))
            return remade(node, [*others, Factor(power, slots, 1)])
    return node


def signs(node: Node) -> Node:
    """relu(u)*sign(relu(u)) = relu(u); sign(relu(u))^2 = sign(relu(u)); abs(u)*sign(u) = u; u*sign(u) = abs(u);
    sign(u)/abs(u) = 1/u."""
    if not isinstance(node, Network):
        return node
    for place, (child, slots, exponent) in enumerate(node.factors):
        if not is_call(child, "sign"):
            continue
        if isinstance(exponent, int) and exponent > 1 and is_call(child.children[0], "relu"):
            rest = without(node, place)
            return remade(node, [*rest, Factor(child, slots, 1)])
        if exponent != 1:
            continue
        inner = child.children[0]
        for other, factor in enumerate(node.factors):
            taken = _beside_sign(factor, inner) if factor.slots == slots and other != place else None
            if taken is not None:
                return remade(node, [*without(node, place, other), *taken])
        whole = standing(node, inner, slots, place)
        if whole is not None:
            return remade(node, [*without(node, place, *whole), Factor(apply("abs", inner), slots, 1)])
    return node


def _beside_sign(factor: Factor, inner: Node) -> list[Factor] | None:
    """A factor times sign(u) entry by entry, where that is shorter."""
    child, slots, exponent = factor
    size = is_call(child, "abs") and child.children[0] is inner
    if not isinstance(exponent, int) or exponent < -1:
        return None
    if exponent < 0:
        return [Factor(inner, slots, -1)] if size else None
    if child is inner and is_call(inner, "relu"):
        return [factor]
    return [factor._replace(exponent=exact(exponent - 1)), Factor(inner, slots, 1)] if size else None
