"""`trace`: plain NumPy functions become expressions; what has no formula raises and says where."""

import copy
import gzip
import json
import operator
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import ricci as rc
from ricci.constants import constants_of
from ricci.evaluation.compiled import evaluate

DATA = Path(__file__).resolve().parents[1] / "data"
random = np.random.default_rng(3)
X, W, Y = random.normal(size=(5, 3)), random.normal(size=3), np.sign(random.normal(size=5))


def numbers(expression: rc.Expr, **arrays: np.ndarray) -> np.ndarray:
    nodes = [expression.settled]
    return evaluate(nodes, {**arrays, **constants_of(*nodes)}, declared=expression.variables.values())[0]


def logistic(w: Any, X: Any, y: Any) -> Any:
    return np.log1p(np.exp(-y * (X @ w))).mean()


def gaussian(S: Any, x: Any, mu: Any) -> Any:
    d = x - mu
    return -0.5 * (d @ np.linalg.solve(S, d) + np.linalg.slogdet(S)[1] + len(x) * np.log(2 * np.pi))


def attention(Q: Any, K: Any, V: Any) -> Any:
    scores = Q @ K.T / np.sqrt(Q.shape[-1])
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return (weights / weights.sum(axis=-1, keepdims=True)) @ V


def layers(x: Any, A: Any, depth: int = 3) -> Any:
    for _ in range(depth):
        x = np.tanh(A @ x)
    return x


def standardised(X: Any) -> Any:
    return (X - X.mean(axis=0)) / X.std(axis=0, ddof=1)


def ridge(w: Any, X: Any, y: Any) -> Any:
    rows, _ = X.shape
    return np.linalg.norm(X @ w - y) ** 2 / rows + 0.1 * np.sum(np.square(w))


def smoothness(x: Any) -> Any:
    return np.sum((x[1:] - x[:-1]) ** 2) + x[0] * x[-1]


def network(x: Any, W1: Any, W2: Any) -> Any:
    hidden = np.concatenate([np.tanh(W1 @ x), np.ones(1)])
    return np.einsum("ij,j->i", W2, hidden)


def pairwise(X: Any) -> Any:
    return np.sqrt(((X[:, None, :] - X[None, :, :]) ** 2).sum(-1) + 1e-3)


A3 = random.normal(size=(3, 3)) / 2
FUNCTIONS: list[tuple[Callable[..., Any], dict[str, str], dict[str, np.ndarray]]] = [
    (logistic, {"w": "n", "X": "m n", "y": "m"}, {"w": W, "X": X, "y": Y}),
    (gaussian, {"S": "3 3 spd", "x": "3", "mu": "3"}, {"S": A3 @ A3.T + np.eye(3), "x": W, "mu": 0 * W}),
    (attention, {"Q": "b k", "K": "t k", "V": "t v"}, {"Q": X, "K": X[:4], "V": X[:4, :2]}),
    (layers, {"x": "n", "A": "n n"}, {"x": W, "A": A3}),
    (standardised, {"X": "m n"}, {"X": X}),
    (ridge, {"w": "n", "X": "m n", "y": "m"}, {"w": W, "X": X, "y": Y}),
    (smoothness, {"x": "5"}, {"x": Y * X[:, 0]}),
    (network, {"x": "n", "W1": "3 n", "W2": "2 4"}, {"x": W, "W1": A3, "W2": random.normal(size=(2, 4))}),
    (pairwise, {"X": "m n"}, {"X": X}),
]


@pytest.mark.parametrize(("function", "declarations", "arrays"), FUNCTIONS, ids=lambda f: getattr(f, "__name__", ""))
def test_values_are_those_of_numpy(
    function: Callable[..., Any], declarations: dict[str, str], arrays: dict[str, np.ndarray]
) -> None:
    expression = rc.trace(function, **declarations)
    np.testing.assert_allclose(numbers(expression, **arrays), function(**arrays), rtol=1e-10)


@pytest.mark.parametrize(("function", "declarations", "arrays"), FUNCTIONS, ids=lambda f: getattr(f, "__name__", ""))
def test_derivatives_are_those_of_differences(
    function: Callable[..., Any], declarations: dict[str, str], arrays: dict[str, np.ndarray]
) -> None:
    name = next(iter(declarations))
    derivative = rc.derivative(rc.trace(function, **declarations), name)
    direction = np.random.default_rng(0).normal(size=arrays[name].shape)
    if "spd" in declarations[name]:
        direction = direction + direction.T
    step = 1e-5
    ahead, behind = (np.asarray(function(**{**arrays, name: arrays[name] + s * step * direction})) for s in (1, -1))
    got = np.tensordot(numbers(derivative, **arrays), direction, direction.ndim)
    np.testing.assert_allclose(got, (ahead - behind) / (2 * step), rtol=1e-6, atol=1e-7)


