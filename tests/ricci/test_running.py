"""What runs here is spelled for speed: memory reused, layouts chosen, sums taken apart. Values are those of plain source."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

import ricci as rc
from tensor_networks.evaluation.plan import LARGE, cost, order
from tensor_networks.evaluation.program import build
from tensor_networks.networks import network
from tensor_networks.nodes import tensor

N = 40  # 1600 entries: enough for memory to be reused
RNG = np.random.default_rng(11)
ARRAYS = {name: RNG.normal(size=(N, N)) for name in "ABC"} | {name: RNG.normal(size=N) for name in "xyz"}
SHAPES = dict.fromkeys("ABC", "n n") | dict.fromkeys("xyz", "n")

TEXTS = [
    *("A*B - C", "C - A*B", "3*A*B - 2*C + x*y'", "A.*(B*C)./(1 + C.^2)", "tanh(A*B - 2*C')", "(A*B + B*A) .* (A*B - C')"),
    *("x*y' + y*x' - A", "exp(A*B).*exp(A*B) + A", "A' - B*C", "A' + B' - C*A", "2*A' - (A*B)' + 3*C'", "norm2(C - B*A')^2"),
    *("(x*y' + z*x')*z", "(x*y' + z*x' + y*y')*A*z", "(A + x*y')*z", "diag(x)*A - y*z'", "-A*B - C", "A + A", "A.*A - 2*A"),
    *("diag(x)*A*A'", "A*diag(x)*A'", "A'*diag(x)*A", "A*A'*diag(x)", "A'*A*diag(x)", "diag(x)*A'*A"),
    *("(x*1' - 1*y').*(z*1' - 1*x')", "x.*x*1' - x*y' - x*z' + y*z'"),
]


def written(depth: int, pick: random.Random) -> str:
    """A random expression of matrices."""
    if depth == 0:
        return pick.choice(["A", "B", "C", "A'", "B'", "x*y'", "z*z'", "diag(x)"])
    left, right = written(depth - 1, pick), written(pick.randrange(depth), pick)
    form = pick.choice(["({0} + {1})", "({0} - {1})", "({0}) .* ({1})", "({0})*({1})", "3*({0})", "tanh({0}/9)", "({0})'"])
    return form.format(left, right)


def sharing(pick: random.Random, depth: int, met: list[str]) -> str:
    """A random expression of matrices, many parts of which occur several times."""
    if met and pick.random() < 0.45:
        return pick.choice(met)
    if depth == 0:
        return pick.choice("ABC")
    part = lambda: sharing(pick, depth - 1, met)  # noqa: E731
    forms = ["({0} + 2*{1})", "({0} - {1}/3)", "({0} - {1}/3)", "({0}.*{1})", "({0}.*{1})", "({0}*{1}/40)", "({0})'"]
    forms += ["(diag({0}*A')*ones(n)'/40)", "({0}./(2 + {1}.^2))", "exp({0}/9)", "tanh({0})", "relu({0})", "abs({0})"]
    text = pick.choice(forms).format(part(), part())
    met += [text] if len(text) < 160 else []
    return text


RANDOM = [written(4, random.Random(seed)) for seed in range(40)]
SHARING = [sharing(random.Random(seed), 4, []) for seed in range(40)]


@pytest.mark.parametrize("text", [*TEXTS, *RANDOM, *SHARING])
def test_what_runs_is_what_is_written(text: str) -> None:
    ones = {"1": "u"}
    text = text.replace("1'", "u'").replace("*1 ", "*u ").replace(" 1*", " u*").replace("(1*", "(u*") if "1'" in text else text
    shapes = {name: SHAPES.get(name, "n") for name in (*SHAPES, *ones.values())}
    arrays = {**ARRAYS, "u": np.ones(N)}
    expression = rc.parse(text, **{name: shape for name, shape in shapes.items() if name in text})
    given = {name: arrays[name].copy() for name in expression.variables}
    got = rc.compile(expression)(**given)
    for name, array in given.items():
        np.testing.assert_array_equal(array, arrays[name])
    space: dict[str, Any] = {}
    exec(rc.source(expression), space)
    want = space["program"](**{name: array for name, array in given.items() if name in rc.compile(expression).names})
    np.testing.assert_allclose(got, want, rtol=1e-9, atol=1e-9 * np.abs(want).max(initial=1))
    again = rc.compile(expression)(**given)
    np.testing.assert_array_equal(got, again)


def test_results_that_are_reused_stay_what_they_are() -> None:
    """A result that another result is made from is not written over."""
    product, difference = (rc.parse(text, **SHAPES) for text in ("A*B", "A*B - C"))
    first, second, third = rc.compile([product, difference, product])(**{name: ARRAYS[name] for name in "ABC"})
    np.testing.assert_allclose(first, ARRAYS["A"] @ ARRAYS["B"])
    np.testing.assert_allclose(second, ARRAYS["A"] @ ARRAYS["B"] - ARRAYS["C"])
    np.testing.assert_allclose(third, first)


def test_products_that_exist_are_used() -> None:
    """Scores of attention changing along a direction: what C*B' is needed for anyway serves the diagonal as well."""
    text = "(softmax(A*B').*(C*B' - diag(softmax(A*B')*B*C')*ones(n)'))*A"
    expression = rc.parse(text, **dict.fromkeys("ABC", "n d"))
    program = build([expression.node], {"n": 64, "d": 8})
    assert sum(step.op == "matmul" for step in program.steps) == 3
    given = {name: ARRAYS[name][:, :8].copy() for name in "ABC"}
    scores = np.exp(given["A"] @ given["B"].T)
    scores /= scores.sum(1, keepdims=True)
    change = given["C"] @ given["B"].T
    want = (scores * (change - (scores * change).sum(1, keepdims=True))) @ given["A"]
    np.testing.assert_allclose(expression(**given), want)


