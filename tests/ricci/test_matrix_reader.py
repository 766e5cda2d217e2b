"""Matrix notation: values against NumPy, canonical identities, types by declaration, and errors."""

import numpy as np
import pytest

from ricci.notation import read
from tensor_networks.errors import LimitError, ParseError, RicciError, ShapeError, UnknownName
from tensor_networks.networks import Network
from tests.dense import dense

DECLARED = {
    "A": "n m", "B": "m p", "S": "n n", "X": "n n", "x": "n", "y": "n", "z": "m", "a": "", "b": "", "T": "n m p"
}  # fmt: skip
SIZES = {"n": 3, "m": 2, "p": 4}


def inputs():
    rng = np.random.default_rng(1)
    return {name: rng.uniform(0.5, 1.5, [SIZES[s] for s in shape.split()]) for name, shape in DECLARED.items()}


def vec(matrix):
    return matrix.reshape(-1, order="F")


VALUES = {
    "x'*S*y": lambda e: e["x"] @ e["S"] @ e["y"],
    "A*z - 2*x": lambda e: e["A"] @ e["z"] - 2 * e["x"],
    "x*z'": lambda e: np.outer(e["x"], e["z"]),
    "x'*A": lambda e: e["x"] @ e["A"],
    "-x.^2": lambda e: -(e["x"] ** 2),
    "2^-1*x": lambda e: e["x"] / 2,
    "a^2^3": lambda e: e["a"] ** 6,
    "[1; -2; 0.5]*[3, 4e-1] + [1, 2; 3, 4; 5, 6]": lambda e: np.outer([1, -2, 0.5], [3, 0.4]) + np.arange(1, 7).reshape(3, 2),
    "[1, 2; 3, 4]'*[5; 6]*[7]": lambda e: 7 * np.array([[1, 2], [3, 4]]).T @ [5, 6],
    "mean(A)": lambda e: e["A"].mean(),
    "var(x) + std(S)": lambda e: e["x"].var() + e["S"].std(),
    "max(x) - min(A)": lambda e: e["x"].max() - e["A"].min(),
    "max(0, x - y)": lambda e: np.maximum(0, e["x"] - e["y"]),
    "dot(x, y)*dot(A, 2*A)": lambda e: e["x"] @ e["y"] * 2 * np.sum(e["A"] ** 2),
    "norm(x - y)": lambda e: np.linalg.norm(e["x"] - e["y"]),
    "x./y.*x": lambda e: e["x"] / e["y"] * e["x"],
    "x.^y": lambda e: e["x"] ** e["y"],
    "2.^x": lambda e: 2 ** e["x"],
    "x.^a": lambda e: e["x"] ** e["a"],
    "1 + A": lambda e: 1 + e["A"],
    "a - x": lambda e: e["a"] - e["x"],
    "S^3": lambda e: e["S"] @ e["S"] @ e["S"],
    "S^0": lambda e: np.eye(3),
    "S^-2": lambda e: np.linalg.inv(e["S"] @ e["S"]),
    "(A*B)'": lambda e: (e["A"] @ e["B"]).T,
    "tr(S)*sum(A)": lambda e: np.trace(e["S"]) * e["A"].sum(),
    "diag(x)*A": lambda e: np.diag(e["x"]) @ e["A"],
    "diag(S)": lambda e: np.diag(e["S"]),
    "diag(x')": lambda e: np.diag(e["x"]),
    "kron(A, B)": lambda e: np.kron(e["A"], e["B"]),
    "kron(x, z)": lambda e: np.kron(e["x"], e["z"]),
    "kron(x, B)": lambda e: np.kron(e["x"][:, None], e["B"]),
    "kron(x', B)": lambda e: np.kron(e["x"][None, :], e["B"]),
    "kron(x', z)": lambda e: np.kron(e["x"][None, :], e["z"][:, None]),
    "vec(A)": lambda e: vec(e["A"]),
    "rvec(A)": lambda e: e["A"].reshape(-1),
    "kron(B', A)*vec(eye(m))": lambda e: vec(e["A"] @ e["B"]),
    "commutation(n,m)*vec(A)": lambda e: vec(e["A"].T),
    "eye(2)*ones(2)": lambda e: np.ones(2),
    "ones(n)'*ones(n)": lambda e: np.array(3.0),
    "tr(eye(n)) - n": lambda e: np.array(0.0),
    "zeros(m, n)": lambda e: np.zeros((2, 3)),
    "ones(n*m)": lambda e: np.ones(6),
    "norm1(-A)": lambda e: np.abs(e["A"]).sum(),
    "normF(A)": lambda e: np.linalg.norm(e["A"]),
    "norm2(x)^2": lambda e: e["x"] @ e["x"],
    "sqrt(x)": lambda e: np.sqrt(e["x"]),
    "sqrt(2)*a": lambda e: np.sqrt(2) * e["a"],
    "softmax(x)'*x": lambda e: np.exp(e["x"]) @ e["x"] / np.exp(e["x"]).sum(),
    "logdet(S*S') + det(S)": lambda e: np.linalg.slogdet(e["S"] @ e["S"].T)[1] + np.linalg.det(e["S"]),
    "maximum(x, 1)": lambda e: np.maximum(e["x"], 1),
    "T + T": lambda e: 2 * e["T"],
    "sum(exp(T))": lambda e: np.exp(e["T"]).sum(),
    "a'*x'": lambda e: e["a"] * e["x"],
    "tr(kron(A, A'))": lambda e: np.trace(np.kron(e["A"], e["A"].T)),
    "diag(kron(A', A))": lambda e: np.diag(np.kron(e["A"].T, e["A"])),
    "kron(A, A')^2": lambda e: np.linalg.matrix_power(np.kron(e["A"], e["A"].T), 2),
    "vec(A)'*vec(A')": lambda e: e["A"].ravel("F") @ e["A"].T.ravel("F"),
}


