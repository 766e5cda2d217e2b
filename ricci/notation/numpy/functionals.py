"""NumPy's functions that call functions of the user's, on expressions: along an axis, entry by entry, piece by piece."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ricci.notation.numpy.shapes import integer
from tensor_networks.errors import TraceError


def apply_along_axis(func1d: Callable[..., Any], axis: int, arr: Any, *args: Any, **options: Any) -> Any:
    """A function of the vectors along an axis; the other axes have integer sizes."""
    turned = np.moveaxis(arr, axis, -1)
    shape = tuple(integer(size, "a size") for size in turned.shape[:-1])
    values = [func1d(turned[place], *args, **options) for place in np.ndindex(shape)]
    whole = np.stack([*values])
    value = whole.reshape(shape + whole.shape[1:])
    return value if value.ndim == len(shape) else np.moveaxis(value, -1, axis)


def apply_over_axes(func: Callable[..., Any], a: Any, axes: Any) -> Any:
    """A reduction over one axis after the other, which stay as axes of size 1."""
    for axis in np.atleast_1d(axes):
        value = func(a, int(axis))
        a = value if value.ndim == a.ndim else np.expand_dims(value, int(axis))
    return a


def piecewise(x: Any, condlist: Any, funclist: Sequence[Any], *args: Any, **options: Any) -> Any:
    """The function of the last condition that holds; the one beyond the conditions, or 0, where none does."""
    conditions = condlist if isinstance(condlist, list | tuple) else [condlist]
    values = [each(x, *args, **options) if callable(each) else each for each in funclist]
    value = values[len(conditions)] if len(values) > len(conditions) else 0
    for condition, chosen in zip(conditions, values, strict=False):
        value = np.where(condition, chosen, value) if hasattr(condition, "chosen") else _where(x, condition, chosen, value)
    return value


def _where(x: Any, condition: Any, chosen: Any, other: Any) -> Any:
    """Entries by a constant condition, in the shape of x."""
    return np.where(condition, chosen + 0 * x, other + 0 * x)


def vectorised(function: Callable[..., Any], options: dict[str, Any]) -> Callable[..., Any]:
    """``np.vectorize`` of a function: called for every entry of arguments whose sizes are numbers.

    Raises:
        TraceError: it has a signature, or other options that change what it is called with.
    """
    if any(options.get(name) for name in ("signature", "excluded")):
        raise TraceError("np.vectorize with a signature or excluded arguments cannot be traced")

    def call(*args: Any) -> Any:
        arrays = np.broadcast_arrays(*args) if len(args) > 1 else args
        shape = tuple(integer(size, "a size") for size in arrays[0].shape)
        values = [function(*(array[place] for array in arrays)) for place in np.ndindex(shape)]
        return np.stack([value + 0 * arrays[0][place] for value, place in zip(values, np.ndindex(shape), strict=True)]).reshape(
            shape
        )

    return call


FUNCTIONALS: dict[str, Callable[..., Any]] = {
    "apply_along_axis": apply_along_axis,
    "apply_over_axes": apply_over_axes,
    "piecewise": piecewise,
}
