"""The index writer: forms, and round trips of whatever it writes."""

import pytest

from ricci.calculus.simplify import settle
from ricci.notation import read
from ricci.notation.index.writer import write_index
from tests.corpus.scoring import book_declarations
from tests.ricci.writer_cases import CASES, derived

DECLARED = {"A": "n n", "x": "n", "b": "n", "T": "n n n", "c": "", "i": "", "W": "m n", "z": "m", "S": "n n symmetric"}

FORMS = """
A_ij x_j -> i | 2 A_ij x_j + b_i -> i | A_ji -> ij | A_ii -> | x_i A_ij x_j -> => A_ij x_i x_j -> | T_ijk x_j x_k -> i
A_ij x_i -> ij | x_i delta_ij -> ij | A_ij + delta_ij -> ij | x_i^2 -> i | x_i^2 -> => sum_i(x_i^2) ->
x_i / b_i -> i | c x_i -> i | tanh(A_ij x_j + b_i) -> i | inv(A)_ij -> ij | inv(A)_ij x_j -> i
x_i / sum_j(x_j^2) -> i | (x_i - b_i) A_ij (x_j - b_j) -> => A_ij (x_i - b_i) (x_j - b_j) -> | exp(-c x_i) -> i
det(A) x_i -> i | T_ijk -> kij => T_jki -> ijk | exp(x_i) / sum_j(exp(x_j)) -> i => softmax(x)_i -> i
x_i b_j c -> ij => c b_j x_i -> ij | sqrt(x_i) -> i => x_i^(1/2) -> i | x_i + one_i -> i => x_i + 1 -> i | A_ij ones(n)_k -> ijk
sum_j(tanh(x_j b_j)) x_i -> i => sum_j(tanh(b_j x_j)) x_i -> i | softmax(A_ik)_j -> ij | A_ij / 3 -> ij
0.5 A_ij -> ij | x_i^c -> i | x_i^(c + 1) -> i | x_i - b_j -> ij | W_ij -> (ji) => W_ji -> (ij)
softmax(W_ik x_k -> ik)_ij W_ij -> ij => softmax(W_kl x_l -> kl)_ij W_ij -> ij
softmax(A)_ij -> ij => softmax(A_ik)_j -> ij
inv(T)_ijk x_i x_k -> j => sum_j(inv(T_jlm)_ik x_j x_k) -> i
logsumexp(W_ij x_j -> ij)_i z_i -> => sum_i(logsumexp(W_jk x_k -> jk)_i z_i) ->
sum_i(x_i / A_ii) -> | sum_j(W_ij x_j / A_jj) -> i | x_i / A_ii -> i
"""


def rewritten(text: str) -> tuple[str, bool]:
    (node,) = settle(read(text, {k: v for k, v in DECLARED.items() if k != "i"}, "index").node)
    printed = write_index(node)
    (again,) = settle(read(printed, DECLARED, "index").node)
    return printed, again is node


@pytest.mark.parametrize("form", [form.strip() for form in FORMS.replace("\n", "|").split("|") if form.strip()])
def test_forms(form: str) -> None:
    text, _, expected = form.partition(" => ")
    printed, same = rewritten(text)
    assert same
    assert printed == (expected or text)


@pytest.mark.parametrize("case", CASES.values(), ids=lambda case: case["id"])
def test_derivatives_of_the_corpus_read_back_identically(case: dict[str, object]) -> None:
    node = derived(case)
    text = write_index(node)
    assert settle(read(text, book_declarations(case)).node) == (node,)


def test_letters_avoid_scalars_of_that_name() -> None:
    (node,) = settle(read("i*A*x", DECLARED, "matrix").node)
    assert write_index(node) == "i A_jk x_k -> j"


def test_more_axes_than_letters() -> None:
    factors = " ".join(f"T_{{i{k} i{k + 1} j{k}}}" for k in range(40))
    (node,) = settle(read(f"{factors} -> ", DECLARED, "index").node)
    (again,) = settle(read(write_index(node), DECLARED, "index").node)
    assert again is node


def test_zero_and_groups() -> None:
    (node,) = settle(read("0*A", DECLARED, "matrix").node)
    assert write_index(node) == "zeros(n, n)_ij -> ij"
    (node,) = settle(read("vec(W)", DECLARED, "matrix").node)
    assert write_index(node) == "W_ji -> (ij)"
