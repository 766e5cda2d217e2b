"""Derivatives of any order, of any shape by any shape; structure, sharing, depth."""

import time

import numpy as np
import pytest

import ricci as rc
from ricci.calculus import sweeps
from ricci.calculus.simplify import settle
from ricci.functions import apply
from tensor_networks import Network, Sum, expand, network, tensor, total, walk

SHAPES = {"scalar": "", "vector": "n", "matrix": "n m", "order 5": "2 n 2 m 2"}


def dense_map(value: str, variable: str) -> rc.Expr:
    """A smooth function from a tensor of one shape to a tensor of another, all entries of both involved."""
    v, u = rc.tensor("V", SHAPES[variable]), rc.tensor("U", SHAPES[value])
    weighted = network([(v.node, range(v.order)), (v.node, range(v.order))], "")
    mixed = total([(network([(u.node, range(u.order)), (weighted, "")], range(u.order)), 1)])
    return rc.Expr(apply("sin", mixed), declared={"V": v.node, "U": u.node})


@pytest.mark.parametrize("variable", SHAPES)
@pytest.mark.parametrize("value", SHAPES)
def test_any_shape_by_any_shape(value: str, variable: str) -> None:
    function = dense_map(value, variable)
    derivative = rc.derivative(function, "V")
    assert derivative.axes == (*rc.tensor("U", SHAPES[value]).axes, *rc.tensor("V", SHAPES[variable]).axes)
    assert rc.verify(derivative)


MIXED = {
    "bilinear form": ("x'*A*y", {"x": "n", "A": "n m", "y": "m"}, ["x", "y", "A"]),
    "repeated variable": ("x'*A*x*(x'*x)", {"x": "n", "A": "n n"}, ["x", "x", "x"]),
    "hyperedge": ("T_ijk x_i x_i y_j y_k ->", {"T": "m n n", "x": "m", "y": "n"}, ["x", "y", "x"]),
    "matrix by matrix": ("X'*A*X", {"X": "n m", "A": "n n"}, ["X", "X"]),
    "inverse": ("inv(X)*A", {"X": "n n", "A": "n m"}, ["X", "X"]),
    "row and column scaling": ("diag(x)*exp(A)*diag(y)", {"x": "n", "A": "n m", "y": "m"}, ["x", "A", "y"]),
    "size in a formula": ("sum((x - sum(x)/n*ones(n)).^2)/(n - 1)", {"x": "n"}, ["x", "x"]),
    "kron": ("kron(A, B*A)", {"A": "n m", "B": "n n"}, ["A", "A"]),
    "power with a variable exponent": ("sum((x.^2 + ones(n)).^c)", {"x": "n", "c": ""}, ["x", "c"]),
    "size one and numbers": ("X*Y", {"X": "1 3", "Y": "3 1"}, ["X", "Y"]),
    "levi-civita": ("eps_ijk a_j b_k a_i + a_j a_j ->", {"a": "3", "b": "3"}, ["a", "b"]),
}


@pytest.mark.parametrize("case", MIXED)
def test_mixed_derivatives_of_every_order(case: str) -> None:
    text, declarations, order = MIXED[case]
    expression = rc.parse(text, **declarations)
    for k in range(1, len(order) + 1):
        assert rc.verify(rc.derivative(expression, *order[:k]), tolerance=1e-5)


def test_a_variable_that_does_not_occur() -> None:
    f = rc.parse("x'*x", x="n", z="m 3")
    assert rc.grad(f, "z").axes == ("m", 3)
    assert rc.grad(f, "z")(x=np.ones(2), z=np.ones((4, 3))).shape == (4, 3)
    assert not np.any(rc.hessian(f, "x", "z")(x=np.ones(2), z=np.ones((4, 3))))
    with pytest.raises(rc.UnknownName, match="there are: x, z"):
        rc.grad(f, "q")


def test_the_gradient_of_a_tensor_is_its_derivative() -> None:
    assert rc.grad(rc.parse("A*x", A="n n", x="n"), "x") == rc.parse("A", A="n n")
    f = rc.parse("x'*A*x + sum(exp(x))", A="n n", x="n")
    assert rc.grad(rc.grad(f, "x"), "x") == rc.hessian(f, "x")
    by_x, by_a = rc.grad(rc.grad(f, "x"), ["x", "A"])
    assert by_x == rc.hessian(f, "x") and by_a == rc.hessian(f, "x", "A")


STRUCTURED = {
    "symmetric": ("tr(A*inv(X))", "n n symmetric"),
    "spd": ("logdet(X) + a'*X*a", "n n spd"),
    "skew": ("a'*exp(X)*A*a", "n n skew"),
    "diagonal": ("tr(A*X*A*X)", "n n diagonal"),
}


@pytest.mark.parametrize("trait", STRUCTURED)
def test_structured_variables_project(trait: str) -> None:
    text, declaration = STRUCTURED[trait]
    f = rc.parse(text, X=declaration, A="n n", a="n")
    gradient = rc.grad(f, "X")
    assert rc.verify(gradient)
    assert rc.verify(rc.hessian(f, "X"), tolerance=1e-5)
    rng = np.random.default_rng(0)
    at = {"skew": np.array([[0.0, 1, 2], [-1, 0, 3], [-2, -3, 0]])}.get(trait, np.diag([2.0, 3.0, 4.0]))
    value = gradient(X=at, A=rng.standard_normal((3, 3)), a=rng.standard_normal(3))
    wanted = {"skew": -value.T, "diagonal": np.diag(np.diag(value))}.get(trait, value.T)
    np.testing.assert_allclose(value, wanted, atol=1e-12)


