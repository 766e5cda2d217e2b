"""`Mask`: where a comparison of expressions holds. It has a formula in `np.where` and in arithmetic, as 1 and 0."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ricci.constants import constant_array, constant_leaf
from ricci.functions import apply
from ricci.notation.numpy.shapes import Operand, broadcast, broadcast_shape, operand, stretched
from ricci.notation.numpy.stand_ins import Untraceable
from ricci.notation.numpy.ufuncs import multiply, subtract
from tensor_networks.errors import OperandError, TraceError
from tensor_networks.networks import constant, network, total
from tensor_networks.nodes import Node

SIGNS = {
    "greater": ">",
    "greater_equal": ">=",
    "less": "<",
    "less_equal": "<=",
    "equal": "==",
    "not_equal": "!=",
}
HINT = "np.where, np.maximum, np.minimum, np.abs and np.sign have formulas"


class Mask(Untraceable):
    """Where something holds: at the entries of ``above`` that are positive, or at the others if it is ``flipped``.

    A truth value it has not: a branch on it raises. Next to numbers it counts as 1 and 0; with ``&``, ``|``, ``^`` and
    ``~`` it makes other masks. Its derivative is zero wherever it exists.
    """

    __slots__ = ("above", "flipped", "wrap")

    def __init__(self, what: str | Callable[[], str], above: Node, flipped: bool, wrap: Callable[[Node], Any]) -> None:
        """`wrap` makes the expression of a node."""
        super().__init__(what, HINT)
        self.above, self.flipped, self.wrap = above, flipped, wrap

    def as_node(self) -> Node:
        """1 where it holds, 0 elsewhere."""
        return self.chosen(constant(1), constant(0))

    def chosen(self, first: Operand, second: Operand) -> Node:
        """The first where it holds, the second elsewhere."""
        nodes = broadcast("where", self.above, first, second)
        return apply("where", *(nodes if not self.flipped else (nodes[0], nodes[2], nodes[1])))

    @property
    def expression(self) -> Any:
        """1 where it holds, 0 elsewhere, as an expression."""
        return self.wrap(self.as_node())

    def astype(self, dtype: Any, **_: Any) -> Any:
        """1 and 0 as an expression, whatever the type."""
        return self.expression

    def any(self, *_: object, **__: object) -> Any:
        """Whether it holds somewhere is not known while a function is traced."""
        self.refuse()

    all = any

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self.expression, name)

    def __array_ufunc__(  # type: ignore[override]
        self, function: Any, method: str, *inputs: Any, **options: Any
    ) -> Any:
        if method == "__call__" and function.__name__ in LOGICAL and not options:
            return LOGICAL[function.__name__](*inputs)
        if function.__name__ in SIGNS:
            self.refuse()
        return self.expression.__array_ufunc__(function, method, *inputs, **options)

    def __array_function__(self, function: Any, types: Any, inputs: Any, options: Any) -> Any:  # type: ignore[override]
        if function.__name__ in ("any", "all"):
            self.refuse()
        return self.expression.__array_function__(function, types, inputs, options)

    def __and__(self, other: Any) -> Mask:  # type: ignore[override]
        return logical_and(self, other)

    def __or__(self, other: Any) -> Mask:  # type: ignore[override]
        return logical_or(self, other)

    def __xor__(self, other: Any) -> Mask:  # type: ignore[override]
        return logical_xor(self, other)

    __rand__, __ror__, __rxor__ = __and__, __or__, __xor__  # type: ignore[assignment]

    def __invert__(self) -> Mask:  # type: ignore[override]
        return logical_not(self)


CALCULATIONS = (
    "add",
    "radd",
    "sub",
    "rsub",
    "mul",
    "rmul",
    "truediv",
    "rtruediv",
    "pow",
    "matmul",
    "rmatmul",
    "neg",
    "pos",
    "getitem",
)


def _calculation(name: str) -> Callable[..., Any]:
    def calculate(self: Mask, *other: Any) -> Any:
        """The calculation with 1 and 0."""
        return getattr(self.expression, name)(*(value.expression if isinstance(value, Mask) else value for value in other))

    return calculate


for _name in CALCULATIONS:
    setattr(Mask, f"__{_name}__", _calculation(f"__{_name}__"))


# how they are made


def compared(name: str, left: Operand, right: Operand, what: Callable[[], str], wrap: Callable[[Node], Any]) -> Mask:
    """The mask of a comparison, by the name of NumPy's universal function."""
    first, second = operand(left), operand(right)
    if name in ("less", "greater_equal"):
        first, second = second, first
    above = subtract(first, second)
    if name in ("equal", "not_equal"):
        above = apply("abs", above)
    return Mask(what, above, name in ("greater_equal", "less_equal", "equal"), wrap)


