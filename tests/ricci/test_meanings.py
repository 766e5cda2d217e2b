"""Formulas of many fields, as matrix and index text: values as NumPy code has them, derivatives as its differences do."""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import ricci as rc
from ricci.traits.points import drawn

special = pytest.importorskip("scipy.special")
linalg = pytest.importorskip("scipy.linalg")

DATA = Path(__file__).parents[1] / "data" / "meanings.txt"
ROWS = [line.split(" | ") for line in DATA.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
IDS = [formula for formula, _, _, _ in ROWS]
SIZES = {"n": 3, "m": 4, "p": 2, "q": 5, "k": 2, "b": 3, "d": 2}
NAMES = {
    name: getattr(special, name)
    for name in ("softmax", "logsumexp", "log_softmax", "gammaln", "ndtr", "log_ndtr", "erf", "expit")
}
NAMES |= {
    "np": np,
    "expm": linalg.expm,
    "logdet": lambda A: np.linalg.slogdet(A)[1],
    "sumsq": lambda x: np.sum(x**2),
    "solve": np.linalg.solve,
    "inv": np.linalg.inv,
    "det": np.linalg.det,
    "tr": np.trace,
    "E": np.array([[[0, 0, 0], [0, 0, 1], [0, -1, 0]], [[0, 0, -1], [0, 0, 0], [1, 0, 0]], [[0, 1, 0], [-1, 0, 0], [0, 0, 0]]]),
}


def declared(sizes: str) -> dict[str, str]:
    return {name.strip(): axes.strip() for name, _, axes in (part.partition(":") for part in sizes.split(",") if part.strip())}


@cache
def parsed(formula: str, sizes: str) -> rc.Expr:
    return rc.parse(formula, **declared(sizes))


def point(sizes: str, seed: int = 0) -> dict[str, Any]:
    """Random arrays with the traits that are declared, by name."""
    rng = np.random.default_rng(seed)
    arrays = {}
    for name, text in declared(sizes).items():
        leaf = rc.tensor(name, text).node
        shape = [SIZES.get(size, size) for size in leaf.axes]
        arrays[name] = drawn(rng.uniform(-1, 1, shape), leaf)[()]
    return arrays


def difference(code: Any, at: dict[str, Any], name: str, along: Any) -> Any:
    """The derivative along a direction, of sixth order."""
    steps = [(0.75, 1), (-0.15, 2), (1 / 60, 3)]

    def value(k: int) -> Any:
        return np.asarray(eval(code, NAMES, {**at, name: at[name] + k * 3e-3 * along}))

    return sum(weight * (value(k) - value(-k)) for weight, k in steps) / 3e-3


@pytest.mark.parametrize(("formula", "by", "sizes", "code"), ROWS, ids=IDS)
def test_value_and_derivatives(formula: str, by: str, sizes: str, code: str) -> None:
    f, at = parsed(formula, sizes), point(sizes)
    compiled = compile(code, "<row>", "eval")
    np.testing.assert_allclose(f(**at), eval(compiled, NAMES, at), rtol=1e-9, atol=1e-9)
    for name in by.split():
        along, result = point(sizes, 1)[name] - at[name], rc.derivative(f, name)
        got = np.tensordot(result(**at), along, np.ndim(along))
        want = difference(compiled, at, name, along)
        np.testing.assert_allclose(got, want, rtol=1e-6, atol=1e-6 * (1 + np.max(np.abs(want), initial=0)))


@pytest.mark.parametrize(("formula", "by", "sizes", "code"), ROWS, ids=IDS)
def test_read_back(formula: str, by: str, sizes: str, code: str) -> None:
    f = parsed(formula, sizes)
    for result in (f, *(rc.derivative(f, name) for name in by.split())):
        assert rc.parse(str(result), **declared(sizes)) == result
        assert rc.parse(result.ricci(), **declared(sizes)) == result
