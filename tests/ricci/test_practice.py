"""Functions as practitioners write them: traced, with gradients and Hessian-vector products as differences have them."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import ricci as rc
from tests.practice import CASES, Case

pytest.importorskip("scipy")
import tests.practice_models
import tests.practice_pieces
import tests.practice_sciences
import tests.practice_spellings  # noqa: F401


def difference(function: Callable[[Any], Any], at: Any, along: Any) -> Any:
    """The derivative of a function along a direction, of fourth order."""
    step = 1e-4
    near, far = (np.asarray(function(at + k * step * along)) - function(at - k * step * along) for k in (1, 2))
    return (8 * near - far) / (12 * step)


def assert_close(got: Any, want: Any, tolerance: float) -> None:
    assert np.shape(got) == np.shape(want)
    np.testing.assert_allclose(got, want, rtol=tolerance, atol=tolerance * (1 + np.max(np.abs(want), initial=0)))


@pytest.mark.parametrize("case", [pytest.param(case, id=name) for name, case in CASES.items()])
def test_value_and_derivatives(case: Case) -> None:
    point = case.point()
    expression = rc.trace(case.function, **case.declared)
    assert_close(expression(**point), case.function(**point), 1e-9)
    rng = np.random.default_rng(5)
    for name in case.declared:
        along = rng.normal(size=np.shape(point[name]))
        derivative = rc.derivative(expression, name)
        want = difference(lambda x, name=name: case.function(**{**point, name: x}), point[name], along)  # type: ignore[misc]
        assert_close(np.tensordot(derivative(**point), along, np.ndim(along)), want, 1e-6)
        if not expression.order:
            slope = difference(lambda x, name=name, d=derivative: d(**{**point, name: x}), point[name], along)  # type: ignore[misc]
            assert_close(rc.hvp(expression, name)(**point, **{f"d{name}": along}), slope, 1e-6)
