"""Passes over products: sigmoids and softmaxes from their definitions, adjugates, inverses that cancel."""

from __future__ import annotations

from ricci.functions import apply
from ricci.passes.common import is_call, is_ones, negative, remade, with_factor, without
from ricci.passes.logarithms import exponent_of, exponents_of, one_plus_exp
from ricci.passes.matching import occurrences
from tensor_networks.filled import identity
from tensor_networks.networks import Factor, Network, Sum, elementwise_power, network, total
from tensor_networks.nodes import Node
from tensor_networks.numbers import exact
from tensor_networks.wiring import Group, connected

Slots = tuple[Group, ...]


def reciprocals(node: Node) -> Node:
    """1/(1 + exp(u)) = sigmoid(-u), exp(u)/(1 + exp(u)) = sigmoid(u), exp(u)/sum(exp(u)) = softmax(u),
    exp(u)/(exp(u) + exp(v)) = sigmoid(u - v)."""
    if not isinstance(node, Network):
        return node
    for place, factor in enumerate(node.factors):
        if not isinstance(factor.exponent, int) or factor.exponent >= 0:
            continue
        rest = without(node, place)
        if factor.exponent != -1:
            rest.append(factor._replace(exponent=exact(factor.exponent + 1)))
        exponent = one_plus_exp(factor.node)
        if exponent is not None:
            found = _numerator(rest, exponent, factor.slots)
            found = _shared_out(rest, exponent, factor.slots) if found is None else found
            new = Factor(apply("sigmoid", exponent if found is not None else negative(exponent)), factor.slots, 1)
            return remade(node, [*(rest if found is None else found), new])
        softmax = _softmax(factor, rest) or _one_of_two(factor, rest)
        if softmax is not None:
            return remade(node, softmax)
    return node


def _one_of_two(below: Factor, factors: list[Factor]) -> list[Factor] | None:
    """The factors with exp(u)/(exp(u) + exp(v)) made sigmoid(u - v), if that is what stands there."""
    pair = exponents_of(below.node)
    for one, other in (pair, pair[::-1]) if pair else ():
        rest = _numerator(factors, one, below.slots)
        if rest is not None:
            return [*rest, Factor(apply("sigmoid", total([(one, 1), (other, -1)])), below.slots, 1)]
    return None


def _numerator(factors: list[Factor], exponent: Node, slots: Slots) -> list[Factor] | None:
    """The factors without one exp(exponent) at the given slots, if it is among them."""
    ends = sorted(set(slots))
    top = network([(exponent, slots)], ends)
    for place, (child, groups, power) in enumerate(factors):
        inner = exponent_of(child) if set(groups) == set(ends) else None
        if inner is not None and network([(total([(inner, power)]), groups)], ends) is top:
            return [*factors[:place], *factors[place + 1 :]]
    return None


def _shared_out(factors: list[Factor], exponent: Node, batch: Slots) -> list[Factor] | None:
    """The factors with exp(u) = sum(exp(u))*softmax(u) without that sum, if the exponent is logsumexp(u)."""
    if not is_call(exponent, "logsumexp"):
        return None
    for place, (child, slots, power) in enumerate(factors):
        if is_call(child, "exp") and power == 1 and child.children[0] is exponent.children[0] and slots[:-1] == batch:
            return [*factors[:place], Factor(apply("softmax", child.children[0]), slots, 1), *factors[place + 1 :]]
    return None


