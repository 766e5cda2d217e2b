"""Gauss-Newton, Fisher and Kronecker factors against their definitions."""

import numpy as np
import pytest

import ricci as rc
from tensor_networks.nodes import walk

RANDOM = np.random.default_rng(2)
GIVEN = {"X": RANDOM.normal(size=(6, 4)), "W": RANDOM.normal(size=(4, 3)), "y": RANDOM.normal(size=(6, 3))}
MODEL = rc.parse("tanh(X*W)", X="b n", W="n m")
LOSSES = {
    "squares": "norm2(z - y)^2/2",
    "logistic": "sum(softplus(z) - y.*z)",
    "quartic": "sum((z - y).^4)",
}


def needed(expression: rc.Expr) -> dict[str, np.ndarray]:
    return {name: array for name, array in GIVEN.items() if name in expression.variables}


@pytest.mark.parametrize("name", LOSSES)
def test_gauss_newton(name: str) -> None:
    loss = rc.parse(LOSSES[name], z="b m", y="b m")
    got = rc.gauss_newton(loss, MODEL, "W")(**GIVEN)
    jacobian = rc.jacobian(MODEL, "W")(X=GIVEN["X"], W=GIVEN["W"])
    z = np.tanh(GIVEN["X"] @ GIVEN["W"])
    hessian = rc.hessian(loss, "z")
    inner = hessian(**({"z": z, "y": GIVEN["y"]} if "y" in hessian.variables else {"z": z}))
    want = np.einsum("bcde,bcij,dekl->ijkl", inner, jacobian, jacobian)
    np.testing.assert_allclose(got, want, atol=1e-12)
    direction = RANDOM.normal(size=(4, 3))
    product = rc.gauss_newton_product(loss, MODEL, "W")(**GIVEN, dW=direction)
    np.testing.assert_allclose(product, np.einsum("ijkl,kl->ij", want, direction), atol=1e-12)


def test_it_is_the_hessian_of_a_linear_model() -> None:
    model, loss = rc.parse("X*W", X="b n", W="n m"), rc.parse("sum(softplus(z) - y.*z)", z="b m", y="b m")
    whole = loss.substitute(z=model)
    assert rc.gauss_newton(loss, model, "W") == rc.hessian(whole, "W")


def test_blocks() -> None:
    model = rc.parse("tanh(X*W)*v", X="b n", W="n m", v="m")
    loss = rc.parse("norm2(z - t)^2", z="b", t="b")
    block = rc.gauss_newton(loss, model, "W", "v")
    arrays = {"X": GIVEN["X"], "W": GIVEN["W"], "v": np.array([1.0, -2.0, 0.5]), "t": np.ones(6)}
    left, right = (rc.jacobian(model, name) for name in ("W", "v"))
    one = left(**{name: arrays[name] for name in left.variables})
    other = right(**{name: arrays[name] for name in right.variables})
    np.testing.assert_allclose(block(**arrays), 2 * np.einsum("bij,bk->ijk", one, other))


def test_fisher() -> None:
    model = rc.parse("y.*(X*w) - softplus(X*w)", X="b n", w="n", y="b")
    arrays = {"X": GIVEN["X"], "w": GIVEN["W"][:, 0], "y": (GIVEN["y"][:, 0] > 0).astype(float)}
    scores = rc.jacobian(model, "w")(**arrays)
    np.testing.assert_allclose(rc.fisher(model, "w")(**arrays), scores.T @ scores / 6)


def test_kronecker_factors() -> None:
    loss = rc.parse("norm2(z - y)^2/2", z="b m", y="b m")
    inputs, outputs = rc.parse("X", X="b n"), rc.parse("X*W", X="b n", W="n m")
    factors = rc.kronecker_factors(loss, inputs, outputs)
    gradient = GIVEN["X"] @ GIVEN["W"] - GIVEN["y"]
    np.testing.assert_allclose(factors.inputs(**GIVEN), GIVEN["X"].T @ GIVEN["X"] / 6)
    np.testing.assert_allclose(factors.gradients(**GIVEN), gradient.T @ gradient / 6)


def test_sums_of_squares() -> None:
    loss = rc.parse("norm2(A*x - b)^2 + 0.5*norm2(tanh(x))^2", A="m n", x="n", b="m")
    assert sorted(number for _, number in rc.residuals(loss)) == [0.5, 1.0]
    A, x = RANDOM.normal(size=(5, 3)), RANDOM.normal(size=3)
    got = rc.sum_of_squares_curvature(loss, "x")
    slope = 1 - np.tanh(x) ** 2
    np.testing.assert_allclose(got(A=A, x=x, b=np.zeros(5)), 2 * A.T @ A + np.diag(slope**2))
    with pytest.raises(rc.ShapeError, match="sum of squares"):
        rc.residuals(rc.parse("sum(exp(x))", x="n"))


def test_nothing_large_is_formed() -> None:
    loss = rc.parse("norm2(z - y)^2/2", z="b m", y="b m")
    product = rc.gauss_newton_product(loss, MODEL, "W")
    assert max(node.order for node in walk(product.settled)) == 2


def test_what_does_not_fit() -> None:
    with pytest.raises(rc.UnknownName, match="stands for the outputs"):
        rc.gauss_newton(rc.parse("norm2(u)^2", u="b m"), MODEL, "W")
    with pytest.raises(rc.ShapeError, match="outputs"):
        rc.gauss_newton(rc.parse("norm2(z)^2", z="b"), MODEL, "W")
