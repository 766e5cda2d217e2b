"""The matrix writer: book forms, round trips over the corpus and beyond, and expressions too large to be read."""

import pytest

from ricci.calculus.simplify import settle
from ricci.functions import apply
from ricci.notation import read
from ricci.notation.formula import count_tokens
from ricci.notation.matrix.writer import write_matrix
from ricci.notation.writing import write
from tensor_networks.networks import network, total
from tensor_networks.nodes import Node, tensor
from tests.corpus.scoring import book_declarations
from tests.ricci.writer_cases import CASES, derived, reread

DECLARED = {
    "A": "n n", "B": "n n", "x": "n", "v": "n", "y": "m", "X": "m n", "Y": "p n", "S": "n n symmetric", "c": "",
    "T": "n n n",
}  # fmt: skip

FORMS = """
x'*A*x | A*x | A'*B' | (A*B)^2 => A*B*A*B | A^3*x | inv(A)'*x | tr(A*B) | tr(A*S*B') => tr(A'*B*S) | x'*A*v + c
sum(A.*B.*S) | tr(A'*B) | sum(x) | sum(X) | X*ones(n) | ones(m)'*X | X'*X | x*v' | ones(m)*x' | 3*ones(n)
diag(v)*A | diag(x) | diag(A) | diag(v.*x)*A | A.*(x*v') | X.*(y*v') | A.*eye(n) | eye(n) | 2*eye(n) |
0*A => zeros(n, n) | v.*x | x./v | 1./x | x.^2 | x.^2.5 | sqrt(x) | x./sqrt(v) | A./B | x.*x => x.^2 | x'*x
norm2(x)^2 => x'*x | norm2(x)
norm2(A*x - v) | norm2(A*x - v)^2 | normF(X)^2 | normF(X)*X | x/norm2(x) | X/normF(X) | x*x'/norm2(x)^3
-A*x | -(A*x - v) => v - A*x | 2*(A*x - v) | 0.5*A*x | x/3 | 2*x/3 | c^2*S/(c - 1) | x/(v'*x) | (v'*x)*A | c*A*x
A + A' | A' + A => A + A' | x*v' + v*x' | A - A' | A*x + x | x + 1 | x'*v*ones(n) + x => (v'*x)*ones(n) + x | n*x
(A + B)*x | A*(x + v) | (A + B).*S => S.*(A + B) | exp(A*x)' | tanh(A*x + v) | exp(-c*x) | log(x)' | softmax(A*x)
diag(softmax(x)) - softmax(x)*softmax(x)' | logsumexp(x) | x.^c | c^(c + 1) | maximum(x, v) => maximum(v, x) | relu(x) | abs(x)
det(A) | logdet(A) | adj(A)' | inv(A)^2 | inv(A + c*eye(n)) | x'*inv(S)*x | sum(x)/n | X'*(y.*exp(X*v)) | 0*c => 0
vec(X) | vec(X)' | kron(A, B) | kron(x, v) | kron(A, x) | kron(x', A) | kron(A, kron(B, S)) => kron(kron(A, B), S)
vec(A*B) | kron(A, B)*vec(S) => vec(B*S*A') | kron(A, B)*commutation(n, n) => commutation(n, n)*kron(B, A)
diag(vec(X)) | commutation(m, n)*vec(X) => vec(X') | vec(X)*v' | kron(A, B) + kron(S, A) | kr(X, Y)
rkr(A, B) | tril(A) | triu(A*B)
vech(A) | vec(A)'*duplication(n) | 1e-300*x | 1e-400*x | 2.5e40*x
12345678901234567890*x | 0.1*x | 1.5707963267948965*x
"""


def settled(text: str) -> tuple[Node, str]:
    parsed = read(text, DECLARED)
    (node,) = settle(parsed.node)
    return node, parsed.role


@pytest.mark.parametrize("form", [form.strip() for form in FORMS.replace("\n", "|").split("|") if form.strip()])
def test_forms_are_printed_as_people_write_them_and_read_back(form: str) -> None:
    text, _, expected = form.partition(" => ")
    node, role = settled(text)
    printed = write(node, role)
    assert printed == (expected or text)
    again = read(printed, DECLARED)
    assert settle(again.node) == (node,)
    assert again.role == role or node.order != 1


@pytest.mark.parametrize("case", CASES.values(), ids=lambda case: case["id"])
def test_derivatives_of_the_corpus_read_back_identically(case: dict[str, object]) -> None:
    node = derived(case)
    assert reread(write(node), book_declarations(case)) is node


def test_derivatives_are_no_longer_than_the_books() -> None:
    compared = short = 0
    for case in CASES.values():
        book = case.get("closed_form_matrix")
        if book and case["kind"] != "differential" and not case.get("structure") and case.get("layout", "tensor") == "tensor":
            printed = write_matrix(derived(case))
            compared += 1
            short += printed is not None and count_tokens(printed) <= count_tokens(book)
    assert short >= 0.88 * compared


def test_a_row_is_printed_transposed() -> None:
    node, role = settled("x'*A")
    assert (role, write(node, "row"), write(node)) == ("row", "x'*A", "A'*x")


def test_no_form_for_higher_order() -> None:
    assert write_matrix(tensor("T", ["n", "n", "n"])) is None
    assert write_matrix(settled("0*T")[0]) == "zeros(n, n, n)"


def test_names_that_are_sizes() -> None:
    n, x = tensor("n", []), tensor("x", ["n"])
    text = write(network([(n, ""), (x, "i")], "", {"k": "n"}))
    assert reread(text, {"n": "", "x": "n"}) is network([(n, ""), (x, "i")], "", {"k": "n"})


def test_deep_and_wide_expressions_are_bounded() -> None:
    x = tensor("x", ["n"])
    deep: Node = x
    for _ in range(10_000):
        deep = apply("tanh", deep)
    assert write(deep) == "<expression of 10001 nodes, n>"
    shared: Node = x
    for _ in range(50):
        shared = network([(apply("tanh", shared), "i"), (apply("sin", shared), "i")], "i")
    assert write(shared).startswith("<expression of ")
    wide = total([(tensor(f"v{i}", ["n"]), 1) for i in range(20_000)])
    assert write(wide) == "<expression of 20001 nodes, n>"


def test_long_chains() -> None:
    x = tensor("x", ["n"])
    factors = [(tensor(f"A{i}", ["n", "n"]), (i, i + 1)) for i in range(300)]
    text = write(network([*factors, (x, (300,))], (0,)))
    assert text == "*".join([*(f"A{i}" for i in range(300)), "x"])


def test_tangled_networks_have_no_matrix_form() -> None:
    A, B, C = (tensor(name, ["n", "n"]) for name in "ABC")
    clique = network([(A, "ij"), (B, "jk"), (C, "ki"), (A, "il"), (B, "jl"), (C, "kl")], "")
    assert write_matrix(clique) is None
