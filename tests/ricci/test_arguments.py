"""What users hand to functions: text for expressions, variables one or several, names of directions that are not taken."""

import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import ricci as rc

F = rc.parse("tanh(x)'*A*x", x="n", A="n n")
RNG = np.random.default_rng(1)
POINT = {"x": RNG.standard_normal(3), "A": RNG.standard_normal((3, 3))}

CLASHES: dict[str, Callable[[], object]] = {
    "jvp": lambda: rc.jvp(rc.parse("dx'*x", dx="n", x="n"), "x"),
    "jvp of other axes": lambda: rc.jvp(rc.parse("dx*norm2(x)", dx="", x="n"), "x"),
    "hvp": lambda: rc.hvp(rc.parse("(dx'*x)^3", dx="n", x="n"), "x"),
    "differential": lambda: rc.differential(rc.parse("dx'*x", dx="n", x="n"), "x"),
    "differential by all": lambda: rc.differential(rc.parse("dx'*x", dx="n", x="n")),
    "vjp": lambda: rc.vjp(rc.parse("u.*x", u="n", x="n"), "x"),
    "vjp, named": lambda: rc.vjp(rc.parse("u.*x", u="n", x="n"), "x", cotangent="x"),
    "steps": lambda: rc.steps(rc.parse("dx'*x", dx="n", x="n"), "x"),
    "check": lambda: rc.check("A*x", "x'*A*x", "x", direction="A", x="n", A="n n"),
    "gauss_newton_product": lambda: rc.gauss_newton_product(
        rc.parse("norm2(z)^2", z="n"), rc.parse("dx.*x", dx="n", x="n"), "x"
    ),
    "direction in the loss": lambda: rc.gauss_newton_product(
        rc.parse("norm2(z - dx)^2", z="n", dx="n"), rc.parse("x.*x", x="n"), "x"
    ),
    "outputs named as they are": lambda: rc.gauss_newton(rc.parse("norm2(z)^2", z="n"), rc.parse("z.*x", z="n", x="n"), "x"),
    "two of one name": lambda: rc.jvp(F, "x", "A", direction=("h", "h")),
}


@pytest.mark.parametrize("call", CLASHES.values(), ids=CLASHES.keys())
def test_a_name_that_is_taken_is_no_direction(call: Callable[[], object]) -> None:
    with pytest.raises(rc.DerivativeError, match=r"already|one name|stands for the outputs"):
        call()


def test_a_declared_direction_is_that_direction() -> None:
    f = rc.parse("x'*A*x", x="n", A="n n", dx="n")
    assert rc.jvp(f, "x") == rc.jvp(rc.parse("x'*A*x", x="n", A="n n"), "x")
    with pytest.raises(rc.DerivativeError, match="already"):
        rc.jvp(rc.parse("x'*A*x", x="n", A="n n", dx="n n"), "x")


def test_directions_have_the_names_that_are_given() -> None:
    clash = rc.parse("dx'*(x.^3)", dx="n", x="n")
    h, dx = RNG.standard_normal((2, 3))
    want = 3 * np.sum(dx * POINT["x"] ** 2 * h)
    for found in (rc.jvp(clash, "x", direction="h"), rc.differential(clash, "x", direction="h")):
        np.testing.assert_allclose(found(x=POINT["x"], dx=dx, h=h), want)
    np.testing.assert_allclose(rc.hvp(clash, "x", "h")(x=POINT["x"], dx=dx, h=h), 6 * dx * POINT["x"] * h)
    assert rc.identify(rc.differential(clash, "x", direction="h"), "x") == rc.grad(clash, "x")
    (pulled,) = rc.vjp(rc.parse("u.*x", u="n", x="n"), "x", cotangent="w")
    assert pulled == rc.parse("u.*w", u="n", w="n")
    check = rc.check("3*(dx.*x.^2)'*h", clash, "x", direction="h")
    assert check, str(check)


