"""Derivatives as operators: every operation against the dense matrix."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import ricci as rc
from ricci.evaluation.structure import Operator

RNG = np.random.default_rng(3)


def net() -> rc.Expr:
    return rc.parse("norm2(tanh(W2*tanh(W1*x)) - y)^2", W1="n n", W2="n n", x="n", y="n")


CASES: dict[str, tuple[Any, Any, bool]] = {
    "Kronecker with identity": (
        lambda: rc.hessian(rc.parse("norm2(T-U*V')^2", T="d d", U="d k", V="d k"), "U"),
        {"T": (6, 6), "U": (6, 2), "V": (6, 2)}, True),
    "blocks that differ": (
        lambda: rc.hessian(rc.parse("sum(exp(X*w))", X="m n", w="n"), "X"), {"X": (5, 3), "w": (3,)}, False),
    "diagonal": (lambda: rc.hessian(rc.parse("sum(exp(x))", x="n"), "x"), {"x": (5,)}, True),
    "diagonal plus rank one": (lambda: rc.hessian(rc.parse("logsumexp(x) + x'*x", x="n"), "x"), {"x": (5,)}, True),
    "Kronecker product": (lambda: rc.hessian(rc.parse("tr(A*X*B*X')", A="n n symmetric", B="n n symmetric", X="n n"), "X"),
                          {"A": (4, 4), "B": (4, 4), "X": (4, 4)}, True),
    "first layer": (lambda: rc.hessian(net(), "W1"), {"W1": (4, 4), "W2": (4, 4), "x": (4,), "y": (4,)}, False),
    "dense": (lambda: rc.hessian(rc.parse("x'*A*x", A="n n", x="n"), "x"), {"A": (4, 4), "x": (4,)}, True),
    "identity": (lambda: rc.hessian(rc.parse("x'*x", x="n"), "x"), {"x": (4,)}, True),
    "Jacobian": (lambda: rc.jacobian(rc.parse("A*X", A="m n", X="n k"), "X"), {"A": (2, 3), "X": (3, 2)}, False),
}  # fmt: skip


def made(name: str) -> tuple[Operator, np.ndarray, bool]:
    expression, shapes, regular = CASES[name]
    h = expression()
    arrays = {key: RNG.normal(size=shape) for key, shape in shapes.items()}
    for key, leaf in h.variables.items():
        if "symmetric" in leaf.traits:
            arrays[key] = arrays[key] + arrays[key].T
    operator = rc.compile(h, structure="auto")(**arrays)
    return operator, rc.evaluate(h, **arrays), regular


@pytest.mark.parametrize("name", CASES)
def test_products(name: str) -> None:
    operator, dense, _ = made(name)
    matrix = dense.reshape(operator.shape)
    np.testing.assert_allclose(operator.dense(), dense, atol=1e-12)
    v, M = RNG.normal(size=operator.column_shape), RNG.normal(size=(operator.shape[1], 3))
    np.testing.assert_allclose((operator @ v).ravel(), matrix @ v.ravel(), atol=1e-11)
    np.testing.assert_allclose(operator @ v.ravel(), matrix @ v.ravel(), atol=1e-11)
    np.testing.assert_allclose(operator @ M, matrix @ M, atol=1e-11)
    u = RNG.normal(size=operator.row_shape)
    np.testing.assert_allclose((operator.T @ u).ravel(), matrix.T @ u.ravel(), atol=1e-11)
    np.testing.assert_allclose(operator.T.dense().reshape(matrix.T.shape), matrix.T, atol=1e-12)
    with pytest.raises(rc.ShapeError):
        operator @ np.ones(operator.shape[1] + 1)


@pytest.mark.parametrize("name", [name for name in CASES if name != "Jacobian"])
def test_diagonal_and_trace(name: str) -> None:
    operator, dense, _ = made(name)
    matrix = dense.reshape(operator.shape)
    np.testing.assert_allclose(operator.diagonal().ravel(), matrix.diagonal(), atol=1e-12)
    np.testing.assert_allclose(operator.trace(), matrix.trace(), atol=1e-11)


@pytest.mark.parametrize("name", [name for name in CASES if name != "Jacobian"])
def test_solve(name: str) -> None:
    operator, dense, regular = made(name)
    matrix = dense.reshape(operator.shape)
    b, B = RNG.normal(size=operator.row_shape), RNG.normal(size=(operator.shape[0], 2))
    if regular:
        np.testing.assert_allclose(operator.solve(b).ravel(), np.linalg.solve(matrix, b.ravel()), rtol=1e-7, atol=1e-9)
    else:
        with pytest.raises(rc.OperandError, match="cannot be inverted"):
            operator.solve(b)
    damped = matrix + 50 * np.eye(len(matrix))
    np.testing.assert_allclose(operator.solve(B, damping=50.0), np.linalg.solve(damped, B), rtol=1e-7, atol=1e-9)


def test_nothing_of_the_size_of_the_matrix_is_built() -> None:
    f = rc.parse("norm2(T-U*V')^2", T="d d", U="d k", V="d k")
    arrays = {name: RNG.normal(size=(3000, 5)) for name in "UV"} | {"T": np.broadcast_to(0.0, (3000, 3000))}
    operator = rc.compile(rc.hessian(f, "U"), structure="auto")(**arrays)
    assert operator.nbytes == 200
    assert operator.shape == (15000, 15000)
    step = operator.solve(arrays["U"])
    np.testing.assert_allclose(operator @ step, arrays["U"], rtol=1e-9)
    assert repr(operator) == "Operator(15000 x 15000, 1 term, cores 5 x 5)"


def test_scipy_takes_it() -> None:
    linalg = pytest.importorskip("scipy.sparse.linalg")
    operator, dense, _ = made("Kronecker with identity")
    matrix = dense.reshape(operator.shape)
    b = RNG.normal(size=len(matrix))
    found, status = linalg.cg(operator.to_scipy(), b, rtol=1e-12)
    assert status == 0
    np.testing.assert_allclose(matrix @ found, b, atol=1e-8)
    assert operator.to_scipy().rmatvec(b).shape == b.shape


def test_what_has_no_structure_is_refused() -> None:
    with pytest.raises(rc.ShapeError, match="rows and for columns"):
        rc.compile(rc.parse("x'*x", x="n"), structure="auto")
    with pytest.raises(rc.OperandError, match="one expression"):
        rc.compile([rc.parse("x*x'", x="n")], structure="auto")
    operator, _, _ = made("Jacobian")
    with pytest.raises(rc.ShapeError, match="differ"):
        operator.solve(np.ones(operator.shape[0]))


def factorised() -> tuple[rc.Expr, np.ndarray]:
    f = rc.parse("norm2(T-U*V')^2", T="m n", U="m k", V="n k")
    return rc.hessian(f, "U"), RNG.normal(size=(4, 2))


def test_sizes_are_told_by_symbol_or_by_an_array_that_is_not_needed_otherwise() -> None:
    h, V = factorised()
    function = rc.compile(h, structure="auto")
    assert repr(function) == "Structured(V: n x k -> operator (m x k) x (m x k), 1 term)"
    dense = rc.compile(h)(V=V, m=3)
    np.testing.assert_array_equal(function(V=V, m=3).dense(), dense)
    np.testing.assert_array_equal(function(V, U=np.zeros((3, 2))).dense(), dense)
    with pytest.raises(rc.RicciError, match="size m is not known"):
        function(V)
    with pytest.raises(rc.OperandError, match="1 inputs, not 2"):
        function(V, V)
    with pytest.raises(rc.UnknownName, match="no tensor q"):
        function(V, q=3)


@pytest.mark.parametrize("name", CASES)
def test_a_transpose_is_an_operator(name: str) -> None:
    operator, dense, regular = made(name)
    matrix = dense.reshape(operator.shape)
    turned = operator.T
    assert (turned.shape, turned.nbytes, repr(turned.T)) == (operator.shape[::-1], operator.nbytes, repr(operator))
    np.testing.assert_allclose(turned.dense().reshape(matrix.T.shape), matrix.T, atol=1e-12)
    u = RNG.normal(size=operator.shape[0])
    np.testing.assert_allclose(u @ operator, matrix.T @ u, atol=1e-11)
    np.testing.assert_allclose(np.stack([u, u]) @ operator, np.stack([u, u]) @ matrix, atol=1e-11)
    np.testing.assert_allclose(turned.rmatmul(turned @ u), matrix @ (matrix.T @ u), atol=1e-10)
    if regular:
        np.testing.assert_allclose(turned.solve(u), np.linalg.solve(matrix.T, u), rtol=1e-7, atol=1e-9)


def test_numpy_sees_the_assembled_tensor() -> None:
    operator, dense, _ = made("Kronecker with identity")
    np.testing.assert_allclose(np.asarray(operator), dense, atol=1e-12)
    assert np.asarray(operator, dtype=np.float32).dtype == np.float32
    with pytest.raises(ValueError, match="new array"):
        np.array(operator, copy=False)


@pytest.mark.parametrize(
    "combined",
    [lambda op: op + op, lambda op: 2 * op, lambda op: np.ones(3) * op, lambda op: op - np.eye(3), lambda op: op / 2],
)
def test_operators_are_not_added_or_scaled(combined: Any) -> None:
    operator, _, _ = made("identity")
    with pytest.raises(rc.OperandError, match="multiplied by arrays only"):
        combined(operator)
