"""Factorisations and functions of matrices written with NumPy and SciPy: values and derivatives."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import ricci as rc

RANDOM = np.random.default_rng(5)
SQUARE, OTHER = RANDOM.normal(size=(2, 4, 4)) / 3
SPD = SQUARE @ SQUARE.T + np.eye(4)
WIDE = RANDOM.normal(size=(3, 5))

SCALARS: dict[str, tuple[Callable[[Any], Any], np.ndarray]] = {
    "eigh": (lambda X: (lambda e: np.sum(np.exp(e[0]) * (e[1].T @ OTHER @ e[1]).diagonal()))(np.linalg.eigh(X)), SPD),
    "eigvalsh": (lambda X: np.sum(np.log(np.linalg.eigvalsh(X))), SPD),
    "eigvals": (lambda X: np.sum(np.linalg.eigvals(X) ** 3), np.diag([1.0, 2, 3, 5]) + SQUARE / 5),
    "prod of eigvals": (lambda X: np.prod(np.linalg.eigvals(X)).real, SQUARE),
    "svd": (lambda X: (lambda s: np.sum((s[0] * np.tanh(s[1])) @ s[2]))(np.linalg.svd(X, full_matrices=False)), WIDE),
    "svd of a tall one": (lambda X: np.sum(np.linalg.svd(X, compute_uv=False) ** 3), WIDE.T),
    "norms": (
        lambda X: np.linalg.norm(X, 2) + np.linalg.norm(X, -2) ** 2 + np.linalg.norm(X, "nuc") ** 3,
        WIDE,
    ),
    "qr": (lambda X: (lambda f: np.sum(f[0] ** 3) + np.sum(np.sin(f[1])))(np.linalg.qr(X)), WIDE.T),
    "cholesky": (lambda X: np.sum(np.sin(np.linalg.cholesky(X))), SPD),
    "pinv": (lambda X: np.sum(np.sin(np.linalg.pinv(X))), WIDE),
}


def symmetric(name: str) -> str:
    return " symmetric" if name in ("eigh", "eigvalsh", "cholesky") else ""


@pytest.mark.parametrize("name", SCALARS)
def test_values_and_derivatives(name: str) -> None:
    function, array = SCALARS[name]
    traced = rc.trace(function, X=" ".join(map(str, array.shape)) + symmetric(name))
    np.testing.assert_allclose(traced(X=array), function(array), rtol=1e-10)
    direction = RANDOM.normal(size=array.shape)
    direction = direction + direction.T if symmetric(name) else direction
    slope = (function(array + 1e-6 * direction) - function(array - 1e-6 * direction)) / 2e-6
    np.testing.assert_allclose(np.vdot(rc.grad(traced, "X")(X=array), direction), np.real(slope), rtol=1e-6)
    got = rc.hvp(traced, "X")(X=array, dX=direction)
    gradient = rc.grad(traced, "X")
    want = (gradient(X=array + 1e-5 * direction) - gradient(X=array - 1e-5 * direction)) / 2e-5
    np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-6)


def test_functions_called_by_name() -> None:
    A, x = rc.tensor("A", "n n"), rc.tensor("x", "n")
    assert rc.fn.silu(x) == x * rc.fn.sigmoid(x)
    assert rc.fn.maximum(x, 0) == np.maximum(x, 0)
    np.testing.assert_allclose(rc.fn.expm(A)(A=np.zeros((3, 3))), np.eye(3))
    with pytest.raises(AttributeError, match="there is no function"):
        _ = rc.fn.nothing


def test_shapes_of_singular_values() -> None:
    wide = rc.fn.svdvals(rc.tensor("X", "m n"))
    with pytest.raises(rc.OperandError, match="rows"):
        wide(X=WIDE.T)


@pytest.mark.parametrize("rank", [0, 1, 2, 3])
def test_determinant_at_singular_matrices(rank: int) -> None:
    factor = RANDOM.normal(size=(3, rank))
    array = factor @ RANDOM.normal(size=(rank, 3))
    hessian = rc.hessian(rc.parse("det(X)", X="3 3"), "X")(X=array)
    levi = np.cross(np.eye(3)[:, None], np.eye(3)[None]).transpose(2, 0, 1)
    np.testing.assert_allclose(hessian, np.einsum("ace,bdf,ef->abcd", levi, levi, array), atol=1e-13)


def test_matrix_notation() -> None:
    sizes = {"A": "n n", "B": "m m", "Q": "n m", "b": "n"}
    assert str(rc.parse("solve(A, b)", **sizes)) == "inv(A)*b"
    solution = rc.parse("sylvester(A, B, Q)", **sizes)
    assert rc.parse(str(solution), **sizes) == solution
    assert str(rc.grad(rc.parse("nucnorm(Q)", **sizes), "Q")) == "polar(Q)"
    assert rc.parse("norm2(eigvalsh(S))^2", S="n n").order == 0
    with pytest.raises(rc.ShapeError, match="fit"):
        rc.parse("sylvester(A, B, B)", **sizes)


@pytest.mark.parametrize("shape", [(5, 3), (3, 5), (4, 4), (3, 1)])
def test_singular_values_of_any_shape(shape: tuple[int, int]) -> None:
    """Where the sizes are numbers, a matrix of more rows than columns is transposed."""
    array = np.random.default_rng(0).normal(size=shape)
    named = {"X": " ".join(map(str, shape))}
    values = rc.parse("svdvals(X)", **named)
    assert values.shape == (min(shape),)
    np.testing.assert_allclose(values(X=array), np.linalg.svd(array, compute_uv=False))
    rebuilt = rc.parse("svdleft(X)*diag(svdvals(X))*svdright(X)", **named)
    np.testing.assert_allclose(rebuilt(X=array), array, atol=1e-12)
    assert rc.verify(rc.hessian(rc.parse("sum(svdvals(X).^3)", **named), "X"))


@pytest.mark.parametrize("shape", [(3, 3), (2, 4), (4, 2), (1, 3), (3, 1)])
def test_the_third_derivative_of_the_nuclear_norm(shape: tuple[int, int]) -> None:
    X, along = np.random.default_rng(1).normal(size=(2, *shape))
    curvature = rc.hessian(rc.parse("nucnorm(X)", X="m n"), "X")
    third = rc.derivative(curvature, "X")
    got = np.tensordot(third(X=X), along, 2)
    step = 1e-5
    want = (curvature(X=X + step * along) - curvature(X=X - step * along)) / (2 * step)
    np.testing.assert_allclose(got, want, rtol=1e-6, atol=1e-7)


def test_powers_of_matrices_with_a_symbol_for_exponent() -> None:
    traced = rc.trace(lambda A, k: np.linalg.matrix_power(A, k), A="n n", k="")
    assert traced == rc.parse("powm(A, k)", A="n n", k="")
    assert rc.trace(lambda A, k: np.linalg.matrix_power(A, k), A="b n n", k="").shape == ("b", "n", "n")
