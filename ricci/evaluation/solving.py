"""Linear systems with an operator made of cores: on the blocks, the factors or the low rank that it has, else densely."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any, Protocol

import numpy as np

from ricci.evaluation.cores import Term
from tensor_networks.networks import network
from tensor_networks.nodes import Node, Tensor


class Operator(Protocol):
    """What is asked of an operator; see `ricci.evaluation.structure`."""

    row_shape: tuple[int, ...]
    column_shape: tuple[int, ...]
    shape: tuple[int, int]
    structure: Any  # its `terms`, the number of `rows`, `compiled`

    @property
    def cores(self) -> dict[str, np.ndarray]: ...

    @property
    def dtype(self) -> Any: ...

    def __matmul__(self, other: Any) -> Any: ...

    def run(self, function: Any, **more: Any) -> Any:
        """The value of a function of the cores."""

    def dense(self) -> np.ndarray:
        """The tensor."""


Factors = Sequence[tuple[Tensor, tuple[int, ...]]]
RESIDUAL = 1e-6  # a solution that leaves more of the right-hand side than this is none


def solution(operator: Operator, b: np.ndarray, damping: float) -> np.ndarray:
    """x with (operator + damping*identity) x = b, for b with the axes of the rows and one that counts columns.

    Raises:
        numpy.linalg.LinAlgError: the operator is singular.
    """
    ways: tuple[Callable[[Operator, np.ndarray, float], np.ndarray | None], ...] = (blocks, low_rank, factors, dense)
    for way in ways:
        x = way(operator, b, damping)
        if x is not None:
            left = (operator @ _flat(x)).reshape(b.shape) + damping * x - b
            if not np.linalg.norm(left) <= RESIDUAL * max(np.linalg.norm(b), np.finfo(float).tiny):
                raise np.linalg.LinAlgError("Singular matrix")
            return x
    raise AssertionError("the dense way always answers")


def _flat(array: np.ndarray) -> np.ndarray:
    return array.reshape(-1, array.shape[-1])


def deltas(operator: Operator, term: Term) -> frozenset[int]:
    """The places at which the row and the column index of a term are one."""
    rows, wires = operator.structure.rows, term.outputs
    return frozenset(p for p in range(rows) if wires[p] == wires[rows + p] and wires.count(wires[p]) == 2)


def blocks(operator: Operator, b: np.ndarray, damping: float) -> np.ndarray | None:
    """A block-diagonal operator: its blocks, or the one block that all are, are solved with."""
    structure = operator.structure
    order = range(structure.rows)
    common = frozenset(order).intersection(*(deltas(operator, term) for term in structure.terms))
    if not common:
        return None
    along, across = [p for p in order if p in common], [p for p in order if p not in common]
    held = {wire for term in structure.terms for _, wires in term.factors for wire in wires}
    shared = not any(term.outputs[p] in held for term in structure.terms for p in along)
    outer = [] if shared else along
    rows = structure.rows

    def block(term: Term) -> Node:
        gone = {term.outputs[p] for p in along} if shared else set()
        sizes = {wire: size for wire, size in term.sizes.items() if wire not in gone}
        places = [*outer, *across, *(rows + p for p in across)]
        return network(list(term.factors), [term.outputs[p] for p in places], sizes)

    array = np.asarray(operator.run(structure.compiled(("block", shared), block)))
    shape = operator.row_shape
    size = prod(shape[p] for p in across)
    array = array.reshape(*(shape[p] for p in outer), size, size) + damping * np.eye(size, dtype=array.dtype)
    turned = b.transpose(*along, *across, rows)
    if shared:
        right = turned.reshape(-1, size, b.shape[-1]).transpose(1, 0, 2)
        x = np.linalg.solve(array, right.reshape(size, -1)).reshape(right.shape).transpose(1, 0, 2)
    else:
        x = np.linalg.solve(array, turned.reshape(*(shape[p] for p in along), size, b.shape[-1]))
    back = np.argsort([*along, *across, rows])
    return np.asarray(x.reshape(turned.shape).transpose(back))


def low_rank(operator: Operator, b: np.ndarray, damping: float) -> np.ndarray | None:
    """A diagonal plus outer products: the formula of Woodbury."""
    structure = operator.structure
    rows = structure.rows
    outer = [term for term in structure.terms if len(deltas(operator, term)) < rows]
    if any(_halves(term, rows) is None for term in outer) or (len(outer) == len(structure.terms) and not damping):
        return None
    diagonal = np.full(operator.row_shape, float(damping), operator.dtype)
    for term in structure.terms:
        if term not in outer:
            diagonal = diagonal + float(term.number) * _array(operator, term, range(rows))
    if not np.all(diagonal):
        return None
    left = np.stack([float(t.number) * _half(operator, t, range(rows)) for t in outer], -1)
    right = np.stack([_half(operator, t, range(rows, 2 * rows)) for t in outer], -1)
    scaled, columns = _flat(b) / diagonal.reshape(-1, 1), left / diagonal.reshape(-1, 1)
    small = np.eye(len(outer)) + right.T @ columns
    return np.asarray((scaled - columns @ np.linalg.solve(small, right.T @ scaled)).reshape(b.shape))


def _halves(term: Term, rows: int) -> tuple[list[int], list[int]] | None:
    """The factors that hang on rows and those that hang on columns, if none hangs on both and no wire runs through."""
    row_wires, column_wires = set(term.outputs[:rows]), set(term.outputs[rows:])
    if row_wires & column_wires:
        return None
    left = [k for k, (_, wires) in enumerate(term.factors) if not column_wires & set(wires)]
    right = [k for k, (_, wires) in enumerate(term.factors) if column_wires & set(wires)]
    return (left, right) if not any(row_wires & set(term.factors[k][1]) for k in right) else None


def _half(operator: Operator, term: Term, places: range) -> np.ndarray:
    """The flat vector of one half of an outer product."""
    halves = _halves(term, operator.structure.rows) or ([], [])
    chosen = halves[0] if places.start == 0 else halves[1]
    return _product(operator, [term.factors[k] for k in chosen], [term.outputs[p] for p in places], places).reshape(-1)


def _array(operator: Operator, term: Term, places: range) -> np.ndarray:
    """The product of the factors of a term with the axes at some places."""
    return _product(operator, list(term.factors), [term.outputs[p] for p in places], places)


def _product(operator: Operator, chosen: Factors, outputs: Sequence[int], places: range) -> np.ndarray:
    shape = [(*operator.row_shape, *operator.column_shape)[p] for p in places]
    operands = [part for leaf, wires in chosen for part in (operator.cores[leaf.name], list(wires))]
    for wire, size in zip(outputs, shape, strict=True):
        if not any(wire in wires for _, wires in chosen):
            operands += [np.ones(size), [wire]]
    return np.asarray(np.einsum(*operands, outputs))


def factors(operator: Operator, b: np.ndarray, damping: float) -> np.ndarray | None:
    """One Kronecker product: its factors are solved with; with damping, in the bases of their eigenvectors."""
    rows = operator.structure.rows
    if len(operator.structure.terms) != 1:
        return None
    term = operator.structure.terms[0]
    groups = _kronecker(term, rows)
    if len(groups) < 2:
        return None
    matrices = []
    for places in groups:
        wires = [term.outputs[p] for p in places]
        chosen = [factor for factor in term.factors if set(factor[1]) & set(wires)]
        size = prod(operator.row_shape[p] for p in places if p < rows)
        shape = [(*operator.row_shape, *operator.column_shape)[p] for p in places]
        matrices.append(_with_deltas(operator, chosen, wires, shape).reshape(size, size))
    scalars = [operator.cores[leaf.name] for leaf, wires in term.factors if not wires]
    matrices[0] = matrices[0] * (float(term.number) * prod(scalars))
    order = [p for places in groups for p in places if p < rows]
    x = b.transpose(*order, rows)
    sizes = [len(matrix) for matrix in matrices]
    x = x.reshape(*sizes, b.shape[-1])
    found = _damped(matrices, x, damping) if damping else _undone(matrices, x)
    if found is None:
        return None
    turned = [operator.row_shape[p] for p in order]
    return np.asarray(found.reshape(*turned, b.shape[-1]).transpose(np.argsort([*order, rows])))


def _with_deltas(operator: Operator, chosen: Factors, wires: list[int], shape: list[int]) -> np.ndarray:
    """The product of factors over wires of which some are doubled."""
    operands = [part for leaf, own in chosen for part in (operator.cores[leaf.name], list(own))]
    fresh, outputs = max(wires) + 1, []
    for wire, size in zip(wires, shape, strict=True):
        if wire in outputs:
            operands += [np.eye(size), [wire, fresh]]
            outputs.append(fresh)
            fresh += 1
        else:
            outputs.append(wire)
            if not any(wire in own for _, own in chosen) and wires.count(wire) == 1:
                operands += [np.ones(size), [wire]]
    return np.asarray(np.einsum(*operands, outputs))


def _kronecker(term: Term, rows: int) -> list[list[int]]:
    """The places in groups that no core and no delta connects, a row place always with its column place."""
    groups = [{p, rows + p} for p in range(rows)]
    links = [{p for p, wire in enumerate(term.outputs) if wire in wires} for _, wires in term.factors]
    links += [{p for p, other in enumerate(term.outputs) if other == wire} for wire in set(term.outputs)]
    for link in links:
        touched = [group for group in groups if group & link]
        groups = [group for group in groups if not group & link]
        if touched:
            groups.append(set().union(*touched))
    return [sorted(group) for group in sorted(groups, key=min)]


def _undone(matrices: list[np.ndarray], x: np.ndarray) -> np.ndarray:
    for axis, matrix in enumerate(matrices):
        moved = np.moveaxis(x, axis, 0)
        x = np.moveaxis(np.linalg.solve(matrix, moved.reshape(len(matrix), -1)).reshape(moved.shape), 0, axis)
    return x


def _damped(matrices: list[np.ndarray], x: np.ndarray, damping: float) -> np.ndarray | None:
    """(A (x) B + damping)^-1 through the eigenvectors of symmetric A, B; None if one is not symmetric."""
    if not all(np.allclose(matrix, matrix.T, rtol=1e-10, atol=1e-12) for matrix in matrices):
        return None
    pairs = [np.linalg.eigh(matrix) for matrix in matrices]
    spectrum = np.ones(())
    for values, _ in pairs:
        spectrum = np.multiply.outer(spectrum, values)
    for axis, (_, vectors) in enumerate(pairs):
        x = np.moveaxis(np.tensordot(vectors.T, x, (1, axis)), 0, axis)
    x = x / (spectrum + damping)[..., None]
    for axis, (_, vectors) in enumerate(pairs):
        x = np.moveaxis(np.tensordot(vectors, x, (1, axis)), 0, axis)
    return x


def dense(operator: Operator, b: np.ndarray, damping: float) -> np.ndarray:
    """The assembled matrix."""
    matrix = operator.dense().reshape(operator.shape) + damping * np.eye(operator.shape[0])
    return np.asarray(np.linalg.solve(matrix, _flat(b)).reshape(b.shape))
