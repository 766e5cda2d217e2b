"""Functions spelled with few others are the same functions, and identities between them are found exact."""

import numpy as np
import pytest

import ricci as rc
from ricci.functions import FUNCTIONS
from ricci.proofs.elementary import RULES, spelled

OF_TWO = {"maximum", "minimum", "hypot", "power", "xlogy"}


@pytest.mark.parametrize("name", sorted(RULES))
def test_the_spelling_is_the_function(name: str) -> None:
    arguments = "A" if FUNCTIONS[name].signature.startswith("(n,n)") else "x, y" if name in OF_TWO else "x"
    e = rc.parse(f"{name}({arguments})", A="n n", x="n", y="n")
    new = rc.Expr(spelled(e.node), declared=e.variables)
    rng = np.random.default_rng(3)
    given = {"x": rng.uniform(0.2, 1.4, 3), "y": rng.uniform(0.3, 1.5, 3), "A": rng.uniform(0, 1, (3, 3)) + 3 * np.eye(3)}
    point = {key: given[key] for key in e.variables}
    np.testing.assert_allclose(new(**point), e(**point), rtol=1e-12)
    if name not in ("power", "xlogy"):
        turned = {key: -array for key, array in point.items()}
        np.testing.assert_allclose(new(**turned), e(**turned), rtol=1e-12)


SHAPES = {"a": "", "b": "", "x": "n", "y": "n", "p": "", "X": "n m", "Y": "m n"}
IDENTITIES = [
    ("exp(a + b)", "exp(a)*exp(b)"),
    ("exp(2*x - y/2)", "exp(x).^2.*exp(-y/2)"),
    ("sigmoid(x) - 1", "-sigmoid(-x)"),
    ("sigmoid(x).*sigmoid(-x)", "exp(-x)./(1 + exp(-x)).^2"),
    ("2*sigmoid(2*x) - 1", "tanh(x)"),
    ("1 - tanh(x).^2", "1./cosh(x).^2"),
    ("tanh(x + y)", "(tanh(x) + tanh(y))./(1 + tanh(x).*tanh(y))"),
    ("sinh(2*x)", "2*sinh(x).*cosh(x)"),
    ("sin(2*x)", "2*sin(x).*cos(x)"),
    ("cos(a - b)", "cos(a)*cos(b) + sin(a)*sin(b)"),
    ("sin(a)^2 + cos(a)^2", "1"),
    ("tan(2*x)", "2*tan(x)./(1 - tan(x).^2)"),
    ("sin(3*x)", "3*sin(x) - 4*sin(x).^3"),
    ("cos(a/2)^2", "(1 + cos(a))/2"),
    ("softmax(x + a)", "softmax(x)"),
    ("softmax(x)", "sigmoid(x)./sigmoid(-x)/sum(exp(x))"),
    ("abs(x).*sign(x)", "x"),
    ("maximum(x, y) + minimum(x, y)", "x + y"),
    ("relu(x) - relu(-x)", "x"),
    ("eye(n)/norm2(x) - x*x'/norm2(x)^3", "(eye(n) - (x/norm2(x))*(x/norm2(x))')/norm2(x)"),
    ("power(abs(a) + 1, p - 1)*(abs(a) + 1)", "power(abs(a) + 1, p)"),
    ("logdet(eye(n) + X*Y)", "logdet(eye(m) + Y*X)"),
]


@pytest.mark.parametrize(("one", "other"), IDENTITIES)
def test_identities_are_found_without_floating_point(one: str, other: str) -> None:
    answer = rc.equal(rc.parse(one, **SHAPES), rc.parse(other, **SHAPES))
    assert answer
    assert answer.how in ("identical", "expanded", "exact")


NO_IDENTITIES = [
    ("exp(a*b)", "exp(a)*exp(b)"),
    ("sigmoid(x) + 1", "sigmoid(-x)"),
    ("tanh(2*x)", "2*tanh(x)"),
    ("sin(2*x)", "2*sin(x)"),
    ("cos(a + b)", "cos(a)*cos(b) + sin(a)*sin(b)"),
    ("softmax(2*x)", "softmax(x)"),
    ("abs(x)", "x"),
    ("sqrt(a^2 + b^2)", "a + b"),
    ("log(a + b)", "log(a) + log(b)"),
    ("exp(logdet(-eye(3)*exp(a)))", "det(-eye(3)*exp(a))"),
]


@pytest.mark.parametrize(("one", "other"), NO_IDENTITIES)
def test_what_is_no_identity_is_none(one: str, other: str) -> None:
    assert not rc.equal(rc.parse(one, **SHAPES), rc.parse(other, **SHAPES))
