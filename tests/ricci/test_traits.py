"""Traits: derivatives along the structure against an oracle of its own, what follows in formulas, what is refused."""

from collections.abc import Callable

import numpy as np
import pytest

import ricci as rc
from ricci.traits.points import drawn

RNG = np.random.default_rng(7)
N = 4

# An oracle that knows a structure by its equations only: the tangent space is the kernel of their derivative, a curve is
# found by Newton steps back onto the surface.

OFF = 1 - np.eye(N)
EQUATIONS: dict[str, tuple[str, Callable[[np.ndarray], np.ndarray]]] = {
    "symmetric": ("n n", lambda x: x - x.T),
    "skew": ("n n", lambda x: x + x.T),
    "diagonal": ("n n", lambda x: x * OFF),
    "lower": ("n n", lambda x: np.triu(x, 1)),
    "upper": ("n n", lambda x: np.tril(x, -1)),
    "toeplitz": ("n n", lambda x: x[1:, 1:] - x[:-1, :-1]),
    "spd": ("n n", lambda x: x - x.T),
    "psd": ("n n", lambda x: x - x.T),
    "positive": ("n n", lambda x: np.zeros(1)),
    "nonnegative": ("n n", lambda x: np.zeros(1)),
    "orthogonal": ("n n", lambda x: x.T @ x - np.eye(N)),
    "orthonormal": ("n k", lambda x: x.T @ x - np.eye(x.shape[1])),
    "idempotent": ("n n", lambda x: x @ x - x),
    "simplex": ("n n", lambda x: x.sum(axis=1) - 1),
    "symmetric orthogonal": ("n n", lambda x: np.stack([x - x.T, x.T @ x - np.eye(N)])),
    "symmetric idempotent": ("n n", lambda x: np.stack([x - x.T, x @ x - x])),
    "symmetric toeplitz": ("n n", lambda x: np.concatenate([(x - x.T).ravel(), (x[1:, 1:] - x[:-1, :-1]).ravel()])),
    "skew toeplitz": ("n n", lambda x: np.concatenate([(x + x.T).ravel(), (x[1:, 1:] - x[:-1, :-1]).ravel()])),
    "lower toeplitz": ("n n", lambda x: np.concatenate([np.triu(x, 1).ravel(), (x[1:, 1:] - x[:-1, :-1]).ravel()])),
    "lower upper": ("n n", lambda x: x * OFF),
    "symmetric lower": ("n n", lambda x: x * OFF),
    "diagonal toeplitz": ("n n", lambda x: np.concatenate([(x * OFF).ravel(), np.diff(np.diag(x))])),
    "spd diagonal": ("n n", lambda x: x * OFF),
    "positive symmetric": ("n n", lambda x: x - x.T),
}
FORMULAS = {
    "linear": "a'*X*b",
    "constant on some": "tr(X'*X)",
    "quadratic": "tr(X'*A*X)",
    "two sides": "tr(A*X*B*X')",
    "repeated": "tr(X*B*X*A*X)",
    "entrywise": "sum(sin(A*X))",
    "power": "sum((A*X).^3)",
    "norm": "norm2(X*b)^2 + a'*X*b",
    "exp": "sum(exp(A*X*B))",
    "logsumexp": "logsumexp(X*b)",
    "inverse": "tr(inv(eye(n) + X*X')*A)",
    "vector": "tanh(X*b)",
    "sums": "sum(X)^2 + sum(X*X)",
    "determinant": "logdet(A'*A + X*X')",
}


def tangents(equation: Callable[[np.ndarray], np.ndarray], point: np.ndarray) -> np.ndarray:
    """An orthonormal basis of the tangent space, a row for each direction."""
    columns = []
    for place in np.ndindex(point.shape):
        moved = np.zeros_like(point)
        moved[place] = 1e-6
        columns.append((equation(point + moved) - equation(point - moved)).ravel() / 2e-6)
    _, values, rows = np.linalg.svd(np.array(columns).T)
    return rows[np.count_nonzero(values > 1e-6) :]


