"""LaTeX read: what is written, over the whole corpus; what is pasted; and errors that show what was pasted."""

from typing import Any

import pytest

import ricci as rc
from ricci.calculus.simplify import settle
from ricci.expr import Expr
from ricci.notation import read
from ricci.notation.latex import latex
from tensor_networks.nodes import Node
from tests.corpus.scoring import book_declarations
from tests.ricci.writer_cases import CASES, derived

DECLARED: dict[str, Any] = {
    "A": "n n", "B": "n n", "X": "m n", "x": "n", "y": "n", "p": "n", "z": "m", "c": "", "beta": "", "Wh": "n n", "x_1": "n",
    "u2": "n", "w_hat": "n", "λ": "",
}  # fmt: skip
PASTED = [
    (r"\sum_i x_i", "sum(x)"),
    (r"\sum_{i} x_i^2", "x'*x"),
    (r"\sum_{i=1}^{n} (x_i - c)^2 + c", "sum((x - c).^2) + c"),
    (r"\sum_{i,j=1}^n A_{ij}", "sum(A)"),
    (r"\frac{1}{n} \sum_{i=1}^n x_i", "mean(x)"),
    (r"\sum_{i} \sum_{j} A_{ij} x_i x_j", "x'*A*x"),
    (r"-\sum_i y_i \log p_i", "-y'*log(p)"),
    (r"\sum_i p_i \log\left(\frac{p_i}{y_i}\right)", "p'*log(p./y)"),
    (r"\sum_{ij} (A_{ij} - B_{ij})^2", "normF(A - B)^2"),
    (r"\delta_{ij} A_{jk} x_k", "A*x"),
    (r"x_{\mu} y_{\mu}", "x'*y"),
    (r"A_{\mu\nu} x^{\nu}", "A*x"),
    (r"A^{i}{}_{j} x^{j} \to i", "A*x"),
    (r"A^{-1}_{ij} x_j", "inv(A)*x"),
    (r"\left(A^{-1}\right)_{ij} x_j", "inv(A)*x"),
    (r"\frac{x_i}{\sqrt{x_j x_j}}", "x/norm2(x)"),
    (r"\frac{1}{1 + e^{-x_i}}", "sigmoid(x)"),
    (r"x^\top A x", "x'*A*x"),
    (r"x^{\mathsf T} A^{-\mathsf T}\, x", "x'*inv(A)'*x"),
    (r"\frac12 x^T A x", "x'*A*x/2"),
    (r"\frac{x^T A x}{x^T x}", "(x'*A*x)/(x'*x)"),
    (r"\frac{1}{2} \left\| X x - z \right\|_2^2", "0.5*norm2(X*x - z)^2"),
    (r"\lVert x \rVert_1", "norm1(x)"),
    (r"\|A\|_F^2 + \beta c", "normF(A)^2 + beta*c"),
    (r"2\beta\lVert x\rVert", "2*beta*norm2(x)"),
    (r"\lambda x", "λ*x"),
    (r"\operatorname{tr}(A B)", "tr(A*B)"),
    (r"\mathrm{tr}\left(A^\top B\right)", "tr(A'*B)"),
    (r"\ln \det (A + B)", "logdet(A + B)"),
    (r"\log\left|\det\left(A\right)\right|", "logdet(A)"),
    (r"\sin^2 c + \cos^2 c", "sin(c)^2 + cos(c)^2"),
    (r"\tanh(A x + y)", "tanh(A*x + y)"),
    (r"\exp\left(x \odot y\right) \oslash p", "exp(x.*y)./p"),
    (r"x^{\odot 2}", "x.^2"),
    (r"x^{\odot A\,y - 1}", "x.^(A*y - 1)"),
    (r"A \otimes B", "kron(A, B)"),
    (r"\max(0, x)", "max(0, x)"),
    (r"A + c\,I_{n}", "A + c*eye(n)"),
    (r"\mathbf 1_{n}^{\mathsf T}\,x", "sum(x)"),
    (r"\mathit{Wh}\,x + Wh y", "Wh*x + Wh*y"),
    (r"x_{1}^T u_{2} w_{\mathrm{hat}}", "(x_1'*u2)*w_hat"),
    (r"\boldsymbol{x}^T \mathbf{A} \boldsymbol{x}", "x'*A*x"),
    (r"\begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix}\,c", "[1, 2; 3, 4]*c"),
    (r"|c|\,{x}", "abs(c)*x"),
    (r"$\tr(A B) + \bigl(\norm{x}\bigr)^2$", "tr(A*B) + norm2(x)^2"),
    (r"\[ \dfrac{1}{2} \|x - y\|^2 \]", "norm2(x - y)^2/2"),
    (r"\hat{w}^T x", "w_hat'*x"),
    (r"\diag(x) \vec{y}", "diag(x)*y"),
    (r"\log\sum_i \exp(x_i)", "logsumexp(x)"),
    (r"-\sum_i y_i x_i + \log\sum_{j=1}^n e^{x_j} + c", "logsumexp(x) - y'*x + c"),
    (r"\ln \sum_i e^{\sum_j A_{ij} x_j}", "logsumexp(A*x)"),
    (r"\exp\{-\tfrac12 \|x - y\|^2\}", "exp(-norm2(x - y)^2/2)"),
    (r"\max\left\{0, x\right\}", "relu(x)"),
    (r"|\log \sum_i e^{x_i}| + \left( \log \sum_i e^{x_i} \right)^2", "abs(logsumexp(x)) + logsumexp(x)^2"),
    (r"\langle x, A y \rangle", "x'*A*y"),
    (r"\left\langle A, B \right\rangle_F", "tr(A'*B)"),
    (r"\norm{A}_F^2 + \norm{x}_1", "normF(A)^2 + norm1(x)"),
    (r"\|A\|^2_F + \|A\|_{\mathrm F}^2 + {\|x\|}_2^2", "2*normF(A)^2 + norm2(x)^2"),
    (r"\frac{\|x\|}{2} + \sqrt{\|x\|}", "norm2(x)/2 + sqrt(norm2(x))"),
    (r"A + c\,\mathbf I_n + c \mathrm{I}_{n}", "A + 2*c*eye(n)"),
    (r"c\,\mathbf{1}_n^\top x + \mathbb{1}_n^\top y", "c*sum(x) + sum(y)"),
    (r"D_{n}^{\mathsf T} \operatorname{vec}(A) + L_n \operatorname{vec}(A)", "duplication(n)'*vec(A) + elimination(n)*vec(A)"),
    (r"K_{m,n} \operatorname{vec}(X)", "vec(X')"),
    (r"X^+ z + X^{+} z", "2*pinv(X)*z"),
    (r"x^\prime A x", "x'*A*x"),
    (r"\sum_i (x_i)_+ + \sum_i [y_i]_+", "sum(relu(x)) + sum(relu(y))"),
    (r"$$\|x\|^2$$", "norm2(x)^2"),
    (r"\begin{equation*} \|x\|^2. \end{equation*}", "norm2(x)^2"),
    (r"\|x\|^2,", "norm2(x)^2"),
    (r"{\rm tr}(A B)", "tr(A*B)"),
    (r"\sin c \cos c", "sin(c)*cos(c)"),
    (r"1/2 x^\top x + c/2 \|x\|^2", "x'*x/2 + c*norm2(x)^2/2"),
    (r"\log |c| \, x", "log(abs(c))*x"),
]


