"""Index notation: values against NumPy's einsum, the scope rule, heights, sizes of deltas, and errors."""

from time import perf_counter

import numpy as np
import pytest

import ricci as rc
from ricci.notation import read
from tensor_networks.errors import IndexNotationError, ParseError, RicciError, ShapeError, UnknownName
from tensor_networks.networks import Network
from tests.dense import dense, levi_civita

DECLARED = {
    "A": "n m", "S": "n n", "x": "n", "y": "n", "z": "m", "a": "", "b": "", "T": "n m n", "u": "3", "v": "3",
    "W_1": "n m",
}  # fmt: skip
SIZES = {"n": 4, "m": 2}


def inputs():
    rng = np.random.default_rng(2)
    return {name: rng.uniform(0.5, 1.5, [SIZES.get(s) or int(s) for s in shape.split()]) for name, shape in DECLARED.items()}


VALUES = {
    "A_ij z_j": lambda e: e["A"] @ e["z"],
    "A_ij z_j + x_i": lambda e: e["A"] @ e["z"] + e["x"],
    "S_ii": lambda e: np.trace(e["S"]),
    "S_ii -> i": lambda e: np.diag(e["S"]),
    "S_ii^2 ->": lambda e: np.trace(e["S"]) ** 2,
    "S_ii^2 -> i": lambda e: np.diag(e["S"]) ** 2,
    "x_i y_i x_i ->": lambda e: (e["x"] ** 2 * e["y"]).sum(),
    "x_i y_i -> i": lambda e: e["x"] * e["y"],
    "x_i -> ii": lambda e: np.diag(e["x"]),
    "A_ij -> ji": lambda e: e["A"].T,
    "A_ij + x_i -> i": lambda e: e["A"].sum(1) + e["x"],
    "x_i^2 y_i ->": lambda e: (e["x"] ** 2 * e["y"]).sum(),
    "(x_i y_i)^2": lambda e: (e["x"] @ e["y"]) ** 2,
    "exp(A_ij z_j) x_i": lambda e: np.exp(e["A"] @ e["z"]) @ e["x"],
    "exp(x_i y_i) -> i": lambda e: np.exp(e["x"] * e["y"]),
    "x_i / (x_j x_j) -> i": lambda e: e["x"] / (e["x"] @ e["x"]),
    "exp(x_i) / sum_i(exp(x_i)) -> i": lambda e: np.exp(e["x"]) / np.exp(e["x"]).sum(),
    "a / S_ii": lambda e: e["a"] / np.trace(e["S"]),
    "sum_{ij}((A_ij - x_i z_j)^2)": lambda e: ((e["A"] - np.outer(e["x"], e["z"])) ** 2).sum(),
    "sum_{ij}(A_ij)^2": lambda e: e["A"].sum() ** 2,
    "sum_i(x_i y_i x_i)": lambda e: (e["x"] ** 2 * e["y"]).sum(),
    "sum(A)": lambda e: e["A"].sum(),
    "x_i + a one_i": lambda e: e["x"] + e["a"],
    "delta_ij x_j -> i": lambda e: e["x"],
    "x_i delta_ij -> ij": lambda e: np.diag(e["x"]),
    "S_ij - delta_ij": lambda e: e["S"] - np.eye(4),
    "S_ij S_ij - delta_ii": lambda e: (e["S"] ** 2).sum() - 4,
    "(S_ij S_ik - delta_jk) (S_lj S_lk - delta_jk)": lambda e: ((e["S"].T @ e["S"] - np.eye(4)) ** 2).sum(),
    "eye(n)_ij x_j": lambda e: e["x"],
    "ones(m)_i -> i": lambda e: np.ones(2),
    "zeros(n,m)_ij -> ji": lambda e: np.zeros((2, 4)),
    "eps_ijk u_j v_k -> i": lambda e: np.cross(e["u"], e["v"]),
    "eps_ijk eps_ljk -> il": lambda e: np.einsum("ijk,ljk->il", levi_civita(3), levi_civita(3)),
    "inv(S)_ij x_j": lambda e: np.linalg.solve(e["S"], e["x"]),
    "inv(S_ki S_kj -> ij)_ab x_b": lambda e: np.linalg.solve(e["S"].T @ e["S"], e["x"]),
    "inv(S_ki S_kj + delta_ij)_ab x_b": lambda e: np.linalg.solve(e["S"].T @ e["S"] + np.eye(4), e["x"]),
    "logdet(S_ki S_kj)": lambda e: np.linalg.slogdet(e["S"].T @ e["S"])[1],
    "det(S) a": lambda e: np.linalg.det(e["S"]) * e["a"],
    "softmax(x)_i y_i": lambda e: np.exp(e["x"]) @ e["y"] / np.exp(e["x"]).sum(),
    "softmax(A_ij z_j) y_i": lambda e: np.exp(e["A"] @ e["z"]) @ e["y"] / np.exp(e["A"] @ e["z"]).sum(),
    "exp(S)_ij x_j": lambda e: np.exp(e["S"]) @ e["x"],
    "norm2(x_i - y_i)": lambda e: np.linalg.norm(e["x"] - e["y"]),
    "x_i^(a) -> i": lambda e: e["x"] ** e["a"],
    "x_i^(y_i) -> i": lambda e: e["x"] ** e["y"],
    "a^n": lambda e: e["a"] ** 4,
    "maximum(x_i, y_i)": lambda e: np.maximum(e["x"], e["y"]),
    "A^i_j z^j -> i": lambda e: e["A"] @ e["z"],
    "A_{i}^{j} x^{i}": lambda e: e["A"].T @ e["x"],
    "A_{row col} z_{col}": lambda e: e["A"] @ e["z"],
    "A_{i1,j} z_j": lambda e: e["A"] @ e["z"],
    "W_1_ij z_j": lambda e: e["W_1"] @ e["z"],
    "(A_ij z_j) x_i": lambda e: e["x"] @ e["A"] @ e["z"],
    "-x_i y_i / n": lambda e: -(e["x"] @ e["y"]) / 4,
    "2*a + b^8 ->": lambda e: 2 * e["a"] + e["b"] ** 8,
    "sqrt(2) x_i x_i^-1 y_i ->": lambda e: np.sqrt(2) * e["y"].sum(),
    "T_iji z_j": lambda e: np.einsum("iji,j->", e["T"], e["z"]),
    "sum_k(T_ikj) -> ij": lambda e: e["T"].sum(1),
}