def layered(depth: int, tag: str = ""):
    """a' tanh(W_L ... tanh(W_1 x)), and its weights."""
    x, a = tensor(f"x{tag}", ["n"]), tensor(f"a{tag}", ["n"])
    weights = [tensor(f"W{k}{tag}", ["n", "n"]) for k in range(depth)]
    state = x
    for weight in weights:
        state = apply("tanh", network([(weight, "ij"), (state, "j")], "i"))
    return network([(a, "i"), (state, "i")], ""), weights, x


def test_the_hessian_of_a_deep_network_is_one_core_times_outer_factors() -> None:
    f, weights, x = layered(12)
    hessian = settle(sweeps.derivative(f, [weights[0], weights[0]]))[0]
    inner = hessian.terms[0][0] if isinstance(hessian, Sum) else hessian
    assert isinstance(inner, Network)
    outer = [factor for factor in inner.factors if factor.node is x]
    core = [factor.node.axes for factor in inner.factors if factor.node is not x]
    assert len(outer) == 2 and core == [("n", "n")]
    assert max(node.order for node in walk(*inner.children)) == 2  # nothing larger than n x n below


def test_derivation_is_linear_in_depth() -> None:
    def counts(depth: int) -> tuple[int, int]:
        f, weights, _ = layered(depth, f"_{depth}")
        gradients = settle(*sweeps.gradients(f, weights))
        hessian = settle(sweeps.derivative(f, [weights[0], weights[0]]))
        return len(walk(*gradients)), len(walk(*hessian))

    (first, hessian_first), (second, hessian_second) = counts(10), counts(40)
    assert second < 4.5 * first and hessian_second < 4.5 * hessian_first


@pytest.mark.parametrize(("kind", "length"), [("tanh", 10_000), ("matvec", 10_000), ("square", 2_000), ("add", 2_000)])
def test_long_chains_of_operations(kind: str, length: int) -> None:
    x, a, S = tensor("x", ["n"]), tensor("a", ["n"]), tensor("S", ["n", "n"])
    step = {
        "tanh": lambda e: apply("tanh", e),
        "matvec": lambda e: network([(S, "ij"), (e, "j")], "i"),
        "square": lambda e: apply("sin", network([(e, "i"), (e, "i")], "i")),
        "add": lambda e: total([(apply("cos", e), 1), (a, 1)]),
    }[kind]
    e = x
    for _ in range(length):
        e = step(e)
    f = rc.Expr(network([(e, "i")], ""))
    gradient = rc.grad(f, "x")
    arrays = {"x": np.full(2, 0.3), "a": np.full(2, 0.1), "S": 0.5 * np.eye(2)}
    needed = {name: array for name, array in arrays.items() if name in gradient.variables}
    assert gradient(**needed).shape == (2,)


def test_a_dag_of_two_to_the_fifty_leaves() -> None:
    x = rc.tensor("x", "n")
    e = x.node
    for _ in range(50):
        e = total([(network([(e, "i"), (e, "i")], "i"), 1), (x.node, 1)])
    start = time.process_time()
    gradient = rc.grad(rc.Expr(network([(e, "i")], "")), "x")
    assert time.process_time() - start < 5
    assert np.all(np.isfinite(gradient(x=np.full(3, 0.1))))


def test_forward_and_reverse_meet() -> None:
    f = rc.parse("sum((tanh(X*W) - Y).^2)", X="k n", W="n m", Y="k m")
    (w,) = (leaf for leaf in [f.variables["W"]])
    reverse = sweeps.gradients(f.settled, [w])[0]
    forward = sweeps.push(f.settled, {w: sweeps.identity(w)}, w.axes)
    assert settle(expand(settle(forward)[0]))[0] is settle(expand(settle(reverse)[0]))[0]


def test_the_differential_holds_every_variable() -> None:
    f = rc.parse("y'*W*x", y="m", W="m n", x="n")
    assert rc.differential(f) == rc.parse("dy'*W*x + y'*dW*x + y'*W*dx", y="m", W="m n", x="n", dy="m", dW="m n", dx="n")
    g = rc.parse("x'*A*x", x="n", A="n n")
    assert rc.differential(g, "x", order=2) == rc.parse("2*dx'*A*dx", dx="n", A="n n")


def test_hvp_is_the_hessian_times_a_direction() -> None:
    f = rc.parse("sum(log(ones(m) + exp(A*x))) + (x'*x)^2", A="m n", x="n")
    rng = np.random.default_rng(0)
    point = {"A": rng.standard_normal((4, 3)), "x": rng.standard_normal(3)}
    direction = rng.standard_normal(3)
    np.testing.assert_allclose(rc.hvp(f, "x")(**point, dx=direction), rc.hessian(f, "x")(**point) @ direction, rtol=1e-12)


def test_several_gradients_share_one_sweep() -> None:
    f = rc.parse("norm2(A*x - b)^2", A="m n", x="n", b="m")
    by_x, by_b = rc.grad(f, ["x", "b"])
    assert by_x == rc.grad(f, "x") and by_b == rc.grad(f, "b")
    value, gradient = rc.value_and_grad(f, "x")
    assert value is f and gradient == by_x


def test_substitution_then_derivative() -> None:
    f = rc.parse("x'*A*x", x="n", A="n n")
    g = f.substitute(A=rc.parse("B'*B", B="m n"))
    assert rc.grad(g, "x") == rc.parse("2*B'*B*x", B="m n", x="n")
    with pytest.raises(rc.ShapeError, match="replacement"):
        f.substitute(A=rc.tensor("c"))
