"""Index notation with Python operators: ``i, j = indices("i j")``, then ``A[i, j] * x[j]``.

A product is a scope, as in index text: an index that occurs in it twice is summed, one that occurs once is free. The scope is
closed by ``+``, ``-``, a function, or ``.expr``; with explicit outputs (``.expr(i)``) an index may occur any number of times,
and what is not among the outputs is summed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from ricci.functions import FUNCTIONS, apply
from ricci.notation.numpy.reader import ufunc
from tensor_networks.errors import IndexNotationError, OperandError, clip
from tensor_networks.networks import network, total
from tensor_networks.nodes import Node
from tensor_networks.numbers import Number, exact, ratio

Piece = tuple[Node, tuple["Index", ...], Number]


@dataclass(frozen=True)
class Index:
    """A named index; two of one name are the same."""

    name: str

    def __str__(self) -> str:
        return self.name


def is_indexing(key: object) -> bool:
    """Does a subscript name indices?"""
    return any(isinstance(part, Index) for part in (key if isinstance(key, tuple) else (key,)))


def indices(names: str) -> tuple[Index, ...]:
    """Indices by name: ``i, j, k = indices("i j k")``.

    Raises:
        OperandError: the names are not in one text.
    """
    if not isinstance(names, str):
        raise OperandError(f"indices are named in one text, not in {clip(type(names).__name__)}", hint='rc.indices("i j k")')
    return tuple(Index(name) for name in names.split())


class Indexed:
    """A product of tensors with indices that is not closed yet. `wrap` makes an expression of a node."""

    __slots__ = ("coefficient", "pieces", "wrap")
    __array_priority__ = 1001

    def __init__(self, wrap: Callable[[Node], Any], pieces: Iterable[Piece], coefficient: Number = 1) -> None:
        self.wrap = wrap
        self.pieces = tuple(pieces)
        self.coefficient = coefficient

    @classmethod
    def of(cls, wrap: Callable[[Node], Any], node: Node, key: object) -> Indexed:
        """A tensor with an index for each of its axes.

        Raises:
            IndexNotationError: the number of indices is not that of the axes, or something else stands among them.
        """
        labels = key if isinstance(key, tuple) else (key,)
        if not all(isinstance(label, Index) for label in labels):
            raise IndexNotationError(
                "indices and other subscripts cannot be mixed", hint="select entries first, then give indices"
            )
        if len(labels) != node.order:
            raise IndexNotationError(f"{len(labels)} indices for a tensor of order {node.order}")
        return cls(wrap, [(node, labels, 1)])

    def _new(self, pieces: Iterable[Piece], coefficient: Number = 1) -> Indexed:
        return Indexed(self.wrap, pieces, coefficient)

    @property
    def free(self) -> tuple[Index, ...]:
        """The indices that occur once, in order of first appearance.

        Raises:
            IndexNotationError: an index occurs more than twice, which needs explicit outputs.
        """
        counts = Counter(label for _, labels, _ in self.pieces for label in labels)
        crowded = [label.name for label, count in counts.items() if count > 2]
        if crowded:
            raise IndexNotationError(
                f"index {crowded[0]} occurs more than twice", hint=f"name the outputs: .expr({crowded[0]}, ...)"
            )
        return tuple(label for label, count in counts.items() if count == 1)

    def expr(self, *outputs: Index) -> Any:
        """The expression, with the free indices as axes in order of first appearance, or those named (others are summed)."""
        names = {label for _, labels, _ in self.pieces for label in labels}
        for label in outputs:
            if label not in names:
                raise IndexNotationError(f"index {label} of the output does not occur")
        node = network(self.pieces, outputs or self.free)
        return self.wrap(total([(node, self.coefficient)], node.axes))

    def _closed(self, labels: tuple[Index, ...]) -> Node:
        if set(labels) != set(self.free):
            lacking = sorted({label.name for label in set(labels) ^ set(self.free)})
            raise IndexNotationError(f"all terms need the same free indices; {', '.join(lacking)} is not in all of them")
        node: Node = self.expr(*labels).node
        return node

    def _plus(self, other: object, sign: int) -> Indexed:
        if isinstance(other, (int, float)) and not self.free:
            other = self._new([], exact(other))
        if not isinstance(other, Indexed):
            return NotImplemented  # type: ignore[no-any-return]
        labels = self.free
        return self._new([(total([(self._closed(labels), 1), (other._closed(labels), sign)]), labels, 1)])

    def __add__(self, other: object) -> Indexed:
        return self._plus(other, 1)

    def __sub__(self, other: object) -> Indexed:
        return self._plus(other, -1)

    def __radd__(self, other: object) -> Indexed:
        return self._plus(other, 1)

    def __rsub__(self, other: object) -> Indexed:
        return (-self)._plus(other, 1)

    def __neg__(self) -> Indexed:
        return self._new(self.pieces, -self.coefficient)

    def __mul__(self, other: object) -> Indexed:
        if isinstance(other, Indexed):
            return self._new((*self.pieces, *other.pieces), exact(self.coefficient * other.coefficient))
        node = getattr(other, "node", None)
        if isinstance(node, Node) and not node.order:
            return self._new((*self.pieces, (node, (), 1)), self.coefficient)
        if isinstance(other, (int, float)):
            return self._new(self.pieces, exact(self.coefficient * exact(other)))
        return NotImplemented

    __rmul__ = __mul__

    def __pow__(self, exponent: object) -> Indexed:
        if not isinstance(exponent, (int, float)):
            return NotImplemented
        return self._new([(self._closed(self.free), self.free, exact(exponent))])

    def __truediv__(self, other: object) -> Indexed:
        if isinstance(other, (int, float)):
            return self._new(self.pieces, ratio(self.coefficient, exact(other)))
        return self * other**-1 if isinstance(other, Indexed) else NotImplemented

    def __array_ufunc__(self, function: Any, method: str, *inputs: Any, **options: Any) -> Any:
        """NumPy's operators and functions of one argument: ``np.tanh(W[i, j] * x[j] + b[i])``."""
        if method != "__call__" or options:
            return NotImplemented
        swapped = {"multiply": "__rmul__", "add": "__radd__", "subtract": "__rsub__"}.get(function.__name__)
        if len(inputs) == 2 and swapped and not isinstance(inputs[0], Indexed):
            return getattr(self, swapped)(float(inputs[0]))
        if len(inputs) != 1:
            return NotImplemented
        return self._new([(ufunc(function.__name__)(self._closed(self.free)), self.free, 1)])

    def apply(self, name: str) -> Indexed:
        """An elementwise function of the table."""
        if name not in FUNCTIONS or not FUNCTIONS[name].elementwise:
            raise IndexNotationError(f"{name} is not an elementwise function")
        return self._new([(apply(name, self._closed(self.free)), self.free, 1)])

    def __repr__(self) -> str:
        written = " ".join(f"{getattr(node, 'name', '(..)')}_{''.join(map(str, labels))}" for node, labels, _ in self.pieces)
        return f"<{self.coefficient} {written}>"
