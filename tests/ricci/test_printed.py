"""Random formulas and their derivatives: what is printed, in every notation, reads back as the same object."""

import re

import pytest

import ricci as rc
from tests.matrix_texts import DECLARED, Texts

UNSIZED = re.compile(r"\\delta|\\mathbf 1")  # the LaTeX of an identity in index notation does not say its size
WRAPPERS = {
    "scaled": "a*({})", "divided": "({})/a", "negated": "-({})", "transposed": "({})'", "raised": "({})^2",
    "entries raised": "({}).^2",
    "inverted": "inv({})", "added": "({}) + M", "taken away": "M - ({})", "multiplied": "({})*M", "multiplier": "M*({})",
    "entrywise": "({}).*M", "below": "M./({})", "traced": "tr({})*M", "logdet": "logdet({})^2*M", "norm": "normF({})^3*M",
    "power": "({}).^a", "function": "exp({})",
}  # fmt: skip
KRONECKER = {"A": "n n", "B": "n n", "M": "n*n n*n", "a": ""}
NOT_SETTLED = {("raised", "inverted"), ("raised", "logdet")}  # inv and logdet of kron(A^2, B^2) stay as they come


def read_back(text: str, value: rc.Expr, notation: str | None = None) -> None:
    assert rc.parse(text, notation=notation, **DECLARED).settled is value.settled, text


@pytest.mark.parametrize("seed", range(150))
def test_derivatives(seed: int) -> None:
    text = Texts(seed).scalar(2)
    names = sorted(set(re.findall(r"\b[ABCSXabwxyz]\b", text)))
    for count in (1, 2) if names else ():
        value = rc.derivative(rc.parse(text, **DECLARED), *[names[(seed + 3 * k) % len(names)] for k in range(count)])
        read_back(str(value), value)
        read_back(value.ricci(), value)


@pytest.mark.filterwarnings("ignore:index . is summed inside")
@pytest.mark.parametrize("seed", range(150))
def test_latex(seed: int) -> None:
    texts = Texts(seed)
    text = [lambda: texts.scalar(2), lambda: texts.vector("n", 2), lambda: texts.matrix("mn", 2)][seed % 3]()
    value = rc.parse(text, **DECLARED)
    read_back(value.latex(), value, "latex")
    indices = value.latex("index")
    arrow = (
        "" if r"\to" in indices or r"\mathbf 0" in indices or not value.shape else rf" \to {' '.join('ij'[: len(value.shape)])}"
    )
    if not UNSIZED.search(indices):
        read_back(indices + arrow, value, "latex")


@pytest.mark.parametrize("outer", WRAPPERS)
@pytest.mark.parametrize("inner", WRAPPERS)
def test_parentheses_around_kronecker_products(inner: str, outer: str) -> None:
    if (inner, outer) in NOT_SETTLED:
        return
    text = WRAPPERS[outer].format(WRAPPERS[inner].format("kron(A, B)"))
    value = rc.parse(text, **KRONECKER)
    shown = value.latex()
    if "_{" in shown or r"\operatorname{diag}" in shown:
        return  # in index notation, or a column of products, for which there is no sign that is read
    assert rc.parse(shown, notation="latex", **KRONECKER).settled is value.settled, shown
