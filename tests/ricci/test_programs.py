"""Expressions as programs: callables, source in both styles, einsum rows, constants, declared symmetries."""

from __future__ import annotations

import inspect
import random
from typing import Any

import numpy as np
import pytest

import ricci as rc
from ricci.functions import FUNCTIONS, Function

RNG = np.random.default_rng(5)


def normal(*shape: int) -> np.ndarray:
    return RNG.normal(size=shape)


def spd(n: int) -> np.ndarray:
    root = normal(n, n)
    return root @ root.T + n * np.eye(n)


def grad_and_hessian(text: str, wrt: str, **declarations: str) -> list[rc.Expr]:
    f = rc.parse(text, **declarations)
    g = rc.grad(f, wrt)
    assert isinstance(g, rc.Expr)
    return [f, g, rc.hessian(f, wrt)]


CASES: dict[str, tuple[list[rc.Expr], dict[str, Any]]] = {
    "quadratic form": (grad_and_hessian("x'*A*x", "x", A="n n", x="n"), {"A": normal(4, 4), "x": normal(4)}),
    "logistic": (
        grad_and_hessian("sum(log(1+exp(-y.*(X*w))))", "w", X="m n", w="n", y="m"),
        {"X": normal(140, 70), "w": normal(70) / 9, "y": np.sign(normal(140))}),
    "factorisation": (
        grad_and_hessian("norm2(T-U*V')^2", "U", T="d d", U="d k", V="d k"),
        {"T": normal(5, 5), "U": normal(5, 2), "V": normal(5, 2)}),
    "trace": (
        grad_and_hessian("tr(A*X*B*X')", "X", A="n n", B="n n", X="n n"),
        {"A": normal(9, 9), "B": normal(9, 9), "X": normal(9, 9)}),
    "likelihood": (
        grad_and_hessian("-(x-m)'*inv(S)*(x-m)/2 - logdet(S)/2", "m", S="n n spd", x="n", m="n"),
        {"S": spd(4), "x": normal(4), "m": normal(4)}),
    "cubic": (
        [rc.derivative(rc.parse("T_ijk x_i x_j x_k", T="n n n", x="n"), "x", "x", "x")],
        {"T": normal(4, 4, 4), "x": normal(4)}),
    "softmax": ([rc.jacobian(rc.parse("softmax(x)", x="n"), "x")], {"x": normal(5)}),
    "Levi-Civita": ([rc.parse("eps_ijk u_j v_k", u="3", v="3")], {"u": normal(3), "v": normal(3)}),
    "third of a net": (
        [rc.derivative(rc.parse("u'*tanh(A*x)", A="m n", x="n", u="m"), "x", "x", "x")],
        {"A": normal(3, 4), "x": normal(4), "u": normal(3)}),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("style", ["fast", "einsum"])
@pytest.mark.parametrize("backend", ["numpy", "jax", "torch"])
def test_source_of_every_style_gives_the_same(name: str, style: str, backend: str) -> None:
    if backend != "numpy":
        pytest.importorskip(backend)
    expressions, arrays = CASES[name]
    expected = rc.evaluate(expressions, **arrays)
    space: dict[str, Any] = {}
    text = rc.source(expressions, backend, style=style)
    exec(text, space)
    function = space["program"]
    used = {key: array for key, array in arrays.items() if key in inspect.signature(function).parameters}
    got = function(**used)
    tolerance = 1e-9 if backend == "numpy" or np.asarray(got[0]).dtype == np.float64 else 1e-4
    for one, other in zip(got if len(expressions) > 1 else [got], expected, strict=True):
        np.testing.assert_allclose(np.asarray(one), other, rtol=tolerance, atol=tolerance)
    assert "@" not in text.split("def program")[1] or style == "fast"


def interpreted(rows: list[Any], arrays: dict[str, Any]) -> dict[str, Any]:
    """What the rows of an einsum program compute, by an interpreter that knows nothing of us."""
    known: dict[str, Any] = dict(arrays)
    calls = {"eye": np.eye, "ones": lambda *s: np.ones(s), "reshape": lambda a, *s: a.reshape(s), "tanh": np.tanh,
             "softmax": lambda x: np.exp(x) / np.exp(x).sum(), "exp": np.exp, "sqrt": np.sqrt, "n": 4, "m": 3}  # fmt: skip
    for spec, operands, output in rows:
        if "->" in spec:
            known[output] = np.einsum(spec, *(known[name] for name in operands))
        else:
            slots = {f"a{place}": known[name] for place, name in enumerate(operands)}
            known[output] = eval(spec.format(*slots), {}, calls | slots)
    return known


@pytest.mark.parametrize("name", ["quadratic form", "cubic", "third of a net"])
def test_einsum_programs_are_data(name: str) -> None:
    expressions, arrays = CASES[name]
    rows = rc.einsum_program(expressions)
    known = interpreted(rows, arrays)
    expected = rc.evaluate(expressions, **arrays)
    results = [row.output for row in rows[-len(expected) :]]
    for output, value in zip(results, expected, strict=True):
        np.testing.assert_allclose(known[output], value, rtol=1e-9)
    spec, operands, output = rows[0]
    assert isinstance(spec, str)
    assert all(isinstance(name, str) for name in (*operands, output))


def test_a_program_takes_arrays_by_name_and_in_order() -> None:
    expressions, arrays = CASES["quadratic form"]
    function = rc.compile(expressions)
    by_name, by_place = function(**arrays), function(arrays["A"], arrays["x"])
    for one, other in zip(by_name, by_place, strict=True):
        np.testing.assert_array_equal(one, other)
    single = rc.compile(expressions[1])
    np.testing.assert_array_equal(single(**arrays), by_name[1])
    assert single.names == ("A", "x")
    with pytest.raises(rc.SizeError):
        single(arrays["A"], np.ones(3))
    with pytest.raises(rc.UnknownName):
        single(**arrays, z=1)


@pytest.mark.filterwarnings("error")
def test_a_known_shape_is_as_careful_as_a_new_one() -> None:
    function = rc.compile(rc.parse("x'*S*x ./ 2", S="n n symmetric", x="n"))
    S = spd(3)
    for _ in range(3):
        assert function(S, np.ones(3)) == pytest.approx(S.sum() / 2)
    with pytest.raises(rc.OperandError, match="S was declared symmetric"):
        function(np.triu(S), np.ones(3))
    assert np.isinf(rc.compile(rc.parse("sum(x.^-1)", x="n"))(np.zeros(2)))


@pytest.mark.parametrize(("trait", "good"), [("symmetric", spd(80)), ("spd", spd(3)), ("skew", spd(70) @ np.zeros((70, 70))),
                                             ("diagonal", np.diag(normal(5)))])  # fmt: skip
def test_declared_symmetries_hold(trait: str, good: np.ndarray) -> None:
    f = rc.parse("x'*M*y", M=f"n n {trait}", x="n", y="n")
    x = normal(len(good))
    rc.evaluate(f, M=good + 1e-14 * np.abs(good).max() * normal(*good.shape), x=x, y=x)
    bad = good.copy()
    bad[0, 1] += 1e-3 * (1 + np.abs(good).max())
    with pytest.raises(rc.OperandError, match=f"M was declared {'symmetric' if trait == 'spd' else trait}"):
        rc.evaluate(f, M=bad, x=x, y=x)


def test_constants_follow_the_dtype_and_are_no_inputs() -> None:
    cross = CASES["Levi-Civita"][0][0]
    u, v = normal(3).astype("f"), normal(3).astype("f")
    got = rc.evaluate(cross, u=u, v=v)
    assert got.dtype == np.float32
    np.testing.assert_allclose(got, np.cross(u, v), rtol=1e-5)
    assert rc.compile(cross).names == ("u", "v")
    assert "eps = np.array(" in rc.source(cross)
    with pytest.raises(rc.OperandError, match="constant"):
        rc.evaluate(cross, u=u, v=v, eps=np.zeros((3, 3, 3)))


def test_a_path_may_be_a_list() -> None:
    f = rc.parse("tr(A*B*C)", A="n n", B="n n", C="n n")
    arrays = {name: normal(3, 3) for name in "ABC"}
    expected = rc.evaluate(f, **arrays)
    assert rc.compile(f, optimize=[(0, 1), (0, 1)])(**arrays) == pytest.approx(expected)
    assert rc.compile(f, optimize="greedy")(**arrays) == pytest.approx(expected)


def test_what_is_no_expression_is_refused() -> None:
    with pytest.raises(rc.OperandError, match="an expression is needed"):
        rc.compile([3])  # type: ignore[list-item]
    with pytest.raises(rc.OperandError, match="two tensors"):
        rc.compile([rc.parse("x'*x", x="n"), rc.parse("tr(x)", x="n n")])
    with pytest.raises(rc.UnknownName, match="style"):
        rc.source(rc.parse("x'*x", x="n"), style="long")


def test_tracebacks_and_sources_can_be_read() -> None:
    function = rc.compile(rc.parse("inv(A)*x", A="n n", x="n"))
    with pytest.raises(rc.OperandError, match="Singular"):
        function(np.zeros((2, 2)), np.ones(2))
    assert "solve(A, x)" in function.source
    assert "def program(A, x):" in function.source


def test_a_program_has_the_name_it_is_given() -> None:
    space: dict[str, Any] = {}
    for order, name in enumerate(("loss", "slope", "curvature")):
        f = rc.parse("log(x'*A*x)", A="n n", x="n")
        exec(rc.source([f, rc.grad(f, "x"), rc.hessian(f, "x")][order], name=name), space)
    A, x = np.eye(3), np.arange(1.0, 4)
    assert space["loss"](A, x) == pytest.approx(np.log(14))
    np.testing.assert_allclose(space["slope"](A, x), 2 * x / 14)
    assert space["curvature"](A, x).shape == (3, 3)
    for name in ("array", "1st", "lambda", "np", ""):
        with pytest.raises(rc.OperandError, match="cannot be called"):
            rc.source(f, name=name)


def test_expressions_by_name_are_refused() -> None:
    with pytest.raises(rc.OperandError, match="by name are not taken"):
        rc.compile({"f": rc.parse("x'*x", x="n")})


def test_costs_are_known_before_running() -> None:
    A, x = rc.tensor("A", "n m"), rc.tensor("x", "m")
    found = rc.cost(A @ x, n=200, m=50)
    assert found.flops == 20_000
    assert found.largest == 1600
    assert found.scaling == "m*n"
    assert "operations  2e+04, growing as m*n" in str(found)
    joint = rc.cost(CASES["quadratic form"][0], n=1000)
    assert joint.flops == pytest.approx(5e6, rel=0.01)
    assert rc.cost(rc.parse("inv(A)*x", A="n n", x="n"), n=30).scaling == "n^3"
    with pytest.raises(rc.UnknownName, match="no size 'k'"):
        rc.cost(A @ x, k=3)


@pytest.mark.parametrize(
    ("text", "shapes", "flops", "scaling"),
    [
        ("expm(A)", {"A": "n n"}, 15e3, "n^3"),
        ("logdet(A)", {"A": "n n"}, 2e3 / 3, "n^3"),
        ("inv(A)*x", {"A": "n n", "x": "n"}, 2e3 / 3 + 200, "n^3"),
        ("eigvalsh(A)", {"A": "n n symmetric"}, 4e3 / 3, "n^3"),
        ("nucnorm(B)", {"B": "n m"}, 4 * 10 * 25, "m^2*n"),
        ("sylvester(A, C, B)", {"A": "n n", "B": "n m", "C": "m m"}, None, "m^2*n + m*n^2 + m^3 + n^3"),
        ("logsumexp(x)", {"x": "n"}, 40, "n"),
        ("norm2(x)", {"x": "n"}, 10, "n"),
    ],
)
def test_functions_of_matrices_say_what_they_cost(text: str, shapes: dict[str, str], flops: float | None, scaling: str) -> None:
    found = rc.cost(rc.parse(text, **shapes), sizes={"n": 10, "m": 5} if "B" in shapes else {"n": 10})
    assert set(found.scaling.split(" + ")) == set(scaling.split(" + "))
    assert flops is None or found.flops == round(flops)


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=lambda function: function.name)
def test_every_function_of_matrices_has_a_cost(function: Function) -> None:
    square = any(letters is not None and len(letters) > 1 for letters in function.arguments)
    assert function.cost or function.definition is not None or not square