def returned(equation: Callable[[np.ndarray], np.ndarray], point: np.ndarray) -> np.ndarray:
    """The point led back onto the surface by Gauss-Newton steps."""
    for _ in range(6):
        columns = []
        for place in np.ndindex(point.shape):
            moved = np.zeros_like(point)
            moved[place] = 1e-6
            columns.append((equation(point + moved) - equation(point - moved)).ravel() / 2e-6)
        step = np.linalg.lstsq(np.array(columns).T, equation(point).ravel(), rcond=1e-7)[0]
        point = point - step.reshape(point.shape)
    return point


def setting(trait: str, text: str) -> tuple[rc.Expr, rc.Expr, dict[str, np.ndarray]]:
    """The formula with the trait, without it, and arrays."""
    sizes, _ = EQUATIONS[trait]
    square = sizes == "n n"
    shapes = {"A": "n n", "B": "n n", "a": "n", "b": "n"} if square else {"A": "n n", "B": "k k", "a": "n", "b": "k"}
    rng = np.random.default_rng(11)
    numbers = {"n": N, "k": 2}
    given = {name: rng.uniform(-1, 1, [numbers[size] for size in shape.split()]) for name, shape in shapes.items()}
    leaf = rc.tensor("X", f"{sizes} {trait}").node
    given["X"] = drawn(rng.uniform(-1, 1, [numbers[size] for size in sizes.split()]), leaf)
    return rc.parse(text, X=f"{sizes} {trait}", **shapes), rc.parse(text, X=sizes, **shapes), given


def value(expression: rc.Expr, given: dict[str, np.ndarray], point: np.ndarray | None = None) -> np.ndarray:
    arrays = given if point is None else {**given, "X": point}
    return np.asarray(expression(**{name: array for name, array in arrays.items() if name in expression.variables}))


CASES = [
    pytest.param(trait, name, id=f"{trait}-{name}")
    for trait in EQUATIONS
    for name in FORMULAS
    if trait != "orthonormal" or name not in ("repeated", "sums")
]


@pytest.mark.parametrize(("trait", "name"), CASES)
def test_derivatives_along_the_structure(trait: str, name: str) -> None:
    """First and second derivatives along every tangent; what is no tangent does not occur in them."""
    structured, plain, given = setting(trait, FORMULAS[name])
    equation = EQUATIONS[trait][1]
    np.testing.assert_allclose(equation(given["X"]), 0, atol=1e-12)
    first, second = rc.derivative(structured, "X"), rc.derivative(structured, "X", "X")
    basis = tangents(equation, given["X"])
    size = given["X"].size
    gradient = value(first, given).reshape(-1, size)
    hessian = value(second, given).reshape(gradient.size, size)
    if trait != "idempotent":
        np.testing.assert_allclose(gradient @ basis.T @ basis, gradient, atol=1e-9)
        np.testing.assert_allclose(hessian @ basis.T @ basis, hessian, atol=1e-8)
    for row in basis[:6]:
        direction = row.reshape(given["X"].shape)
        ahead, behind = (returned(equation, given["X"] + sign * 1e-5 * direction) for sign in (1, -1))
        slope = (value(plain, given, ahead) - value(plain, given, behind)) / 2e-5
        np.testing.assert_allclose(gradient @ row, slope.ravel(), rtol=1e-5, atol=1e-7)
        change = (value(first, given, ahead) - value(first, given, behind)) / 2e-5
        np.testing.assert_allclose(hessian @ row, change.ravel(), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("trait", EQUATIONS)
def test_verify_agrees(trait: str) -> None:
    for name in ("two sides", "vector"):
        structured, _, _ = setting(trait, FORMULAS[name])
        assert rc.verify(rc.derivative(structured, "X", "X"), tolerance=1e-5)
