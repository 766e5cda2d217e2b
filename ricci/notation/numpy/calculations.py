"""NumPy's calculations on nodes that are made of simpler ones: running products, covariances, polynomials, integrals."""

from __future__ import annotations

from collections.abc import Callable
from math import pi
from typing import Any, NamedTuple

import numpy as np

from ricci.constants import constant_array
from ricci.functions import apply
from ricci.notation.numpy.arrays import diag, matrix_transpose
from ricci.notation.numpy.indexing import concatenate, indexed, integer_size, picked, stack
from ricci.notation.numpy.products import matmul, raveled
from ricci.notation.numpy.reductions import mean, prod, sum_
from ricci.notation.numpy.shapes import Operand, axis_number, operand
from ricci.notation.numpy.spectra import stacked, svdvals
from ricci.notation.numpy.ufuncs import add, divide, multiply, root, scaled, subtract
from tensor_networks.errors import ShapeError, TraceError
from tensor_networks.networks import constant, elementwise_power, network, size_of, total
from tensor_networks.nodes import Node


def cumprod(a: Operand, axis: Any = None) -> Node:
    """The products of the entries so far along an axis of integer size."""
    node = raveled(operand(a)) if axis is None else operand(a)
    number = axis_number(axis or 0, node.order)
    size = integer_size(node.axes[number], "cumprod")
    return stack([prod(picked(node, number, np.arange(end + 1)), number) for end in range(size)], number)


def trapezoid(y: Operand, x: Operand = None, dx: Operand = 1.0, axis: int = -1) -> Node:
    """The integral by the trapezoidal rule along an axis of integer size."""
    node = operand(y)
    number = axis_number(axis, node.order)
    size = integer_size(node.axes[number], "trapezoid")
    later, earlier = picked(node, number, np.arange(1, size)), picked(node, number, np.arange(size - 1))
    steps = operand(dx)
    if x is not None:
        places = operand(x)
        along = number if places.order == node.order else 0
        steps = subtract(picked(places, along, np.arange(1, size)), picked(places, along, np.arange(size - 1)))
        if places.order == 1:
            steps = indexed(steps, (slice(None), *[None] * (node.order - 1 - number)))
    return sum_(scaled(multiply(steps, add(later, earlier)), 0.5), number)


def gradient(f: Operand, *varargs: Any, axis: Any = None, edge_order: int = 1) -> Any:
    """The central differences of entries, one-sided at the ends, along one axis of integer size.

    Raises:
        TraceError: several axes with distances of their own, or other differences at the ends.
    """
    node = operand(f)
    if edge_order != 1 or len(varargs) > 1 or (varargs and np.ndim(varargs[0])):
        raise TraceError("np.gradient has a formula for one distance and edge_order=1")
    numbers = [axis_number(one, node.order) for one in (range(node.order) if axis is None else np.atleast_1d(axis))]
    values = [_differences(node, number, varargs[0] if varargs else 1.0) for number in numbers]
    return values[0] if len(values) == 1 else tuple(values)


def _differences(node: Node, number: int, distance: Operand) -> Node:
    size = integer_size(node.axes[number], "np.gradient")
    if size < 2:
        raise ShapeError("np.gradient needs at least two entries")
    ahead, behind = np.minimum(np.arange(size) + 1, size - 1), np.maximum(np.arange(size) - 1, 0)
    matrix = (np.eye(size)[ahead] - np.eye(size)[behind]) / (ahead - behind)[:, None]
    wires: list[Any] = list(range(node.order))
    outputs = ["new" if wire == number else wire for wire in wires]
    return divide(network([(constant_array(matrix), ["new", number]), (node, wires)], outputs), distance)


def interp(x: Any, xp: Any, fp: Operand, left: Any = None, right: Any = None, period: Any = None) -> Node:
    """Linear interpolation between values that are expressions, at places that are constants."""
    if any(isinstance(value, Node) for value in (x, xp)) or any(value is not None for value in (left, right, period)):
        raise TraceError("np.interp has a formula in the values only: its places must be constants")
    places = np.asarray(xp, float)
    weights = np.stack([np.interp(x, places, column) for column in np.eye(len(places))], -1)
    return matmul(constant_array(weights), operand(fp))


