"""LaTeX of both notations: forms, balance, and nothing that KaTeX does not know."""

import re

import pytest

from ricci.notation import read
from ricci.notation.formula import latex_name
from ricci.notation.latex import latex
from ricci.simplify import settle
from tests.ricci.writer_cases import CASES, derived

DECLARED = {"A": "n n", "x": "n", "b": "n", "Sigma": "n n", "alpha": "", "X": "m n", "T": "n n n"}
KATEX = """
mathsf mathit mathrm mathbf text textbackslash textasciicircum textasciitilde frac sqrt left right lVert rVert odot
oslash otimes operatorname sum delta sigma psi exp log sin cos tan arcsin arccos arctan sinh cosh tanh det
max min ln Gamma cdot
times to alpha Sigma
"""
FORMS = {
    "x'*A*x": r"x^{\mathsf T}\,A\,x",
    "inv(A)'": r"A^{-\mathsf T}",
    "norm2(x)": r"\left\lVert x\right\rVert_2",
    "x/alpha": r"\frac{1}{\alpha}\,x",
    "kron(A, Sigma)": r"A \otimes \Sigma",
    "x.*b": r"b \odot x",
    "2*(A*x - b)": r"2\,\left(A\,x - b\right)",
    "tr(A*Sigma)": r"\operatorname{tr}\left(A\,\Sigma\right)",
    "sqrt(alpha)": r"\sqrt{\alpha}",
}


@pytest.mark.parametrize("text", FORMS)
def test_matrix_forms(text: str) -> None:
    (node,) = settle(read(text, DECLARED, "matrix").node)
    assert latex(node) == FORMS[text]


def test_index_forms() -> None:
    (node,) = settle(read("2 T_ijk x_j x_k + b_i -> i", DECLARED, "index").node)
    assert latex(node) == latex(node, "index") == r"2\,T_{i j k}\,x_{j}\,x_{k} + b_{i}"
    (node,) = settle(read("inv(A + alpha*eye(n))*x", DECLARED, "matrix").node)
    assert r"^{-1}\right)_{i j}" in latex(node, "index")
    with pytest.raises(ValueError, match="notation"):
        latex(node, "verse")


def test_a_row() -> None:
    (node,) = settle(read("x'*A", DECLARED, "matrix").node)
    assert latex(node, row=True) == r"x^{\mathsf T}\,A"


def test_names_are_escaped() -> None:
    assert latex_name("Wh") == r"\mathit{Wh}"
    assert latex_name("x_hat") == r"x_{\mathit{hat}}"
    assert latex_name("x1") == "x_{1}"
    assert latex_name("dX") == r"\mathrm{d}X"
    assert latex_name("a%b$\\{") == r"\text{a\%b\$\textbackslash{}\{}"


@pytest.mark.parametrize("case", CASES.values(), ids=lambda c: c["id"])
@pytest.mark.parametrize("notation", ["matrix", "index"])
def test_the_corpus_is_balanced_and_uses_known_macros(case: dict[str, object], notation: str) -> None:
    text = latex(derived(case), notation)
    assert set(re.findall(r"\\([A-Za-z]+)", text)) <= set(KATEX.split())
    depth = 0
    for brace in re.findall(r"(?<!\\)[{}]", text):
        depth += 1 if brace == "{" else -1
        assert depth >= 0
    assert depth == 0
    assert text.count(r"\left") == text.count(r"\right")
