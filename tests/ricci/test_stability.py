"""Every row of the stability benchmark is right, and the page in docs/ is what it prints about us."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import ricci as rc
from benchmarks.stability import ROWS, Row, ours, verdict

PAGE = Path(__file__).resolve().parents[2] / "docs" / "stability.md"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.text}-{row.order}")
def test_right(row: Row) -> None:
    assert verdict(ours, row) == "right"


def test_the_page_has_every_row() -> None:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    shown = [line for line in lines if line.startswith("| `")]
    assert [line.split("`")[1] for line in shown] == [row.text for row in ROWS]
    assert all(line.split("|")[4].strip() == "right" for line in shown)


def test_variances_are_centred_when_they_are_computed() -> None:
    """Along any axis, within other functions, for constants and symbols as sizes."""
    X = 1e9 + np.arange(6.0).reshape(2, 3)
    for declared in ("m n", "2 3"):
        spread = rc.trace(lambda X: np.sqrt((X**2).mean(axis=1) - X.mean(axis=1) ** 2), X=declared)
        np.testing.assert_allclose(spread(X=X), X.std(axis=1), rtol=1e-9)
    twice = rc.parse("c*sum(x.^2)/n + d - c*sum(x)^2/n^2", x="n", c="", d="")
    np.testing.assert_allclose(twice(x=X[0], c=2.0, d=1.0), 2 * X[0].var() + 1)
    plain = rc.parse("sum(x.^2)/n - sum(x)^2/n", x="n")
    np.testing.assert_allclose(plain(x=X[0] - 1e9), 5 / 3 - 3.0)


def test_norms_to_powers_do_not_overflow() -> None:
    """x x'/norm(x)^3 and (x'x)^-1 in every backend's source, where squares are no numbers."""
    for scale in (1e200, 1e-200):
        x = np.array([3.0, 4.0]) * scale
        curvature = rc.hessian(rc.parse("norm2(x)", x="n"), "x")
        want = np.array([[0.64, -0.48], [-0.48, 0.36]]) / (5 * scale)
        np.testing.assert_allclose(curvature(x=x), want)
        space: dict[str, Any] = {}
        exec(rc.source([curvature], "numpy"), space)
        with np.errstate(over="ignore"):
            np.testing.assert_allclose(space["program"](x=x), want)
        np.testing.assert_allclose(rc.parse("x*x'/(x'*x)", x="n")(x=x), [[0.36, 0.48], [0.48, 0.64]])


def test_steps_of_a_method_in_single_precision() -> None:
    """Coefficients with many digits do not make values too large for single precision."""

    def steps(y: Any, k: Any) -> Any:
        for n in range(60):
            y = y + 0.0137 * np.array([y[1], np.sin(0.1 * n) - k * y[0] ** 3])
        return y

    traced = rc.trace(steps, y="2", k="")
    single = traced(y=np.ones(2, np.float32), k=np.float32(1.5))
    assert single.dtype == np.float32
    np.testing.assert_allclose(single, steps(np.ones(2), 1.5), rtol=1e-4)


@pytest.mark.parametrize("rank", [0, 1, 2, 3])
def test_minors_times_a_matrix(rank: int) -> None:
    """The Hessian of det, and the derivative of adj, times a direction take no array of four axes, and are exact."""
    random = np.random.default_rng(rank)
    X, V = random.normal(size=(3, rank)) @ random.normal(size=(rank, 3)), random.normal(size=(3, 3))
    u, v = random.normal(size=(2, 3))
    determinant = rc.parse("det(X)", X="n n")
    whole = np.tensordot(rc.hessian(determinant, "X")(X=X), V, 2)
    np.testing.assert_allclose(rc.hvp(determinant, "X")(X=X, dX=V), whole, atol=1e-12)
    slopes = rc.derivative(rc.parse("adj(X)", X="n n"), "X")(X=X)
    adjugate = rc.grad(rc.parse("u'*adj(X)*v", X="n n", u="n", v="n"), "X")
    np.testing.assert_allclose(adjugate(X=X, u=u, v=v), np.einsum("ijkl,i,j->kl", slopes, u, v), atol=1e-12)
    assert rc.compile(rc.hvp(determinant, "X")).cost(n=50).largest < 8 * 50**3
