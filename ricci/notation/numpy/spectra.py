"""Factorisations and functions of matrices on nodes: eigenvalues, singular values, QR, Cholesky, exponentials."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from ricci.functions import apply
from ricci.notation.numpy.arrays import matrix_transpose
from ricci.notation.numpy.indexing import concatenate, picked
from ricci.notation.numpy.products import matmul
from ricci.notation.numpy.reductions import amin, with_ones
from ricci.notation.numpy.shapes import Operand, meet, operand, relabelled, shape_text
from tensor_networks.errors import ShapeError, TraceError
from tensor_networks.nodes import Node

ROUNDING = 1e-8  # a bound for singular values up to this counts as rounding


def square(what: str, a: Operand) -> Node:
    """The operand, if its last two axes have one size.

    Raises:
        ShapeError: they have not.
    """
    node = stacked(what, a)
    meet(f"{what} of a square matrix", *node.axes[-2:])
    return node


def stacked(what: str, a: Operand) -> Node:
    """The operand, if it is a matrix or a stack of them."""
    node = operand(a)
    if node.order < 2:
        raise ShapeError(f"{what} needs a matrix, not {shape_text(node)}")
    return node


def of_square(name: str, what: str) -> Callable[..., Node]:
    """A function of the table of one square matrix."""
    return lambda a, UPLO="L": apply(name, square(what, a))


class EigResult(NamedTuple):
    """What ``np.linalg.eig`` returns."""

    eigenvalues: Node
    eigenvectors: Node


class EighResult(NamedTuple):
    """What ``np.linalg.eigh`` returns."""

    eigenvalues: Node
    eigenvectors: Node


class QRResult(NamedTuple):
    """What ``np.linalg.qr`` returns."""

    Q: Node
    R: Node


class SVDResult(NamedTuple):
    """What ``np.linalg.svd`` returns."""

    U: Node
    S: Node
    Vh: Node


def eigh(a: Operand, UPLO: str = "L") -> EighResult:
    """Eigenvalues and eigenvectors of a symmetric matrix (of the symmetric part of a)."""
    node = square("eigh", a)
    return EighResult(apply("eigvalsh", node), apply("eigvecsh", node))


def eig(a: Operand) -> EigResult:
    """Eigenvalues and eigenvectors."""
    node = square("eig", a)
    return EigResult(apply("eigvals", node), apply("eigvecs", node))


def svd(a: Operand, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False) -> Any:
    """The thin singular value decomposition.

    Where the sizes are two symbols the matrix is taken to have no more rows than columns; arrays of another shape are
    refused when they come.

    Raises:
        TraceError: the full decomposition, which is not unique.
    """
    node = stacked("svd", a)
    rows, columns = node.axes[-2:]
    if not compute_uv:
        return svdvals(node)
    if full_matrices and rows != columns:
        raise TraceError("the full svd is not unique: only full_matrices=False has a formula")
    return SVDResult(*(apply(name, node) for name in ("svdleft", "svdvals", "svdright")))


def svdvals(x: Operand) -> Node:
    """The singular values; see `svd`."""
    return apply("svdvals", stacked("svdvals", x))


def qr(a: Operand, mode: str = "reduced") -> Any:
    """The thin QR factorisation; where the sizes are symbols, of a matrix with no more columns than rows.

    Of a wide matrix the first columns are factored, and the others turned: ``Q, [R, Q' B]`` for ``[A, B]``.

    Raises:
        TraceError: a mode that has no formula.
    """
    node = stacked("qr", a)
    rows, columns = node.axes[-2:]
    if mode in ("r", "reduced", "economic") and isinstance(rows, int) and isinstance(columns, int) and rows < columns:
        last = node.order - 1
        first, others = picked(node, last, np.arange(rows)), picked(node, last, np.arange(rows, columns))
        turned = concatenate([apply("rfactor", first), matmul(matrix_transpose(apply("qfactor", first)), others)], last)
        return turned if mode == "r" else QRResult(apply("qfactor", first), turned)
    if mode == "r":
        return apply("rfactor", node)
    if mode not in ("reduced", "economic"):
        raise TraceError(f"qr in the mode {mode!r} has no formula: the thin one (mode='reduced') has")
    return QRResult(apply("qfactor", node), apply("rfactor", node))


def cholesky(a: Operand, *, upper: bool = False) -> Node:
    """The lower factor of a symmetric positive definite matrix, or the upper one."""
    lower = apply("cholesky", square("cholesky", a))
    return matrix_transpose(lower) if upper else lower


def pinv(a: Operand, rcond: Any = None, hermitian: bool = False, *, rtol: Any = None, atol: Any = None) -> Node:
    """The pseudo-inverse, of whatever rank.

    Raises:
        TraceError: a bound below which singular values count as zero, other than rounding.
    """
    if any(isinstance(bound, Node) or (isinstance(bound, float | int) and bound > ROUNDING) for bound in (rcond, rtol, atol)):
        raise TraceError("the pseudo-inverse with a bound for small singular values has no formula", hint="leave rcond out")
    return apply("pinv", stacked("pinv", a))


def spectral_norm(node: Node, ord: Any, axes: Sequence[int], keepdims: bool) -> Node:
    """The largest singular value (2), the smallest (-2) or their sum ("nuc") of matrices in two axes."""
    rest = [axis for axis in range(node.order) if axis not in axes]
    matrices = relabelled(node, [*rest, *axes])
    value = amin(svdvals(matrices), -1) if ord == -2 else apply("specnorm" if ord == 2 else "nucnorm", matrices)
    return with_ones(value, tuple(axes)) if keepdims else value


def solve_sylvester(a: Operand, b: Operand, q: Operand) -> Node:
    """The x of ``a x + x b = q``."""
    return apply("sylvester", square("solve_sylvester", a), square("solve_sylvester", b), operand(q))


def solve_lyapunov(a: Operand, q: Operand) -> Node:
    """The x of ``a x + x a' = q``."""
    return apply("lyapunov", square("solve_continuous_lyapunov", a), operand(q))


def expm_frechet(A: Operand, E: Operand, compute_expm: bool = True, **_: object) -> Any:
    """The exponential and its derivative along a direction."""
    node, direction = square("expm_frechet", A), operand(E)
    along = apply("expmalong", node, direction)
    return (apply("expm", node), along) if compute_expm else along


SPECTRA: dict[str, Callable[..., Any]] = {
    "linalg.eigh": eigh,
    "linalg.eigvalsh": of_square("eigvalsh", "eigvalsh"),
    "linalg.eig": eig,
    "linalg.eigvals": of_square("eigvals", "eigvals"),
    "linalg.svd": svd,
    "linalg.svdvals": svdvals,
    "linalg.qr": qr,
    "linalg.cholesky": cholesky,
    "linalg.pinv": pinv,
}

SCIPY: dict[str, Callable[..., Any]] = {  # those of scipy.linalg that NumPy has not
    "expm_frechet": expm_frechet,
    "solve_sylvester": solve_sylvester,
    "solve_continuous_lyapunov": solve_lyapunov,
    "solve_lyapunov": solve_lyapunov,
}
