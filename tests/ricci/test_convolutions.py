"""Convolutions, correlations and sums so far: values as NumPy's, for every mode and shape; symbols where they are possible."""

import numpy as np
import pytest

import ricci as rc
from ricci.constants import constants_of
from ricci.notation.numpy import convolutions
from tests.numpy_cases import assert_same, given


@pytest.mark.parametrize("mode", ["full", "same", "valid"])
@pytest.mark.parametrize("sizes", [(5, 3), (3, 5), (4, 4), (4, 2), (1, 3)])
def test_modes(sizes: tuple[int, int], mode: str) -> None:
    arrays = given((sizes[0],), (sizes[1],))
    assert_same(lambda a, v: np.convolve(a, v, mode), arrays, False)
    assert_same(lambda a, v: np.correlate(a, v, mode), arrays, False)


@pytest.mark.parametrize("mode", ["full", "same", "valid"])
@pytest.mark.parametrize("sizes", [(30, 8), (8, 30), (20, 20), (40, 2)])
def test_long_vectors(sizes: tuple[int, int], mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The indices are tied by a pattern, not by an array of all three sizes; derivatives are those of the tie."""
    arrays = given((sizes[0],), (sizes[1],))
    named = {"a": arrays[0], "v": arrays[1]}
    declared = {name: str(len(array)) for name, array in named.items()}
    function = lambda a, v: np.sum(np.tanh(np.convolve(a, v, mode)))  # noqa: E731
    traced = rc.trace(function, **declared)
    assert all(np.size(constant) <= 60 * 60 for constant in constants_of(traced.node).values())
    monkeypatch.setattr(convolutions, "MOST_IN_A_TIE", 10**9)
    tied = rc.trace(function, **declared)
    np.testing.assert_allclose(traced(**named), function(**named))
    for name in declared:
        np.testing.assert_allclose(rc.grad(traced, name)(**named), rc.grad(tied, name)(**named))
        np.testing.assert_allclose(rc.hessian(traced, name)(**named), rc.hessian(tied, name)(**named), atol=1e-12)


def test_products_of_patterns_are_bands() -> None:
    """The derivatives of a convolution of a long vector with itself need no array of three sizes."""
    traced = rc.trace(lambda a, v: np.sum(np.correlate(np.tanh(a), v, "full") ** 2), a="n", v="n")
    a, v, along = np.random.default_rng(0).normal(size=(3, 300))
    slope, turn = rc.grad(traced, "a"), rc.hvp(traced, "a")
    assert rc.compile([slope, turn]).cost(n=300).peak < 8 * 300 * 300 * 20
    step = 1e-6 * along
    difference = (traced(a=a + step, v=v) - traced(a=a - step, v=v)) / 2e-6
    np.testing.assert_allclose(slope(a=a, v=v) @ along, difference, rtol=1e-6)
    want = (slope(a=a + step, v=v) - slope(a=a - step, v=v)) / 2e-6
    np.testing.assert_allclose(turn(a=a, v=v, da=along), want, rtol=1e-5, atol=1e-4)
    for other in ("v", "a"):
        assert rc.verify(rc.hessian(traced, "a", other))


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
