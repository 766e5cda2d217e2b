"""Passes over logarithms, and what is known of exponentials: log(exp(u)), log(1 + exp(u)), log(sum(exp(u))), log(v.*exp(u))."""

from __future__ import annotations

from collections.abc import Sequence

from ricci.functions import Apply, apply
from ricci.passes.common import is_call, is_nonnegative, is_ones, negative, remade, without
from tensor_networks.axes import Axis
from tensor_networks.networks import Factor, Network, Sum, constant, elementwise_power, network, one, primitive, total
from tensor_networks.nodes import Node
from tensor_networks.numbers import Number, ratio
from tensor_networks.wiring import are_distinct


def logarithms(node: Node) -> Node:
    """log(exp(u)) = u; log(c*det(X)^k) = log(abs(c)) + k*logdet(X); log(sigmoid(u)) = -softplus(-u);
    log(softmax(u)) = u - logsumexp(u);
    log(1 + exp(u)) = log1p(exp(u)) = softplus(u); log(exp(u) + exp(v)) = u + softplus(v - u);
    log(sum(exp(u))) = logsumexp(u); log(ndtr(u)) = logndtr(u); log(gamma(u)) = gammaln(u). Domain: log(det(X)) and
    log(gamma(u)) are widened to log|det X| and log|gamma(u)|."""
    if not is_call(node, "log", "log1p"):
        return node
    (arg,) = node.children
    if is_call(node, "log1p"):
        exponent = exponent_of(arg)
        return node if exponent is None else apply("softplus", exponent)
    if (taken := _without_exp(arg) or _without_dets(arg)) is not None:
        return taken
    if isinstance(arg, Apply):
        inner = arg.args[0]
        match arg.function.name:
            case "exp":
                return inner
            case "det" if not arg.batch:
                return apply("logdet", inner)
            case "gamma":
                return apply("gammaln", inner)
            case "ndtr":
                return apply("logndtr", inner)
            case "sigmoid":
                return total([(apply("softplus", negative(inner)), -1)])
            case "softmax":
                return _log_softmax(inner)
    exponent = one_plus_exp(arg)
    if exponent is not None:
        return apply("softplus", exponent)
    summed = _summed_exp(arg)
    if summed is not None:
        return apply("logsumexp", summed)
    return _log_two_exp(node, arg) if type(arg) is Sum and len(arg.terms) == 2 else _log_erfc(node, arg)


def _without_exp(arg: Node) -> Node | None:
    """log(v.*exp(u)) = u + log(v), so for sum(exp(u)) = exp(logsumexp(u)), and for powers of both; log(1/v) = -log(v)."""
    product, number = primitive(arg)
    if number <= 0:
        return None
    if number != 1 and (u := exponent_of(product)) is not None:
        return total([(u, 1), log_of_number(number, u.axes)])
    if type(product) is not Network or not product.plain:
        return None
    for place, (child, slots, exponent) in enumerate(product.factors):
        u = exponent_of(child)
        if u is not None and product.free.issuperset(wire for group in slots for wire in group):
            rest = remade(product, [*product.factors[:place], *product.factors[place + 1 :]])
            part = network([(u, slots)], product.outputs, {wire: product.sizes[wire] for wire in product.free})
            return total([(part, exponent), (apply("log", total([(rest, number)])), 1)])
    if len(product.factors) == 1 == number and product.factors[0].exponent < 0 and len(product.sizes) == product.order:
        return negative(apply("log", elementwise_power(product, -1)))
    return None


def _without_dets(arg: Node) -> Node | None:
    """log(v*det(X)^k) = k*logdet(X) + log(abs(v)) of scalars, v powers with symbols too; None if there is no determinant."""
    product, number = primitive(arg.children[0] if is_call(arg, "abs") else arg)
    if arg.order or not number:
        return None
    terms: list[tuple[Node, Number]] = []
    others: list[Factor] = []
    found = False
    factors = product.factors if isinstance(product, Network) else (Factor(product, (), 1),)
    for factor in factors if not any(factor.slots for factor in factors) else ():
        inner = _without_dets(factor.node) if isinstance(factor.node, Network) and factor.node is not product else None
        if is_call(factor.node, "det"):
            inner = apply("logdet", factor.node.children[0])
        found = found or inner is not None
        if inner is None and is_call(factor.node, "power"):
            base, exponent = factor.node.children
            inner = network([(log_of_size(base), ()), (exponent, ())], ())
        if inner is None:
            others.append(factor)
        else:
            terms.append((inner, factor.exponent))
    rest = total([(network(others, ()), number)])
    return None if not found else total(terms if rest is one else [*terms, (log_of_size(rest), 1)])