def test_factorisations_are_shared() -> None:
    """Value and gradients of a Gaussian process take two solves, of which the second needs the first, and one factor."""
    f = rc.parse("b'*inv(S)*c + logdet(S) + x'*inv(S)*tanh(inv(S)*c)", S="n n spd", b="n", c="n", x="n")
    functions = [f, *rc.grad(f, ["b", "c"])]
    lines = rc.source(functions).partition("def program(")[2]
    assert lines.count("solve(") == 2
    assert lines.count("logdet_definite(") == 1
    assert "inv(S)" not in lines.partition("check(")[2]
    n, rng = 70, np.random.default_rng(0)
    half = rng.normal(size=(n, n))
    arrays = {"S": half @ half.T / n + np.eye(n), **{name: rng.normal(size=n) for name in "bcx"}}
    inverse = np.linalg.inv(arrays["S"])
    solution = inverse @ arrays["c"]
    bend = 1 - np.tanh(solution) ** 2
    want = [
        arrays["b"] @ solution + np.linalg.slogdet(arrays["S"])[1] + arrays["x"] @ inverse @ np.tanh(solution),
        solution,
        inverse @ (arrays["b"] + bend * (inverse @ arrays["x"])),
    ]
    for got, expected in zip(rc.compile(functions)(**arrays), want, strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-9)