def _combined(one: Any, other: Any, combine: Callable[[Node, Node], Node], word: str) -> Mask:
    """A mask of two, of which one may be an array of truth values."""
    masks = [side for side in (one, other) if isinstance(side, Mask)]
    nodes = []
    for side in (one, other):
        if not isinstance(side, Mask) and np.asarray(side).dtype.kind != "b":
            raise OperandError(
                f"{word} needs truth values on both sides", hint="parentheses around comparisons: (x > 0) & (x < 1)"
            )
        nodes.append(side.as_node() if isinstance(side, Mask) else constant_array(np.asarray(side).astype(float)))
    return Mask(masks[0].what, combine(*nodes), False, masks[0].wrap)


def logical_and(one: Any, other: Any) -> Mask:
    """Where both hold."""
    return _combined(one, other, multiply, "and")


def logical_or(one: Any, other: Any) -> Mask:
    """Where one of them holds, or both."""
    return _combined(one, other, lambda a, b: apply("maximum", *broadcast("or", a, b)), "or")


def logical_xor(one: Any, other: Any) -> Mask:
    """Where one of them holds but not both."""
    return _combined(one, other, lambda a, b: apply("abs", subtract(a, b)), "xor")


def logical_not(one: Mask) -> Mask:
    """Where it does not hold."""
    return Mask(one.what, one.above, not one.flipped, one.wrap)


LOGICAL: dict[str, Callable[..., Mask]] = {
    "logical_and": logical_and,
    "bitwise_and": logical_and,
    "logical_or": logical_or,
    "bitwise_or": logical_or,
    "logical_xor": logical_xor,
    "bitwise_xor": logical_xor,
    "logical_not": logical_not,
    "invert": logical_not,
}


# what is chosen by them


def masked(condition: Operand, x: Operand, y: Operand) -> Node:
    """``np.where(condition, x, y)`` with a condition that is a comparison, or a constant.

    Raises:
        TraceError: the condition is another expression.
    """
    if isinstance(condition, Mask):
        shape = condition.above.axes
        return condition.chosen(_branch(x, shape), _branch(y, shape))
    if isinstance(condition, Node):
        raise TraceError("np.where: the condition is an expression, not a comparison", hint="np.where(x > 0, a, b)")
    chosen = np.asarray(condition)
    if chosen.dtype.kind not in "biuf":
        raise OperandError(f"np.where: a condition of type {chosen.dtype} has no truth values")
    return total([(_part(chosen != 0, x, y), 1), (_part(chosen == 0, y, x), 1)])


def _branch(value: Operand, shape: Sequence[Any]) -> Node:
    """A branch of np.where; numbers that are not finite are a constant leaf."""
    if isinstance(value, float | np.ndarray | np.generic) and not np.all(np.isfinite(value)):
        if any(isinstance(size, str) for size in shape):
            raise TraceError("np.where with an infinite number needs axes whose sizes are numbers")
        return constant_leaf(np.array(np.broadcast_to(value, shape), float))
    return operand(value)


def _part(mask: Any, node: Operand, other: Operand) -> Node:
    """The entries of an operand where a constant mask holds, 0 elsewhere, in the shape of both operands."""
    if isinstance(node, float | int | np.ndarray | np.generic):
        array = np.asarray(node, float)
        sizes = _shape_of(other)
        shape = broadcast_shape("where", mask.shape, array.shape, sizes)
        if not np.all(np.isfinite(array)):
            return stretched(constant_array(np.where(mask, array, 0.0)), shape)
    filled = operand(node)
    shape = broadcast_shape("where", mask.shape, filled.axes, _shape_of(other))
    wires = range(len(shape))
    factors = [(stretched(constant_array(mask), shape), wires), (stretched(filled, shape), wires)]
    return network(factors, wires, dict(enumerate(shape)))


def _shape_of(value: Operand) -> tuple[Any, ...]:
    return value.axes if isinstance(value, Node) else np.shape(value) if _is_plain(value) else operand(value).axes


def _is_plain(value: Operand) -> bool:
    return isinstance(value, float | int | np.ndarray | np.generic)


def select(condlist: Sequence[Operand], choicelist: Sequence[Operand], default: Operand = 0) -> Node:
    """``np.select``: the first choice whose condition holds."""
    value = operand(default)
    for condition, choice in reversed(list(zip(condlist, choicelist, strict=True))):
        value = masked(condition, choice, value)
    return value
