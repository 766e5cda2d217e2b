"""Functions as practitioners write them: traced, with gradients and Hessian-vector products as differences have them."""

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import ricci as rc
from tests.practice import CASES, SIZES, Case

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


@pytest.mark.parametrize("case", [pytest.param(case, id=name) for name, case in CASES.items()])
def test_single_precision_and_source(case: Case) -> None:
    """Single precision in, single precision out; standalone source has the same numbers."""
    point = case.point()
    expression = rc.trace(case.function, **case.declared)
    derivative = rc.derivative(expression, next(iter(case.declared)))
    want = derivative(**point)
    got = derivative(**{name: np.float32(array) for name, array in point.items()})
    assert got.dtype == np.float32
    np.testing.assert_allclose(got, want, rtol=0.02, atol=0.02 * (1 + np.max(np.abs(want), initial=0)))
    space: dict[str, Any] = {}
    exec(rc.source([expression, derivative], "numpy"), space)
    symbols = set(inspect.signature(space["program"]).parameters) & SIZES.keys()
    values = space["program"](**point, **{name: SIZES[name] for name in symbols - point.keys()})
    assert_close(values[0], case.function(**point), 1e-9)
    assert_close(values[1], want, 1e-9)


OTHERS = {"ones": dict.fromkeys(SIZES, 1), "larger": dict(zip(SIZES, (2, 6, 7, 8, 9, 6, 7), strict=True))}
SYMBOLIC = [
    name for name, case in CASES.items() if any(size in SIZES for text in case.declared.values() for size in text.split())
]


@pytest.mark.parametrize("sizes", OTHERS)
@pytest.mark.parametrize("name", SYMBOLIC)
def test_values_at_other_sizes(name: str, sizes: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The expression of a function has its values at any sizes, axes of one entry among them, or refuses the arrays."""
    case = CASES[name]
    expression = rc.trace(case.function, **case.declared)
    for symbol, size in OTHERS[sizes].items():
        monkeypatch.setitem(SIZES, symbol, size)
    point = case.point()
    try:
        with np.errstate(all="ignore"):
            want = case.function(**point)
    except (ValueError, IndexError):
        return  # written for other sizes
    try:
        got = expression(**point)
    except rc.SizeError:
        return  # the function has arrays of other sizes, which the trace has taken over
    assert_close(got, want, 1e-9)