# the corpora: every function that is given as NumPy source

HELPERS = """
def sigmoid(x): return 1/(1+jnp.exp(-x))
def softmax(x, axis):
    e = jnp.exp(x - jnp.max(x, axis=axis, keepdims=True))
    return e/jnp.sum(e, axis=axis, keepdims=True)
def logsumexp(x, axis): return jnp.log(jnp.sum(jnp.exp(x), axis=axis))
"""


def corpus() -> list[Any]:
    cases = []
    for file in ("fuzz.jsonl.gz", "traps.jsonl.gz"):
        for line in gzip.decompress((DATA / file).read_bytes()).decode().splitlines():
            case = json.loads(line)
            if case.get("source"):
                cases.append(pytest.param(case, id=case["id"]))
    return cases


STABLE = {  # written out, these overflow or are nan in NumPy; the expression is right
    "trap-lse-big": 1000.0,
    "trap-lse-big-value": 1000.0 + np.log(2),
    "trap-lse-hess": 800.0 + np.log(2),
    "trap-softmax-written-out": [1.0, 0.0],
    "trap-logdet-big": 400 * np.log(10),
    "trap-norm-huge": 5e200,
    "trap-softplus-value": 800.0,
}


@pytest.mark.parametrize("case", corpus())
def test_the_value_of_the_corpora(case: dict[str, Any]) -> None:
    space: dict[str, Any] = {"jnp": np}
    exec(HELPERS, space)
    exec(case["source"], space)
    expression = rc.trace(space["f"], **{v["name"]: " ".join(v["dims"]) for v in case["vars"]})
    got = numbers(expression, **{v["name"]: np.array(v["data"], float).reshape(v["shape"]) for v in case["vars"]})
    want = np.array(case["value"]["data"]).reshape(case["value"]["shape"])
    want = np.asarray(STABLE.get(case["id"], want))
    assert got.shape == want.shape
    np.testing.assert_allclose(got, want, rtol=1e-8, atol=1e-8 * max(1.0, np.abs(want).max(initial=0)))


# how a function is called


def test_parameters_are_found_by_name() -> None:
    n = rc.tensor("x", "n")
    assert rc.trace(lambda x, /, y: x + 2 * y, y="n", x="n") == n + 2 * rc.tensor("y", "n")
    assert rc.trace(lambda x, scale=3: scale * x, x="n") == 3 * n
    assert rc.trace(lambda x, scale: scale * x, x="n", scale=4) == 4 * n
    assert rc.trace(lambda x, **rest: x + rest["y"], x="n", y="n") == n + rc.tensor("y", "n")
    assert rc.trace(lambda z: z * z, z=n) == n * n
    assert rc.trace(lambda function: function.sum(), function="n") == rc.tensor("function", "n").sum()
    weights = np.array([1.0, 2.0, 4.0])
    assert rc.trace(lambda x, w: x @ w, x="3", w=weights) == rc.tensor("x", "3") @ weights


def test_parameters_that_do_not_matter_are_declared() -> None:
    traced = rc.trace(lambda x, y: x.sum(), x="n", y="m")
    assert list(traced.variables) == ["x", "y"]
    assert numbers(rc.derivative(traced, "x"), x=np.ones(2)).tolist() == [1, 1]


def test_numbers_are_constants() -> None:
    assert rc.trace(lambda x: 3, x="n") == rc.trace(lambda x: np.float64(3), x="n")
    assert rc.trace(lambda x: np.eye(2), x="n").shape == (2, 2)
    assert rc.trace(lambda x: x.shape[0], x="n") == rc.tensor("x", "n").size * rc.trace(lambda: 1)


def test_a_symbol_that_meets_a_number_is_that_number() -> None:
    traced = rc.trace(lambda A, x: (A + np.eye(3)) @ x, A="n n symmetric", x="n")
    assert traced.shape == (3,)
    assert traced.variable("A").traits == {"symmetric"}
    assert rc.trace(lambda x: x.reshape(2, 3), x="n").variable("x").axes == (6,)
    with pytest.raises(rc.ShapeError, match="3 and 4"):
        rc.trace(lambda x: x + np.ones(3) + np.ones(4), x="n")
    with pytest.raises(rc.ShapeError, match="n and 3"):
        rc.trace(lambda x: x + np.ones(3), x=rc.tensor("x", "n"))


@pytest.mark.parametrize(
    ("function", "declarations", "mentions"),
    [
        (lambda x, y: x, {"x": "n"}, "y"),
        (lambda x: x, {"x": "n", "y": "n"}, "y"),
        (lambda weight: weight, {"weigth": "n"}, "weight"),
    ],
)
def test_declarations_must_fit_the_parameters(
    function: Callable[..., Any], declarations: dict[str, str], mentions: str
) -> None:
    with pytest.raises(rc.UnknownName, match=mentions):
        rc.trace(function, **declarations)


