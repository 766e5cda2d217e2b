"""Reductions with a start and a choice of entries, running ones, and the methods of universal functions, on nodes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

import numpy as np

from ricci.notation.numpy import reductions
from ricci.notation.numpy.indexing import concatenate, cumsum, indexed, integer_size, picked, stack
from ricci.notation.numpy.masks import masked
from ricci.notation.numpy.products import raveled
from ricci.notation.numpy.reductions import sum_
from ricci.notation.numpy.shapes import Operand, axis_number, axis_numbers, broadcast, operand
from ricci.notation.numpy.ufuncs import UFUNCS, divide, multiply, subtract
from tensor_networks.errors import TraceError
from tensor_networks.filled import ones
from tensor_networks.networks import zero
from tensor_networks.nodes import Node

Reduction = Callable[..., Node]


# reductions with options


def with_start(name: str, reduction: Reduction, neutral: Any) -> Reduction:
    """A reduction that also takes ``initial``, a further value, and ``where``, which entries count."""

    def call(a: Operand, axis: Any = None, *, keepdims: bool = False, initial: Any = None, where: Any = True) -> Node:
        node = operand(a)
        if where is not True:
            rest = neutral if initial is None else initial
            if rest is None:
                raise TraceError(f"np.{name} with where needs initial", hint="the value of the entries that do not count")
            node = masked(where, *broadcast(name, node, rest))
        value = reduction(node, axis, keepdims=keepdims)
        return value if initial is None else UFUNCS[name](value, initial)

    return call


def mean(a: Operand, axis: Any = None, *, keepdims: bool = False, where: Any = True) -> Node:
    """The mean over some axes, of the entries that count."""
    if where is True:
        return reductions.mean(a, axis, keepdims=keepdims)
    weights = _ones_where(where, operand(a))
    return divide(sum_(multiply(a, weights), axis, keepdims=keepdims), sum_(weights, axis, keepdims=keepdims))


def var(
    a: Operand, axis: Any = None, *, ddof: float = 0, keepdims: bool = False, where: Any = True, correction: float = 0
) -> Node:
    """The variance over some axes, of the entries that count."""
    less = ddof or correction
    if where is True:
        return reductions.var(a, axis, ddof=less, keepdims=keepdims)
    weights = _ones_where(where, operand(a))
    away = subtract(a, mean(a, axis, keepdims=True, where=where))
    square = sum_(multiply(UFUNCS["square"](away), weights), axis, keepdims=keepdims)
    return divide(square, subtract(sum_(weights, axis, keepdims=keepdims), less))


def std(
    a: Operand, axis: Any = None, *, ddof: float = 0, keepdims: bool = False, where: Any = True, correction: float = 0
) -> Node:
    """The root of the variance."""
    return UFUNCS["sqrt"](var(a, axis, ddof=ddof, keepdims=keepdims, where=where, correction=correction))


def _ones_where(where: Any, node: Node) -> Node:
    """1 at the entries that count, 0 elsewhere."""
    return masked(where, ones(node.axes), zero(node.axes))


# running reductions

PREFIXES: dict[str, Reduction] = {
    "multiply": reductions.prod,
    "maximum": reductions.amax,
    "fmax": reductions.amax,
    "minimum": reductions.amin,
    "fmin": reductions.amin,
    "logaddexp": reductions.logaddexp_reduce,
}


def accumulated(name: str, array: Operand, axis: int = 0) -> Node:
    """``ufunc.accumulate``: the function of the entries so far, along an axis of integer size (a sum: of any size)."""
    node = operand(array)
    number = axis_number(axis, node.order)
    if name == "add":
        return cumsum(node, number)
    size = integer_size(node.axes[number], f"np.{name}.accumulate")
    if name in PREFIXES:
        values = [PREFIXES[name](picked(node, number, np.arange(end + 1)), number) for end in range(size)]
    else:
        values = [picked(node, number, 0)]
        for place in range(1, size):
            values.append(UFUNCS[name](values[-1], picked(node, number, place)))
    return stack(values, number)


def folded(name: str, array: Operand, axis: Any = 0, *, keepdims: bool = False, initial: Any = None) -> Node:
    """``ufunc.reduce`` of a function that is no reduction of its own: one entry after the other, along one axis."""
    node = operand(array)
    (number,) = axis_numbers(axis, node.order)
    size = integer_size(node.axes[number], f"np.{name}.reduce")
    parts = [picked(node, number, place) for place in range(size)]
    value = reduce(UFUNCS[name], parts if initial is None else [operand(initial), *parts])
    return reductions.with_ones(value, (number,)) if keepdims else value


def reduced_at(name: str, reduction: Reduction, array: Operand, indices: Sequence[int], axis: int = 0) -> Node:
    """``ufunc.reduceat``: reductions of the parts that begin at some places of an axis of integer size."""
    node = operand(array)
    number = axis_number(axis, node.order)
    size = integer_size(node.axes[number], f"np.{name}.reduceat")
    starts = [range(size)[int(place)] for place in indices]
    parts = []
    for start, end in zip(starts, [*starts[1:], size], strict=True):
        part = picked(node, number, np.arange(start, max(end, start + 1)))
        parts.append(reduction(part, axis=number))
    return stack(parts, number)


def cumprod(a: Operand, axis: Any = None) -> Node:
    """The products of the entries so far along an axis of integer size, or of the flattened array."""
    node = raveled(operand(a)) if axis is None else operand(a)
    return accumulated("multiply", node, axis or 0)


def cumulative(name: str, start: float) -> Reduction:
    """``np.cumulative_sum`` and ``np.cumulative_prod``."""

    def call(x: Operand, /, *, axis: Any = None, include_initial: bool = False) -> Node:
        node = operand(x)
        number = axis_number(0 if axis is None else axis, node.order)
        value = accumulated(name, node, number)
        if not include_initial:
            return value
        first = masked(True, np.float64(start), indexed(value, (slice(None),) * number + (slice(0, 1),)))
        return concatenate([first, value], number)

    return call


FOLDS: dict[str, Callable[..., Any]] = {
    "sum": with_start("add", sum_, 0),
    "prod": with_start("multiply", reductions.prod, 1),
    "max": with_start("maximum", reductions.amax, None),
    "amax": with_start("maximum", reductions.amax, None),
    "min": with_start("minimum", reductions.amin, None),
    "amin": with_start("minimum", reductions.amin, None),
    "mean": mean,
    "var": var,
    "std": std,
    "cumprod": cumprod,
    "cumulative_sum": cumulative("add", 0.0),
    "cumulative_prod": cumulative("multiply", 1.0),
}
