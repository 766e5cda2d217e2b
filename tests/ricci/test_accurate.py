"""Functions of sums keep their digits where the sum cancels or overflows, in numbers and in printed code."""

from math import inf, lgamma, log

import numpy as np
import pytest

import ricci as rc
from tensor_networks.nodes import leaves

CASES = {  # text, order of the derivative by a, a, the value in closed form
    "log1p": ("log(1 + a)", 0, 1e-12, 1e-12 - 5e-25),
    "log1p of a product": ("log(1 - 3*a*b)", 0, 1e-13, -6e-13 - 18e-26),
    "expm1": ("2*exp(a) - 2", 0, 1e-12, 2e-12 + 1e-24),
    "one minus exp": ("1 - exp(-a)", 0, 1e-12, 1e-12 - 5e-25),
    "erfc": ("1 - erf(a)", 0, 10.0, 2.088487583762545e-45),
    "two exponentials": ("log(exp(a) + exp(2*a))", 0, 800.0, 1600.0),
    "two exponentials, slope": ("log(exp(a) + exp(2*a))", 1, 800.0, 2.0),
    "two exponentials, curvature": ("log(exp(a) + exp(2*a))", 2, -800.0, 0.0),
    "two exponentials below": ("log(exp(a) + exp(2*a))", 1, -800.0, 1.0),
    "cosh": ("log(cosh(a))", 0, -800.0, 800.0 - log(2)),
    "cosh written out": ("log((exp(a) + exp(-a))/2)", 0, 800.0, 800.0 - log(2)),
    "cosh doubled": ("log(exp(a) + exp(-a))", 0, 800.0, 800.0),
    "cosh times three": ("log(3*cosh(a))", 0, 800.0, 800.0 + log(1.5)),
    "cosh, slope": ("log(exp(a) + exp(-a))", 1, -800.0, -1.0),
    "cosh, curvature": ("log(exp(a) + exp(-a))", 2, 0.0, 1.0),
    "squashed normal": ("log(1 - tanh(a)^2)", 0, 400.0, log(4) - 800.0),
    "gamma": ("log(gamma(a))", 0, 400.0, lgamma(400.0)),
}


@pytest.mark.parametrize("case", CASES)
def test_digits(case: str) -> None:
    text, order, at, value = CASES[case]
    formula = rc.parse(text, a="", b="")
    derivative = rc.derivative(formula, *["a"] * order) if order else formula
    arrays = {
        name: 2.0 if name == "b" else at for name in ("a", "b") if name in {leaf.name for leaf in leaves(derivative.node)}
    }
    np.testing.assert_allclose(derivative(**arrays), value, rtol=1e-13)
    space: dict[str, object] = {}
    exec(rc.source(derivative, "numpy"), space)
    np.testing.assert_allclose(space["program"](**arrays), value, rtol=1e-13)  # type: ignore[operator]


@pytest.mark.parametrize(
    "text", ["log(2 + x)", "log(y + x)", "exp(x) - 2", "3 - erf(x)", "log(1 + sum(x))", "log(exp(x) - exp(y))"]
)
def test_other_sums_keep_their_value(text: str) -> None:
    x, y = np.array([0.5, 0.25]), np.array([0.1, 0.2])
    found = rc.parse(text, x="n", y="n")(**({"x": x, "y": y} if "y" in text else {"x": x}))
    erf = np.array([0.5204998778130465, 0.27632639016823696])
    space = {"log": np.log, "exp": np.exp, "erf": lambda _: erf, "sum": np.sum, "x": x, "y": y}
    np.testing.assert_allclose(found, eval(text, space), rtol=1e-14)


def test_infinite_arguments() -> None:
    assert rc.parse("log(cosh(a))", a="")(a=inf) == inf
    assert rc.parse("log(1 + a)", a="")(a=-1.0) == -inf


WEIGHTED = {  # text, order by x, the value at x = (1000, 0, -1000), p = (0.25, 0.5, 0.25)
    "mixture": ("log(p'*exp(x))", 0, 1000 + log(0.25)),
    "mixture, slope": ("log(p'*exp(x))", 1, [1, 0, 0]),
    "mixture, curvature": ("log(p'*exp(x))", 2, np.zeros((3, 3))),
    "half a mixture": ("log(p'*exp(x)/2)", 0, 1000 + log(0.125)),
    "responsibilities": ("p.*exp(x)/(p'*exp(x))", 0, [1, 0, 0]),
    "mean under exponential weights": ("p'*(x.*exp(x))/(p'*exp(x))", 0, 1000.0),
    "rows": ("log(exp(ones(2)*x')*p)", 0, [1000 + log(0.25)] * 2),
    "rows without weights": ("log(exp(ones(2)*x')*ones(n))", 0, [1000.0] * 2),
    "reference class": ("exp(x)/(1 + sum(exp(x)))", 0, [1, 0, 0]),
    "reference class, slope": ("exp(x)/(1 + sum(exp(x)))", 1, np.zeros((3, 3))),
}


@pytest.mark.parametrize("case", WEIGHTED)
@pytest.mark.parametrize("style", ["called", "fast", "einsum"])
def test_weighted_sums_of_exponentials(case: str, style: str) -> None:
    text, order, want = WEIGHTED[case]
    formula = rc.parse(text, x="n", p="n")
    derivative = rc.derivative(formula, *["x"] * order) if order else formula
    arrays = {"x": np.array([1000.0, 0, -1000]), "p": np.array([0.25, 0.5, 0.25])}
    arrays = {leaf.name: arrays[leaf.name] for leaf in leaves(derivative.node)}
    space: dict[str, object] = {"program": derivative}
    if style != "called":
        exec(rc.source(derivative, "numpy", style=style), space)
    with np.errstate(over="ignore", invalid="ignore"):
        np.testing.assert_allclose(space["program"](**arrays), want, rtol=1e-12, atol=1e-300)  # type: ignore[operator]


