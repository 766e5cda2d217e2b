"""NumPy's calculations on nodes that are made of simpler ones: running products, covariances, polynomials, integrals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from ricci.constants import constant_array
from ricci.functions import apply
from ricci.notation.numpy.arrays import diag, matrix_transpose
from ricci.notation.numpy.indexing import concatenate, diff, indexed, integer_size, picked
from ricci.notation.numpy.products import matmul, raveled
from ricci.notation.numpy.reductions import mean, sum_
from ricci.notation.numpy.shapes import Operand, axis_number, operand
from ricci.notation.numpy.spectra import pinv, stacked, svdvals
from ricci.notation.numpy.ufuncs import add, divide, multiply, root, scaled, subtract
from tensor_networks.errors import ShapeError, TraceError
from tensor_networks.networks import constant, elementwise_power, network, size_of, total
from tensor_networks.nodes import Node


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
    """The central differences of entries, one-sided at the ends, along axes of integer size.

    Raises:
        TraceError: places of the entries that are no constants.
        ShapeError: too few entries, or not as many distances as axes.
    """
    node = operand(f)
    numbers = [axis_number(one, node.order) for one in (range(node.order) if axis is None else np.atleast_1d(axis))]
    distances = varargs * len(numbers) if len(varargs) == 1 else varargs or (1.0,) * len(numbers)
    if len(distances) != len(numbers):
        raise ShapeError(f"np.gradient needs a distance for each of {len(numbers)} axes, not {len(distances)}")
    values = [_differences(node, *pair, edge_order) for pair in zip(numbers, distances, strict=True)]
    return values[0] if len(values) == 1 else tuple(values)


def _differences(node: Node, number: int, distance: Any, edge_order: int) -> Node:
    """The differences along one axis: a constant matrix, over the distance if that is an expression."""
    size = integer_size(node.axes[number], "np.gradient")
    if isinstance(distance, Node) and distance.order:
        raise TraceError("np.gradient: the places of the entries must be constants")
    steps: Any = 1.0 if isinstance(distance, Node) else distance
    options: dict[str, Any] = {"axis": 0, "edge_order": edge_order}
    try:
        matrix = np.gradient(np.eye(size), steps, **options)
    except ValueError as error:
        raise ShapeError(f"np.gradient: {error}") from None
    wires: list[Any] = list(range(node.order))
    outputs = ["new" if wire == number else wire for wire in wires]
    value = network([(constant_array(matrix), ["new", number]), (node, wires)], outputs)
    return divide(value, distance) if isinstance(distance, Node) else value


def ediff1d(ary: Operand, to_end: Operand = None, to_begin: Operand = None) -> Node:
    """The differences of neighbours of the flattened array, with values before and after them."""
    parts = [None if part is None else raveled(operand(part)) for part in (to_begin, to_end)]
    middle = diff(raveled(operand(ary)))
    return concatenate([part for part in (parts[0], middle, parts[1]) if part is not None])


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


def spaced(logarithms: Callable[[Operand, float], Node], powers: Callable[[Node, float], Node]) -> Callable[..., Node]:
    """``np.logspace`` and ``np.geomspace``: evenly spaced logarithms between two values."""

    def call(start: Operand, stop: Operand, num: int = 50, endpoint: bool = True, base: float = 10.0, **_: Any) -> Node:
        return powers(linspace(logarithms(start, base), logarithms(stop, base), num, endpoint), base)

    return call


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


def polyfit(x: Any, y: Operand, deg: int, rcond: Any = None, full: bool = False, w: Any = None, cov: bool = False) -> Node:
    """The coefficients of the polynomial nearest to values at places that are constants, the highest power first.

    Raises:
        TraceError: the places or the weights are expressions, or more than the coefficients is asked for.
    """
    if isinstance(x, Node) or isinstance(w, Node) or full or cov:
        raise TraceError("np.polyfit has a formula in the values, and for the coefficients, only")
    weights = np.ones(len(x)) if w is None else np.asarray(w, float)
    columns = np.vander(np.asarray(x, float), deg + 1) * weights[:, None]
    return matmul(constant_array(np.linalg.pinv(columns) * weights), operand(y))


def bincount(x: Any, weights: Operand = None, minlength: int = 0) -> Node:
    """The sums of the weights in every bin, for bins that are constants."""
    if isinstance(x, Node) or weights is None:
        raise TraceError("np.bincount has a formula in the weights only: the bins must be constants")
    bins = np.asarray(x)
    count = max(minlength, int(bins.max(initial=-1)) + 1)
    return matmul(constant_array(np.arange(count)[:, None] == bins), operand(weights))


# linear algebra


class LstsqResult(NamedTuple):
    """What ``np.linalg.lstsq`` returns."""

    x: Node
    residuals: Node
    rank: Any
    s: Node


def lstsq(a: Operand, b: Operand, rcond: Any = None) -> LstsqResult:
    """The least squares solution; the residuals are those of a matrix of full rank."""
    matrix, right = stacked("lstsq", a), operand(b)
    solution = matmul(pinv(matrix, rcond), right)
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
    "trapezoid": trapezoid,
    "gradient": gradient,
    "interp": interp,
    "linspace": linspace,
    "logspace": spaced(lambda value, base: operand(value), lambda node, base: apply("exp", scaled(node, np.log(base)))),
    "geomspace": spaced(lambda value, base: apply("log", operand(value)), lambda node, base: apply("exp", node)),
    "polyfit": polyfit,
    "bincount": bincount,
    "cov": cov,
    "corrcoef": corrcoef,
    "ediff1d": ediff1d,
    "sinc": lambda x: apply("sinc", operand(x)),
    "linalg.lstsq": lstsq,
    "linalg.cond": cond,
}
