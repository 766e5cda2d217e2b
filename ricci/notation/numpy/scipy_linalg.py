"""Functions of `scipy.linalg` on nodes, by name: those that NumPy has not, and those that it has in another way."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from ricci.functions import apply
from ricci.functions.powers import matrix_power
from ricci.notation.numpy import linalg, spectra
from ricci.notation.numpy.arrays import matrix_transpose, triangle
from ricci.notation.numpy.convolutions import convolution_matrix, vector
from ricci.notation.numpy.indexing import concatenate, indexed, integer_size, picked
from ricci.notation.numpy.products import kron, matmul, raveled, unraveled
from ricci.notation.numpy.shapes import Operand, operand
from ricci.notation.numpy.ufuncs import add, divide, scaled, subtract
from tensor_networks.errors import TraceError
from tensor_networks.filled import identity
from tensor_networks.networks import network, total, zero
from tensor_networks.nodes import Node

HARMLESS = frozenset(
    ["check_finite", "overwrite_a", "overwrite_b", "overwrite_ab", "debug", "lapack_driver", "method", "driver"]
)
TRANSPOSED = (1, 2, "T", "C")


def without_harmless(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function whose options that change no number are left out; any other it must know."""
    return lambda *args, **options: function(*args, **{name: value for name, value in options.items() if name not in HARMLESS})


# equations


def cholesky(a: Operand, lower: bool = False) -> Node:
    """The lower factor of a symmetric positive definite matrix, or, as SciPy has it by default, the upper one."""
    return spectra.cholesky(a, upper=not lower)


def cho_factor(a: Operand, lower: bool = False) -> tuple[Node, bool]:
    """What `cho_solve` takes."""
    return cholesky(a, lower), lower


def cho_solve(c_and_lower: tuple[Operand, bool], b: Operand) -> Node:
    """The x of ``A x = b``, given the Cholesky factor of A."""
    factor, lower = c_and_lower
    first, second = (factor, matrix_transpose(factor)) if lower else (matrix_transpose(factor), factor)
    return linalg.solve(second, linalg.solve(first, b))


def lu_factor(a: Operand) -> tuple[Node, None]:
    """What `lu_solve` takes: the matrix itself, which is solved with as it is."""
    return spectra.square("lu_factor", a), None


def lu_solve(lu_and_piv: tuple[Operand, None], b: Operand, trans: Any = 0) -> Node:
    """The x of ``A x = b``, given what `lu_factor` made of A."""
    return solve(lu_and_piv[0], b, transposed=trans in TRANSPOSED)


def solve_triangular(a: Operand, b: Operand, trans: Any = 0, lower: bool = False, unit_diagonal: bool = False) -> Node:
    """The x of ``A x = b`` with the lower or upper triangle of A."""
    part = triangle(upper=not lower)(a, (-1 if lower else 1) if unit_diagonal else 0)
    if unit_diagonal:
        part = add(part, identity(part.axes[-1]))
    return linalg.solve(matrix_transpose(part) if trans in TRANSPOSED else part, b)


def solve(a: Operand, b: Operand, lower: bool = False, assume_a: Any = None, transposed: bool = False) -> Node:
    """The x of ``A x = b``."""
    if assume_a not in (None, "gen", "general", "sym", "symmetric", "pos", "positive definite", "her", "hermitian"):
        raise TraceError(f"scipy.linalg.solve with assume_a={assume_a!r} cannot be traced", hint="leave assume_a out")
    return linalg.solve(matrix_transpose(a) if transposed else a, b)


def solve_discrete_lyapunov(a: Operand, q: Operand) -> Node:
    """The x of ``x = a x a' + q``."""
    node, right = spectra.square("solve_discrete_lyapunov", a), operand(q)
    twice = kron(node, node)
    matrix = subtract(identity(twice.axes[0]), twice)
    return unraveled(linalg.solve(matrix, raveled(right)), right.axes)


# factorisations and spectra


def qr(a: Operand, mode: str = "full", pivoting: bool = False) -> Any:
    """The QR factorisation of a square matrix, or, in the mode "economic", the thin one.

    Raises:
        TraceError: the full one of another matrix, which is not unique, or one with pivots.
    """
    node = spectra.stacked("qr", a)
    if pivoting or mode not in ("full", "economic", "r") or (mode != "economic" and node.axes[-2] != node.axes[-1]):
        raise TraceError("scipy.linalg.qr has a formula without pivots, of a square matrix or in the mode 'economic'")
    factors = spectra.qr(node)
    return (factors.R,) if mode == "r" else tuple(factors)


