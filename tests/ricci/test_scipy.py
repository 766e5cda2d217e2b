"""Functions of SciPy inside a function that is traced."""

from typing import Any

import numpy as np
import pytest

import ricci as rc

linalg = pytest.importorskip("scipy.linalg")
special = pytest.importorskip("scipy.special")

RANDOM = np.random.default_rng(5)
SQUARE, OTHER = RANDOM.normal(size=(2, 4, 4)) / 3


def energy(A: Any, Q: Any) -> Any:
    """What a user writes: functions of SciPy that do not ask their arguments, as NumPy's do."""
    whole = special.logsumexp(A) + np.sum(special.softmax(Q, axis=0) ** 2)
    return np.trace(linalg.expm(A) @ linalg.solve_sylvester(A, A, Q)) + whole


def test_functions_of_scipy() -> None:
    traced = rc.trace(energy, A="n n", Q="n n")
    shifted = SQUARE + 2 * np.eye(4)
    np.testing.assert_allclose(traced(A=shifted, Q=OTHER), energy(shifted, OTHER), rtol=1e-12)
    assert rc.verify(rc.grad(traced, "A"))
    assert rc.verify(rc.grad(traced, "Q"))


def test_arrays_go_to_scipy() -> None:
    traced = rc.trace(lambda x: linalg.expm(np.zeros((2, 2))) @ x, x="2")
    assert traced == rc.tensor("x", "2")
