"""Differentials: their equations, their vec forms, and the derivatives identified from them."""

import pickle
from typing import Any

import pytest

import ricci as rc

CASES: list[tuple[str, str, dict[str, Any], str, str]] = [
    ("norm2(A*x - b)^2", "x", {}, "df = 2*(A*x - b)'*A*dx", "df = 2*(A*x - b)'*A*dx"),
    ("logdet(X)", "X", {"X": "n n"}, "df = tr(inv(X)*dX)", "df = vec(inv(X)')'*dvec(X)"),
    ("x'*A*x", "x", {}, "df = (A*x + A'*x)'*dx", "df = (A*x + A'*x)'*dx"),
    ("x'*A*x", "A", {}, "df = tr(x*x'*dA)", "df = kron(x, x)'*dvec(A)"),
    ("A*X*B", "X", {"A": "m n", "X": "n p", "B": "p q"}, "dF = A*dX*B", "dvec(F) = kron(B', A)*dvec(X)"),
    ("inv(X)", "X", {"X": "n n"}, "dF = -inv(X)*dX*inv(X)", "dvec(F) = -kron(inv(X)', inv(X))*dvec(X)"),
    ("X.*Y", "X", {"X": "m n", "Y": "m n"}, "dF = Y.*dX", "dvec(F) = diag(vec(Y))*dvec(X)"),
    ("tr(S*S)", "S", {"S": "n n symmetric"}, "df = 2*tr(S*dS)", "df = 2*vec(S)'*dvec(S)"),
    ("a^3", "a", {"a": ""}, "df = 3*a^2*da", "df = 3*a^2*da"),
]


@pytest.mark.parametrize(("text", "variable", "declared", "equation", "vec"), CASES)
def test_equation_and_identification(text: str, variable: str, declared: dict[str, Any], equation: str, vec: str) -> None:
    f = rc.parse(text, **declared)
    d = rc.differential(f, variable)
    assert repr(d).startswith(equation + "    ")
    assert d.vec() == vec
    found = rc.identify(d, variable)
    assert found == rc.derivative(f, variable)
    assert rc.verify(found)
    names: dict[str, Any] = {name: rc.Expr(leaf) for name, leaf in d.variables.items()}
    assert rc.equal(rc.parse(d.equation().partition(" = ")[2], **names), d).proven


@pytest.mark.parametrize("text", ["x'*A*x", "norm2(A*x)^3", "exp(x'*x)", "log(sum(exp(A*x)))", "norm2(x)"])
def test_the_hessian_from_the_second_differential(text: str) -> None:
    f = rc.parse(text, A="n n", x="n")
    d = rc.differential(f, "x", order=2)
    assert d.label == "d2f"
    assert rc.equal(d.identify("x"), rc.hessian(f, "x"))


def test_second_differentials_in_print() -> None:
    f = rc.parse("x'*A*x", A="n n", x="n")
    assert rc.differential(f, "x", order=2).equation() == "d2f = dx'*(A + A')*dx"
    g = rc.parse("tr(X'*A*X)", A="n n", X="n m")
    assert rc.differential(g, "X", order=2).vec() == "d2f = dvec(X)'*kron(eye(m), A + A')*dvec(X)"


def test_all_variables_at_once() -> None:
    d = rc.differential(rc.parse("norm2(A*x - b)^2"))
    assert d.equation() == "df = 2*tr(x*(A*x - b)'*dA) + 2*(b - A*x)'*db + 2*(A*x - b)'*A*dx"
    assert str(d.identify("b")) == "2*(b - A*x)"


def test_what_is_no_differential() -> None:
    f = rc.parse("x'*dx + x'*x", x="n", dx="n")
    with pytest.raises(rc.RicciError, match="neither linear nor quadratic"):
        rc.identify(f, "x")
    with pytest.raises(rc.UnknownName, match="no direction dz"):
        rc.identify(f, "z")
    assert str(rc.identify(rc.parse("x'*A*dx", x="n", A="n n", dx="n"), "x")) == "A'*x"


def test_it_survives_a_pickle_and_evaluates() -> None:
    import numpy as np

    d = rc.differential(rc.parse("x'*A*x", A="n n", x="n"), "x")
    again = pickle.loads(pickle.dumps(d))
    assert again == d
    assert again.equation() == d.equation()
    a, x, dx = np.arange(4.0).reshape(2, 2), np.array([1.0, 2.0]), np.array([0.5, -1.0])
    assert np.allclose(d(A=a, x=x, dx=dx), (a + a.T) @ x @ dx)
    assert "mathrm{d}f" in d._repr_latex_()


def test_assumptions_and_legend() -> None:
    g = rc.derivative(rc.parse("logdet(X) + sum(log(x))", X="n n", x="n"), "X")
    assert g.assumptions() == ["X invertible", "x positive"]
    text = rc.legend(g)
    assert "i = 1..n of X, j = 1..n of X" in text
    assert "denominator layout" in text
    assert "X invertible" in text
    assert rc.parse("S*x", S="n n symmetric", x="n").assumptions() == ["S symmetric"]
    jacobian = rc.jacobian(rc.parse("tanh(W*x)", W="m n", x="n"), "x")
    assert jacobian.assumptions() == []
    assert "numerator layout" in rc.legend(jacobian)
    assert "numerator; rows" in rc.legend(jacobian.matrix())