def test_a_second_differential_is_along_the_same_direction() -> None:
    first = rc.differential(F, "x", direction="h")
    assert rc.differential(first, "x") == rc.differential(F, "x", order=2, direction="h")
    restored = pickle.loads(pickle.dumps(first))
    assert (restored, restored.directions, restored.label) == (first, first.directions, first.label)


def test_constants_are_no_variables_of_a_differential() -> None:
    traced = rc.trace(lambda x: np.array([1.0, 2.0, 4.0]) @ x**2, x="3")
    assert [leaf.name for leaf in rc.differential(traced).wrt] == ["x"]


TEXTS: dict[str, Callable[[Any], Any]] = {
    "derivative": lambda f: rc.derivative(f, "x", "x"),
    "grad": lambda f: rc.grad(f, "x"),
    "grads": lambda f: rc.grad(f, ["x", "A"]),
    "value_and_grad": lambda f: rc.value_and_grad(f, "x"),
    "jacobian": lambda f: rc.jacobian(f, "x"),
    "hessian": lambda f: rc.hessian(f, "x"),
    "laplacian": lambda f: rc.laplacian(f, "x"),
    "jvp": lambda f: rc.jvp(f, "x"),
    "vjp": lambda f: rc.vjp(f, "x"),
    "hvp": lambda f: rc.hvp(f, "x"),
    "differential": lambda f: rc.differential(f, "x"),
    "identify": lambda f: rc.identify(rc.differential(f, "x"), "x"),
    "riemannian_gradient": lambda f: rc.riemannian_gradient(f, "x", "sphere"),
    "residuals": lambda f: len(rc.residuals("norm2(A*x)^2")),
    "steps": lambda f: str(rc.steps(f, "x")),
    "legend": rc.legend,
    "compile": lambda f: rc.compile(f)(**POINT),
    "compile several": lambda f: rc.compile([f, f])(**POINT)[1],
    "evaluate": lambda f: rc.evaluate(f, **POINT),
    "cost": lambda f: rc.cost(f, n=10).flops,
    "source": rc.source,
    "einsum_program": rc.einsum_program,
    "equal": lambda f: rc.equal(f, "x'*A*x").equal,
    "equal, turned": lambda f: rc.equal("x'*A*x", f).equal,
    "check": lambda f: rc.check("A*x + A'*x", f, "x").equal,
}


@pytest.mark.parametrize("call", TEXTS.values(), ids=TEXTS.keys())
def test_text_is_an_expression(call: Callable[[Any], Any]) -> None:
    assert np.all(call("x'*A*x") == call(rc.parse("x'*A*x")))


NOTHING: dict[str, Any] = {"None": None, "number": 3.0, "list": [1, 2], "function": np.tanh, "bytes": b"x"}


@pytest.mark.parametrize("value", NOTHING.values(), ids=NOTHING.keys())
@pytest.mark.parametrize(
    "name", ["grad", "jvp", "vjp", "hvp", "hessian", "differential", "laplacian", "jacobian", "derivative"]
)
def test_what_is_no_expression(name: str, value: Any) -> None:
    with pytest.raises(rc.OperandError, match="an expression is needed"):
        getattr(rc, name)(value, "x")


@pytest.mark.parametrize("name", ["verify", "legend", "steps", "source", "compile", "cost", "evaluate", "einsum_program"])
def test_every_door_says_what_it_needs(name: str) -> None:
    with pytest.raises(rc.RicciError):
        getattr(rc, name)(3.0)
    with pytest.raises(rc.RicciError):
        getattr(rc, name)("x'*(")


def test_a_sequence_of_variables() -> None:
    assert rc.derivative(F, ["x", "A"]) == rc.derivative(F, "x", "A")
    assert rc.jvp(F, ["x", "A"]) == rc.jvp(F, "x", "A")
    assert rc.vjp(F, ["x", "A"]) == rc.vjp(F, "x", "A")
    assert rc.differential(F, ["x", "A"]) == rc.differential(F, "x", "A")
    assert str(rc.steps(F, ["x", "A"])) == str(rc.steps(F, "x", "A"))
    assert rc.jacobian(F, ["x", "A"]) == rc.grad(F, ("x", "A"))
    assert rc.hessian(F, ["x", "A"]) == tuple(tuple(rc.hessian(F, a, b) for b in ("x", "A")) for a in ("x", "A"))
    assert rc.check("A", rc.parse("y'*A*x", A="n n", y="n", x="n"), ["y", "x"])


