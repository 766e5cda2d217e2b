"""`NumpyProtocols`: what makes an expression take part in NumPy code - operators, NumPy's functions, methods, indexing.

The mixin asks two things of its class: ``node``, and ``_wrap(node)``, which makes an expression of a node.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from inspect import signature
from numbers import Number
from typing import Any, NoReturn

import numpy as np

from ricci.notation.hints import METHODS_ELSEWHERE
from ricci.notation.numpy import arrays
from ricci.notation.numpy.functionals import FUNCTIONALS
from ricci.notation.numpy.indexing import indexed
from ricci.notation.numpy.masks import HINT, SIGNS, Mask, compared
from ricci.notation.numpy.reader import METHODS, array_function, method_of, ufunc
from ricci.notation.numpy.shapes import SizeClash
from ricci.notation.numpy.stand_ins import Extent, Untraceable
from ricci.notation.numpy.ufuncs import outer_of
from tensor_networks.axes import Axis, show_shape
from tensor_networks.errors import OperandError, RicciError, TraceError, clip, suggestion
from tensor_networks.networks import size_of
from tensor_networks.nodes import Node

IGNORED = frozenset(["out", "dtype", "casting", "subok", "optimize", "device"])
ORDERED = ("reshape", "ravel")  # functions for which the order of entries matters
ARRAY_NAMES = frozenset(name for name in dir(np.ndarray) if not name.startswith("_"))
IN_PLACE = frozenset(["fill", "itemset", "partition", "put", "resize", "setfield", "setflags", "sort", "byteswap"])


class MissingMethod(TraceError, AttributeError):
    """An expression does not have this attribute, though an array may."""


def _nodes(value: Any) -> Any:
    """Expressions in arguments, and in tuples, lists and dictionaries of them, as nodes."""
    if isinstance(value, NumpyProtocols):
        return value.node
    if isinstance(value, list) or type(value) is tuple:
        return type(value)(map(_nodes, value))
    if isinstance(value, dict):
        return {key: _nodes(inner) for key, inner in value.items()}
    return value


def _options(name: str, options: dict[str, Any]) -> dict[str, Any]:
    """The options that matter.

    Raises:
        TraceError: the result is to be written into an array, or to have a type that is not real.
    """
    out = options.get("out")
    if any(place is not None for place in (out if isinstance(out, tuple) else (out,))):
        raise TraceError(f"np.{name} writes in place (out=...): an expression has no place", hint="write a = a + x")
    if options.get("dtype") is not None:
        _check_type(f"np.{name}", options["dtype"])
    gone = IGNORED if name in ORDERED else IGNORED | {"order"}
    return {key: value for key, value in options.items() if key not in gone}


def _check_type(what: str, dtype: Any) -> None:
    try:
        kind = np.dtype(dtype)
    except TypeError as error:
        raise OperandError(f"there is no type of numbers {clip(repr(dtype))}") from error
    if kind.kind != "f":
        raise TraceError(f"{what} to {kind} has no formula: expressions are real")


def _accepts(function: Callable[..., Any], inputs: Any, options: dict[str, Any]) -> bool:
    """Does a function take these arguments?"""
    try:
        signature(function).bind(*inputs, **options)
    except TypeError:
        return False
    return True


def _shown(value: object, width: int) -> str:
    """The text of an operand, for a message."""
    try:
        return clip(value, width)
    except RicciError:
        return "an expression that is too long to show"


def _sized(value: Any) -> str:
    """An operand and its shape, for a message."""
    axes = value.node.axes if isinstance(value, NumpyProtocols) else np.shape(value)
    return f"{_shown(value, 24)} is {show_shape(axes)}"


def compare_by(name: str, left: Any, right: Any, wrap: Callable[[Node], Any]) -> Mask:
    """A comparison: a mask, which has no truth value."""

    def text() -> str:
        sides = f"{_shown(left, 40)} {SIGNS[name]} {_shown(right, 40)}"
        return f"a branch or a mask by {sides}: whether it holds is not known while the function is traced"

    return compared(name, _nodes(left), _nodes(right), text, wrap)


# operators and methods

OPERANDS = (Number, np.ndarray, np.generic, list, tuple, Extent, Untraceable)


def fits(other: object) -> bool:
    """Can it be an operand next to an expression?"""
    return isinstance(other, (NumpyProtocols, *OPERANDS)) and not isinstance(other, np.matrix)


def _operator(name: str, swapped: bool = False) -> Callable[[Any, Any], Any]:
    """The method for an operator of Python, as the function of NumPy of that name; ``swapped`` for operands on the left."""
    apply_ = ufunc(name)

    def operate(self: Any, other: Any) -> Any:
        if not fits(other):
            return NotImplemented
        left, right = self.node, _nodes(other)
        try:
            return self._wrap(apply_(right, left) if swapped else apply_(left, right))
        except SizeClash as clash:
            clash.message += f": {' and '.join(map(_sized, (other, self) if swapped else (self, other)))}"
            raise

    operate.__doc__ = f"``np.{name}``."
    return operate


def comparison(name: str) -> Callable[[Any, Any], Any]:
    """The method for a comparison of that name entry by entry; what is no operand is another thing."""

    def compare(self: Any, other: Any) -> Any:
        return compare_by(name, self, other, self._wrap) if fits(other) else NotImplemented

    compare.__doc__ = "A comparison: where it holds, for np.where."
    return compare


def _method(name: str) -> Callable[..., Any]:
    def method(self: Any, *inputs: Any, **options: Any) -> Any:
        return self._apply(name, (self, *inputs), options)

    method.__name__ = name
    method.__doc__ = f"``np.{name}(self, ...)``."
    return method


def _unary(name: str) -> Callable[[Any], Any]:
    apply_ = ufunc(name)
    return lambda self: self._wrap(apply_(self.node))


class NumpyProtocols:
    """The behaviour of an array, for a class that has a node."""

    __slots__ = ()
    node: Node

    @classmethod
    def _wrap(cls, node: Node) -> Any:
        """The expression of a node."""
        raise NotImplementedError

    # NumPy's functions

    def __array_ufunc__(self, function: Any, method: str, *inputs: Any, **options: Any) -> Any:
        """``np.exp(x)``, ``np.add(x, y)``, ``np.add.reduce(x)``, ``np.multiply.outer(x, y)``, ``array * x``."""
        name = function.__name__
        options = _options(name, options)
        if method == "__call__" and name in SIGNS and not options:
            return compare_by(name, inputs[0], inputs[1], self._wrap)
        values = _nodes(inputs)
        if method == "__call__":
            return self._call(name, ufunc(name), values, options)
        if method == "outer" and len(values) == 2 and not options:
            ufunc(name)
            return self._wrapped(outer_of(name, *values))
        if method in METHODS:
            return self._call(f"{name}.{method}", method_of(name, method), values, options)
        raise TraceError(f"np.{name}.{method} has no formula that can be traced")

    def __array_function__(self, function: Any, types: Any, inputs: Any, options: Any) -> Any:
        """``np.sum(x)``, ``np.linalg.inv(x)`` and all other functions of NumPy."""
        name = ".".join([*function.__module__.split(".")[1:], function.__name__])
        if name in ("shape", "ndim") and isinstance(inputs[0], NumpyProtocols):
            return getattr(inputs[0], name)
        if name == "size":
            return self._extent(arrays.size(*_nodes(inputs), **options))
        if name in FUNCTIONALS:
            return FUNCTIONALS[name](*inputs, **options)
        return self._apply(name, inputs, options)

    def _apply(self, name: str, inputs: Any, options: dict[str, Any]) -> Any:
        """An array function of NumPy, by name."""
        return self._call(name, array_function(name), _nodes(inputs), _nodes(_options(name, options)))

    def _call(self, name: str, function: Callable[..., Any], inputs: Any, options: dict[str, Any]) -> Any:
        """A function on nodes, called as NumPy's was called; its result as expressions.

        Raises:
            TraceError: it was called with arguments that have no formula.
        """
        try:
            result = function(*inputs, **options)
        except TypeError as error:
            if isinstance(error, TraceError) or _accepts(function, inputs, options):
                raise
            raise TraceError(f"np.{name} cannot be traced with these arguments: {error}") from None
        return self._wrapped(result)

    def _wrapped(self, result: Any) -> Any:
        """Nodes in a result as expressions."""
        if isinstance(result, Node):
            return self._wrap(result)
        if isinstance(result, tuple) and hasattr(result, "_fields"):
            return type(result)(*map(self._wrapped, result))
        if isinstance(result, tuple | list):
            return type(result)(map(self._wrapped, result))
        return result

    # what an expression is not

    def __array__(self, dtype: Any = None, copy: Any = None) -> NoReturn:
        raise TraceError(
            f"{self._text()} is an expression, not an array of numbers",
            hint="np.dot(a, e) for a.dot(e); arrays give its numbers: e(x=...)",
        )

    def __bool__(self) -> bool:
        raise TraceError(
            f"a branch on the value of {self._text()}: it is known only when arrays are given",
            hint=HINT,
        )

    def _number(self, *_: object) -> NoReturn:
        what = f"{self._text()} is an expression: its number is known only when arrays are given"
        raise TraceError(what, hint="leave the conversion out; np.array([...]) makes an array of expressions")

    __float__ = __int__ = __complex__ = __index__ = _number

    def _rounded(self, *_: object) -> NoReturn:
        raise TraceError(f"rounding {self._text()} has no formula")

    __round__ = __floor__ = __ceil__ = __trunc__ = _rounded
    __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = __divmod__ = __rdivmod__ = _rounded

    def __contains__(self, item: object) -> bool:
        raise TraceError(f"whether {self._text()} contains a number is known only when arrays are given")

    def __setitem__(self, key: object, value: object) -> None:
        raise TraceError(f"an entry of {self._text()} is written in place: an expression cannot change")

    def __delitem__(self, key: object) -> None:
        raise TraceError(f"an entry of {self._text()} is deleted: an expression cannot change")

    def __getattr__(self, name: str) -> Any:
        if name in ARRAY_NAMES:
            raise MissingMethod(
                f"{name} works in place: an expression cannot change"
                if name in IN_PLACE
                else f"{name} is not something an expression has"
            )
        hint = METHODS_ELSEWHERE.get(name) or ("" if name.startswith("_") else suggestion(name, dir(type(self))))
        raise MissingMethod(f"an expression has no attribute {clip(name)}", hint=hint)

    def _text(self) -> str:
        return _shown(self, 60)

    # operators

    __add__, __radd__ = _operator("add"), _operator("add", swapped=True)
    __sub__, __rsub__ = _operator("subtract"), _operator("subtract", swapped=True)
    __mul__, __rmul__ = _operator("multiply"), _operator("multiply", swapped=True)
    __truediv__, __rtruediv__ = _operator("divide"), _operator("divide", swapped=True)
    __pow__, __rpow__ = _operator("power"), _operator("power", swapped=True)
    __matmul__, __rmatmul__ = _operator("matmul"), _operator("matmul", swapped=True)
    __neg__, __pos__, __abs__ = _unary("negative"), _unary("positive"), _unary("absolute")
    __lt__, __le__ = comparison("less"), comparison("less_equal")
    __gt__, __ge__ = comparison("greater"), comparison("greater_equal")

    # shape, entries

    @property
    def shape(self) -> tuple[int | Extent, ...]:
        """The sizes of the axes; one that is a symbol is text that calculates: ``x.sum() / x.shape[0]``."""
        return tuple(map(self._extent, self.node.axes))

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return self.node.order

    @property
    def size(self) -> int | Extent:
        """The number of entries."""
        return self._extent(arrays.size(self.node))

    def _extent(self, size: Axis) -> int | Extent:
        return size if isinstance(size, int) else Extent(size, lambda given: self._wrap(size_of(given)))

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of numbers an expression counts as: double precision."""
        return np.dtype(float)

    def __len__(self) -> int:
        return int(self._first_size("len()"))

    def __iter__(self) -> Iterator[Any]:
        return iter([self._wrap(indexed(self.node, k)) for k in range(self._first_size("a loop over"))])

    def _first_size(self, what: str) -> int:
        if not self.node.order:
            raise TraceError(f"{what} a scalar: {self._text()} has no axes")
        size = self.shape[0]
        if isinstance(size, Extent):
            raise TraceError(
                f"{what} {self._text()}: the number of its rows is the symbol {size}",
                hint="x.shape[0] is that size; declare the axis with a number to loop over it",
            )
        return size

    def __getitem__(self, key: Any) -> Any:
        return self._wrap(indexed(self.node, _nodes(key)))

    @property
    def T(self) -> Any:
        """The axes reversed."""
        return self._wrap(arrays.transpose(self.node))

    @property
    def mT(self) -> Any:
        """The last two axes exchanged."""
        return self._wrap(arrays.matrix_transpose(self.node))

    @property
    def real(self) -> Any:
        """The expression itself."""
        return self._wrap(self.node)

    # methods

    sum, mean, prod, cumsum = _method("sum"), _method("mean"), _method("prod"), _method("cumsum")
    cumprod = _method("cumprod")
    var, std, max, min, ptp = _method("var"), _method("std"), _method("max"), _method("min"), _method("ptp")
    dot, trace, diagonal = _method("dot"), _method("trace"), _method("diagonal")
    swapaxes, squeeze, ravel = _method("swapaxes"), _method("squeeze"), _method("ravel")
    flatten, clip, take, repeat = _method("ravel"), _method("clip"), _method("take"), _method("repeat")
    copy, conj, conjugate = _method("copy"), _method("real"), _method("real")

    def transpose(self, *axes: Any) -> Any:
        """The axes reversed, or in the given order."""
        order = axes[0] if len(axes) == 1 and not hasattr(axes[0], "__index__") else axes or None
        return self._wrap(arrays.transpose(self.node, order))

    def reshape(self, *shape: Any, order: str = "C") -> Any:
        """Another shape of as many entries."""
        given = shape[0] if len(shape) == 1 else shape
        return self._wrap(arrays.reshape(self.node, given, order=order))

    def astype(self, dtype: Any, **_: Any) -> Any:
        """The expression itself, for a floating type."""
        _check_type("astype", dtype)
        return self._wrap(self.node)
