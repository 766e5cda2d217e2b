"""A numeric proof of a derivative: the formula against central differences, at random points of two sizes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ricci.arguments import Expression, as_expression
from ricci.derivatives.derive import derivative
from ricci.expr import Expr
from ricci.functions import Apply
from ricci.traits.points import drawn, nearest
from ricci.traits.table import uneven
from tensor_networks.axes import Axis, value
from tensor_networks.axes import symbols as symbols_of
from tensor_networks.errors import RicciError
from tensor_networks.nodes import Tensor, leaves, walk

STEP = 1e-3
TOLERANCE = 1e-6
DOUBT = 1e-4  # by which two steps may differ, relative to the derivative; beyond, a pole is near and another point is taken
SINGULAR = 1e8  # the condition number from which on a matrix counts as singular
DOMAINS = (("normal", -1.0, 1.0), ("positive", 0.4, 1.6), ("unit", -0.8, 0.8))


@dataclass(frozen=True)
class Verification:
    """What was compared and how well it agreed; true if it did."""

    ok: bool
    error: float
    entries: int
    points: tuple[str, ...]

    def __bool__(self) -> bool:
        return self.ok

    def __str__(self) -> str:
        word = "verified" if self.ok else "REFUTED"
        return f"{word}: {self.entries} entries at {' and '.join(self.points)}, largest relative error {self.error:.1e}"

    __repr__ = __str__


def verify(result: Expression, *, tolerance: float = TOLERANCE, seed: int = 0) -> Verification:
    """Check a derivative (what `derivative`, `grad`, `jacobian` or `hessian` returned) numerically.

    Every entry is compared with central differences of the next lower derivative, extrapolated over two steps, at random
    points of two sizes; the lower derivative is checked likewise. Costs 4 evaluations for each entry of the variables.

    Raises:
        RicciError: the expression is no derivative, or no point was found where it is finite.
    """
    result = as_expression(result)
    if result.origin is None:
        message = "only what derivative, grad, jacobian or hessian returned can be verified"
        raise RicciError(message, hint="keep the derivative itself; rc.check says whether a formula of yours is one")
    root, variables = result.origin
    error, entries, points = 0.0, 0, []
    for base in (2, 4):
        for sizes in size_choices([result], base):
            try:
                worst, count = _all_orders(result, root, variables, sizes, seed)
            except RicciError as failure:  # inv(X'*X) needs as many rows as columns
                problem = failure
                continue
            points.append(", ".join(f"{symbol}={number}" for symbol, number in sizes.items()) or "the declared sizes")
            error, entries = max(error, worst), entries + count
            break
        else:
            raise problem
    return Verification(error <= tolerance, error, entries, tuple(dict.fromkeys(points)))


def _all_orders(
    result: Expr, root: Expr, variables: Sequence[Tensor], sizes: Mapping[str, int], seed: int
) -> tuple[float, int]:
    """The largest error of a derivative and of those that lead to it, at some sizes, and the number of entries."""
    error, entries = 0.0, 0
    for order in range(1, len(variables) + 1):
        upper = result if order == len(variables) else derivative(root, *variables[:order])
        lower = root if order == 1 else derivative(root, *variables[: order - 1])
        worst, count = _compare(upper, lower, variables[order - 1], sizes, seed)
        error, entries = max(error, worst), entries + count
    return error, entries


def size_numbers(expressions: Sequence[Expr], base: int, descending: bool = False) -> dict[str, int]:
    """Small numbers for the size symbols of some expressions, different for neighbours."""
    axes = [size for e in expressions for size in (*e.axes, *(size for leaf in e.variables.values() for size in leaf.axes))]
    symbols = sorted({symbol for size in axes for symbol in symbols_of(size)})
    steps = (2, 1, 0) if descending else (0, 1, 2)
    numbers = {symbol: base + steps[place % 3] for place, symbol in enumerate(symbols)}
    pairs = [pair for e in expressions for leaf in e.variables.values() for pair in uneven(leaf)]
    for _ in range(len(pairs)):
        for pair in pairs:
            _fit(numbers, *pair)
    return numbers


def _fit(numbers: dict[str, int], larger: Axis, smaller: Axis) -> None:
    """Make one size greater than another, if it is less: an orthonormal matrix has no more columns than rows."""
    gap = value(smaller, numbers) - value(larger, numbers)
    if gap > 0 and symbols_of(larger):
        numbers[next(iter(symbols_of(larger)))] += gap + 1
    elif gap > 0 and symbols_of(smaller):
        numbers[next(iter(symbols_of(smaller)))] -= gap


def size_choices(expressions: Sequence[Expr], base: int) -> list[dict[str, int]]:
    """Two choices of numbers for the sizes, the second with the greater ones where the first has the smaller."""
    choices = [size_numbers(expressions, base), size_numbers(expressions, base, descending=True)]
    return choices[:1] if choices[0] == choices[1] or len(choices[0]) < 2 else choices


def random_point(tensors: Mapping[str, Tensor], sizes: Mapping[str, int], domain: str, seed: int) -> dict[str, np.ndarray]:
    """Arrays for the tensors, drawn from a named domain and shaped by their traits (symmetric, spd, diagonal, ...)."""
    rng = np.random.default_rng(seed)
    _, low, high = next(entry for entry in DOMAINS if entry[0] == domain)
    point = {}
    for name, leaf in sorted(tensors.items()):
        shape = tuple(value(size, sizes) for size in leaf.axes)
        point[name] = drawn(rng.uniform(low, high, shape), leaf, 0.0 if domain == "unit" else 1.5)
    return point


def _compare(upper: Expr, lower: Expr, variable: Tensor, sizes: Mapping[str, int], seed: int) -> tuple[float, int]:
    """The largest relative error of one derivative against differences of the one below, and the number of entries."""
    tensors = upper.variables | lower.variables | {variable.name: variable}
    found: list[tuple[float, float, int]] = []  # the doubt, the error and the entries at each point
    for point in _points(tensors, sizes, seed):
        if not regular([upper, lower], point):
            continue
        got = np.asarray(upper(**_needed(upper, point)), float)
        if not np.all(np.isfinite(got)):
            continue
        with np.errstate(invalid="ignore", over="ignore"):
            want, apart = _differences(lower, variable, point)
        if np.all(np.isfinite(want)):
            scale = max(1.0, np.max(np.abs(want), initial=0.0))
            found.append((apart / scale, float(np.max(np.abs(got - want), initial=0.0) / scale), got.size))
            if found[-1][0] <= DOUBT:
                break
    if not found:
        raise RicciError("no random point was found at which the derivative is finite")
    return min(found)[1:]


def regular(expressions: Iterable[Expr], point: Mapping[str, Any]) -> bool:
    """Is no matrix that is inverted, or whose determinant is taken, singular at a point?"""
    matrices = {
        node.args[0]
        for expression in expressions
        for node in walk(expression.settled)
        if isinstance(node, Apply) and node.function.name in ("inv", "logdet")
    }
    for node in sorted(matrices, key=lambda node: node.key):
        names = {leaf.name for leaf in leaves(node)}
        if names and names <= set(point):
            conditions = np.linalg.cond(np.asarray(Expr(node)(**{name: point[name] for name in names})))
            if not np.all(conditions < SINGULAR):
                return False
    return True


def _points(tensors: Mapping[str, Tensor], sizes: Mapping[str, int], seed: int) -> Iterator[dict[str, Any]]:
    for attempt in range(4):
        for domain, _, _ in DOMAINS:
            yield random_point(tensors, sizes, domain, seed + attempt)


def _needed(expression: Expr, point: Mapping[str, Any]) -> dict[str, Any]:
    known = expression.variables
    return {name: array for name, array in point.items() if name in known}


def _differences(lower: Expr, variable: Tensor, point: Mapping[str, Any]) -> tuple[np.ndarray, float]:
    """The derivative by central differences with one Richardson extrapolation, along curves in the variable's structure:
    the arrays of that structure that are closest to those on a straight line. Also how far the two steps are apart."""
    centre = point[variable.name]
    given = _needed(lower, point)
    columns, apart = [], 0.0
    for place in np.ndindex(centre.shape):
        coarse, fine = (_central(lower, given, variable, place, step) for step in (STEP, STEP / 2))
        columns.append((4 * fine - coarse) / 3)
        apart = max(apart, float(np.max(np.abs(fine - coarse), initial=0.0)))
    value_shape = np.shape(columns[0]) if columns else np.shape(lower(**given))
    stacked = np.stack(columns, axis=-1) if columns else np.zeros((*value_shape, 0))
    return stacked.reshape((*value_shape, *centre.shape)), apart


def _central(lower: Expr, point: Mapping[str, Any], variable: Tensor, place: tuple[int, ...], step: float) -> Any:
    if variable.name not in point:
        return np.zeros_like(np.asarray(lower(**point), float))
    centre = point[variable.name]
    moved = np.zeros_like(centre)
    moved[place] = step
    ahead, behind = (lower(**{**point, variable.name: nearest(centre + sign * moved, variable)}) for sign in (1, -1))
    return (np.asarray(ahead, float) - np.asarray(behind, float)) / (2 * step)