@pytest.mark.parametrize(("pasted", "ours"), PASTED)
def test_what_is_pasted(pasted: str, ours: str) -> None:
    assert rc.parse(pasted, notation="latex", **DECLARED) == rc.parse(ours, **DECLARED)
    if "\\" in pasted:
        assert rc.parse(pasted, **DECLARED) == rc.parse(ours, **DECLARED)


WRITTEN = [
    "norm1(A)*x",
    "kr(A, B)",
    "duplication(n)'*vec(A)",
    "logdet(A)^2*x + 2*logdet(A)*y",
    "x.^(A*y)",
    "diag((A*x).^(y - 1))",
    "beta*inv(A*A')*x",
    "norm2(x - y)^3*kron(A, X)",
]


@pytest.mark.parametrize("text", WRITTEN)
def test_what_is_written_is_read(text: str) -> None:
    e = rc.parse(text, **DECLARED)
    assert rc.parse(e.latex(), notation="latex", **DECLARED) == e


def test_declared_letters_are_no_functions() -> None:
    shapes = {"x": "n", "sigma": ""}
    assert rc.parse(r"\frac{\|x\|}{\sigma^2} + \log\sigma", **shapes) == rc.parse("norm2(x)/sigma^2 + log(sigma)", **shapes)
    assert rc.parse(r"\log\sigma(x)", x="n") == rc.parse("log(sigmoid(x))", x="n")


def test_sizes_are_inferred() -> None:
    assert rc.parse(r"\frac{1}{n} \sum_{i=1}^n x_i") == rc.parse("mean(x)", x="n")
    assert rc.parse(r"x^{\mathsf T} A x").shape == ()
    assert rc.parse(r"\sum_{i} A_{ij} x_i") == rc.parse("sum_i(A_ij x_i)")