@pytest.mark.parametrize("rows", [64, 65, 100, 163])
@pytest.mark.parametrize("condition", [1, 1e4, 1e9])
def test_large_definite_matrices_are_inverted_as_accurately_as_others(rows: int, condition: float) -> None:
    rotation = np.linalg.qr(np.random.default_rng(rows).normal(size=(rows, rows)))[0]
    S = (rotation * np.geomspace(1, 1 / condition, rows)) @ rotation.T
    S = (S + S.T) / 2
    got, other = rc.parse("inv(S)", S="n n spd")(S=S), np.linalg.inv(S)
    assert np.abs(got @ S - np.eye(rows)).max() < 4 * np.abs(other @ S - np.eye(rows)).max() + 1e-14 * rows
    np.testing.assert_array_equal(got, got.T)


def test_a_large_matrix_declared_definite_that_is_not_is_inverted() -> None:
    S = np.diag(np.where(np.arange(70) % 2, 2.0, -1.0))
    np.testing.assert_allclose(rc.parse("inv(S)", S="n n spd")(S=S), np.linalg.inv(S))


@pytest.mark.parametrize(("text", "most"), [("(x*y' + z*x')*z", 20 * N), ("(x*y' + z*x').*(y*z')*x", 6 * N * N)])
def test_sums_of_outer_products_are_contracted_term_by_term(text: str, most: int) -> None:
    expression = rc.parse(text, **dict.fromkeys("xyz", "n"))
    assert rc.cost(expression, n=N).flops <= most


def test_products_of_sums_are_put_together() -> None:
    """Four outer products become one of two differences."""
    distances = rc.trace(lambda X: ((X[:, None] - X) ** 2).sum(), X="n d")
    f = rc.trace(lambda X: (((X * X).sum(1)[:, None] + (X * X).sum(1) - 2 * X @ X.T) ** 2).sum(), X="n d")
    hessian = rc.hessian(f, "X")
    assert rc.cost(hessian, n=60, d=3).flops < 8 * (60 * 3) ** 2
    assert distances.order == 0


def test_networks_of_300_nodes_are_planned_at_once() -> None:
    pick = random.Random(0)
    ends = [node for node in range(300) for _ in range(3)]
    pick.shuffle(ends)
    wires: dict[int, list[int]] = {node: [] for node in range(300)}
    for wire in range(len(ends) // 2):
        wires[ends[2 * wire]].append(wire)
        wires[ends[2 * wire + 1]].append(wire)
    sizes = dict.fromkeys(range(len(ends) // 2), 2)
    found = order(list(wires.values()), (), sizes)
    again = order(list(wires.values()), (), sizes)
    assert found == again
    assert cost(list(wires.values()), (), sizes, found).flops > LARGE  # where orders at random are tried
    chain = network([(tensor(f"A{k}", ["n", "n"]), (k, k + 1)) for k in range(300)], (0, 300))
    assert build([chain], {"n": 10}).flops({"n": 10}) <= 300 * 2 * 10**3


def test_compiled_functions_show_themselves() -> None:
    import inspect

    function = rc.compile(rc.parse("A*x", A="m n", x="n"))
    assert "return A @ x" in inspect.getsource(function)
    assert str(inspect.signature(function)) == "(A, x)"
    assert repr(function) == "Compiled(A: m x n, x: n -> m)"
    assert function.cost(m=3, n=4).polynomial == "2*m*n"


@pytest.mark.parametrize(
    "text", ["A_ij x_i -> ij", "B_ijk C_ij -> ijk", "A_ji x_i -> ij", "A_ij y_j -> ij", "exp(A_ij) x_i -> ij"]
)
def test_rows_of_large_arrays_are_scaled(text: str) -> None:
    shapes = {"A": (300, 300), "B": (9, 90, 100), "C": (9, 90), "x": (300,), "y": (300,)}
    declared = {"A": "n n", "B": "a b c", "C": "a b", "x": "n", "y": "n"}
    used = {name for name in shapes if f"{name}_" in text}
    rng = np.random.default_rng(0)
    arrays = {name: rng.normal(size=shapes[name]) for name in used}
    product, _, outputs = text.partition(" -> ")
    factors = product.replace("exp(A_ij)", "A_ij").split()
    values = [arrays[factor[0]] for factor in factors]
    values = [
        np.exp(value) if "exp" in text and factor[0] == "A" else value for factor, value in zip(factors, values, strict=True)
    ]
    want = np.einsum(",".join(factor[2:] for factor in factors) + "->" + outputs, *values)
    got = rc.compile(rc.parse(text, **{name: declared[name] for name in used}))(**arrays)
    np.testing.assert_allclose(got, want, rtol=1e-14)
    assert got.flags.owndata
