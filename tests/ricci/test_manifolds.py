"""Gradients on manifolds: tangent, and right along curves that stay on the manifold."""

import numpy as np
import pytest

import ricci as rc

RANDOM = np.random.default_rng(3)
A = RANDOM.normal(size=(5, 5))
X = np.linalg.qr(RANDOM.normal(size=(5, 2)))[0]
FUNCTION = rc.parse("tr(X'*A*X*C) + sum(X)", X="n p", A="n n", C="p p")
GIVEN = {"A": A, "C": np.diag([1.0, 3.0]), "X": X}


def slope(function: rc.Expr, curve, **given: np.ndarray) -> float:
    return float(function(**given, X=curve(1e-5)) - function(**given, X=curve(-1e-5))) / 2e-5


def rest() -> dict[str, np.ndarray]:
    return {name: array for name, array in GIVEN.items() if name != "X"}


@pytest.mark.parametrize("manifold", ["stiefel", "stiefel canonical"])
def test_stiefel(manifold: str) -> None:
    gradient = rc.riemannian_gradient(FUNCTION, "X", manifold)(**GIVEN)
    np.testing.assert_allclose(X.T @ gradient + gradient.T @ X, 0, atol=1e-12)
    skew = RANDOM.normal(size=(5, 5))
    skew = skew - skew.T
    tangent = skew @ X
    metric = np.eye(5) - (X @ X.T / 2 if "canonical" in manifold else 0)
    want = slope(FUNCTION, lambda t: cayley(t * skew) @ X, **rest())
    np.testing.assert_allclose(np.vdot(gradient, metric @ tangent), want, rtol=1e-6)


def cayley(skew: np.ndarray) -> np.ndarray:
    """A rotation near the identity."""
    return np.linalg.solve(np.eye(len(skew)) - skew / 2, np.eye(len(skew)) + skew / 2)


def test_grassmann() -> None:
    function = rc.parse("tr(X'*A*X)", X="n p", A="n n")
    gradient = rc.riemannian_gradient(function, "X", "grassmann")(A=A, X=X)
    np.testing.assert_allclose(X.T @ gradient, 0, atol=1e-12)
    np.testing.assert_allclose(gradient, (np.eye(5) - X @ X.T) @ (A + A.T) @ X)


def test_spd() -> None:
    function = rc.parse("logdet(X) + tr(inv(X)*A)", X="n n", A="n n")
    point = A @ A.T + np.eye(5)
    gradient = rc.riemannian_gradient(function, "X", "spd")(A=A, X=point)
    tangent = A + A.T
    inverse = np.linalg.inv(point)
    want = slope(function, lambda t: point + t * tangent, A=A)
    np.testing.assert_allclose(np.trace(inverse @ gradient @ inverse @ tangent), want, rtol=1e-6)
    np.testing.assert_allclose(gradient, gradient.T)


def test_sphere_and_simplex() -> None:
    function = rc.parse("x'*A*x", x="n", A="n n")
    x = np.ones(5) / np.sqrt(5)
    gradient = rc.riemannian_gradient(function, "x", "sphere")(A=A, x=x)
    np.testing.assert_allclose(x @ gradient, 0, atol=1e-12)
    on_simplex = rc.riemannian_gradient(function, "x", "simplex")(A=A, x=x**2)
    np.testing.assert_allclose(on_simplex.sum(), 0, atol=1e-12)


def test_what_does_not_fit() -> None:
    with pytest.raises(rc.DerivativeError, match="no manifold"):
        rc.riemannian_gradient(FUNCTION, "X", "torus")
    with pytest.raises(rc.ShapeError, match="square"):
        rc.riemannian_gradient(FUNCTION, "X", "spd")
    with pytest.raises(rc.ShapeError, match="vectors"):
        rc.riemannian_gradient(FUNCTION, "X", "simplex")
