"""What a NumPy function meets in place of a number or a truth value that is not known while it is traced."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from tensor_networks.axes import Axis, product, quotient, show
from tensor_networks.errors import TraceError
from tensor_networks.nodes import Node


class Untraceable:
    """A value without a formula, such as a comparison. It may be passed on; any use raises `TraceError`.

    ``what`` says what it is; a function is called when the error is raised.
    """

    __slots__ = ("hint", "what")

    def __init__(self, what: str | Callable[[], str], hint: str = "") -> None:
        self.what = what
        self.hint = hint

    def refuse(self, *_: object, **__: object) -> NoReturn:
        """The error that any use raises."""
        raise TraceError(self.what if isinstance(self.what, str) else self.what(), hint=self.hint)

    def as_node(self) -> Node:
        """The node it counts as next to an expression: none, it raises."""
        self.refuse()

    def __repr__(self) -> str:
        return "<a value that has no formula>"

    __bool__ = __float__ = __int__ = __index__ = __len__ = __iter__ = refuse
    __array__ = __array_ufunc__ = __array_function__ = refuse
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = refuse
    __pow__ = __rpow__ = __matmul__ = __rmatmul__ = __neg__ = __pos__ = __abs__ = refuse
    __and__ = __rand__ = __or__ = __ror__ = __xor__ = __rxor__ = __invert__ = __getitem__ = refuse
    __lt__ = __le__ = __gt__ = __ge__ = refuse


class Extent(str):
    """The size of an axis that is a symbol (or a product with one): text that calculates.

    ``X.shape[0]`` is the text ``"n"``, equal to it, and the number n as well: times or over a size it is a size again,
    with anything else it is an expression. As a Python integer (``range(n)``, ``np.eye(n)``) it is not known.
    """

    size: Axis
    wrap: Callable[[Axis], Any]

    def __new__(cls, size: Axis, wrap: Callable[[Axis], Any]) -> Extent:
        """`wrap` makes the expression of a size."""
        made = super().__new__(cls, show(size))
        made.size, made.wrap = size, wrap
        return made

    def __mul__(self, other: Any) -> Any:
        if isinstance(other, Extent):
            return Extent(product((self.size, other.size)), self.wrap)
        if type(other) is int and other > 0:
            return Extent(product((self.size, other)), self.wrap)
        return self.wrap(self.size) * other

    __rmul__ = __mul__

    def __eq__(self, other: object) -> bool:
        return self._unknown() if isinstance(other, int) else str.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = str.__hash__

    def __floordiv__(self, other: Any) -> Any:
        rest = quotient(self.size, other.size if isinstance(other, Extent) else other)
        if rest is None:
            raise TraceError(f"{self} // {other} is not a size that is known while a function is traced")
        return rest if isinstance(rest, int) else Extent(rest, self.wrap)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        known = [self.wrap(value.size) if isinstance(value, Extent) else value for value in inputs]
        return getattr(ufunc, method)(*known, **options)

    def _unknown(self, *_: object) -> NoReturn:
        raise TraceError(
            f"the size {self} is a symbol: its number, which a loop, a branch or np.eye needs, is not known here",
            hint="declare the axis with a number, such as x='3'",
        )

    __index__ = __int__ = __float__ = _unknown
    __lt__ = __le__ = __gt__ = __ge__ = _unknown


def _calculation(name: str) -> Callable[[Extent, Any], Any]:
    def calculate(self: Extent, other: Any) -> Any:
        """The expression of a calculation with a size."""
        value = other.wrap(other.size) if isinstance(other, Extent) else other
        return getattr(self.wrap(self.size), name)(value)

    return calculate


for _name in ("add", "radd", "sub", "rsub", "truediv", "rtruediv", "pow", "rpow"):
    setattr(Extent, f"__{_name}__", _calculation(f"__{_name}__"))
