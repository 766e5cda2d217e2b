"""NumPy's functions that make arrays, on nodes: of lists that hold expressions, and of sizes that are symbols."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ricci.notation.numpy.arrays import at_least, triangle
from ricci.notation.numpy.shapes import Operand, operand, shape_given, size_given, stretched
from tensor_networks.axes import show
from tensor_networks.errors import TraceError
from tensor_networks.filled import identity
from tensor_networks.networks import constant, zero
from tensor_networks.nodes import Node


def array(object: Operand, dtype: Any = None, *, copy: Any = None, order: str = "K", ndmin: int = 0, **_: Any) -> Node:
    """``np.array`` of lists (of lists) of expressions and numbers.

    Raises:
        TraceError: the type is not real, or there is no list: an expression is no array of numbers.
    """
    if isinstance(object, Node):
        hint = "leave np.array out; it makes an array of a list of expressions"
        raise TraceError("an expression is not an array of numbers", hint=hint)
    if dtype is not None and np.dtype(dtype).kind != "f":
        raise TraceError(f"an array of type {np.dtype(dtype)} has no formula: expressions are real")
    node = operand(object)
    return at_least(ndmin)(node)  # type: ignore[no-any-return]


def full(shape: Any, fill_value: Operand, dtype: Any = None, order: str = "C", **_: Any) -> Node:
    """A value at every entry of a shape."""
    return stretched(operand(fill_value), shape_given(shape))


def ones(shape: Any, dtype: Any = None, order: str = "C", **_: Any) -> Node:
    """Ones of a shape."""
    return stretched(constant(1), shape_given(shape))


def zeros(shape: Any, dtype: Any = None, order: str = "C", **_: Any) -> Node:
    """Zeros of a shape."""
    return zero(shape_given(shape))


def eye(N: Any, M: Any = None, k: int = 0, dtype: Any = None, order: str = "C", **_: Any) -> Node:
    """The identity matrix of a size that is a symbol.

    Raises:
        TraceError: another diagonal, or two sizes.
    """
    size = size_given(N)
    if k or (M is not None and size_given(M) != size):
        raise TraceError("np.eye of sizes that are symbols is square, with ones on the main diagonal")
    return identity(size)


def tri(N: Any, M: Any = None, k: int = 0, dtype: Any = None, **_: Any) -> Node:
    """Ones on and below a diagonal."""
    return triangle(upper=False)(ones((size_given(N), size_given(N if M is None else M))), k)  # type: ignore[no-any-return]


def arange(*limits: Any, **_: Any) -> Node:
    """Refused: the places along an axis are numbers, and the number of them is a symbol.

    Raises:
        TraceError: always.
    """
    symbols = ", ".join(show(size) for size in map(size_given, limits) if not isinstance(size, int))
    hint = "declare the axis with a number; z[np.arange(n), labels] is (Y * z).sum(1), Y one-hot"
    raise TraceError(f"np.arange needs the number of the size {symbols}, which is a symbol here", hint=hint)


CREATION: dict[str, Callable[..., Any]] = {
    "array": array,
    "asarray": array,
    "asanyarray": array,
    "ascontiguousarray": array,
    "asarray_chkfinite": array,
    "asfortranarray": array,
    "asfarray": array,
    "full": full,
    "ones": ones,
    "zeros": zeros,
    "eye": eye,
    "identity": eye,
    "tri": tri,
}
REFUSED: dict[str, Callable[..., Any]] = {"arange": arange}  # of sizes that are symbols
