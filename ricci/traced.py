"""`Traced`: an expression as a function that is traced meets it, which knows when its array has been written over.

An expression never changes, so ``x += y`` gives the name x to a new one. NumPy writes into the array instead, and every other
name of the array, and every view of it, has the new entries. A function that reads one of those is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ricci.expr import Expr, Provenance
from ricci.notation.numpy.protocols import comparison
from tensor_networks.axes import show_shape
from tensor_networks.errors import ShapeError, TraceError
from tensor_networks.nodes import Node, Tensor

VIEWS = {  # functions of NumPy whose results share the array of their first argument
    *("transpose", "permute_dims", "matrix_transpose", "linalg.matrix_transpose", "swapaxes", "moveaxis", "rollaxis"),
    *("reshape", "ravel", "expand_dims", "squeeze", "atleast_1d", "atleast_2d", "atleast_3d", "split", "array_split"),
    *("hsplit", "vsplit", "dsplit", "unstack", "flip", "fliplr", "flipud", "rot90", "diagonal", "linalg.diagonal"),
    "real",
}
SIGNS = {"add": "+", "sub": "-", "mul": "*", "truediv": "/", "pow": "**", "matmul": "@"}


class Memory:
    """What an array and its views share: whether it has been written over, and by which operator."""

    __slots__ = ("written",)

    def __init__(self) -> None:
        self.written = ""


class Traced(Expr):
    """An expression of which NumPy would hold an array."""

    __slots__ = ("_memory", "_node")
    __hash__ = Expr.__hash__

    def __init__(
        self, node: Node, provenance: Provenance | None = None, *, declared: Mapping[str, Tensor] | None = None
    ) -> None:
        self._memory = Memory()
        super().__init__(node, provenance, declared=declared)

    @property
    def node(self) -> Node:
        """The node of the expression.

        Raises:
            TraceError: the array has been written over.
        """
        if self._memory.written and self._node.order:
            sign = self._memory.written
            raise TraceError(
                f'this array was written over by "{sign}=", which changes it under all its names and in its views',
                hint=f"write a = a {sign} b, which makes a new array, for a {sign}= b",
            )
        return self._node

    @node.setter
    def node(self, node: Node) -> None:
        self._node = node

    def _viewed(self, result: Any) -> Any:
        """A result, or each of several, as a view of this array."""
        if isinstance(result, list | tuple):
            return type(result)(map(self._viewed, result))
        if not isinstance(result, Expr):
            return result
        view = Traced(result.node)
        view._memory = self._memory
        return view

    def _apply(self, name: str, inputs: Any, options: dict[str, Any]) -> Any:
        result = super()._apply(name, inputs, options)
        source = inputs[0] if inputs else None
        return source._viewed(result) if name in VIEWS and isinstance(source, Traced) else result

    def __getitem__(self, key: Any) -> Any:
        part = super().__getitem__(key)
        keys = key if isinstance(key, tuple) else (key,)
        plain = all(one is None or one is Ellipsis or isinstance(one, slice) or _is_integer(one) for one in keys)
        return self._viewed(part) if plain else part

    def __iter__(self) -> Any:
        return iter([self._viewed(row) for row in super().__iter__()])

    def __format__(self, spec: str) -> str:
        """The formula, whatever the format of the number that it would be: for messages that a function prints."""
        return str(self)

    @property
    def T(self) -> Any:
        """The axes reversed."""
        return self._viewed(super().T)

    @property
    def mT(self) -> Any:
        """The last two axes exchanged."""
        return self._viewed(super().mT)

    @property
    def real(self) -> Any:
        """The expression itself."""
        return self._viewed(super().real)

    def transpose(self, *axes: Any) -> Any:
        """The axes reversed, or in the given order."""
        return self._viewed(super().transpose(*axes))

    def reshape(self, *shape: Any, order: str = "C") -> Any:
        """Another shape of as many entries."""
        return self._viewed(super().reshape(*shape, order=order))


def _is_integer(one: Any) -> bool:
    return hasattr(one, "__index__") and not isinstance(one, Expr | bool) and not getattr(one, "ndim", 0)


def _written_over(name: str) -> Callable[[Traced, Any], Any]:
    """The method for ``+=`` and its like."""

    def operate(self: Traced, other: Any) -> Any:
        """A new expression; the old one is not to be read any more. A number has no other names."""
        made = getattr(self, f"__{name}__")(other)
        if made is NotImplemented or not self.ndim:
            return made
        if made.node.axes != self.node.axes:
            shapes = show_shape(made.node.axes), show_shape(self.node.axes)
            raise ShapeError(f"{SIGNS[name]}= writes an array of shape {shapes[0]} into one of shape {shapes[1]}")
        self._memory.written = SIGNS[name]
        return made

    return operate


Traced.__eq__, Traced.__ne__ = comparison("equal"), comparison("not_equal")  # type: ignore[method-assign]
for _name in SIGNS:
    setattr(Traced, f"__i{_name}__", _written_over(_name))