def log_of_size(node: Node) -> Node:
    """log(abs(u)), log(u) for u >= 0."""
    return apply("log", node if is_nonnegative(node) else apply("abs", node))


def log_of_number(number: Number, axes: Sequence[Axis]) -> tuple[Node, Number]:
    """A term of a sum over some axes: the logarithm of a positive number, that of a small one as -log(1/number)."""
    least = number < 1
    log = apply("log", constant(ratio(1, number) if least else number))
    return network([(log, ())], range(len(axes)), dict(enumerate(axes))), -1 if least else 1


def _log_two_exp(node: Node, arg: Sum) -> Node:
    """log(exp(u) + exp(v)) = u + softplus(v - u); log(c*exp(u) + c*exp(-u)) = log(2*c*cosh(u)); or the node."""
    scale = arg.terms[0][1]
    pair = exponents_of(arg, scale)
    if pair is None:
        return node
    u, v = pair
    if u is negative(v):
        return apply("log", total([(apply("cosh", u), 2 * scale)]))
    return total([(u, 1), (apply("softplus", total([(v, 1), (u, -1)])), 1)]) if scale == 1 else node


def exponents_of(node: Node, scale: Number = 1) -> tuple[Node, Node] | None:
    """(u, v), if the node is exp(u) + exp(v), times the scale."""
    if type(node) is not Sum or len(node.terms) != 2 or any(number != scale for _, number in node.terms):
        return None
    u, v = (exponent_of(term) for term, _ in node.terms)
    return None if u is None or v is None else (u, v)


def _log_erfc(node: Node, arg: Node) -> Node:
    """log(erfc(-u/sqrt(2))/2) = logndtr(u), or the node."""
    inside, number = primitive(arg)
    if not is_call(inside, "erfc") or number != ratio(1, 2):
        return node
    u = times_root_two(inside.children[0])
    return node if u is None else apply("logndtr", negative(u))


def _log_softmax(inner: Node) -> Node:
    batch = range(inner.order - 1)
    lse = network([(apply("logsumexp", inner), batch)], range(inner.order), {inner.order - 1: inner.axes[-1]})
    return total([(inner, 1), (lse, -1)])


def _summed_exp(node: Node) -> Node | None:
    """u as a vector, if the node is the sum of all entries of exp(u), or of a power of it."""
    if isinstance(node, Network) and not node.outputs and len(node.factors) == 1:
        factor = node.factors[0]
        wires = [wire for group in factor.slots for wire in group]
        if wires and is_call(factor.node, "exp") and are_distinct(factor.slots):
            inner = total([(factor.node.children[0], factor.exponent)])
            return network([(inner, factor.slots)], [tuple(wires)])
    return None


def one_plus_exp(node: Node) -> Node | None:
    """u, if the node is 1 + exp(u) in every entry."""
    if isinstance(node, Sum) and len(node.terms) == 2 and all(number == 1 for _, number in node.terms):
        terms = [term for term, _ in node.terms]
        ones = [term for term in terms if is_ones(term)]
        exps = [exponent_of(term) for term in terms if not is_ones(term)]
        if len(ones) == 1 and exps[0] is not None:
            return exps[0]
    return None


def exponent_of(node: Node) -> Node | None:
    """u, if the node is exp(u), or c*u for a power, perhaps with axes in another order, along a diagonal or with copies.

    The sum of all entries of exp(u) is exp(logsumexp(u)).
    """
    if is_call(node, "exp"):
        return node.children[0]
    if (summed := _summed_exp(node)) is not None:
        return apply("logsumexp", summed)
    if isinstance(node, Network) and len(node.factors) == 1:
        child, slots, power = node.factors[0]
        wires = [wire for group in node.outputs for wire in group]
        if is_call(child, "exp") and len(wires) == len(set(wires)) == len(node.sizes):  # no entry is summed, none is 0
            return network([(total([(child.children[0], power)]), slots)], node.outputs, dict(enumerate(node.sizes)))
    return None


def times_root_two(node: Node) -> Node | None:
    """sqrt(2)*u, if u has 1/sqrt(2) or a number like it among its factors."""
    u, number = primitive(node)
    half, two = ratio(-1, 2), constant(2)
    for place, factor in enumerate(u.factors if isinstance(u, Network) else ()):
        if factor.node is two and factor.exponent == half:
            return total([(remade(u, without(u, place)), number)])  # type: ignore[arg-type]
    scale = float(number) * 2**0.5
    near = round(scale)
    return total([(u, near)]) if near and abs(near - scale) < 1e-15 * abs(scale) else None