@pytest.mark.parametrize("text", VALUES)
def test_value(text):
    env = inputs()
    got = dense(read(text, DECLARED, "index").node, env, SIZES)
    expected = np.asarray(VALUES[text](env))
    assert got.shape == expected.shape
    np.testing.assert_allclose(got, expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize(
    ("index", "matrix"),
    [
        ("x_i S_ij y_j", "x'*S*y"),
        ("A_ij z_j", "A*z"),
        ("A_ki A_kj -> ij", "A'*A"),
        ("sum_i(exp(A_ij z_j))", "sum(exp(A*z))"),
        ("x_i y_i -> i", "x.*y"),
        ("x_i -> ii", "diag(x)"),
        ("logdet(S)", "logdet(S)"),
    ],
)
def test_every_notation_gives_the_same_object(index, matrix):
    assert read(index, DECLARED).node is read(matrix, DECLARED).node


def test_a_term_is_one_flat_network():
    node = read("x_i (A_ij z_j) (a S_kk)", DECLARED).node
    assert isinstance(node, Network)


@pytest.mark.parametrize(
    ("text", "kind", "mentions"),
    [
        ("S_ij x_i x_i", IndexNotationError, ["i", "3", "->"]),
        ("x_i y_i x_i", IndexNotationError, ["i"]),
        ("A", IndexNotationError, ["A"]),
        ("a_i", IndexNotationError, ["a"]),
        ("A_ij + x_i", IndexNotationError, ["j"]),
        ("A_ij x_i + x_j -> j", ShapeError, ["j", "n", "m"]),
        ("A_{ij", ParseError, ["}"]),
        ("A_ij x", IndexNotationError, ["x"]),
        ("A_ij x_i -> k", IndexNotationError, ["k"]),
        ("A_ij x_i -> jj", IndexNotationError, ["j"]),
        ("A^i_j z^j z^j", IndexNotationError, ["j"]),
        ("A^ij z^j", IndexNotationError, ["j", "upper"]),
        ("A_i^i", ShapeError, ["n", "m"]),
        ("q_i", UnknownName, ["q"]),
        ("foo(x_i)", UnknownName, ["foo"]),
        ("delta_ij", IndexNotationError, ["eye"]),
        ("one_i", IndexNotationError, ["ones"]),
        ("sum_k(x_i)", IndexNotationError, ["k"]),
        ("exp(x_i, y_i)", ParseError, ["argument"]),
        ("eps_ijk x_j", ShapeError, ["j", "n", "3"]),
        ("det(A_ij)", ShapeError, ["square"]),
        ("x_", ParseError, ["index"]),
        ("x_i -> -> i", ParseError, []),
        ("x_i 'y'", ParseError, []),
    ],
)
def test_errors(text, kind, mentions):
    with pytest.raises(kind) as caught:
        read(text, DECLARED, "index")
    assert caught.value.position is not None
    assert len(str(caught.value)) < 500
    for mention in mentions:
        assert mention in str(caught.value)


@pytest.mark.parametrize(
    ("text", "shapes"),
    [
        ("A_ij x_j - b_i", {"A": ("n", "m"), "x": ("m",), "b": ("n",)}),
        ("A^i_j x^j", {"A": ("n", "m"), "x": ("m",)}),
        ("g_{ij} x^i x^j", {"g": ("n", "n"), "x": ("n",)}),
        ("g_{μν} x^μ x^ν", {"g": ("n", "n"), "x": ("n",)}),
        ("g_{mu nu} x^mu x^nu", {"g": ("n", "n"), "x": ("n",)}),
        ("x_i^p", {"p": (), "x": ("n",)}),
        ("2 c x_i x_i", {"c": (), "x": ("n",)}),
        ("inv(F)_ij", {"F": ("n", "n")}),
        ("S_ij x_j + delta_ij x_j", {"S": ("n", "n"), "x": ("n",)}),
    ],
)
def test_inference(text, shapes):
    assert {name: node.axes for name, node in read(text).tensors.items()} == shapes


@pytest.mark.parametrize(
    ("text", "notation"),
    [
        ("x'*S*x", "scalar"),
        ("x_i S_ij x_j", "scalar"),
        ("a^b", "scalar"),
        ("2 a + b^8 ->", "scalar"),
        ("a b", "scalar"),
        ("W_1*z", "column"),
        ("exp(S)_ij", "matrix"),
    ],
)
def test_the_notation_is_recognised(text, notation):
    assert read(text, DECLARED).role == notation


@pytest.mark.parametrize(
    "text",
    [
        "x_i" + " x_i" * 9_999 + " -> i",
        "x_i" + "+x_i" * 20_000,
        "(" * 10_000 + "x_i" + ")" * 10_000,
        "exp(" * 5_000 + "x_i" + ")" * 5_000,
        "x_i0" + "".join(f" S_i{k}i{k + 1}" for k in range(2_000)) + " x_i2000",
    ],
    ids=["hyperedge", "sum", "parentheses", "calls", "chain"],
)
def test_large_texts(text):
    read(text, DECLARED, "index")


@pytest.mark.parametrize("text", ["__import__('os')", "().__class__", "x if y else a", "`x`", "x := y", "x_" * 50_000])
def test_text_is_never_code(text):
    with pytest.raises(RicciError) as caught:
        read(text, DECLARED, "index")
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize("text", ["A_ij x_ij", "A_{ij} x_{ij}", "A_ij x_ij ->", "x_ij y_i", "x_ii A_ij -> j"])
def test_letters_that_are_indices_elsewhere_make_no_index_together(text: str) -> None:
    with pytest.raises(rc.RicciError, match="x has 1 axis, but is given 2 indices"):
        rc.parse(text, x="n", y="n", A="n n")


def test_a_word_is_one_index_of_a_vector() -> None:
    assert rc.parse("W_{out in} x_{in}", W="m n", x="n") == rc.parse("W*x", W="m n", x="n")
    assert rc.parse("x_{in} y_{in}", x="n", y="n") == rc.parse("x'*y", x="n", y="n")


def test_texts_without_declarations_are_read_at_once() -> None:
    start = perf_counter()
    for size in range(50):
        assert rc.parse(f"A_ij x_j + {size}").order == 1
    assert perf_counter() - start < 5
