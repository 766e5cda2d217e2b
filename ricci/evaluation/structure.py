"""Derivatives that stay compressed: cores and a pattern, as a linear operator.

The Hessian of ``norm2(T - U*V')^2`` by U is ``2 V'V`` on the diagonal blocks of an (nk) x (nk) matrix. As an operator it
is that one k x k core: products, diagonals, traces and solves work on it, and the matrix is never built.

A derivative is taken apart into terms, and every term into the tensors that hang together, its cores. An operation is an
expression over these cores, deltas and all, and is compiled like any other; what depends on the inputs is computed once.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial
from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

import numpy as np

from ricci.evaluation.binding import symbols_of
from ricci.evaluation.compiled import Compiled, compile
from ricci.evaluation.cores import Term, components
from ricci.evaluation.foreign import converted
from ricci.evaluation.solving import solution
from tensor_networks.axes import Axis, show_shape, value
from tensor_networks.errors import OperandError, ShapeError
from tensor_networks.networks import Network, Sum, network, total
from tensor_networks.nodes import Node, Tensor, tensor
from tensor_networks.numbers import Number

if TYPE_CHECKING:
    from scipy.sparse.linalg import LinearOperator

COLUMNS = "columns"  # the size symbol of a stack of vectors


class Structure:
    """Terms over cores: `rows` of the axes are those of the rows, the rest are columns."""

    def __init__(self, axes: tuple[Axis, ...], rows: int, terms: Sequence[Term], leaves: Sequence[Tensor]) -> None:
        self.axes, self.rows, self.terms, self.leaves = axes, rows, terms, leaves
        self._compiled: dict[Any, Compiled] = {}

    def __repr__(self) -> str:
        return f"{_pair(map(show_shape, (self.axes[: self.rows], self.axes[self.rows :])))}, {_count(self.terms)}"

    @cached_property
    def transposed(self) -> Structure:
        """The structure of the transpose, of the same cores."""
        rows = self.rows
        terms = [replace(term, outputs=(*term.outputs[rows:], *term.outputs[:rows])) for term in self.terms]
        found = Structure((*self.axes[rows:], *self.axes[:rows]), len(self.axes) - rows, terms, self.leaves)
        found.transposed = self
        return found

    def compiled(self, key: Any, make: Callable[[Term], Node]) -> Compiled:
        """The compiled sum, over the terms, of what is made of each; remembered by a key."""
        if key not in self._compiled:
            nodes = [(make(term), term.number) for term in self.terms]
            self._compiled[key] = compile([total(nodes, nodes[0][0].axes)], single=True)
        return self._compiled[key]

    def operation(self, name: str) -> Compiled:
        """The compiled function of the cores, and of what is multiplied, for an operation."""
        return self.compiled(name, lambda term: self._operation(name, term))

    def _operation(self, name: str, term: Term) -> Node:
        rows, columns = term.outputs[: self.rows], term.outputs[self.rows :]
        if name == "dense":
            return term.product(term.outputs)
        if name in ("diagonal", "trace"):
            joined = term.joined([(place, self.rows + place) for place in range(self.rows)])
            return joined.product(joined.outputs[: self.rows] if name == "diagonal" else ())
        return term.product([*rows, "r"], (tensor("vectors", (*self.axes[self.rows :], COLUMNS)), [*columns, "r"]))


class Structured(Compiled):
    """A function of arrays that returns an `Operator`: the first `rows` axes of a node are its rows, the rest columns."""

    def __init__(self, node: Node, rows: int, declared: Sequence[Tensor] = ()) -> None:
        if not 0 < rows < node.order:
            raise ShapeError(f"an operator needs axes for rows and for columns, not {show_shape(node.axes)}")
        cores: dict[Node, Tensor] = {}
        terms = node.terms if isinstance(node, Sum) else ((node, 1),)
        taken_apart = [_taken_apart(term, number, cores) for term, number in terms]
        self.structure = Structure(node.axes, rows, taken_apart, list(cores.values()))
        super().__init__(tuple(cores), declared=tuple(declared))
        self.symbols = list(dict.fromkeys([*self.symbols, *symbols_of(node.axes)]))

    def __repr__(self) -> str:
        return f"Structured({self._inputs} -> operator {self.structure!r})"

    def _finish(self, sizes: Mapping[str, int]) -> Callable[[list[Any]], Operator]:
        return partial(Operator, self.structure, Frame.of(self.structure, sizes))

    def _elsewhere(self, backend: str, arrays: Mapping[str, Any]) -> Any:
        sizes = self._matched(arrays, partial(converted, backend))[1]
        return self._finish(sizes)(super()._elsewhere(backend, arrays))


def _taken_apart(term: Node, number: Number, cores: dict[Node, Tensor]) -> Term:
    """A term over leaves, one for each group of factors that hang together; new ones join the cores."""

    def leaf(node: Node) -> Tensor:
        return cores.setdefault(node, tensor(f"core{len(cores) + 1}", node.axes))

    if not isinstance(term, Network) or any(len(group) > 1 for group in term.outputs):
        wires = tuple(range(term.order))
        return Term(((leaf(term), wires),), wires, {**dict(enumerate(term.axes))}, number)
    outputs = tuple(wire for group in term.outputs for wire in group)
    inside = {wire for factor in term.factors for group in factor.slots for wire in group}
    sizes: dict[Hashable, Axis] = {w: s for w, s in enumerate(term.sizes) if w in outputs or w not in inside}
    factors = []
    for part in components(term):
        held = {wire for factor in part for group in factor.slots for wire in group}
        wires = tuple(wire for wire in dict.fromkeys(outputs) if wire in held)
        factors.append((leaf(network([(f.node, f.slots, f.exponent) for f in part], wires)), wires))
    return Term(tuple(factors), outputs, sizes, number)


def _pair(parts: Iterable[str]) -> str:
    """The shapes of rows and columns: ``(d x k) x (d x k)``."""
    return " x ".join(f"({part})" if " x " in part else part for part in parts)


def _count(terms: Sequence[Term]) -> str:
    return f"{len(terms)} term" + "s" * (len(terms) != 1)


class Frame(NamedTuple):
    """The sizes of an operator: by symbol, of its rows and columns, of the flattened matrix."""

    sizes: dict[str, int]
    rows: tuple[int, ...]
    columns: tuple[int, ...]
    shape: tuple[int, int]

    @classmethod
    def of(cls, structure: Structure, sizes: Mapping[str, int]) -> Frame:
        """The frame for some sizes."""
        numbers = [value(axis, sizes) for axis in structure.axes]
        rows, columns = tuple(numbers[: structure.rows]), tuple(numbers[structure.rows :])
        return cls(dict(sizes), rows, columns, (prod(rows), prod(columns)))

    @property
    def transposed(self) -> Frame:
        """The frame of the transpose."""
        return Frame(self.sizes, self.columns, self.rows, self.shape[::-1])


class Operator:
    """A linear map between tensors, stored as cores. `shape` is that of the flattened matrix.

    NumPy leaves products with it to it, and sees the assembled matrix in it: ``a @ op``, ``np.asarray(op)``.
    """

    __array_ufunc__ = None

    def __init__(self, structure: Structure, frame: Frame, arrays: list[np.ndarray]) -> None:
        self.structure, self.arrays = structure, arrays
        self.frame = self.sizes, self.row_shape, self.column_shape, self.shape = frame

    @cached_property
    def cores(self) -> dict[str, np.ndarray]:
        """The cores by name."""
        return {leaf.name: array for leaf, array in zip(self.structure.leaves, self.arrays, strict=True)}

    @property
    def dtype(self) -> np.dtype:
        """The type of the entries."""
        return np.result_type(*self.arrays) if self.arrays else np.dtype(float)

    def __repr__(self) -> str:
        cores = ", ".join(" x ".join(map(str, array.shape)) or "scalar" for array in self.arrays) or "none"
        return f"Operator({self.shape[0]} x {self.shape[1]}, {_count(self.structure.terms)}, cores {cores})"

    @property
    def nbytes(self) -> int:
        """Bytes of the cores."""
        return sum(array.nbytes for array in self.arrays)

    def report(self) -> str:
        """What it takes, and what the matrix would take if it were formed."""
        dense = prod(self.shape) * np.dtype(self.dtype).itemsize
        ratio = f", {dense / self.nbytes:,.0f} times as much" if self.nbytes else ""
        rows, columns = self.shape
        return f"{self!r}\n    cores     {self.nbytes:,} bytes\n    as dense  {rows:,} x {columns:,}, {dense:,} bytes{ratio}"

    def _run(self, name: str, **more: Any) -> Any:
        return self.run(self.structure.operation(name), **more)

    def run(self, function: Compiled, **more: Any) -> Any:
        """The value of a function of the cores."""
        known = {leaf: core for leaf, core in self.cores.items() if leaf in function.names}
        sizes = {symbol: size for symbol, size in self.sizes.items() if symbol in function.symbols}
        return function(**known, **more, **sizes)

    def __matmul__(self, other: Any) -> Any:
        """The product with a tensor of the columns' axes, with a flat vector, or with a matrix of flat columns."""
        given, wanted = self.column_shape, self.row_shape
        array = np.asarray(other, dtype=None if isinstance(other, np.ndarray) else self.dtype)
        if array.shape == given:
            return self._run("times", vectors=array[..., None]).reshape(wanted)
        if array.ndim in (1, 2) and array.shape[0] == prod(given):
            columns = array.shape[1:] or (1,)
            flat = self._run("times", vectors=array.reshape(*given, *columns))
            return flat.reshape(prod(wanted), *array.shape[1:])
        raise ShapeError(f"an operator of {given} columns cannot be multiplied by an array of shape {array.shape}")

    def rmatmul(self, other: Any) -> Any:
        """The product of the transpose with a tensor of the rows' axes, a flat vector, or a matrix of flat columns."""
        return self.T @ other

    def __rmatmul__(self, other: Any) -> Any:
        """A tensor of the rows' axes, a flat vector, or a matrix of flat rows, times the operator."""
        array = np.asarray(other)
        return (self.T @ array.T).T if array.ndim == 2 and array.shape != self.row_shape else self.T @ array

    def _refused(self, other: Any) -> NoReturn:
        raise OperandError("an operator can be multiplied by arrays only", hint="scale and add expressions, then compile them")

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = _refused

    @property
    def T(self) -> Operator:
        """The transpose, of the same cores."""
        return Operator(self.structure.transposed, Frame(*self.frame).transposed, self.arrays)

    def diagonal(self) -> np.ndarray:
        """The diagonal, with the axes of the rows."""
        self._check_square()
        return np.asarray(self._run("diagonal"))

    def trace(self) -> Any:
        """The sum of the diagonal."""
        self._check_square()
        return self._run("trace")

    def dense(self) -> np.ndarray:
        """The tensor itself: the axes of the rows, then those of the columns."""
        return np.asarray(self._run("dense"))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        if copy is False:
            raise ValueError("an operator is assembled into a new array")
        return self.dense().astype(dtype or self.dtype, copy=False)

    def solve(self, b: Any, damping: float = 0.0) -> Any:
        """The solution of (self + damping*identity) @ x = b, for b as what `@` returns; see `ricci.evaluation.solving`.

        Raises:
            OperandError: the operator is singular.
        """
        self._check_square()
        b = np.asarray(b, dtype=self.dtype)
        if b.shape != self.row_shape and (b.ndim not in (1, 2) or b.shape[0] != self.shape[0]):
            raise ShapeError(f"an operator of {self.row_shape} rows cannot be solved for an array of shape {b.shape}")
        columns = 1 if b.shape == self.row_shape or b.ndim == 1 else b.shape[1]
        try:
            return solution(self, b.reshape(*self.row_shape, columns), damping).reshape(b.shape)
        except np.linalg.LinAlgError as error:
            raise OperandError(f"the operator cannot be inverted here: {error}") from error

    def to_scipy(self) -> LinearOperator:
        """A `scipy.sparse.linalg.LinearOperator` of the flattened matrix."""
        from scipy.sparse.linalg import LinearOperator

        return LinearOperator(
            self.shape,
            matvec=lambda v: self @ np.ravel(v),
            rmatvec=lambda v: self.rmatmul(np.ravel(v)),
            matmat=lambda m: self @ m,
            rmatmat=lambda m: self.rmatmul(m),
            dtype=self.dtype,
        )

    def _check_square(self) -> None:
        if self.row_shape != self.column_shape:
            raise ShapeError(f"rows {self.row_shape} and columns {self.column_shape} differ: this needs equal ones")