def eigh(a: Operand, b: Operand = None, *, lower: bool = True, eigvals_only: bool = False) -> Any:
    """Eigenvalues and eigenvectors of a symmetric matrix a; those of ``a v = w b v`` for b positive definite."""
    if b is None:
        return eigvalsh(a) if eigvals_only else spectra.eigh(a)
    factor = apply("inv", apply("cholesky", spectra.square("eigh", b)))
    turned = matmul(matmul(factor, spectra.square("eigh", a)), matrix_transpose(factor))
    if eigvals_only:
        return apply("eigvalsh", turned)
    return apply("eigvalsh", turned), matmul(matrix_transpose(factor), apply("eigvecsh", turned))


def eigvalsh(a: Operand, b: Operand = None, *, lower: bool = True) -> Node:
    """The eigenvalues that `eigh` gives."""
    if b is None:
        return apply("eigvalsh", spectra.square("eigvalsh", a))
    value: Node = eigh(a, b, eigvals_only=True)
    return value


def polar(a: Operand, side: str = "right") -> tuple[Node, Node]:
    """The nearest matrix u of orthonormal columns or rows, and the p of ``a = u p`` (of ``a = p u``)."""
    node = spectra.stacked("polar", a)
    nearest = apply("polar", node)
    if side == "left":
        return nearest, matmul(node, matrix_transpose(nearest))
    return nearest, matmul(matrix_transpose(nearest), node)


def orthogonal_procrustes(A: Operand, B: Operand) -> tuple[Node, Node]:
    """The orthogonal matrix R that brings A nearest to B, and the sum of the singular values of ``A' B``."""
    joint = matmul(matrix_transpose(operand(A)), operand(B))
    return apply("polar", joint), apply("nucnorm", joint)


# functions of matrices


def _circular(node: Node) -> tuple[Node, Node]:
    """The cosine and the sine of a square matrix: blocks of the exponential of ``[[0, A], [-A, 0]]``."""
    size = integer_size(node.axes[0], "the sine of a matrix")
    empty = zero(node.axes)
    rows = [concatenate([empty, node], 1), concatenate([scaled(node, -1), empty], 1)]
    whole = apply("expm", concatenate(rows))
    top = picked(whole, 0, np.arange(size))
    return picked(top, 1, np.arange(size)), picked(top, 1, np.arange(size, 2 * size))


def _hyperbolic(node: Node) -> tuple[Node, Node]:
    """The hyperbolic cosine and sine of a square matrix."""
    ahead, behind = apply("expm", node), apply("expm", scaled(node, -1))
    return tuple(total([(ahead, Fraction(1, 2)), (behind, Fraction(sign, 2))]) for sign in (1, -1))  # type: ignore[return-value]


def _part(pair: Callable[[Node], tuple[Node, Node]], choose: Callable[[Node, Node], Node], name: str) -> Callable[..., Node]:
    return lambda A: choose(*pair(spectra.square(name, A)))


def fractional_matrix_power(A: Operand, t: Any) -> Node:
    """The power of a square matrix: a product for whole t, a square root for halves, else ``expm(t logm(A))``."""
    node = spectra.square("fractional_matrix_power", A)
    if isinstance(t, Node):
        raise TraceError("fractional_matrix_power needs an exponent that is a number", hint="expm(t*logm(A))")
    if float(t).is_integer():
        return matrix_power(node, int(t))
    if float(2 * t).is_integer():
        return matrix_power(apply("sqrtm", node), int(2 * t))
    return apply("expm", scaled(apply("logm", node), t))


def of_square(name: str) -> Callable[..., Node]:
    """A function of the table of one square matrix."""
    return lambda a: apply(name, spectra.square(name, a))


# structured matrices


def toeplitz(c: Operand, r: Operand = None) -> Node:
    """The matrix with that first column and that first row (the column again, by default)."""
    column = vector("toeplitz", c)
    row = column if r is None else vector("toeplitz", r)
    rows, columns = (integer_size(node.axes[0], "toeplitz") for node in (column, row))
    band = concatenate([picked(column, 0, np.arange(rows)[::-1]), picked(row, 0, np.arange(1, columns))])
    return picked(band, 0, rows - 1 - np.arange(rows)[:, None] + np.arange(columns))