def test_the_hessian_of_several_variables_times_their_directions() -> None:
    directions = {"dx": RNG.standard_normal(3), "dA": RNG.standard_normal((3, 3))}
    hx, ha = rc.hvp(F, ["x", "A"])
    blocks = [[block(**POINT) for block in row] for row in rc.hessian(F, ["x", "A"])]
    for found, (by_x, by_a) in zip((hx, ha), blocks, strict=True):
        want = np.tensordot(by_x, directions["dx"], 1) + np.tensordot(by_a, directions["dA"], 2)
        known = {name: array for name, array in (POINT | directions).items() if name in found.variables}
        np.testing.assert_allclose(found(**known), want, atol=1e-12)


def test_the_laplacian_by_several_variables_is_the_sum() -> None:
    total = rc.laplacian(F, ["x", "A"])
    np.testing.assert_allclose(total(**POINT), sum(rc.laplacian(F, name)(**POINT) for name in ("x", "A")))


def test_another_tensor_of_the_same_name_is_no_variable() -> None:
    with pytest.raises(rc.ShapeError, match="differ"):
        rc.grad(F, rc.tensor("x", "m"))
    assert not np.any(rc.grad(F, rc.tensor("y", "m"))(x=POINT["x"], A=POINT["A"], y=np.ones(2)))


@pytest.mark.parametrize("wrt", [None, 3, [3], [None], F + F, [["x"]]])
def test_what_is_no_variable(wrt: Any) -> None:
    with pytest.raises(rc.UnknownName):
        rc.grad(F, wrt)


def test_replacements_may_be_text() -> None:
    assert F.substitute(x="y") == rc.parse("tanh(y)'*A*y", y="n", A="n n")
    assert F.substitute(x="A*x") == rc.parse("tanh(A*x)'*A*A*x", x="n", A="n n")
    with pytest.raises(rc.OperandError):
        F.substitute(x=None)
    with pytest.raises(rc.UnknownName):
        F.substitute(x="A*y")


# a Hessian times a direction


def test_a_hessian_times_a_matrix_of_the_variable() -> None:
    f = rc.parse("norm2(Z*W - Y)^2", Z="b n", W="n m", Y="b m")
    hessian, direction = rc.hessian(f, "W"), rc.tensor("V", "n m")
    assert str(hessian @ direction) == "2*Z'*Z*V"
    assert hessian @ direction == rc.hvp(f, "W", "V")
    square = rc.hessian(rc.parse("tr(X*X*X)", X="n n"), "X")
    assert square @ rc.tensor("V", "n n") == rc.hvp(rc.parse("tr(X*X*X)", X="n n"), "X", "V")


def test_other_products_are_those_of_numpy() -> None:
    hessian = rc.hessian(rc.parse("sum(exp(A*x))", A="n n", x="n"), "x")
    assert hessian @ rc.tensor("v", "n") == rc.hvp(rc.parse("sum(exp(A*x))", A="n n", x="n"), "x", "v")
    assert (hessian @ rc.tensor("V", "n k")).axes == ("n", "k")
    gradient = rc.grad(rc.parse("tr(A'*X*X)", A="n n", X="n n"), "X")
    assert (gradient @ rc.tensor("X", "n n").T).axes == ("n", "n")
    tensor = rc.tensor("T", "3 3 3 3")
    arrays = {"T": RNG.standard_normal((3, 3, 3, 3)), "M": RNG.standard_normal((3, 3))}
    np.testing.assert_allclose((tensor @ rc.tensor("M", "3 3"))(**arrays), arrays["T"] @ arrays["M"])
    third = rc.derivative(rc.parse("tr(X*X*X*X)", X="3 3"), "X", "X")
    np.testing.assert_allclose(
        (third @ arrays["M"])(X=POINT["A"]), np.tensordot(third(X=POINT["A"]), arrays["M"], 2), atol=1e-12
    )