@pytest.mark.parametrize("text", VALUES)
def test_value(text):
    env = inputs()
    parsed = read(text, DECLARED, "matrix")
    expected = np.asarray(VALUES[text](env))
    got = dense(parsed.node, env, SIZES)
    assert got.shape == expected.shape
    np.testing.assert_allclose(got, expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("(x'*S)*y", "x'*(S*y)"),
        ("x'*S*y", "y'*S'*x"),
        ("(A*B)'", "B'*A'"),
        ("tr(A*A')", "sum(A.*A)"),
        ("2*(3*x)", "6*x"),
        ("x + x", "2*x"),
        ("a*x/a", "x"),
        ("diag(x)*y", "x.*y"),
        ("sum(x)", "ones(n)'*x"),
        ("X^2", "X*X"),
        ("(((x)))", "x"),
    ],
)
def test_equal_means_identical(one, other):
    assert read(one, DECLARED).node is read(other, DECLARED).node


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("x", "column"),
        ("x'", "row"),
        ("x'*x", "scalar"),
        ("x*x'", "matrix"),
        ("x'*A", "row"),
        ("T", "tensor"),
        ("3", "scalar"),
    ],
)
def test_role(text, role):
    assert read(text, DECLARED, "matrix").role == role


def test_a_product_is_one_flat_network():
    node = read("x'*A*B*(A*B)'*y", DECLARED).node
    assert isinstance(node, Network)
    assert len(node.factors) == 6


def test_size_one_never_broadcasts():
    with pytest.raises(ShapeError):
        read("u + w", {"u": "1", "w": "n"})
    assert read("M", {"M": "1 1"}).role == "matrix"


@pytest.mark.parametrize(
    ("text", "kind", "position", "mentions"),
    [
        ("", ParseError, 0, ["empty"]),
        ("(x'*y", ParseError, 5, [")"]),
        ("tr S)", ParseError, 3, ["("]),
        ("x .* .* y", ParseError, 5, [".*"]),
        ("2x", ParseError, 1, ["operator"]),
        ("x[1]", ParseError, 1, ["["]),
        ("exp", ParseError, 3, ["("]),
        ("tr(S,S)", ParseError, 5, ["argument"]),
        ("1e", ParseError, 1, []),
        ("1.2.3*a", ParseError, 3, []),
        ("a, b", ParseError, 1, [","]),
        ("a\0b", ParseError, 1, []),
        ("X*xx", UnknownName, 2, ["xx"]),
        ("expp(x)", UnknownName, 0, ["expp", "exp"]),
        ("eye(nn)", UnknownName, 4, ["nn", "n"]),
        ("A*x", ShapeError, 1, ["A", "x", "n", "m"]),
        ("x + z", ShapeError, 2, ["x", "z", "n", "m"]),
        ("x'*A*z + x", ShapeError, 7, ["+"]),
        ("x^2", ShapeError, 1, [".^"]),
        ("x/y", ShapeError, 1, ["./"]),
        ("x*y", ShapeError, 1, [".*"]),
        ("x + x'", ShapeError, 2, ["transpose"]),
        ("det(A)", ShapeError, 0, ["square"]),
        ("tr(x)", ShapeError, 0, ["tr", "matrix"]),
        ("diag(a)", ShapeError, 0, ["diag"]),
        ("exp(T)*x", ShapeError, 6, ["T"]),
        ("S^0.5", ShapeError, 2, ["integer"]),
        ("a/0", ParseError, 1, ["zero"]),
        ("1e999999999", LimitError, 0, ["large"]),
    ],
)
def test_errors_show_the_place(text, kind, position, mentions):
    with pytest.raises(kind) as caught:
        read(text, DECLARED, "matrix")
    assert caught.value.position == position
    assert len(str(caught.value)) < 500
    for mention in mentions:
        assert mention in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "x" + "+x" * 49_999,
        "(" * 10_000 + "x" + ")" * 10_000,
        "exp(" * 5_000 + "a" + ")" * 5_000,
        "-" * 50_000 + "a",
        "x" + "'" * 50_000,
        "x'" + "*S" * 5_000 + "*x",
        "a" + "^2" * 2_000,
        "x'*(" + "S*(" * 2_000 + "x" + ")" * 2_001,
    ],
    ids=["sum", "parentheses", "calls", "signs", "transposes", "chain", "powers", "right-nested"],
)
def test_large_texts(text):
    read(text, DECLARED, "matrix")


