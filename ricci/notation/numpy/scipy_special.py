"""Functions of `scipy.special` on nodes, by name, that are no universal functions; and universal ones made of several."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from math import log, pi, sqrt
from typing import Any

import numpy as np
from numpy.polynomial import chebyshev, hermite, hermite_e, laguerre, legendre

from ricci.functions import apply, number_of
from ricci.notation.numpy.arrays import moveaxis, reshape
from ricci.notation.numpy.polynomials import LOWEST_FIRST
from ricci.notation.numpy.reductions import logaddexp_reduce
from ricci.notation.numpy.shapes import Operand, operand
from ricci.notation.numpy.ufuncs import UFUNCS, add, divide, multiply, power, scaled, subtract
from tensor_networks.errors import TraceError
from tensor_networks.networks import elementwise_power
from tensor_networks.nodes import Node

POLYGAMMAS = ("digamma", "trigamma", "tetragamma", "pentagamma", "hexagamma", "heptagamma")


def logsumexp(a: Operand, axis: Any = None, b: Operand = None, keepdims: bool = False, return_sign: bool = False) -> Node:
    """log(sum(b exp(a))) over some axes, without overflow where there are no weights b, or positive ones."""
    if return_sign:
        raise TraceError("logsumexp with return_sign has no formula")
    weighted = operand(a) if b is None else add(a, apply("log", operand(b)))
    return logaddexp_reduce(weighted, axis, keepdims=keepdims)


def polygamma(n: int, x: Operand) -> Node:
    """The n-th derivative of digamma, to the fifth."""
    if not hasattr(n, "__index__") or not 0 <= int(n) < len(POLYGAMMAS):
        raise TraceError(f"polygamma of order {n!r} has no formula: orders 0 to {len(POLYGAMMAS) - 1} have")
    return apply(POLYGAMMAS[int(n)], operand(x))


def multigammaln(a: Operand, d: int) -> Node:
    """The logarithm of the multivariate gamma function of dimension d."""
    node = operand(a)
    parts = [apply("gammaln", subtract(node, j / 2)) for j in range(d)]
    return add(reduce(add, parts), d * (d - 1) / 4 * log(pi))


def comb(N: Operand, k: Operand, *, exact: bool = False, repetition: bool = False) -> Node:
    """The binomial coefficient."""
    if exact or repetition:
        raise TraceError("scipy.special.comb has a formula for exact=False and repetition=False")
    return UFUNCS["binom"](N, k)


def _along_axis(name: str) -> Callable[..., Node]:
    """A function of vectors of the table, along an axis or of all entries."""

    def call(x: Operand, axis: int | None = None) -> Node:
        node = operand(x)
        if axis is None:
            return reshape(apply(name, reshape(node, -1)), node.axes)
        return moveaxis(apply(name, moveaxis(node, axis, -1)), -1, axis)

    return call


SPECIAL: dict[str, Callable[..., Node]] = {
    "logsumexp": logsumexp,
    "polygamma": polygamma,
    "multigammaln": multigammaln,
    "comb": comb,
    "softmax": _along_axis("softmax"),
    "log_softmax": _along_axis("logsoftmax"),
    "sinc": lambda x: apply("sinc", operand(x)),
    "softplus": lambda x: apply("softplus", operand(x)),
}


# universal functions


def _polynomial(name: str, coefficients: Callable[[Any], Any]) -> Callable[..., Node]:
    def call(n: Any, x: Operand) -> Node:
        """A classical orthogonal polynomial of a degree that is a number."""
        number = number_of(operand(n))
        if number is None or number != int(number) or number < 0:
            raise TraceError(f"scipy.special.{name} needs a degree that is a whole number")
        value: Node = LOWEST_FIRST["polyval"](x, np.asarray(coefficients([0.0] * int(number) + [1.0])))
        return value

    return call


def _degrees(name: str) -> Callable[[Operand], Node]:
    return lambda x: apply(name, scaled(operand(x), pi / 180))


def _radian(d: Operand, m: Operand, s: Operand) -> Node:
    return scaled(add(d, add(scaled(operand(m), 1 / 60), scaled(operand(s), 1 / 3600))), pi / 180)


def _cosm1(x: Operand) -> Node:
    return scaled(elementwise_power(apply("sin", scaled(operand(x), 0.5)), 2), -2)


def _erfcx(x: Operand) -> Node:
    return scaled(elementwise_power(apply("mills", scaled(operand(x), -sqrt(2))), -1), sqrt(2 / pi))


def _inv_boxcox1p(y: Operand, lmbda: Operand) -> Node:
    return subtract(power(add(1, multiply(lmbda, y)), divide(1, lmbda)), 1)


UFUNCS |= {
    "eval_legendre": _polynomial("eval_legendre", legendre.leg2poly),
    "eval_chebyt": _polynomial("eval_chebyt", chebyshev.cheb2poly),
    "eval_hermite": _polynomial("eval_hermite", hermite.herm2poly),
    "eval_hermitenorm": _polynomial("eval_hermitenorm", hermite_e.herme2poly),
    "eval_laguerre": _polynomial("eval_laguerre", laguerre.lag2poly),
    "sindg": _degrees("sin"),
    "cosdg": _degrees("cos"),
    "tandg": _degrees("tan"),
    "cotdg": lambda x: elementwise_power(_degrees("tan")(x), -1),
    "radian": _radian,
    "cosm1": _cosm1,
    "erfcx": _erfcx,
    "powm1": lambda x, y: apply("expm1", multiply(y, apply("log", operand(x)))),
    "boxcox1p": lambda x, lmbda: divide(subtract(power(add(1, x), lmbda), 1), lmbda),
    "inv_boxcox1p": _inv_boxcox1p,
    "rgamma": lambda x: elementwise_power(apply("gamma", operand(x)), -1),
    "poch": lambda z, m: divide(apply("gamma", add(z, m)), apply("gamma", operand(z))),
}