# wrong options

HESSIAN = rc.hessian(rc.parse("tr(X'*A*X)", X="n n", A="n n"), "X")
WRONG: dict[str, Callable[[], object]] = {
    "notation of steps": lambda: rc.steps(F, "x", notation="foo"),
    "notation of LaTeX": lambda: F.latex("foo"),
    "notation to read": lambda: rc.parse("x", notation="foo"),
    "form of a diagram": lambda: F.draw("foo"),
    "option of a drawing": lambda: F.draw(foo=1),
    "layout": lambda: HESSIAN.matrix("foo"),
    "order of flattening": lambda: HESSIAN.matrix("numerator", "foo"),
    "order of an unfolding": lambda: HESSIAN.unfold(0, "foo"),
    "axis of an unfolding": lambda: HESSIAN.unfold("foo"),  # type: ignore[arg-type]
    "rows": lambda: HESSIAN.matrix(rows=2.5),  # type: ignore[arg-type]
    "pattern": lambda: HESSIAN.rearrange(3),  # type: ignore[arg-type]
    "structure": lambda: rc.derivative(F, "x", structure="foo"),
    "order of a differential": lambda: rc.differential(F, "x", order=0),
    "names of directions": lambda: rc.jvp(F, "x", direction=3),  # type: ignore[arg-type]
    "manifold": lambda: rc.riemannian_gradient(F, "x", "foo"),
    "unhashable manifold": lambda: rc.riemannian_gradient(F, "x", []),  # type: ignore[arg-type]
    "backend": lambda: rc.compile(F, "foo"),
    "unhashable backend": lambda: rc.source(F, []),  # type: ignore[arg-type]
    "style": lambda: rc.source(F, style="foo"),
    "sizes": lambda: rc.source(F, sizes=3),  # type: ignore[arg-type]
    "a size": lambda: rc.cost(F, n=2.5),  # type: ignore[arg-type]
    "contraction order": lambda: rc.source(F, optimize=3),
    "structure of a program": lambda: rc.compile(F, structure="foo"),
    "memory of another backend": lambda: rc.compile(F, "jax", memory_limit=1e6),
    "executor of another backend": lambda: rc.compile(F, "torch", executor=object()),
    "progress of nothing": lambda: rc.compile(F, progress=print),
    "slices of an operator": lambda: rc.compile(HESSIAN, operator=True, memory_limit=1e6),
    "operator of several": lambda: rc.compile([HESSIAN], operator=True),
    "declarations of an expression": lambda: rc.check("A*x", F, "x", A="n n symmetric"),
    "no variable of check": lambda: rc.check("A*x", F, []),
    "no variable of steps": lambda: rc.steps(F),
    "blocks and a second variable": lambda: rc.hessian(F, ["x", "A"], "x"),  # type: ignore[call-overload]
    "replacement": lambda: F.substitute(x="y + "),
    "attribute": lambda: F.foo,
    "function": lambda: rc.fn.foo,
    "type of numbers": lambda: F.astype("foo"),
    "indices": lambda: rc.indices(3),  # type: ignore[arg-type]
    "what is traced": lambda: rc.trace("x'*x", x="n"),  # type: ignore[arg-type]
    "a matrix product that does not fit": lambda: HESSIAN @ rc.tensor("V", "k m"),
}


