"""LaTeX of both notations: forms, balance, and nothing that KaTeX does not know."""

import re

import pytest

import ricci as rc
from ricci.calculus.simplify import settle
from ricci.notation import read
from ricci.notation.formula import latex_name
from ricci.notation.latex import latex
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
    assert latex_name("dx1") == r"\mathrm{d}x_{1}"
    assert latex_name("x_1_2") == "x_{1,2}"
    assert latex_name("x_a1") == "x_{a_{1}}"
    assert latex_name("λ") == latex_name("lambda") == r"\lambda"
    assert latex_name("a%b$\\{") == r"\text{a\%b\$\textbackslash{}\{}"


TOKEN = re.compile(r"\\(?:[A-Za-z]+|.)|[^\s]")


def scripts_on_scripts(text: str) -> list[str]:
    """Where TeX stops: a second subscript or superscript on one nucleus, a script of nothing, a group that is not closed."""
    faults: list[str] = []
    stack: list[set[str]] = [set()]  # for every open group the scripts that its last nucleus has
    pending = ""
    for found in TOKEN.finditer(text):
        token = found.group()
        if token in "_^":
            if token in stack[-1] or pending:
                faults.append(text[max(0, found.start() - 20) : found.end() + 5])
            pending = token
            continue
        if token == "}":
            faults += ["}"] if len(stack) == 1 or pending else []
            stack = stack[:-1] or [set()]
            continue
        if pending:
            stack[-1].add(pending)
            pending = ""
        else:
            stack[-1].clear()
        if token == "{":
            stack.append(set())
    return faults + (["open"] if len(stack) > 1 or pending else [])


def test_the_check_sees_what_tex_refuses() -> None:
    assert (
        scripts_on_scripts("x_{1}_{2}")
        and scripts_on_scripts("x^2^3")
        and scripts_on_scripts("{x")
        and scripts_on_scripts("x_")
    )
    assert not scripts_on_scripts(r"x_{1}^{2} {x_1}_{2} \mathrm{d}x_{a_{1}}{}^{j}")


NAMES = [
    "x_1_2",
    "x_a1",
    "a1",
    "λ",
    "lambda_2",
    "W_h",
    "dx",
    "x1_hat",
    "é",
    "constant_9095e521",
    "x_",
    "Sigma_1",
    "d1",
    "B_i_j_k",
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("notation", ["matrix", "index"])
def test_names_make_no_double_scripts(name: str, notation: str) -> None:
    texts = ["V", "V'*A*V", "V.*x", "sum(exp(V).^2)", "V/norm2(V)", "softmax(A*V)", "norm2(A*V)^3", "A*V + x./V", "sqrt(V)"]
    vectors = [rc.parse(text.replace("V", name), notation="matrix", **{name: "n", "A": "n n", "x": "n"}) for text in texts]
    texts = ["M'", "inv(M)^2", "M.^2", "M*A*M'", "logdet(M*A)", "inv(M + A)", "M/norm2(M)", "diag(diag(M))", "tr(M)^2"]
    matrices = [rc.parse(text.replace("M", name), notation="matrix", **{name: "n n", "A": "n n"}) for text in texts]
    for e in (*vectors, *matrices, *(rc.derivative(e, name) for e in (*vectors, *matrices))):
        shown = e.latex(notation)
        assert scripts_on_scripts(shown) == [], shown


@pytest.mark.parametrize("name", NAMES)
def test_steps_and_differentials_of_any_name(name: str) -> None:
    f = rc.parse(f"log(norm2(A*{name} - b_1)^2)", notation="matrix", **{name: "n", "A": "m n", "b_1": "m"})
    for notation in ("matrix", "index"):
        assert scripts_on_scripts(rc.steps(f, name, notation=notation).latex()) == []
    for order in (1, 2):
        assert scripts_on_scripts(rc.differential(f, name, order=order)._repr_latex_()) == []


def test_index_notation_has_no_matrix_products_in_it() -> None:
    e = rc.parse("inv(A*B + Sigma)*x/norm2(x)", A="n n", B="n n", Sigma="n n", x="n")
    assert e.latex("index") == (
        r"\left(\left[A_{k m}\,B_{m l} + \Sigma_{k l}\right]_{k l}^{-1}\right)_{i j}\,\frac{x_{j}}{\left\lVert x\right\rVert_2}"
    )


@pytest.mark.parametrize("case", CASES.values(), ids=lambda c: c["id"])
@pytest.mark.parametrize("notation", ["matrix", "index"])
def test_the_corpus_is_balanced_and_uses_known_macros(case: dict[str, object], notation: str) -> None:
    text = latex(derived(case), notation)
    assert scripts_on_scripts(text) == []
    assert set(re.findall(r"\\([A-Za-z]+)", text)) <= set(KATEX.split())
    depth = 0
    for brace in re.findall(r"(?<!\\)[{}]", text):
        depth += 1 if brace == "{" else -1
        assert depth >= 0
    assert depth == 0
    assert text.count(r"\left") == text.count(r"\right")
