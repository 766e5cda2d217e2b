"""Derivations: every step is equal to the one before, they are short, and they end with the derivative."""

import re
from xml.etree import ElementTree

import pytest

import ricci as rc
from ricci.calculus.simplify import PASSES
from ricci.derivations.stepwise import WORDS

CASES: list[tuple[str, str, dict[str, str], int]] = [
    ("x'*A*x", "x", {}, 3),
    ("x'*S*x", "x", {"x": "n", "S": "n n symmetric"}, 2),
    ("norm2(A*x - b)^2", "x", {}, 3),
    ("sum(log(exp(-y.*(X*w)) + ones(m)))", "w", {"y": "m", "X": "m n", "w": "n"}, 5),
    ("tr(A*inv(X)*B)", "X", {"A": "p n", "X": "n n", "B": "n p"}, 4),
    ("log(det(X'*X))", "X", {"X": "n p"}, 5),
    ("log(sum(exp(A*x)))", "x", {"A": "m n", "x": "n"}, 4),
    ("A*X*B", "X", {"A": "m n", "X": "n p", "B": "p q"}, 3),
    ("tanh(W*x)", "x", {"W": "m n", "x": "n"}, 4),
    ("tanh(W*x)", "W", {"W": "m n", "x": "n"}, 4),
    ("0.25*normF(X'*X - M)^2", "X", {"X": "n p", "M": "p p symmetric"}, 5),
    ("norm2(x)", "x", {"x": "n"}, 2),
    ("det(X)", "X", {"X": "n n"}, 2),
    ("a'*X^3*b", "X", {"X": "n n", "a": "n", "b": "n"}, 3),
    ("tr(S*A*S)", "S", {"S": "n n symmetric", "A": "n n"}, 3),
    ("x'*A*x/(x'*x)", "x", {"x": "n", "A": "n n"}, 5),
    ("sum(tanh(W*sigmoid(V*x)))", "V", {"x": "n", "V": "m n", "W": "k m"}, 7),
    ("softmax(A*x)", "x", {"A": "m n", "x": "n"}, 4),
    ("a^3", "a", {"a": ""}, 2),
    ("b'*x", "x", {"b": "n", "x": "n"}, 2),
    ("x", "x", {"x": "n"}, 2),
    ("c*b", "x", {"c": "", "b": "n", "x": "n"}, 1),
    ("exp(x'*x)*x", "x", {"x": "n"}, 5),
    ("X.*Y", "X", {"X": "m n", "Y": "m n"}, 3),
    ("a^b", "a", {"a": "", "b": ""}, 3),
    ("A_ij x_j x_i T_klm -> klm", "x", {"A": "n n", "x": "n", "T": "n n n"}, 4),
]


@pytest.mark.parametrize(("text", "variable", "declared", "most"), CASES)
def test_every_step_is_right(text: str, variable: str, declared: dict[str, str], most: int) -> None:
    f = rc.parse(text, **declared)
    derivation = rc.steps(f, variable)
    assert len(derivation) <= most
    for step in derivation:
        assert step.check(), str(step)
        assert step.rule
        assert step.before.text()
        assert step.after.text("index")
        assert step.after.text("latex")
    assert derivation.result == rc.derivative(f, variable)
    assert derivation[-1].after.node is rc.derivative(f, variable).settled
    shown = [str(derivation), derivation.latex(), derivation.html(), str(rc.steps(f, variable, notation="index"))]
    assert not any("zz" in text or "#" in text.replace("&#", "") for text in shown)


@pytest.mark.parametrize("name", ["zz", "zza", "zzb", "zz0", "zz1", "zzj"])
@pytest.mark.parametrize("notation", ["matrix", "index"])
def test_no_name_is_a_stand_in(name: str, notation: str) -> None:
    """A tensor may be called as it likes: the derivation says of it what it says of any other."""
    text = "tr(inv(X)*zzk*sin(zzk)) + norm2(X*zzk)^2"
    declared = {"X": "n n"}
    usual = rc.steps(rc.parse(text, zzk="n n", **declared), "X", notation=notation)
    found = rc.steps(rc.parse(text.replace("zzk", name), **{name: "n n"}, **declared), "X", notation=notation)
    assert all(step.check() for step in found)
    words = [set(re.findall(r"zz[a-z0-9]*", str(derivation))) for derivation in (usual, found)]
    assert {word.replace("zzk", name) for word in words[0]} == words[1]


def test_in_print() -> None:
    assert str(rc.steps(rc.parse("x'*A*x"), "x")).splitlines() == [
        "f     = x'*A*x",
        "df    = x'*A*dx + dx'*A*x    product rule: each x in turn becomes dx",
        "      = (A*x + A'*x)'*dx     collecting: dx is taken out of every term",
        "df/dx = A*x + A'*x           identification: df = g'*dx, so g is the gradient",
    ]


def test_recognition_and_the_line_of_the_table() -> None:
    text = str(rc.steps(rc.parse("log(sum(exp(A*x)))", A="m n", x="n"), "x"))
    assert "logsumexp recognised" in text
    assert "d logsumexp(u) = softmax(u)'*du" in text
    assert "d(A*x)" in text


def test_the_second_derivative_follows_the_first() -> None:
    derivation = rc.steps(rc.parse("norm2(A*x - b)^2"), "x", "x")
    assert all(step.check() for step in derivation)
    assert str(derivation).splitlines()[-1].startswith("d2f/dx2  = 2*A'*A ")


def test_index_notation() -> None:
    text = str(rc.steps(rc.parse("norm2(A*x - b)^2"), "x", notation="index"))
    assert "where v_i = A_ij x_j - b_i" in text
    with pytest.raises(ValueError, match="no notation"):
        rc.steps(rc.parse("x'*x", x="n"), "x", notation="words")


def test_latex_and_html() -> None:
    derivation = rc.steps(rc.parse("tr(A*inv(X)*B)", A="p n", X="n n", B="n p"), "X")
    code = derivation.latex()
    assert code.startswith("\\begin{aligned}")
    assert code.count("&=") == len(derivation) + 1
    assert code.count("{") == code.count("}")
    assert re.search(r"\\frac\{\\partial f\}\{\\partial X\}", code)
    page = derivation.html()
    table = ElementTree.fromstring(page)
    assert len(table.findall("tr")) == len(derivation) + 1
    assert "http" not in page
    assert "src=" not in page
    assert derivation._repr_html_() == page


def test_a_long_chain_ends_with_and_so_on() -> None:
    f = rc.parse("tanh(" * 70 + "a*a" + ")" * 70, a="")
    derivation = rc.steps(f, "a")
    assert derivation[-2].rule == "and so on" or derivation[-3].rule == "and so on"
    assert derivation.result == rc.derivative(f, "a")


def test_the_reasons_are_those_of_passes() -> None:
    assert set(WORDS) <= {step.__name__ for step in PASSES}