@pytest.mark.parametrize("text", ["q" * 100_000, "(" * 100_000, "x+" * 50_000, "1" * 100_000, "x." * 50_000])
def test_large_wrong_texts(text):
    with pytest.raises(RicciError) as caught:
        read(text, DECLARED, "matrix")
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize(
    ("text", "shapes"),
    [
        ("x'*A*x", {"x": ("n",), "A": ("n", "n")}),
        ("A*x + b", {"A": ("n", "m"), "x": ("m",), "b": ("n",)}),
        ("norm2(A*x - b)^2 + c*x'*x", {"A": ("n", "m"), "x": ("m",), "b": ("n",), "c": ()}),
        ("tr(A*X*B)", {"A": ("n", "m"), "X": ("m", "p"), "B": ("p", "n")}),
        ("sum(exp(X*w) - y.*(X*w))", {"X": ("n", "m"), "w": ("m",), "y": ("n",)}),
        ("relu(w'*x + b)", {"w": ("n",), "x": ("n",), "b": ()}),
        ("inv(X'*X + c*eye(n))", {"X": ("m", "n"), "c": ()}),
        ("2*x + y^8", {"x": (), "y": ()}),
        ("norm2(x - y)", {"x": ("n",), "y": ("n",)}),
        ("exp(-norm2(x - y)^2/(2*s^2))", {"x": ("n",), "y": ("n",), "s": ()}),
        ("sum((diag(w)*X*b - y).^2)", {"w": ("n",), "X": ("n", "m"), "b": ("m",), "y": ("n",)}),
        ("A*(x/s - c*y)", {"A": ("n", "m"), "x": ("m",), "s": (), "c": (), "y": ("m",)}),
        ("(x - mu)'*inv(S)*(x - mu)", {"x": ("n",), "mu": ("n",), "S": ("n", "n")}),
        ("sum(sqrt(x.^2 + c^2))", {"x": ("n",), "c": ()}),
        ("A.*(u*v')", {"A": ("n", "m"), "u": ("n",), "v": ("m",)}),
        ("a*x'*y", {"a": (), "x": ("n",), "y": ("n",)}),
        ("kron(x, y)", {"x": ("n",), "y": ("m",)}),
        ("sum(max(0, 1 - y.*(X*w)))", {"X": ("n", "m"), "w": ("m",), "y": ("n",)}),
        ("x - mean(x)", {"x": ("n",)}),
    ],
)
def test_inference(text, shapes):
    assert {name: node.axes for name, node in read(text).tensors.items()} == shapes


@pytest.mark.parametrize("text", ["A*x*y", "x'*A*y + B*x", "x'*y + x.*A"])
def test_inference_refuses_what_does_not_fit(text):
    with pytest.raises(ShapeError):
        read(text)


@pytest.mark.parametrize(
    ("text", "shapes"),
    [
        ("W_2*tanh(W_1*x)", {"W_2": ("n", "m"), "W_1": ("m", "p"), "x": ("p",)}),
        ("w_out'*h", {"w_out": ("n",), "h": ("n",)}),
        ("x_1^2 + x_2", {"x_1": (), "x_2": ()}),
        ("x_i*y_i", {"x": ("n",), "y": ("n",)}),
        ("A_ij x_j + b_i", {"A": ("n", "m"), "x": ("m",), "b": ("n",)}),
    ],
)
def test_names_with_underscores_and_names_with_indices(text, shapes):
    assert {name: node.axes for name, node in read(text).tensors.items()} == shapes


@pytest.mark.parametrize("text", ["tanh(W_h*x + b_h)", "a_b*c", "2*x_i*y_j"])
def test_an_underscore_that_may_mean_either_is_refused(text):
    with pytest.raises(ParseError, match="may be a name") as caught:
        read(text)
    assert "notation='matrix'" in caught.value.hint
    assert read(text, notation="matrix").node is not None


def test_declarations():
    assert read("A", {"A": "n n symmetric"}).node.traits == {"symmetric"}
    assert read("A", {"A": ("n", 3)}).node.axes == ("n", 3)
    assert read("A", {"A": "2*n m"}).node.axes == ((2, "n"), "m")
    assert read("W_1*x", {"W_1": "n m", "x": "m"}).role == "column"
    for bad in ({"x ": "n"}, {"": "n"}, {"x": "n n symetric"}, {"x": "n;"}, {"x": "n symmetric m"}, {"x;y": "n"}):
        with pytest.raises(RicciError):
            read("1", bad)
    with pytest.raises(ShapeError):
        read("A", {"A": "n m symmetric"})


def test_a_node_can_stand_for_a_name():
    inner = read("A*z", DECLARED).node
    assert read("x'*v", {"x": "n", "v": inner}).node.axes == ()
