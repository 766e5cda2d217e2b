"""NumPy's universal functions on nodes: arithmetic and functions entry by entry, with broadcasting."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import pi

from ricci.functions import apply, number_of
from ricci.notation.numpy.products import matmul, matvec, vecdot, vecmat
from ricci.notation.numpy.shapes import (
    Operand,
    broadcast,
    broadcast_shape,
    operand,
    slots_in,
)
from tensor_networks.networks import constant, elementwise_power, network, total
from tensor_networks.nodes import Node
from tensor_networks.numbers import Number, exact, ratio

Ufunc = Callable[..., Node]


def add(x1: Operand, x2: Operand) -> Node:
    """x1 + x2."""
    return combined("add", x1, x2, 1, 1)


def subtract(x1: Operand, x2: Operand) -> Node:
    """x1 - x2."""
    return combined("subtract", x1, x2, 1, -1)


def combined(what: str, x1: Operand, x2: Operand, c1: Number, c2: Number) -> Node:
    """c1 x1 + c2 x2."""
    first, second = broadcast(what, x1, x2)
    return total([(first, c1), (second, c2)], first.axes)


def multiply(x1: Operand, x2: Operand) -> Node:
    """x1 x2, entry by entry."""
    return _product("multiply", operand(x1), operand(x2), 1)


def divide(x1: Operand, x2: Operand) -> Node:
    """x1 / x2, entry by entry."""
    return _product("divide", operand(x1), operand(x2), -1)


def _product(what: str, first: Node, second: Node, exponent: int) -> Node:
    number = number_of(first)
    if number is not None and exponent == 1:
        return scaled(second, number)
    number = number_of(second)
    if number:
        return scaled(first, number if exponent == 1 else ratio(1, number))
    shape = broadcast_shape(what, first.axes, second.axes)
    factors = [(first, slots_in(first, shape, "a"), 1), (second, slots_in(second, shape, "b"), exponent)]
    return network(factors, range(len(shape)), dict(enumerate(shape)))


def power(x1: Operand, x2: Operand) -> Node:
    """x1 to the x2, entry by entry; an exponent that is a number stays one."""
    base, exponent = operand(x1), operand(x2)
    number = number_of(exponent)
    if number is not None:
        return elementwise_power(base, number)
    return apply("power", *broadcast("power", base, exponent))


def negative(x: Operand) -> Node:
    """-x."""
    return scaled(operand(x), -1)


def scaled(node: Node, number: object) -> Node:
    """A node times a number."""
    return total([(node, exact(number))], node.axes)


def root(x: Operand, degree: int = 2) -> Node:
    """The root of x of that degree, for positive x."""
    return elementwise_power(operand(x), Fraction(1, degree))


def _logaddexp2(x1: Operand, x2: Operand) -> Node:
    two = apply("log", constant(2))
    return divide(UFUNCS["logaddexp"](multiply(x1, two), multiply(x2, two)), two)


def _kl_div(x: Operand, y: Operand) -> Node:
    first, second = broadcast("kl_div", x, y)
    return add(apply("relentr", first, second), subtract(second, first))


def _binom(n: Operand, k: Operand) -> Node:
    first, second = broadcast("binom", n, k)
    inner = apply("betaln", add(1, subtract(first, second)), add(1, second))
    return apply("exp", negative(add(inner, apply("log", add(1, first)))))


def _heaviside(x1: Operand, x2: Operand) -> Node:
    first, second = broadcast("heaviside", x1, x2)
    at_zero = subtract(1, elementwise_power(apply("sign", first), 2))
    return add(apply("step", first), multiply(at_zero, subtract(second, 0.5)))


def _copysign(x1: Operand, x2: Operand) -> Node:
    first, second = broadcast("copysign", x1, x2)
    size = apply("abs", first)
    return apply("where", scaled(second, -1), scaled(size, -1), size)


def _ldexp(x1: Operand, x2: Operand) -> Node:
    return multiply(x1, apply("exp2", operand(x2)))


def _times(number: float) -> Ufunc:
    return lambda x: scaled(operand(x), number)


def _same(x: Operand) -> Node:
    return operand(x)


def _of_table(name: str) -> Ufunc:
    """A function of the table, its arguments stretched to one shape."""
    return lambda *values: apply(name, *broadcast(name, *values))


SAME_NAME = (
    *("exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sin", "cos", "tan", "sinh", "cosh", "tanh"),
    *("sign", "square", "reciprocal", "cbrt", "maximum", "minimum", "clip", "arctan2", "hypot", "logaddexp"),
    *("exp10", "logit", "ndtr", "ndtri", "entr", "xlogy", "xlog1py", "huber"),  # of scipy.special, these and the next
    *("erf", "erfc", "erfinv", "gamma", "gammaln", "beta", "betaln"),
)

UFUNCS: dict[str, Ufunc] = {
    "add": add,
    "subtract": subtract,
    "multiply": multiply,
    "divide": divide,
    "true_divide": divide,
    "power": power,
    "float_power": power,
    "negative": negative,
    "positive": _same,
    "conjugate": _same,
    "sqrt": root,
    "logaddexp2": _logaddexp2,
    "deg2rad": _times(pi / 180),
    "radians": _times(pi / 180),
    "rad2deg": _times(180 / pi),
    "degrees": _times(180 / pi),
    "arcsin": _of_table("asin"),
    "arccos": _of_table("acos"),
    "arctan": _of_table("atan"),
    "arcsinh": _of_table("asinh"),
    "arccosh": _of_table("acosh"),
    "arctanh": _of_table("atanh"),
    "heaviside": _heaviside,
    "copysign": _copysign,
    "ldexp": _ldexp,
    "absolute": _of_table("abs"),
    "fabs": _of_table("abs"),
    "fmax": _of_table("maximum"),
    "fmin": _of_table("minimum"),
    "matmul": matmul,
    "matvec": matvec,
    "vecmat": vecmat,
    "vecdot": vecdot,
    **{name: _of_table(name) for name in SAME_NAME},
}

UFUNCS |= {  # the universal functions of scipy.special
    "expit": _of_table("sigmoid"),
    "log_expit": _of_table("logsigmoid"),
    "rel_entr": _of_table("relentr"),
    "kl_div": _kl_div,
    "psi": _of_table("digamma"),
    "loggamma": _of_table("gammaln"),
    "binom": _binom,
    "log_ndtr": _of_table("logndtr"),
    "pseudo_huber": _of_table("pseudohuber"),
    "boxcox": lambda x, lmbda: divide(subtract(power(x, lmbda), 1), lmbda),
    "inv_boxcox": lambda y, lmbda: power(add(1, multiply(lmbda, y)), divide(1, lmbda)),
}

REDUCTIONS = {  # ufunc.reduce, as an array function
    "add": "sum",
    "multiply": "prod",
    "maximum": "max",
    "minimum": "min",
    "fmax": "max",
    "fmin": "min",
    "logaddexp": "logaddexp.reduce",
}


def outer_of(name: str, x1: Operand, x2: Operand) -> Node:
    """``ufunc.outer(x1, x2)``: the function at all pairs of entries."""
    first, second = operand(x1), operand(x2)
    wide = network(
        [(first, range(first.order))],
        [*range(first.order), *(f"one {k}" for k in range(second.order))],
        {f"one {k}": 1 for k in range(second.order)},
    )
    return UFUNCS[name](wide, second)