@pytest.mark.parametrize(
    "words",
    [
        ["Ax", "BAx", "By", "ABy"],  # neither the solutions with A nor those with B can come first
        ["Ax", "BAx", "CBAx", "Cy", "ACy", "BACy"],
        ["Ax", "Ay", "BAx", "BAy", "ABAx", "ABAy"],
        ["ABx", "BAx", "ABy", "BAy", "Ax", "By"],
        *([*{"".join(random.Random(seed).choices("ABC", k=k)) + "xy"[k % 2] for k in range(1, 6)}] for seed in range(8)),
    ],
    ids=" ".join,
)
def test_solutions_that_need_each_other(words: list[str]) -> None:
    """Systems with one matrix are solved together as far as an order is left."""
    rng = np.random.default_rng(0)
    arrays: dict[str, np.ndarray] = {name: rng.normal(size=(4, 4)) + 4 * np.eye(4) for name in "ABC"}
    arrays |= {name: rng.normal(size=4) for name in "xy"}
    inverse = {name: np.linalg.inv(arrays[name]) for name in "ABC"}
    text = " + ".join("*".join(f"inv({letter})" if letter in inverse else letter for letter in word) for word in words)
    want = sum(np.linalg.multi_dot([*(inverse[letter] for letter in word[:-1]), arrays[word[-1]]]) for word in words)
    expression = rc.parse(text, **dict.fromkeys("ABC", "n n"), x="n", y="n")
    np.testing.assert_allclose(expression(**{name: arrays[name] for name in expression.variables}), want, rtol=1e-12)


def test_a_matrix_declared_definite_that_is_not() -> None:
    S = -np.eye(70)
    assert rc.parse("logdet(S)", S="n n spd")(S=2 * S) == pytest.approx(70 * np.log(2))