ERRORS = [  # the LaTeX, the place, words of the message or hint
    (r"\frac{a}{", 9, "} is missing"),
    (r"c\,\foo{x}", 3, r"the command \foo is not known"),
    (r"\sum_{i=2}^{n} x_i", 10, "whole axis"),
    (r"\sum_{i=1}^{m} x_i", 15, "size"),
    (r"\sum x_i", 0, r"write \sum_{i}"),
    (r"A_{ij}^{-1}\,x_j", 0, "inv(A)"),
    (r"A_{ij}^{\top}", 6, "A_{j i}"),
    (r"\left(A\,x", 10, "missing"),
    (r"A\,q", 3, "q is not declared"),
    (r"\alpha\,x + \frac{z}{2}", 0, "alpha is not declared"),
    (r"A\,x + \frac{1}{2}\,z", 5, "cannot add"),
    (r"\mathbf 1^{\top} x", 0, r"\mathbf 1_{n}"),
    (r"A\beta", 1, "with a space"),
    (r"\hat{x} - x", 0, "x_hat is not declared"),
    (r"$A\,x", 0, "$"),
    (r"x \otimes y \cdot z", 2, "parentheses"),
    (r"\log 2 c", 7, "argument of log"),
    (r"\log \sum_i e^{x_i}/2c", 21, "parentheses"),
    (r"y_i \log y_i/p_i", 12, "argument of log"),
    (r"\operatorname{tr} A B", 20, "argument of tr"),
    (r"\frac12 c + c/2\beta", 15, "parentheses"),
    (r"\|x\|^2/2 c", 10, "parentheses"),
    (r"x \odot A y", 10, "parentheses"),
    (r"A\, + cI", 7, "write I_{n}"),
    (r"A^\dagger x", 1, "A^{+}"),
    (r"x_i \langle y, x \rangle", 4, "x_i y_i"),
    (r"f(x) = \|x\|", 5, "one side only"),
    (r"\sum_{i<j} A_{ij}", 0, "an array of 0 and 1"),
    (r"\sigma_{ij} + A_{ij}", 0, "sigma is not declared"),
    (r"\frac{c}{\sigma^2}", 9, "sigma is not declared"),
]


@pytest.mark.parametrize(("text", "place", "words"), ERRORS)
def test_errors_show_the_latex(text: str, place: int, words: str) -> None:
    with pytest.raises(rc.RicciError) as raised:
        rc.parse(text, **DECLARED)
    assert raised.value.text == text
    assert raised.value.position == place
    assert words in str(raised.value)


def test_matlab_division_is_not_latex() -> None:
    assert rc.parse(r"A\x", **DECLARED) == rc.parse(r"A \ x", **DECLARED) == rc.parse("inv(A)*x", **DECLARED)
    assert rc.parse(r"A \ beta", A="n n", beta="n") == rc.parse("inv(A)*x", A="n n", x="n").substitute(x=rc.tensor("beta", "n"))
    assert rc.parse(r"A\beta", notation="latex", **DECLARED) == rc.parse("A*beta", **DECLARED)


def again(text: str, declared: dict[str, str]) -> Node | str:
    """The settled node of a LaTeX, or what keeps it from being read."""
    try:
        (node,) = settle(read(text, declared, "latex").node)
    except rc.RicciError as error:
        return error.message
    return node


@pytest.mark.parametrize("case", CASES.values(), ids=lambda c: c["id"])
def test_the_corpus_is_read_again(case: dict[str, Any]) -> None:
    """Matrix LaTeX as it is; in index LaTeX the free indices and their order are not written, so they are added."""
    node = derived(case)
    shown, order = latex(node, "index"), Expr(node).ricci()
    for text in {latex(node), shown}:
        arrow = rf" \to {order.rpartition('->')[2]}" if text == shown and "->" in order and r"\to" not in text else ""
        found = again(text + arrow, book_declarations(case))
        if isinstance(found, str):  # index LaTeX does not say the size of a delta, nor the indices of a zero
            assert "the size of index" in found or r"\mathbf 0" in text
        else:
            assert found is node


@pytest.mark.parametrize("text", ["{" * 50_000, r"\frac{" * 20_000, r"\left(" * 10_000, "x_{" * 10_000, "\\" * 20_000])
def test_large_wrong_texts(text: str) -> None:
    with pytest.raises(rc.RicciError) as raised:
        rc.parse(text, notation="latex", x="n")
    assert len(str(raised.value)) < 500


def test_depth_is_no_limit() -> None:
    assert rc.parse(r"\left(" * 10_000 + "c" + r"\right)" * 10_000, notation="latex", c="") == rc.parse("c", c="")


@pytest.mark.parametrize(
    "text", [r"\frac", r"\frac x", r"\frac\frac", r"\frac" * 3000, r"\exp^", r"x_\mu_", r"\text{", "\\" * 500]
)
def test_what_ends_too_early_is_refused_at_once(text: str) -> None:
    with pytest.raises(rc.RicciError):
        rc.parse(text, x="n")
