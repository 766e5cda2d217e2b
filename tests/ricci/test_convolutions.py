"""Convolutions, correlations and sums so far: values as NumPy's, for every mode and shape; symbols where they are possible."""

import numpy as np
import pytest

import ricci as rc
from tests.numpy_cases import assert_same, given


@pytest.mark.parametrize("mode", ["full", "same", "valid"])
@pytest.mark.parametrize("sizes", [(5, 3), (3, 5), (4, 4), (4, 2), (1, 3)])
def test_modes(sizes: tuple[int, int], mode: str) -> None:
    arrays = given((sizes[0],), (sizes[1],))
    assert_same(lambda a, v: np.convolve(a, v, mode), arrays, False)
    assert_same(lambda a, v: np.correlate(a, v, mode), arrays, False)


def test_correlation_of_symbolic_size() -> None:
    traced = rc.trace(lambda a, v: np.sum(np.correlate(a, v, "full") ** 2), a="n", v="n")
    assert rc.verify(rc.hessian(traced, "a"))
    a, v = given((4,), (4,))
    np.testing.assert_allclose(traced(a=a, v=v), np.sum(np.correlate(a, v, "full") ** 2))


def test_derivative_by_the_kernel() -> None:
    traced = rc.trace(lambda x, w: np.sum(np.tanh(np.convolve(x, w, "valid"))), x="7", w="3")
    assert rc.verify(rc.hessian(traced, "w"))


def test_sums_so_far() -> None:
    traced = rc.trace(lambda x: np.sum(np.cumsum(x) ** 2), x="n")
    assert rc.verify(rc.grad(traced, "x"))
    (x,) = given((5,))
    np.testing.assert_allclose(traced(x=x), np.sum(np.cumsum(x) ** 2))


def test_triangles_of_symbolic_size() -> None:
    traced = rc.trace(lambda X: np.tril(X) + np.tril(X, -1).T - 2 * np.triu(X, 1), X="n n")
    (array,) = given((4, 4))
    np.testing.assert_allclose(traced(X=array), np.tril(array) + np.tril(array, -1).T - 2 * np.triu(array, 1))


def test_what_does_not_fit() -> None:
    with pytest.raises(rc.ShapeError, match="vectors"):
        np.convolve(rc.tensor("A", "n n"), rc.tensor("x", "n"))
    with pytest.raises(rc.TraceError, match="convolve"):
        np.convolve(rc.tensor("x", "n"), rc.tensor("x", "n"))
    with pytest.raises(rc.TraceError, match="mode"):
        np.convolve(rc.tensor("x", "3"), rc.tensor("x", "3"), "circular")
