"""NumPy's polynomials on nodes: coefficients with the highest power first, or, in ``numpy.polynomial``, the lowest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ricci.constants import constant_array
from ricci.notation.numpy.convolutions import convolve
from ricci.notation.numpy.indexing import flip, integer_size, picked, stack
from ricci.notation.numpy.pieces import pad
from ricci.notation.numpy.shapes import Operand, operand
from ricci.notation.numpy.ufuncs import add, multiply, scaled
from tensor_networks.networks import elementwise_power, total
from tensor_networks.nodes import Node


def polyval(p: Operand, x: Operand) -> Node:
    """A polynomial, the coefficient of the highest power first."""
    coefficients, place = operand(p), operand(x)
    size = integer_size(coefficients.axes[0], "polyval")
    terms = [multiply(picked(coefficients, 0, k), elementwise_power(place, size - 1 - k)) for k in range(size)]
    return total([(add(term, scaled(place, 0)), 1) for term in terms], place.axes)


def vander(x: Operand, N: Any = None, increasing: bool = False) -> Node:
    """The powers of the entries of a vector as columns, the highest first."""
    node = operand(x)
    count = integer_size(node.axes[0], "np.vander") if N is None else int(N)
    powers = range(count) if increasing else reversed(range(count))
    return stack([elementwise_power(node, power) for power in powers], 1)


def _sum_of(sign: int) -> Callable[..., Node]:
    def combined(a1: Operand, a2: Operand) -> Node:
        """The sum or the difference of two polynomials, the shorter one filled up with zeros in front."""
        nodes = [operand(a1), operand(a2)]
        sizes = [integer_size(node.axes[0], "polyadd") for node in nodes]
        first, second = (pad(node, (max(sizes) - size, 0)) for node, size in zip(nodes, sizes, strict=True))
        return total([(first, 1), (second, sign)], first.axes)

    return combined


def polyder(p: Operand, m: int = 1) -> Node:
    """The m-th derivative of a polynomial."""
    node = operand(p)
    for _ in range(m):
        size = integer_size(node.axes[0], "polyder")
        node = multiply(picked(node, 0, np.arange(size - 1)), constant_array(np.arange(size - 1.0, 0, -1)))
    return node


def polyint(p: Operand, m: int = 1) -> Node:
    """The m-th integral of a polynomial, without constants of integration."""
    node = operand(p)
    for _ in range(m):
        size = integer_size(node.axes[0], "polyint")
        node = pad(multiply(node, constant_array(1 / np.arange(float(size), 0, -1))), (0, 1))
    return node


POLYNOMIALS: dict[str, Callable[..., Any]] = {
    "polyval": polyval,
    "vander": vander,
    "polyadd": _sum_of(1),
    "polysub": _sum_of(-1),
    "polymul": lambda a1, a2: convolve(a1, a2),
    "polyder": polyder,
    "polyint": polyint,
}

LOWEST_FIRST: dict[str, Callable[..., Any]] = {  # those of numpy.polynomial.polynomial
    "polyval": lambda x, c: polyval(flip(c, 0), x),
    "polyvander": lambda x, deg: vander(x, int(deg) + 1, increasing=True),
    "polyadd": lambda c1, c2: flip(POLYNOMIALS["polyadd"](flip(c1, 0), flip(c2, 0)), 0),
    "polysub": lambda c1, c2: flip(POLYNOMIALS["polysub"](flip(c1, 0), flip(c2, 0)), 0),
    "polymul": lambda c1, c2: convolve(c1, c2),
    "polyder": lambda c, m=1: flip(polyder(flip(c, 0), m), 0),
    "polyint": lambda c, m=1: flip(polyint(flip(c, 0), m), 0),
}