def _softmax(below: Factor, factors: list[Factor]) -> list[Factor] | None:
    """The factors with exp(u) over the sum of exp(u) along one axis made a softmax, if that is what stands there."""
    child = below.node
    if not isinstance(child, Network) or len(child.factors) != 1:
        return None
    top, inside, exponent = child.factors[0]
    if not is_call(top, "exp") or exponent != 1 or any(len(group) != 1 for group in inside):
        return None
    wires = [group[0] for group in inside]
    summed = [wire for wire in wires if wire not in child.free]
    if len(summed) != 1 or len(set(wires)) != len(wires):
        return None
    place = {group[0]: slot for group, slot in zip(child.outputs, below.slots, strict=True)}
    kept = [axis for axis, wire in enumerate(wires) if wire != summed[0]]
    axis = wires.index(summed[0])
    for index, (other, slots, power) in enumerate(factors):
        if other is top and power == 1 and all(slots[k] == place[wires[k]] for k in kept):
            order = [*kept, axis]
            inner = network([(top.children[0], range(top.order))], order)
            new = Factor(apply("softmax", inner), tuple(slots[k] for k in order), 1)
            return [*factors[:index], *factors[index + 1 :], new]
    return None


def reciprocal_exponentials(node: Node) -> Node:
    """1/exp(u) = exp(-u)."""
    if not isinstance(node, Network):
        return node
    for place, (child, slots, exponent) in enumerate(node.factors):
        if is_call(child, "exp") and exponent < 0:
            top = Factor(apply("exp", negative(child.children[0])), slots, exact(-exponent))
            return with_factor(node, place, top)
    return node


def adjugates(node: Node) -> Node:
    """adj(X)/det(X) = inv(X), and det(X)^(k - 1)*adj(X) = det(X)^k*inv(X) for a symbol k; adj(X) may stand in a scalar."""
    if not isinstance(node, Network):
        return node
    for place, below in enumerate(node.factors):
        found = _one_more_det(below)
        for other, factor in enumerate(node.factors) if found is not None else ():
            new = None if found is None or place == other else _inverse_for_adjugate(factor, found[0], below.slots)
            if found is not None and new is not None:
                return remade(node, [*without(node, place, other), found[1], new])
    return node


def _inverse_for_adjugate(factor: Factor, matrix: Node, batch: Slots) -> Factor | None:
    """A factor that is adj(X) at the slots of a batch, or a scalar with it, with inv(X) in its place; None if it is neither."""
    child, slots, exponent = factor
    if exponent != 1:
        return None
    if is_call(child, "adj") and slots[:-2] == batch:
        turned = network([(matrix, "ij")], "ji") if matrix.order == 2 else matrix
        return factor._replace(node=apply("inv", child.children[0])) if child.children[0] in (matrix, turned) else None
    if not isinstance(child, Network) or slots or batch:
        return None
    for place, inside in enumerate(child.factors):
        new = _inverse_for_adjugate(inside, matrix, ()) if inside.slots else None
        if new is not None:
            return Factor(remade(child, [*without(child, place), new]), (), 1)
    return None


def _one_more_det(factor: Factor) -> tuple[Node, Factor] | None:
    """X and the factor times det(X), if it is a power of det(X) from whose exponent a number is subtracted."""
    child, slots, exponent = factor
    if is_call(child, "det"):
        return (child.children[0], factor._replace(exponent=exact(exponent + 1))) if exponent < 0 else None
    if not is_call(child, "power") or not is_call(child.children[0], "det") or exponent != 1:
        return None
    det, power = child.children
    numbers = [number for term, number in power.terms if is_ones(term)] if isinstance(power, Sum) else []
    if not numbers or numbers[0] > -1:
        return None
    more = apply("power", det, total([(power, 1), (elementwise_power(power, 0), 1)]))
    return det.children[0], Factor(more, slots, 1)


def cancellations(node: Node) -> Node:
    """inv(M)*M = I and adj(M)*M = det(M)*I, where nothing else hangs on the wire between them.

    M may be a product that stands there as its factors.
    """
    if not isinstance(node, Network):
        return node
    for place, (child, slots, exponent) in enumerate(node.factors):
        if not is_call(child, "inv", "adj") or exponent != 1 or len(slots) != 2:
            continue
        matrix = child.children[0]
        for other, factor in enumerate(node.factors):
            if factor.node is matrix and factor.exponent == 1 and other != place:
                joined = _cancelled(node, (place, other), slots, factor.slots, matrix)
                if joined is not None:
                    return joined
        if isinstance(matrix, Network) and matrix.plain:
            for places, ends in occurrences(node, matrix):
                joined = None if place in places else _cancelled(node, (place, *places), slots, ends, matrix)
                if joined is not None:
                    return joined
    return node


