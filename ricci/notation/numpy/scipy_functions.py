"""Functions of `scipy.special` and `scipy.linalg` on nodes, by name: those that NumPy has not, and that are no ufuncs."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from math import log, pi
from typing import Any

import numpy as np

from ricci.functions import apply
from ricci.notation.numpy import linalg as linalg
from ricci.notation.numpy import spectra as spectra
from ricci.notation.numpy.arrays import matrix_transpose, moveaxis, reshape, triangle
from ricci.notation.numpy.indexing import concatenate, integer_size, picked
from ricci.notation.numpy.reductions import logaddexp_reduce
from ricci.notation.numpy.shapes import Operand, operand
from ricci.notation.numpy.ufuncs import add, subtract
from tensor_networks.errors import TraceError
from tensor_networks.networks import total, zero
from tensor_networks.nodes import Node

# special

POLYGAMMAS = ("digamma", "trigamma", "tetragamma", "pentagamma", "hexagamma", "heptagamma")


def logsumexp(a: Operand, axis: Any = None, b: Operand = None, keepdims: bool = False, return_sign: bool = False) -> Node:
    """log(sum(b exp(a))) over some axes, without overflow where there are no weights b, or positive ones."""
    if return_sign:
        raise TraceError("logsumexp with return_sign has no formula")
    weighted = operand(a) if b is None else add(a, apply("log", operand(b)))
    return logaddexp_reduce(weighted, axis, keepdims=keepdims)


def polygamma(n: int, x: Operand) -> Node:
    """The n-th derivative of digamma, to the fifth."""
    if not hasattr(n, "__index__") or not 0 <= int(n) < len(POLYGAMMAS):
        raise TraceError(f"polygamma of order {n!r} has no formula: orders 0 to {len(POLYGAMMAS) - 1} have")
    return apply(POLYGAMMAS[int(n)], operand(x))


def multigammaln(a: Operand, d: int) -> Node:
    """The logarithm of the multivariate gamma function of dimension d."""
    node = operand(a)
    parts = [apply("gammaln", subtract(node, j / 2)) for j in range(d)]
    return add(reduce(add, parts), d * (d - 1) / 4 * log(pi))


def _along_axis(name: str) -> Callable[..., Node]:
    """A function of vectors of the table, along an axis or of all entries."""

    def call(x: Operand, axis: int | None = None) -> Node:
        node = operand(x)
        if axis is None:
            return reshape(apply(name, reshape(node, -1)), node.axes)
        return moveaxis(apply(name, moveaxis(node, axis, -1)), -1, axis)

    return call


SPECIAL: dict[str, Callable[..., Node]] = {
    "logsumexp": logsumexp,
    "polygamma": polygamma,
    "multigammaln": multigammaln,
    "softmax": _along_axis("softmax"),
    "log_softmax": _along_axis("logsoftmax"),
}


# linear algebra


def cholesky(a: Operand, lower: bool = False, **_: object) -> Node:
    """The lower factor of a symmetric positive definite matrix, or, as SciPy has it by default, the upper one."""
    return spectra.cholesky(a, upper=not lower)


def cho_factor(a: Operand, lower: bool = False, **_: object) -> tuple[Node, bool]:
    """What `cho_solve` takes."""
    return cholesky(a, lower), lower


def cho_solve(c_and_lower: tuple[Operand, bool], b: Operand, **_: object) -> Node:
    """The x of ``A x = b``, given the Cholesky factor of A."""
    factor, lower = c_and_lower
    first, second = (factor, matrix_transpose(factor)) if lower else (matrix_transpose(factor), factor)
    return linalg.solve(second, linalg.solve(first, b))


def solve_triangular(
    a: Operand, b: Operand, trans: Any = 0, lower: bool = False, unit_diagonal: bool = False, **_: object
) -> Node:
    """The x of ``A x = b`` with the lower or upper triangle of A."""
    if unit_diagonal:
        raise TraceError("solve_triangular with a unit diagonal has no formula here")
    part = triangle(upper=not lower)(a)
    return linalg.solve(matrix_transpose(part) if trans in (1, "T") else part, b)


def solve(a: Operand, b: Operand, lower: bool = False, assume_a: Any = None, transposed: bool = False, **_: object) -> Node:
    """The x of ``A x = b``."""
    return linalg.solve(matrix_transpose(a) if transposed else a, b)


def toeplitz(c: Operand, r: Operand = None) -> Node:
    """The matrix with that first column and that first row (the column again, by default)."""
    column = operand(c)
    row = column if r is None else operand(r)
    rows, columns = (integer_size(node.axes[0], "toeplitz") for node in (column, row))
    band = concatenate([picked(column, 0, np.arange(rows)[::-1]), picked(row, 0, np.arange(1, columns))])
    return picked(band, 0, rows - 1 - np.arange(rows)[:, None] + np.arange(columns))


def circulant(c: Operand) -> Node:
    """The matrix whose columns are a vector, shifted round."""
    node = operand(c)
    places = np.arange(integer_size(node.axes[0], "circulant"))
    return picked(node, 0, (places[:, None] - places) % len(places))


def hankel(c: Operand, r: Operand = None) -> Node:
    """The matrix that is constant along its anti-diagonals, with that first column and that last row."""
    column = operand(c)
    row = total([], column.axes) if r is None else operand(r)
    rows, columns = (integer_size(node.axes[0], "hankel") for node in (column, row))
    band = concatenate([column, picked(row, 0, np.arange(1, columns))])
    return picked(band, 0, np.arange(rows)[:, None] + np.arange(columns))


def block_diag(*arrs: Operand) -> Node:
    """Matrices along the diagonal, zeros elsewhere."""
    nodes = [operand(array) for array in arrs]
    sizes = [tuple(integer_size(size, "block_diag") for size in node.axes) for node in nodes]
    rows = [
        concatenate([node if j == i else zero((sizes[i][0], sizes[j][1])) for j in range(len(nodes))], 1)
        for i, node in enumerate(nodes)
    ]
    return concatenate(rows)


LINALG: dict[str, Callable[..., Any]] = {
    **spectra.SCIPY,
    "cholesky": cholesky,
    "cho_factor": cho_factor,
    "cho_solve": cho_solve,
    "solve_triangular": solve_triangular,
    "solve": solve,
    "toeplitz": toeplitz,
    "circulant": circulant,
    "hankel": hankel,
    "block_diag": block_diag,
}