# what has no formula


def branch(x: Any) -> Any:
    if x.sum() > 0:
        return x
    return -x


def write(x: Any) -> Any:
    x[0] = 1.0
    return x


def write_into(x: Any) -> Any:
    out = np.zeros(3)
    out += x
    return out


def write_entry(x: Any) -> Any:
    out = np.zeros(3)
    out[0] = x[0]
    return out


def while_loop(x: Any) -> Any:
    while np.abs(x).max() > 1:
        x = x / 2
    return x


REFUSED: list[tuple[Callable[..., Any], str]] = [
    (branch, "branch.*sum"),
    (lambda x: x if x.sum() else -x, "branch.*sum"),
    (lambda x: x if not x.sum() else -x, "branch"),
    (lambda x: max(x, key=abs), "branch"),
    (lambda x: sorted(x), "branch"),
    (lambda x: x if np.any(x > 0) else -x, "x > 0"),
    (lambda x: x if (x > 0).all() else -x, "x > 0"),
    (lambda x: (x > 0) and x, "x > 0"),
    (lambda x: np.where(x, x, 0), "condition"),
    (lambda x: x[x > 0], "x > 0"),
    (lambda x: x < 1, "x < 1"),
    (lambda x: np.ones(3) > x, "> x|< "),
    (while_loop, "branch"),
    (write, "in place"),
    (write_into, "in place"),
    (write_entry, "number|expression"),
    (lambda x: operator.delitem(x, 0), "deleted"),
    (lambda x: 0 in x, "contains"),
    (lambda x: x.sort(), "sort"),
    (lambda x: x.fill(0), "fill"),
    (lambda x: x.argmax(), "argmax"),
    (lambda x: x.tolist(), "tolist"),
    (lambda x: x.item(), "item"),
    (lambda x: x.astype(int), "int"),
    (lambda x: np.array([x, x], dtype=int), "int"),
    (lambda x: np.linalg.matrix_rank(x[:, None]), "matrix_rank"),
    (lambda x: np.sort(x), "which entry"),
    (lambda x: np.argmax(x), "place"),
    (lambda x: np.floor(x), "jumps"),
    (lambda x: np.isnan(x), "truth value"),
    (lambda x: np.vectorize(float)(x), "expression"),
    (lambda x: float(x.sum()), "number"),
    (lambda x: round(x.sum()), "rounding"),
    (lambda x: 5 % x // 2, "rounding"),
    (lambda x: int(x.sum()), "number"),
    (lambda x: range(x.sum()), "number"),
    (lambda x: [1, 2, 3][x.sum()], "number"),
    (lambda x: np.eye(x.sum()), "number"),
    (lambda x: np.ones(3).dot(x), "expression"),
    (lambda x: None, "nothing"),
    (lambda x: (x, x), "tuple of 2"),
    (lambda x: "x", "str"),
]


@pytest.mark.parametrize(("function", "mentions"), REFUSED)
def test_what_has_no_formula_raises(function: Callable[..., Any], mentions: str) -> None:
    with pytest.raises(rc.TraceError, match=mentions):
        rc.trace(function, x="3")


def test_rebinding_is_no_writing() -> None:
    def rebound(x: Any) -> Any:
        x += 1
        x *= 2
        return x

    assert rc.trace(rebound, x="n") == 2 * (rc.tensor("x", "n") + 1)


def aliased(x: Any, y: Any) -> Any:
    z = x
    z += y
    return z + x


def a_view(x: Any, y: Any) -> Any:
    row = x.reshape(-1)
    x *= y
    return row.sum()


def of_a_view(x: Any, y: Any) -> Any:
    part = np.transpose(x)[:1]
    part -= 1
    return x + y


def rows(x: Any, y: Any) -> Any:
    for row in x:
        row /= y
    return x.sum()


def made(x: Any, y: Any) -> Any:
    pair = np.array([x[0], y[0]])
    other = pair
    other **= 2
    return pair


@pytest.mark.parametrize("function", [aliased, a_view, of_a_view, rows, made])
def test_what_is_written_over_is_not_read_again(function: Callable[..., Any]) -> None:
    """NumPy changes the array under all its names."""
    with pytest.raises(rc.TraceError, match="written over"):
        rc.trace(function, x="3 3", y="3 3" if function is made else "")


def test_what_is_a_copy_or_a_number_is_not_written_over() -> None:
    def copies(x: Any) -> Any:
        part, total = x[[0, 1]], x.sum()
        first = total
        part += 1
        total += 2
        return part.sum() + total + first + x.sum()

    x = rc.tensor("x", "3")
    assert rc.trace(copies, x="3") == (x[[0, 1]] + 1).sum() + 3 * x.sum() + 2


def test_equal_is_entry_by_entry() -> None:
    """As arrays compare, whatever is on the other side; expressions elsewhere are equal when they are one."""

    def kronecker(x: Any, y: Any) -> Any:
        return np.where(x == 0.5, 2, x) + (x[:, None] == y).sum(1) * 3 + (x != y)

    x, y = np.array([0.5, 1.0, 2.0]), np.array([1.0, 1.0, 2.0])
    np.testing.assert_allclose(rc.trace(kronecker, x="3", y="3")(x=x, y=y), kronecker(x, y))
    with pytest.raises(rc.TraceError, match="branch"):
        rc.trace(lambda x, y: x if x == y else y, x="3", y="3")
    assert rc.tensor("x", "3") == rc.tensor("x", "3")


def test_what_is_written_over_keeps_its_shape() -> None:
    def spread(x: Any, Y: Any) -> Any:
        x += Y
        return x

    with pytest.raises(rc.ShapeError, match="writes an array of shape m x n"):
        rc.trace(spread, x="n", Y="m n")


def test_unknown_attributes_are_attribute_errors() -> None:
    x = rc.tensor("x", "n")
    with pytest.raises(AttributeError, match="nonsense"):
        _ = x.nonsense
    assert not hasattr(x, "sort")
    assert not hasattr(x, "__array_interface__")


def test_the_error_shows_the_line_of_the_user() -> None:
    with pytest.raises(rc.TraceError) as caught:
        rc.trace(branch, x="3")
    assert caught.value.text == "if x.sum() > 0:"
    assert caught.value.start == len("if ")
    with pytest.raises(rc.ShapeError) as clash:
        rc.trace(ridge, w="n", X="m k", y="m")
    assert "X @ w" in str(clash.value)
    text = clash.value.text or ""
    assert text.startswith("return np.linalg.norm(X @ w - y)")
    assert text[clash.value.start : clash.value.end] == "X @ w"


def test_errors_of_the_function_itself_pass_through() -> None:
    with pytest.raises(ZeroDivisionError):
        rc.trace(lambda x: x * (1 // 0), x="n")


def test_what_is_traced_is_an_expression() -> None:
    """Derivatives, functions of the table, formulas as text, copies: all within a function that is traced."""
    x, A = rc.tensor("x", "n"), rc.tensor("A", "n n")
    assert rc.trace(lambda x: rc.grad((x * x).sum(), x), x="n") == 2 * x
    assert rc.trace(lambda x, A: rc.hessian(x @ A @ x, x) @ x, x="n", A="n n") == (A + A.T) @ x
    assert rc.trace(lambda x, A: rc.fn.sigmoid(rc.parse("A*x", A=A, x=x)), x="n", A="n n") == rc.fn.sigmoid(A @ x)
    assert rc.trace(lambda x: copy.copy(x) + copy.deepcopy(x) + pickle.loads(pickle.dumps(x)), x="n") == 3 * x


def test_messages_show_the_formula() -> None:
    def talking(x: Any) -> Any:
        total = x.sum()
        return total * len(f"{total:.3f} {x}")

    text = len("sum(x) x")
    assert rc.trace(talking, x="n") == text * rc.tensor("x", "n").sum()


def test_a_long_loop() -> None:
    def chain(x: Any) -> Any:
        for _ in range(2000):
            x = np.sin(x) + 1
        return x.sum()

    traced = rc.trace(chain, x="n")
    np.testing.assert_allclose(numbers(traced, x=W), chain(W))


def cross_entropy(W: Any, X: Any, Y: Any) -> Any:
    """As everybody writes it: the largest entry of each row is taken away before the exponential."""
    z = X @ W
    z = z - z.max(1, keepdims=True)
    return -(Y * (z - np.log(np.exp(z).sum(1, keepdims=True)))).sum() / len(X)


def test_a_largest_entry_that_is_taken_away_and_added_is_gone() -> None:
    rows = rc.trace(lambda x: np.log(np.exp(x - x.max(1, keepdims=True)).sum(1)) + x.max(1), x="m n")
    assert str(rows) == "log(exp(x)*ones(n))"
    np.testing.assert_allclose(rows(x=np.full((2, 3), 1e3)), 1e3 + np.log(3))
    loss = rc.trace(cross_entropy, W="d k", X="n d", Y="n k one-hot")
    assert str(rc.grad(loss, "W")) == "X'*(softmax(X*W) - Y)/n"
    hessian = rc.hessian(loss, "W")
    assert "amax" not in str(loss) + str(hessian) and "peak" not in str(hessian)
    assert rc.verify(hessian)
