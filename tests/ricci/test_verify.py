"""The numeric proof notices what is wrong; equality says how it was found."""

import pytest

import ricci as rc


def test_a_right_derivative_is_verified() -> None:
    report = rc.verify(rc.hessian(rc.parse("log(sum(exp(A*x)))", A="m n", x="n"), "x"))
    assert report and "verified" in str(report) and report.entries > 0


@pytest.mark.parametrize(
    ("formula", "wrong"), [("x'*A*x", "2*A*x"), ("x'*A*x", "A*x"), ("sum(exp(x))", "exp(x) + 0.00001*x"), ("norm2(x)", "x")]
)
def test_a_wrong_derivative_is_refuted(formula: str, wrong: str) -> None:
    f = rc.parse(formula, x="n", A="n n")
    claim = rc.parse(wrong, x="n", A="n n").described(origin=rc.grad(f, "x").origin)
    report = rc.verify(claim)
    assert not report and "REFUTED" in str(report)


def test_only_derivatives_can_be_verified() -> None:
    with pytest.raises(rc.RicciError, match="can be verified"):
        rc.verify(rc.parse("x'*x", x="n"))


EQUAL = [
    ("x'*A*x", "x'*A'*x", "identical"),
    ("(x + y)'*(x - y)", "x'*x - y'*y", "expanded"),
    ("tr(A*B)", "tr(B*A)", "identical"),
    ("sin(a)^2 + cos(a)^2", "a/a", "exact"),
    ("(A*x)'*(A*x)", "x'*A'*A*x", "identical"),
    ("(A*x).*(A*x)", "(x'*A')'.*(A*x)", "identical"),
]


@pytest.mark.parametrize(("one", "other", "how"), EQUAL)
def test_equal(one: str, other: str, how: str) -> None:
    shapes = {"x": "n", "y": "n", "A": "n n", "B": "n n", "a": ""}
    found = rc.equal(rc.parse(one, **shapes), rc.parse(other, **shapes))
    assert found and found.how == how


@pytest.mark.parametrize(("one", "other"), [("A*x", "A'*x"), ("exp(a)", "1 + a"), ("x", "A")])
def test_different(one: str, other: str) -> None:
    shapes = {"x": "n", "A": "n n", "a": ""}
    found = rc.equal(rc.parse(one, **shapes), rc.parse(other, **shapes))
    assert not found and "different" in str(found)


@pytest.mark.parametrize("seed", range(4))
def test_a_pole_nearby_refutes_nothing(seed: int) -> None:
    rayleigh = rc.parse("tr(W'*A*W)/tr(W'*B*W)", W="n k", A="n n symmetric", B="n n symmetric")
    assert rc.verify(rc.grad(rayleigh, "W"), seed=seed)
