"""Derivatives that stay compressed: cores and a pattern, as a linear operator.

The Hessian of ``norm2(T - U*V')^2`` by U is ``2 V'V`` on the diagonal blocks of an (nk) x (nk) matrix. As an operator it
is that one k x k core: products, diagonals, traces and solves work on it, and the matrix is never built.

A derivative is taken apart into terms, and every term into the tensors that hang together, its cores. An operation is an
expression over these cores, deltas and all, and is compiled like any other; what depends on the inputs is computed once.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ricci.evaluation.compiled import Compiled, compile
from ricci.evaluation.cores import Term, components
from ricci.evaluation.solving import solution
from tensor_networks.axes import Axis, show_shape, value
from tensor_networks.errors import OperandError, ShapeError
from tensor_networks.evaluation.costs import Cost
from tensor_networks.networks import Network, Sum, network, total
from tensor_networks.nodes import Node, Tensor, tensor
from tensor_networks.numbers import Number

if TYPE_CHECKING:
    from scipy.sparse.linalg import LinearOperator

COLUMNS = "columns"  # the size symbol of a stack of vectors


class Structured:
    """A function of arrays that returns an `Operator`: the first `rows` axes of a node are its rows, the rest columns."""

    def __init__(self, node: Node, rows: int, declared: Sequence[Tensor] = ()) -> None:
        if not 0 < rows < node.order:
            raise ShapeError(f"an operator needs axes for rows and for columns, not {show_shape(node.axes)}")
        self.axes, self.rows = node.axes, rows
        self._cores: dict[Node, Tensor] = {}
        terms = node.terms if isinstance(node, Sum) else ((node, 1),)
        self.terms = [self._taken_apart(term, number) for term, number in terms]
        self.cores = compile(list(self._cores), declared=declared)
        self.names = self.cores.names
        self._compiled: dict[Any, Compiled] = {}
        self._frames: dict[Any, Frame] = {}
        self._leaves = [leaf.name for leaf in self._cores.values()]

    def __repr__(self) -> str:
        return f"Structured({', '.join(self.names)}) -> operator {show_shape(self.axes)}, {len(self._cores)} cores"

    @property
    def source(self) -> str:
        """Standalone source of the cores, which are all that depends on the arrays."""
        return self.cores.source

    def cost(self, /, **sizes: int) -> Cost:
        """What computing the cores costs, for sizes given by symbol (100 for those not given).

        Raises:
            UnknownName: there is no such size.
        """
        return self.cores.cost(**sizes)

    def __call__(self, /, *given: Any, **arrays: Any) -> Operator:
        """The operator at these arrays.

        Raises:
            SizeError, OperandError, UnknownName: see `ricci.evaluate`.
        """
        if arrays:
            arrays = dict(zip(self.names, given, strict=False)) | arrays
            given = tuple([arrays[name] for name in self.names if name in arrays])
        shapes = tuple(map(_shape, given)), tuple([(name, _shape(array)) for name, array in arrays.items()])
        frame = self._frames.get(shapes)
        if frame is None:  # what is not needed for the cores is checked once, and may tell a size
            frame = self._frames[shapes] = Frame.of(self, self.cores.bound(*given, **arrays)[1])
        return Operator(self, dict(zip(self._leaves, self.cores(*given), strict=True)), frame)

    def _taken_apart(self, term: Node, number: Number) -> Term:
        """A term over leaves, one for each group of factors that hang together."""
        if not isinstance(term, Network) or any(len(group) > 1 for group in term.outputs):
            wires = tuple(range(term.order))
            return Term(((self._core(term), wires),), wires, {**dict(enumerate(term.axes))}, number)
        outputs = tuple(wire for group in term.outputs for wire in group)
        inside = {wire for factor in term.factors for group in factor.slots for wire in group}
        sizes: dict[Hashable, Axis] = {w: s for w, s in enumerate(term.sizes) if w in outputs or w not in inside}
        factors = []
        for part in components(term):
            held = {wire for factor in part for group in factor.slots for wire in group}
            wires = tuple(wire for wire in dict.fromkeys(outputs) if wire in held)
            leaf = self._core(network([(f.node, f.slots, f.exponent) for f in part], wires))
            factors.append((leaf, wires))
        return Term(tuple(factors), outputs, sizes, number)

    def _core(self, node: Node) -> Tensor:
        return self._cores.setdefault(node, tensor(f"core{len(self._cores) + 1}", node.axes))

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
        summed, kept = (columns, rows) if name == "times" else (rows, columns)
        axes = self.axes[self.rows :] if name == "times" else self.axes[: self.rows]
        return term.product([*kept, "r"], (tensor("vectors", (*axes, COLUMNS)), [*summed, "r"]))


def _shape(array: Any) -> tuple[int, ...]:
    return array.shape if type(array) is np.ndarray else np.shape(array)


class Frame(NamedTuple):
    """The sizes of an operator: by symbol, of its rows and columns, of the flattened matrix."""

    sizes: dict[str, int]
    rows: tuple[int, ...]
    columns: tuple[int, ...]
    shape: tuple[int, int]

    @classmethod
    def of(cls, structured: Structured, sizes: dict[str, int]) -> Frame:
        """The frame for some sizes."""
        numbers = [value(axis, sizes) for axis in structured.axes]
        rows, columns = tuple(numbers[: structured.rows]), tuple(numbers[structured.rows :])
        return cls(sizes, rows, columns, (prod(rows), prod(columns)))


class Operator:
    """A linear map between tensors, stored as cores. `shape` is that of the flattened matrix."""

    def __init__(self, structured: Structured, cores: dict[str, np.ndarray], frame: Frame) -> None:
        self.structured, self.cores = structured, cores
        self.sizes, self.row_shape, self.column_shape, self.shape = frame

    @property
    def dtype(self) -> np.dtype:
        """The type of the entries."""
        return np.result_type(*self.cores.values()) if self.cores else np.dtype(float)

    def __repr__(self) -> str:
        cores = ", ".join("x".join(map(str, core.shape)) or "scalar" for core in self.cores.values())
        return f"Operator({self.shape[0]} x {self.shape[1]}, {len(self.structured.terms)} terms, cores {cores})"

    @property
    def nbytes(self) -> int:
        """Bytes of the cores."""
        return sum(core.nbytes for core in self.cores.values())

    def report(self) -> str:
        """What it takes, and what the matrix would take if it were formed."""
        dense = prod(self.shape) * np.dtype(self.dtype).itemsize
        ratio = f", {dense / self.nbytes:,.0f} times as much" if self.nbytes else ""
        rows, columns = self.shape
        return f"{self!r}\n    cores     {self.nbytes:,} bytes\n    as dense  {rows:,} x {columns:,}, {dense:,} bytes{ratio}"

    def _run(self, name: str, **more: Any) -> Any:
        return self.run(self.structured.operation(name), **more)

    def run(self, function: Compiled, **more: Any) -> Any:
        """The value of a function of the cores."""
        known = {leaf: core for leaf, core in self.cores.items() if leaf in function.names}
        sizes = {symbol: size for symbol, size in self.sizes.items() if symbol in function.symbols}
        return function(**known, **more, **sizes)

    def __matmul__(self, other: Any) -> Any:
        """The product with a tensor of the columns' axes, with a flat vector, or with a matrix of flat columns."""
        return self._applied("times", other, self.column_shape, self.row_shape)

    def rmatmul(self, other: Any) -> Any:
        """The product of the transpose with a tensor of the rows' axes, a flat vector, or a matrix of flat columns."""
        return self._applied("transposed", other, self.row_shape, self.column_shape)

    def _applied(self, name: str, other: Any, given: tuple[int, ...], wanted: tuple[int, ...]) -> Any:
        array = np.asarray(other, dtype=None if isinstance(other, np.ndarray) else self.dtype)
        if array.shape == given:
            return self._run(name, vectors=array[..., None]).reshape(wanted)
        if array.ndim in (1, 2) and array.shape[0] == prod(given):
            columns = array.shape[1:] or (1,)
            flat = self._run(name, vectors=array.reshape(*given, *columns))
            return flat.reshape(prod(wanted), *array.shape[1:])
        raise ShapeError(f"an operator of {given} columns cannot be multiplied by an array of shape {array.shape}")

    @property
    def T(self) -> Transposed:
        """The transpose."""
        return Transposed(self)

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


class Transposed:
    """The transpose of an operator."""

    def __init__(self, operator: Operator) -> None:
        self.T = operator
        self.shape = operator.shape[::-1]

    def __matmul__(self, other: Any) -> Any:
        return self.T.rmatmul(other)

    def rmatmul(self, other: Any) -> Any:
        """The product of the operator itself."""
        return self.T @ other

    def diagonal(self) -> np.ndarray:
        """The diagonal."""
        return self.T.diagonal()

    def trace(self) -> Any:
        """The sum of the diagonal."""
        return self.T.trace()

    def dense(self) -> np.ndarray:
        """The tensor: the axes of the columns, then those of the rows."""
        rows = len(self.T.row_shape)
        dense = self.T.dense()
        return dense.transpose(*range(rows, dense.ndim), *range(rows))