def circulant(c: Operand) -> Node:
    """The matrix whose columns are a vector, shifted round."""
    node = vector("circulant", c)
    places = np.arange(integer_size(node.axes[0], "circulant"))
    return picked(node, 0, (places[:, None] - places) % len(places))


def hankel(c: Operand, r: Operand = None) -> Node:
    """The matrix that is constant along its anti-diagonals, with that first column and that last row."""
    column = vector("hankel", c)
    row = total([], column.axes) if r is None else vector("hankel", r)
    rows, columns = (integer_size(node.axes[0], "hankel") for node in (column, row))
    band = concatenate([column, picked(row, 0, np.arange(1, columns))])
    return picked(band, 0, np.arange(rows)[:, None] + np.arange(columns))


def companion(a: Operand) -> Node:
    """The matrix whose characteristic polynomial has those coefficients, the highest first."""
    node = vector("companion", a)
    size = integer_size(node.axes[0], "companion")
    first = scaled(divide(picked(node, 0, np.arange(1, size)), picked(node, 0, 0)), -1)
    below = np.eye(size - 1)[:-1]
    return concatenate([indexed(first, None), operand(below)]) if len(below) else indexed(first, None)


def block_diag(*arrs: Operand) -> Node:
    """Matrices along the diagonal, zeros elsewhere."""
    nodes = [operand(array) for array in arrs]
    nodes = [indexed(node, (None,) * (2 - node.order)) if node.order < 2 else node for node in nodes]
    sizes = [tuple(integer_size(size, "block_diag") for size in node.axes) for node in nodes]
    rows = [
        concatenate([node if j == i else zero((sizes[i][0], sizes[j][1])) for j in range(len(nodes))], 1)
        for i, node in enumerate(nodes)
    ]
    return concatenate(rows)


def khatri_rao(a: Operand, b: Operand) -> Node:
    """The Kronecker products of the columns of two matrices."""
    return network([(operand(a), "ik"), (operand(b), "jk")], [("i", "j"), "k"])


def _toeplitz_of(c_or_cr: Any) -> Node:
    return toeplitz(*c_or_cr) if isinstance(c_or_cr, tuple) else toeplitz(c_or_cr)


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    **spectra.SCIPY,
    **{name: of_square(name) for name in ("expm", "logm", "sqrtm", "inv", "det", "eigvals")},
    "cholesky": cholesky,
    "cho_factor": cho_factor,
    "cho_solve": cho_solve,
    "lu_factor": lu_factor,
    "lu_solve": lu_solve,
    "solve_triangular": solve_triangular,
    "solve": solve,
    "solve_discrete_lyapunov": solve_discrete_lyapunov,
    "solve_toeplitz": lambda c_or_cr, b: linalg.solve(_toeplitz_of(c_or_cr), b),
    "solve_circulant": lambda c, b: linalg.solve(circulant(c), b),
    "matmul_toeplitz": lambda c_or_cr, x, workers=None: matmul(_toeplitz_of(c_or_cr), x),
    "qr": qr,
    "eigh": eigh,
    "eigvalsh": eigvalsh,
    "pinvh": spectra.pinv,
    "polar": polar,
    "orthogonal_procrustes": orthogonal_procrustes,
    "cosm": _part(_circular, lambda cosine, sine: cosine, "cosm"),
    "sinm": _part(_circular, lambda cosine, sine: sine, "sinm"),
    "tanm": _part(_circular, linalg.solve, "tanm"),
    "coshm": _part(_hyperbolic, lambda cosine, sine: cosine, "coshm"),
    "sinhm": _part(_hyperbolic, lambda cosine, sine: sine, "sinhm"),
    "tanhm": _part(_hyperbolic, linalg.solve, "tanhm"),
    "fractional_matrix_power": fractional_matrix_power,
    "toeplitz": toeplitz,
    "circulant": circulant,
    "hankel": hankel,
    "companion": companion,
    "convolution_matrix": convolution_matrix,
    "block_diag": block_diag,
    "khatri_rao": khatri_rao,
}
LINALG = {name: without_harmless(function) for name, function in _FUNCTIONS.items()}