@pytest.mark.parametrize("call", WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_is_an_error_of_ours_that_has_a_public_name(call: Callable[[], object]) -> None:
    with pytest.raises(rc.RicciError) as caught:
        call()
    assert type(caught.value).__name__ in rc.__all__


def test_attributes_that_are_missing_are_seen_to_be_missing() -> None:
    assert not hasattr(F, "foo")
    assert not hasattr(rc.fn, "foo")


def test_old_spellings_work() -> None:
    assert HESSIAN.unfold(1, order="row") == HESSIAN.unfold(1, vec="row") == HESSIAN.unfold(1, "row")
    assert rc.cost(F, n=7).flops == rc.cost(F, sizes={"n": 7}).flops
    point = {"X": POINT["A"], "A": POINT["A"]}
    for program in (rc.compile(HESSIAN, structure="auto"), rc.compile(HESSIAN, operator=True)):
        np.testing.assert_allclose(program(**point).dense(), HESSIAN(**point))


def test_arrays_in_alphabetical_order() -> None:
    f = rc.parse("x'*A*y")
    arrays = {"A": np.arange(6.0).reshape(2, 3), "x": np.ones(2), "y": np.arange(3.0)}
    assert f(*arrays.values()) == f(arrays["A"], arrays["x"], y=arrays["y"]) == f(**arrays)
    with pytest.raises(rc.OperandError, match="3 inputs, not 4"):
        f(*arrays.values(), 1)
    with pytest.raises(rc.OperandError, match="given twice"):
        f(arrays["A"], A=arrays["A"])


def test_a_column_for_a_vector_has_a_hint() -> None:
    with pytest.raises(rc.SizeError, match=r"hint: np.squeeze\(x\)"):
        rc.parse("x'*x")(x=np.ones((3, 1)))


def test_errors_are_named_by_the_door() -> None:
    assert {getattr(rc, name).__module__ for name in rc.__all__ if name.endswith("Error")} == {"ricci"}
    assert isinstance(pickle.loads(pickle.dumps(rc.ShapeError("no"))), rc.ShapeError)


@pytest.mark.parametrize(("name", "words"), [("jit", "rc.compile"), ("jacfwd", "rc.jacobian"), ("nothing", "has no nothing")])
def test_a_name_that_is_not_here(name: str, words: str) -> None:
    with pytest.raises(AttributeError, match=words):
        getattr(rc, name)


def test_what_a_notebook_shows_of_an_error() -> None:
    def users_function() -> None:
        rc.parse("x'*A*y + B*x")

    try:
        users_function()
    except rc.ShapeError as error:
        shown = error._render_traceback_()
    assert [line for line in shown if "reading.py" in line or "reader.py" in line] == []
    assert any("users_function" in line for line in shown)
    assert any(line.startswith("ricci.ShapeError: cannot add") for line in shown)
    assert shown[-1].startswith("hint: ")


def test_short_answers_in_a_session() -> None:
    f = rc.parse("x'*A*x")
    assert repr(rc.verify(rc.grad(f, "x"))).startswith("verified: 6 entries")
    assert repr(rc.steps(f, "x")[0]).startswith("df = x'*A*dx + dx'*A*x    product rule")


METHODS_OF_OTHERS = {
    "diff": "rc.derivative",
    "subs": "e.substitute",
    "simplify": "rc.equal",
    "save": "e.draw()",
    "name": "variables",
}


@pytest.mark.parametrize(("name", "words"), METHODS_OF_OTHERS.items())
def test_a_method_that_is_not_here(name: str, words: str) -> None:
    with pytest.raises(rc.MissingMethod) as raised:
        getattr(F, name)
    assert words in raised.value.hint


def test_a_number_is_an_expression() -> None:
    assert rc.equal("x'*x - x'*x", 0)
    assert not rc.equal("x'*x", 1)
    assert repr(rc.equal("x'*y", "y'*x")) == "equal, proven: one normal form"
    with pytest.raises(rc.OperandError, match="bool"):
        rc.equal("x'*x", True)


def test_a_variable_or_a_direction_of_another_kind() -> None:
    with pytest.raises(rc.UnknownName, match="by int\nhint: there are: A, x"):
        rc.grad(F, 0)  # type: ignore[arg-type]
    with pytest.raises(rc.DerivativeError, match="by its name, not by ndarray"):
        rc.hvp(rc.parse("x'*x"), "x", np.ones(2))  # type: ignore[arg-type]
