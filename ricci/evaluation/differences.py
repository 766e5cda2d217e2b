"""What nearly cancels or overflows, by the functions of the table that keep its digits.

As it is written, the value of each form on the left loses its digits near a point, or overflows::

    exp(u) - 1      expm1(u)          log(cosh(u))           u + softplus(-2*u) - log(2)
    1 - erf(u)      erfc(u)           log(1 - tanh(u).^2)    2*(log(2) - u - softplus(-2*u))
    log(1 + u)      log1p(u)

and so for multiples of them.
"""

from __future__ import annotations

from collections.abc import Mapping

from ricci.functions import apply
from ricci.passes.common import is_call, is_ones
from ricci.passes.logarithms import log_of_number
from tensor_networks.networks import Network, Sum, elementwise_power, primitive, total
from tensor_networks.nodes import Node
from tensor_networks.numbers import Number

FROM_ONE: Mapping[str, tuple[str, int]] = {"exp": ("expm1", 1), "erf": ("erfc", -1)}  # f(u) - 1, and its sign


def differences(node: Node) -> Node:
    """A sum with a function that is close to 1, minus 1, as the function of the difference."""
    number = _of_ones(node)
    if type(node) is not Sum or not number:
        return node
    for term, scale in node.terms:
        if scale == -number and is_call(term, *FROM_ONE):
            name, sign = FROM_ONE[term.function.name]  # type: ignore[attr-defined]
            rest = [(other, c) for other, c in node.terms if other is not term and not is_ones(other)]
            return total([*rest, (apply(name, term.children[0]), sign * scale)], node.axes)
    return node


def logarithms_of_sums(node: Node) -> Node:
    """The logarithm of 1 + u, or of cosh(u), which may overflow where its logarithm does not."""
    if not is_call(node, "log"):
        return node
    arg, number = primitive(node.children[0])
    if number <= 0:
        return node
    if is_call(arg, "cosh"):
        return total([*_log_cosh(arg.children[0], 1), log_of_number(number, node.axes)])
    if type(arg) is not Sum or _of_ones(arg) != 1:
        return node
    rest = total([(term, scale) for term, scale in arg.terms if not is_ones(term)], arg.axes)
    square, scale = primitive(rest)
    root = square.factors[0].node if type(square) is Network and len(square.factors) == 1 else square
    if scale == -1 and is_call(root, "tanh") and elementwise_power(root, 2) is square:
        return total([*_log_cosh(root.children[0], -2), log_of_number(number, node.axes)])
    return total([(apply("log1p", rest), 1), log_of_number(number, node.axes)])


def _of_ones(node: Node) -> Number:
    """The number that a sum adds to every entry."""
    return next((number for term, number in node.terms if is_ones(term)), 0) if type(node) is Sum else 0


def _log_cosh(u: Node, times: int) -> list[tuple[Node, Number]]:
    """A multiple of log(cosh(u)), as terms."""
    half, sign = log_of_number(2, u.axes)
    return [(u, times), (apply("softplus", total([(u, -2)])), times), (half, -sign * times)]