def _cancelled(node: Network, places: tuple[int, ...], slots: Slots, groups: Slots, matrix: Node) -> Node | None:
    """The network without inv(M) and M, if column of one meets row of the other and nothing else does.

    Of a symmetric or skew M the columns are rows, or their opposites.
    """
    ends = [(slots[1], groups[0], slots[0], groups[1], 1), (slots[0], groups[1], slots[1], groups[0], 1)]
    turned = network([(matrix, "ij")], "ji")
    sign = 1 if turned is matrix else -1 if turned is negative(matrix) else 0
    if sign:
        ends += [(slots[0], groups[0], slots[1], groups[1], sign), (slots[1], groups[1], slots[0], groups[0], sign)]
    rest = without(node, *places)
    outside = {wire for factor in rest for group in factor.slots for wire in group} | node.free
    for inner, meeting, left, right, number in ends:
        if (
            inner == meeting
            and len(inner) == 1 == len(left) == len(right)
            and inner[0] not in outside
            and inner not in (left, right)
        ):
            scale = [Factor(apply("det", matrix), (), 1)] if is_call(node.factors[places[0]].node, "adj") else []
            return total([(remade(node, [*rest, *scale, Factor(identity(matrix.axes[0]), (left, right), 1)]), number)])
    return None


def softmaxes(node: Node) -> Node:
    """A closed product with a factor exp(u), over sum(exp(u)): the factor becomes softmax(u)."""
    if not isinstance(node, Network):
        return node
    for place, (below, slots, exponent) in enumerate(node.factors):
        inner = _summed_vector(below) if not slots and isinstance(exponent, int) and exponent < 0 else None
        if inner is None:
            continue
        for other, (child, groups, power) in enumerate(node.factors):
            if groups or power != 1 or not isinstance(child, Network):
                continue
            closed = _with_softmax(child, inner)
            if closed is not None:
                factors = list(node.factors)
                factors[place] = Factor(below, (), exact(exponent + 1))
                factors[other] = Factor(closed, (), 1)
                return remade(node, factors)
    return node


def _summed_vector(node: Node) -> Node | None:
    """The vector exp(u), if the node is the sum of its entries."""
    if isinstance(node, Network) and not node.outputs and len(node.factors) == 1:
        factor = node.factors[0]
        if factor.exponent == 1 and factor.node.order == 1 and is_call(factor.node, "exp"):
            return factor.node
    return None


def _with_softmax(child: Network, top: Node) -> Node | None:
    for place, factor in enumerate(child.factors):
        if factor.node is top and factor.exponent == 1:
            new = factor._replace(node=apply("softmax", top.children[0]))
            return with_factor(child, place, new)
    return None


def squares(node: Node) -> Node:
    """M.*M = M.^2 where M is a product itself: two groups of factors alike, on the same axes, or on one wire with others."""
    if not isinstance(node, Network) or len(node.factors) < 4 or not _has_pairs(node):
        return node
    held: dict[int, list[Node]] = {}
    for factor in node.factors:
        for wire in (wire for group in factor.slots for wire in group):
            held.setdefault(wire, []).append(factor.node)
    pairs = [wire for wire, nodes in held.items() if wire not in node.free and len({*nodes}) < len(nodes) > 2]
    for cut in (None, *sorted(pairs)):
        new = _squared(node, cut)
        if new is not None:
            return new
    return node


def _has_pairs(node: Network) -> bool:
    """Are several factors there twice?"""
    seen = [factor.node for factor in node.factors if factor.slots]
    return len(seen) - len(set(seen)) > 1


