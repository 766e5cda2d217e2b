"""Simplification: a visible list of passes. `settle` is what every reading and every derivative ends with.

A pass looks at one node, whose children have been through the passes already, and returns it or an equal one. Passes that
change a domain say so: cancelling ``x/x`` or ``exp(log(x))`` forgets that ``x`` must not be 0, or must be positive.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from ricci.functions import Apply, apply, is_number
from tensor_networks.networks import Factor, Network, Sum, elementwise_power, network, one, total
from tensor_networks.nodes import Node, Tensor
from tensor_networks.numbers import Number, exact
from tensor_networks.rewrite import flatten, transform
from tensor_networks.wiring import Group

MOST_ROUNDS = 6
NONNEGATIVE = frozenset({"exp", "abs", "norm2", "softmax", "sigmoid", "softplus", "relu", "cosh"})
Pass = Callable[[Node], Node]
Slots = tuple[Group, ...]


def settle(*roots: Node) -> tuple[Node, ...]:
    """The roots, jointly simplified and flattened: the form in which expressions are compared and shown."""
    for _ in range(MOST_ROUNDS):
        new = flatten(*transform(roots, simplified))
        if all(a is b for a, b in zip(new, roots, strict=True)):
            break
        roots = new
    return roots


def simplified(node: Node) -> Node:
    """The node after all passes, repeated while one of them still changes it."""
    for step in PASSES:
        new = step(node)
        if new is not node:
            return new
    return node


# -- functions of functions


def logarithms(node: Node) -> Node:
    """log(exp(u)) = u; log(det(X)) = logdet(X); log(sigmoid(u)) = -softplus(-u); log(softmax(u)) = u - logsumexp(u);
    log(1 + exp(u)) = softplus(u); log(sum(exp(u))) = logsumexp(u). Domain: log(det(X)) is widened to log|det X|."""
    if not _is(node, "log"):
        return node
    (arg,) = node.args  # type: ignore[attr-defined]
    if isinstance(arg, Apply):
        inner = arg.args[0]
        match arg.function.name:
            case "exp":
                return inner
            case "det" if not arg.batch:
                return apply("logdet", inner)
            case "sigmoid":
                return total([(apply("softplus", _negative(inner)), -1)])
            case "softmax":
                return _log_softmax(inner)
    exponent = _one_plus_exp(arg)
    if exponent is not None:
        return apply("softplus", exponent)
    summed = _summed_exp(arg)
    return node if summed is None else apply("logsumexp", summed)


def _log_softmax(inner: Node) -> Node:
    batch = range(inner.order - 1)
    lse = network([(apply("logsumexp", inner), batch)], range(inner.order), {inner.order - 1: inner.axes[-1]})
    return total([(inner, 1), (lse, -1)])


def _summed_exp(node: Node) -> Node | None:
    """u, if the node is the sum of all entries of exp(u)."""
    if isinstance(node, Network) and not node.outputs and len(node.factors) == 1:
        factor = node.factors[0]
        wires = [wire for group in factor.slots for wire in group]
        if factor.exponent == 1 and _is(factor.node, "exp") and len(set(wires)) == len(factor.slots):
            inner = factor.node.children[0]
            return network([(inner, factor.slots)], [tuple(wires)])
    return None


def _one_plus_exp(node: Node) -> Node | None:
    """u, if the node is 1 + exp(u) in every entry."""
    if isinstance(node, Sum) and len(node.terms) == 2 and all(number == 1 for _, number in node.terms):
        terms = [term for term, _ in node.terms]
        ones = [term for term in terms if _is_ones(term)]
        exps = [_exponent_of(term) for term in terms if not _is_ones(term)]
        if len(ones) == 1 and exps[0] is not None:
            return exps[0]
    return None


def _exponent_of(node: Node) -> Node | None:
    """u, if the node is exp(u), possibly seen with other axes."""
    if _is(node, "exp"):
        return node.children[0]
    if isinstance(node, Network) and len(node.factors) == 1 and node.factors[0].exponent == 1:
        child = node.factors[0].node
        if _is(child, "exp"):
            return network([(child.children[0], node.factors[0].slots)], node.outputs, dict(enumerate(node.sizes)))
    return None


def exponentials(node: Node) -> Node:
    """exp(log(u)) = u (domain: u > 0 forgotten); power(u, number) is a power; abs(abs(u)) = abs(u)."""
    if not isinstance(node, Apply):
        return node
    name, arg = node.function.name, node.args[0]
    if name == "exp" and _is(arg, "log"):
        return arg.children[0]
    if name == "power":
        exponent = _broadcast_number(node.args[1])
        return node if exponent is None else elementwise_power(arg, exponent)
    if name in ("abs", "relu") and _is(arg, name):
        return arg
    return node


def _broadcast_number(node: Node) -> Number | None:
    """The number that every entry is, if it is one."""
    if isinstance(node, Sum) and len(node.terms) <= 1:
        if not node.terms:
            return 0
        return node.terms[0][1] if _is_ones(node.terms[0][0]) else None
    return 1 if _is_ones(node) else is_number(node)


def inverses(node: Node) -> Node:
    """inv(inv(X)) = X; det(inv(X)) = 1/det(X); logdet(inv(X)) = -logdet(X); inv and det of an identity."""
    if not isinstance(node, Apply) or node.function.name not in ("inv", "det", "logdet") or node.batch:
        return node
    name, arg = node.function.name, node.args[0]
    if _is(arg, "inv"):
        inner = arg.children[0]
        return {
            "inv": lambda: inner,
            "det": lambda: elementwise_power(apply("det", inner), -1),
            "logdet": lambda: total([(apply("logdet", inner), -1)]),
        }[name]()
    if arg is network((), "ii", {"i": arg.axes[0]}):
        return {"inv": lambda: arg, "det": lambda: one, "logdet": lambda: total([], ())}[name]()
    return node


# -- products


def norms(node: Node) -> Node:
    """(sum of squares of u)^(k/2) = norm2(u)^k for odd k, and back for even k; (u^2)^(1/2) = abs(u)."""
    if not isinstance(node, Network):
        return node
    factors = [_norm(factor) for factor in node.factors]
    if all(new is old for new, old in zip(factors, node.factors, strict=True)):
        return node
    return _remade(node, factors)


def _norm(factor: Factor) -> Factor:
    child, slots, exponent = factor
    if _is(child, "norm2") and isinstance(exponent, int) and exponent % 2 == 0:
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
        out = [f for f in child.factors if _not_negative(f) and all(w in free for group in f.slots for w in group)]
        if not out or child.outputs and not child.plain:
            continue
        label = {group[0]: slot for group, slot in zip(child.outputs, slots, strict=True)}
        rest = network([f for f in child.factors if f not in out], child.outputs, dict(enumerate(child.sizes)))
        taken = [(_even_root(f, exponent), tuple(label[g[0]] for g in f.slots)) for f in out]
        factors = [(base, where, power) for (base, power), where in taken]
        others = [*node.factors[:place], *node.factors[place + 1 :]]
        return network([*others, *factors, (rest, slots, exponent)], node.outputs, dict(enumerate(node.sizes)))
    return node


def _not_negative(factor: Factor) -> bool:
    if isinstance(factor.exponent, int) and factor.exponent % 2 == 0:
        return True
    return is_nonnegative(factor.node)


def is_nonnegative(node: Node) -> bool:
    """Is every entry known to be at least 0?"""
    if isinstance(node, Apply):
        return node.function.name in NONNEGATIVE
    if isinstance(node, Network):
        return all(_not_negative(factor) for factor in node.factors)
    if isinstance(node, Tensor):
        return bool(node.traits & {"positive", "nonnegative"})
    return isinstance(node, Sum) and all(number > 0 and is_nonnegative(term) for term, number in node.terms)


def _even_root(factor: Factor, exponent: Number) -> tuple[Node, Number]:
    """(base, power) for a factor that is not negative, to a further power."""
    power = exact(factor.exponent * exponent)
    if is_nonnegative(factor.node) or (isinstance(power, int) and power % 2 == 0):
        return factor.node, power
    return apply("abs", factor.node), power


def units(node: Node) -> Node:
    """u/norm2(u) = unit(u), which is 0 at 0."""
    if not isinstance(node, Network):
        return node
    for place, (child, _, exponent) in enumerate(node.factors):
        if _is(child, "norm2") and exponent < 0:
            inner = child.children[0]
            for other, factor in enumerate(node.factors):
                if factor.node is inner and isinstance(factor.exponent, int) and factor.exponent > 0 and inner.order:
                    factors = list(node.factors)
                    factors[place] = Factor(child, (), exact(exponent + 1))
                    factors[other] = factor._replace(exponent=exact(factor.exponent - 1))
                    return _remade(node, [*factors, Factor(apply("unit", inner), factor.slots, 1)])
    return node


def reciprocals(node: Node) -> Node:
    """1/(1 + exp(u)) = sigmoid(-u), exp(u)/(1 + exp(u)) = sigmoid(u), exp(u)/sum(exp(u)) = softmax(u)."""
    if not isinstance(node, Network):
        return node
    for place, factor in enumerate(node.factors):
        if not isinstance(factor.exponent, int) or factor.exponent >= 0:
            continue
        rest = [*node.factors[:place], *node.factors[place + 1 :]]
        if factor.exponent != -1:
            rest.append(factor._replace(exponent=exact(factor.exponent + 1)))
        exponent = _one_plus_exp(factor.node)
        if exponent is not None:
            found = _numerator(rest, exponent, factor.slots)
            new = Factor(apply("sigmoid", exponent if found is not None else _negative(exponent)), factor.slots, 1)
            return _remade(node, [*(rest if found is None else found), new])
        softmax = _softmax(factor, rest)
        if softmax is not None:
            return _remade(node, softmax)
    return node


def _numerator(factors: list[Factor], exponent: Node, slots: Slots) -> list[Factor] | None:
    """The factors without one exp(exponent) at the given slots, if it is among them."""
    top = network([(apply("exp", exponent), slots)], sorted({g for g in slots}))
    for place, (child, groups, power) in enumerate(factors):
        if _is(child, "exp") and power == 1 and network([(child, groups)], sorted({g for g in slots})) is top:
            return [*factors[:place], *factors[place + 1 :]]
    return None


def _softmax(below: Factor, factors: list[Factor]) -> list[Factor] | None:
    """The factors with exp(u) over the sum of exp(u) along one axis made a softmax, if that is what stands there."""
    child = below.node
    if not isinstance(child, Network) or len(child.factors) != 1:
        return None
    top, inside, exponent = child.factors[0]
    if not _is(top, "exp") or exponent != 1 or any(len(group) != 1 for group in inside):
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


def adjugates(node: Node) -> Node:
    """adj(X)/det(X) = inv(X)."""
    if not isinstance(node, Network):
        return node
    for place, (child, _, exponent) in enumerate(node.factors):
        if _is(child, "det") and exponent < 0:
            for other, factor in enumerate(node.factors):
                if _is(factor.node, "adj") and factor.exponent == 1 and factor.node.children[0] is child.children[0]:
                    factors = list(node.factors)
                    factors[place] = Factor(child, (), exact(exponent + 1))
                    factors[other] = factor._replace(node=apply("inv", child.children[0]))
                    return _remade(node, factors)
    return node


def cancellations(node: Node) -> Node:
    """inv(X)*X = I, where nothing else hangs on the wire between them."""
    if not isinstance(node, Network):
        return node
    for place, (child, slots, exponent) in enumerate(node.factors):
        if not _is(child, "inv") or exponent != 1 or len(slots) != 2:
            continue
        for other, factor in enumerate(node.factors):
            if factor.node is child.children[0] and factor.exponent == 1 and other != place:
                joined = _cancelled(node, place, other)
                if joined is not None:
                    return joined
    return node


def _cancelled(node: Network, place: int, other: int) -> Node | None:
    """The network without inv(X) and X, if column of one meets row of the other and nothing else does."""
    (inverse, slots, _), (matrix, groups, _) = node.factors[place], node.factors[other]
    symmetric = len(set(matrix.orbits)) == 1
    ends = [(slots[1], groups[0], slots[0], groups[1]), (slots[0], groups[1], slots[1], groups[0])]
    if symmetric:
        ends += [(slots[0], groups[0], slots[1], groups[1]), (slots[1], groups[1], slots[0], groups[0])]
    used = [wire for factor in node.factors for group in factor.slots for wire in group]
    used += [wire for group in node.outputs for wire in group]
    for inner, meeting, left, right in ends:
        if inner == meeting and len(inner) == 1 == len(left) == len(right) and used.count(inner[0]) == 2:
            rest = [factor for k, factor in enumerate(node.factors) if k not in (place, other)]
            delta = network((), [0, 0], {0: inverse.axes[0]})
            return _remade(node, [*rest, Factor(delta, (left, right), 1)])
    return None


PASSES: tuple[Pass, ...] = (logarithms, exponentials, inverses, roots, norms, units, reciprocals, adjugates, cancellations)


def _is(node: Node, name: str) -> bool:
    return isinstance(node, Apply) and node.function.name == name


def _is_ones(node: Node) -> bool:
    """Is every entry 1?"""
    if not isinstance(node, Network) or node.factors:
        return False
    wires = [wire for group in node.outputs for wire in group]
    return len(set(wires)) == len(wires) == len(node.sizes)


def _negative(node: Node) -> Node:
    return total([(node, -1)])


def _remade(node: Network, factors: list[Factor]) -> Node:
    return network(factors, node.outputs, dict(enumerate(node.sizes)))