@pytest.mark.parametrize("weights", [[0.5, -0.25, 1.0], [0.0, 0.0, 3.0], [1.0, 1.0, 1.0]])
def test_weights_may_have_any_sign(weights: list[float]) -> None:
    x, p = np.array([0.3, -1.2, 0.7]), np.array(weights)
    e = rc.parse("log(p'*exp(x)) + sum(p.^2.*exp(2*x))/(p'*exp(x))^2", x="n", p="n")
    total = p @ np.exp(x)
    np.testing.assert_allclose(e(x=x, p=p), np.log(total) + np.sum(p**2 * np.exp(2 * x)) / total**2, rtol=1e-13)


RATIOS = {  # of exponentials summed over rows and columns, and the same by NumPy
    "own rows": ("diag(1./(exp(X)*p))*exp(X)", lambda e, p: e / (e @ p)[:, None]),
    "other rows": ("exp(X)*diag(1./(exp(X)*p))", lambda e, p: e / (e @ p)),
    "columns": ("exp(X)*diag(1./(exp(X)'*p))", lambda e, p: e / (e.T @ p)),
    "transposed": ("exp(X)'*diag(1./(exp(X)*p))", lambda e, p: e.T / (e @ p)),
    "both ways": ("p'*exp(X)*p/sum(exp(X)*p)", lambda e, p: p @ e @ p / (e @ p).sum()),
    "squares": ("sum(exp(X).^2)/(p'*exp(X)*p)^2", lambda e, p: (e**2).sum() / (p @ e @ p) ** 2),
    "traces": ("tr(exp(X))/(p'*exp(X)*p)", lambda e, p: np.trace(e) / (p @ e @ p)),
}


@pytest.mark.parametrize("case", RATIOS)
def test_ratios_of_exponentials(case: str) -> None:
    text, want = RATIOS[case]
    X, p = np.array([[0.1, 2.0, -1.0], [1.5, 0.0, 0.3], [-0.7, 0.4, 1.1]]), np.array([0.3, -0.2, 1.5])
    found = rc.parse(text, X="n n", p="n")(X=X, p=p)
    np.testing.assert_allclose(found, want(np.exp(X), p), rtol=1e-13)


MOMENTS = {  # text, declarations, the same from arrays less their means
    "variance": ("sum(x.^2)/n - (sum(x)/n)^2", lambda x, y, X: np.var(x)),
    "variance at a known size": ("sum(z.^2)/6 - (sum(z)/6)^2", lambda x, y, X: np.var(x)),
    "unbiased": ("x'*x/(n-1) - sum(x)^2/(n*(n-1))", lambda x, y, X: np.var(x, ddof=1)),
    "standard deviation": ("sqrt(mean(x.^2) - mean(x)^2)", lambda x, y, X: np.std(x)),
    "covariance": ("x'*y/n - sum(x)*sum(y)/n^2", lambda x, y, X: np.cov(x, y, bias=True)[0, 1]),
    "slope of a line": (
        "(n*(x'*y) - sum(x)*sum(y))/(n*(x'*x) - sum(x)^2)",
        lambda x, y, X: np.cov(x, y)[0, 1] / np.var(x, ddof=1),
    ),
    "covariances": ("X'*X/n - (X'*ones(n)/n)*(X'*ones(n)/n)'", lambda x, y, X: np.cov(X.T, bias=True)),
    "variances of columns": ("X'.^2*ones(n)/n - (X'*ones(n)/n).^2", lambda x, y, X: X.var(0)),
    "of all entries": ("mean(X.^2) - mean(X)^2", lambda x, y, X: X.var()),
    "scaled, beside others": ("2*x'*x - 2*sum(x)^2/n + y'*y - sum(y)^2/n", lambda x, y, X: 12 * np.var(x) + 6 * np.var(y)),
}


@pytest.mark.parametrize("case", MOMENTS)
def test_moments_about_a_large_mean(case: str) -> None:
    text, want = MOMENTS[case]
    rng = np.random.default_rng(0)
    x, y, X = (1e8 + rng.integers(-9, 9, shape).astype(float) for shape in (6, 6, (6, 3)))
    formula = rc.parse(text, x="n", y="n", X="n m", z="6")
    arrays = {"x": x, "y": y, "X": X, "z": x}
    np.testing.assert_allclose(
        formula(**{leaf.name: arrays[leaf.name] for leaf in leaves(formula.node)}), want(x, y, X), rtol=1e-9
    )


@pytest.mark.parametrize(
    "text", ["x'*x - sum(x)^2", "x'*x/n + sum(x)^2/n^2", "x'*y/n - sum(x)*sum(x)/n^2", "x'*x/n - 2*sum(x)^2/n^2"]
)
def test_what_is_no_variance_keeps_its_value(text: str) -> None:
    x, y = np.array([1.0, 4.0, -2.0]), np.array([0.5, 2.0, 7.0])
    formula = rc.parse(text, x="n", y="n")
    want = eval(text.replace("x'*", "x@").replace("^", "**"), {"x": x, "y": y, "sum": np.sum, "n": 3})
    np.testing.assert_allclose(formula(**({"x": x, "y": y} if "y" in text else {"x": x})), want)