def linspace(start: Operand, stop: Operand, num: int = 50, endpoint: bool = True, axis: int = 0, **_: Any) -> Node:
    """Evenly spaced values between two."""
    parts = constant_array(np.linspace(0.0, 1.0, num, endpoint))
    first, last = operand(start), operand(stop)
    wide = indexed(parts, (slice(None), *[None] * max(first.order, last.order)))
    return add(first, multiply(wide, subtract(last, first)))


# statistics


def cov(m: Operand, y: Any = None, rowvar: bool = True, bias: bool = False, ddof: Any = None, **weights: Any) -> Node:
    """The covariances of the rows of a matrix (of its columns, for ``rowvar=False``).

    Raises:
        TraceError: weights.
    """
    if any(value is not None for value in weights.values()):
        raise TraceError("np.cov with weights has no formula here")
    node = _variables(m, rowvar)
    node = node if y is None else concatenate([node, _variables(y, rowvar)])
    away = subtract(node, mean(node, 1, keepdims=True))
    less = (0 if bias else 1) if ddof is None else ddof
    number = total([(size_of(node.axes[1]), 1), (constant(less), -1)])
    square = divide(network([(away, "ik"), (away, "jk")], "ij"), number)
    return indexed(square, (0, 0)) if node.axes[0] == 1 else square


def _variables(m: Operand, rowvar: bool) -> Node:
    """A matrix of one row for each variable."""
    node = operand(m)
    if node.order == 1:
        return indexed(node, None)
    return node if rowvar else matrix_transpose(node)


def corrcoef(x: Operand, y: Any = None, rowvar: bool = True, **_: Any) -> Node:
    """The correlations of the rows of a matrix (of its columns, for ``rowvar=False``)."""
    square = cov(x, y, rowvar)
    if not square.order:
        return constant(1)
    scale = root(diag(square))
    return divide(square, network([(scale, "i"), (scale, "j")], "ij"))


# polynomials and elementary functions


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


def sinc(x: Operand) -> Node:
    """``sin(pi x)/(pi x)``, not at 0."""
    inner = scaled(operand(x), pi)
    return divide(apply("sin", inner), inner)


# linear algebra


class LstsqResult(NamedTuple):
    """What ``np.linalg.lstsq`` returns."""

    x: Node
    residuals: Node
    rank: Any
    s: Node


def lstsq(a: Operand, b: Operand, rcond: Any = None) -> LstsqResult:
    """The least squares solution, for a matrix of full rank."""
    matrix, right = stacked("lstsq", a), operand(b)
    solution = matmul(apply("pinv", matrix), right)
    away = subtract(right, matmul(matrix, solution))
    residuals = sum_(elementwise_power(away, 2), 0)
    return LstsqResult(solution, residuals if right.order > 1 else indexed(residuals, None), None, svdvals(matrix))


def cond(x: Operand, p: Any = None) -> Node:
    """The largest singular value over the smallest."""
    if p not in (None, 2):
        raise TraceError(f"np.linalg.cond of order {p!r} has no formula here")
    values = svdvals(x)
    return divide(indexed(values, (..., 0)), indexed(values, (..., -1)))


CALCULATIONS: dict[str, Callable[..., Any]] = {
    "cumprod": cumprod,
    "trapezoid": trapezoid,
    "gradient": gradient,
    "interp": interp,
    "linspace": linspace,
    "cov": cov,
    "corrcoef": corrcoef,
    "polyval": polyval,
    "vander": vander,
    "sinc": sinc,
    "linalg.lstsq": lstsq,
    "linalg.cond": cond,
}

# what has no formula, and why

REASONS: dict[str, str] = {
    "it is constant between its jumps": "floor ceil rint trunc round fix around floor_divide remainder mod linalg.matrix_rank",
    "which entry it takes is not known while the function is traced": "sort median percentile quantile partition unique",
    "the place of an entry is no number that changes smoothly": "argmax argmin argsort argwhere nonzero searchsorted",
    "a truth value is not known while the function is traced": "isnan isfinite isinf isclose allclose any all array_equal",
    "which entries are NaN is not known": "nansum nanmean nanmax nanmin nan_to_num nanvar nanstd nanmedian",
}
REFUSED: dict[str, str] = {name: reason for reason, names in REASONS.items() for name in names.split()}