def _squared(node: Network, cut: int | None) -> Node | None:
    """The product with two groups of factors made one square: groups that hang on axes, or on one inner wire that is cut."""
    ends = node.free if cut is None else node.free | {cut}
    inner = [[wire for group in factor.slots for wire in group if wire not in ends] for factor in node.factors]
    groups = [places for places in connected(inner, len(node.sizes)) if len(places) > 1]
    made_of = [sorted([node.factors[place].node.key for place in places]) for places in groups]
    found: dict[tuple[Node, Slots], list[int]] = {}
    for places, keys in zip(groups, made_of, strict=True):
        held = {wire for place in places for group in node.factors[place].slots for wire in group}
        slots = tuple((wire,) for wire in sorted(held & ends))
        if slots and made_of.count(keys) > 1 and (cut is None or slots == ((cut,),)):
            inside = [node.factors[place] for place in places]
            part = network(inside, slots, {wire: node.sizes[wire] for wire in held})
            other = found.setdefault((part, slots), places)
            if other is not places:
                rest = [factor for place, factor in enumerate(node.factors) if place not in (*places, *other)]
                return remade(node, [*rest, Factor(part, slots, 2)])
    return None


def normalised(node: Node) -> Node:
    """sum(softmax(u)) = 1: a softmax whose own wire hangs on nothing else is gone."""
    if not isinstance(node, Network):
        return node
    uses = [wire for factor in node.factors for group in factor.slots for wire in group]
    for place, factor in enumerate(node.factors):
        if is_call(factor.node, "softmax") and factor.exponent == 1 and len(factor.slots[-1]) == 1:
            (wire,) = factor.slots[-1]
            if wire not in node.free and uses.count(wire) == 1:
                rest = without(node, place)
                held = {wire for other in rest for group in other.slots for wire in group} | node.free
                held |= {wire for group in factor.slots[:-1] for wire in group}
                return network(rest, node.outputs, {wire: node.sizes[wire] for wire in held})
    return node


def hyperbolics(node: Node) -> Node:
    """(exp(u) - exp(-u))/(exp(u) + exp(-u)) = sinh(u)/cosh(u) = tanh(u)."""
    if not isinstance(node, Network):
        return node
    for place, (below, slots, exponent) in enumerate(node.factors):
        cosh = is_call(below, "cosh")
        pair = _opposite_exponents(below) if isinstance(exponent, int) and exponent < 0 and not cosh else None
        if pair is None and not (cosh and isinstance(exponent, int) and exponent < 0):
            continue
        for other, factor in enumerate(node.factors):
            sign = 0
            if factor.slots == slots and isinstance(factor.exponent, int) and factor.exponent > 0:
                sinh = cosh and is_call(factor.node, "sinh") and factor.node.children[0] is below.children[0]
                sign = 1 if sinh else _difference_of(factor.node, below)
            if sign:
                factors = [f for k, f in enumerate(node.factors) if k not in (place, other)]
                inner = below.children[0] if pair is None else pair
                top = apply("tanh", inner if sign > 0 else negative(inner))
                rest = [Factor(below, slots, exact(exponent + 1)), factor._replace(exponent=exact(factor.exponent - 1))]
                return remade(node, [*factors, *rest, Factor(top, slots, 1)])
    return node


def _opposite_exponents(node: Node) -> Node | None:
    """u, if the node is exp(u) + exp(-u) and u that of its first term."""
    pair = exponents_of(node)
    return pair[0] if pair is not None and pair[0] is negative(pair[1]) else None


def _difference_of(node: Node, both: Node) -> int:
    """1 or -1, if the node is plus or minus the difference of the two terms of a sum."""
    if isinstance(node, Sum) and isinstance(both, Sum) and len(node.terms) == 2:
        numbers = dict(node.terms)
        first, second = (numbers.get(term, 0) for term, _ in both.terms)
        if (first, second) in ((1, -1), (-1, 1)):
            return int(first)
    return 0
