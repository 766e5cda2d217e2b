"""Every row of the function table: both sweeps, to second order, against differences; forward and reverse meet."""

import itertools

import numpy as np
import pytest

import ricci as rc
from ricci.calculus import sweeps
from ricci.calculus.simplify import settle
from ricci.functions import FUNCTIONS, Apply, Function, Operator, apply
from ricci.proofs.verification import STEP
from tensor_networks import Tensor, expand, network, tensor
from tensor_networks.axes import value
from tensor_networks.nodes import walk

SIZES = {"n": 3, "m": 2}
CHECKED = [  # powers with a symbol for exponent have a test of their own
    name for name, function in FUNCTIONS.items() if None not in function.rules and not name.startswith("powm")
]
FIRST_ORDER = (
    "hexagamma",
    "polarturn",
    "expmthird",
    "logmthird",
    "sqrtmthird",
    "cardinalthird",
)  # what follows has no rule, or is large
SHAPES = {"()": [(), ("n",), ("n", "m")], "...": [("n",), ("n", "m")]}
TALL = ("qfactor", "rfactor")  # the letters m and n of their signatures are sizes with m > n


def arguments(function: Function) -> list[list[Tensor]]:
    """Tensors to apply a function to: every shape its signature allows, batch axes among them."""
    first, names = function.arguments[0], ("x", "w", "v", "u")[: function.arity]
    if not first:
        return [[tensor(name, axes) for name in names] for axes in SHAPES["..." if first is None else "()"]]
    sizes = {"m": "n", "n": "m"} if function.name in TALL else {}
    cores = [tuple(sizes.get(letter, letter) for letter in letters or ()) for letters in function.arguments]
    batches = [(), ("m",)] if first == ("n",) or (function.arity == 1 and first == ("n", "n")) else [()]
    return [[tensor(name, batch + core) for name, core in zip(names, cores, strict=True)] for batch in batches]


CASES = [(name, args) for name in CHECKED for args in arguments(FUNCTIONS[name])]
IDS = [f"{name}-{len(args[0].axes)}" for name, args in CASES]


def point(function: Function, args: list[Tensor], seed: int = 0) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    low, high = function.domain
    arrays = {}
    for arg, letters in zip(args, function.arguments, strict=True):
        array = rng.uniform(low, high, tuple(value(size, SIZES) for size in arg.axes))
        if letters is not None and len(letters) == 2 and letters[0] == letters[1]:
            array = shaped(array, function.shape)
        arrays[arg.name] = array
    return arrays


def shaped(array: np.ndarray, shape: str) -> np.ndarray:
    """A square matrix of the kind that a function is tested at."""
    size = array.shape[-1]
    if shape == "spd":
        return array @ array.mT + np.eye(size) + 0.1 * array
    if shape == "whole exponent":
        return array
    if shape == "real spectrum":
        return np.diag(np.arange(2.0, 2 + 2 * size, 2)) + array / 6
    return array + 2 * np.eye(size)


def weighted(name: str, args: list[Tensor]):
    """A scalar: the function's value times a fixed tensor, all entries summed."""
    node = apply(name, *args)
    weight = tensor("c", node.axes)
    scalar = network([(node, range(node.order)), (weight, range(node.order))], "")
    return rc.Expr(scalar), weight


def differences(function, arrays: dict[str, np.ndarray], name: str) -> np.ndarray:
    """Central differences of an array-valued function of one of the arrays, extrapolated once."""
    centre, columns = arrays[name], []
    for place in np.ndindex(centre.shape):
        direction = np.zeros(centre.shape)
        direction[place] = 1.0

        def slope(step: float, direction=direction) -> np.ndarray:
            ahead, behind = (function({**arrays, name: centre + s * step * direction}) for s in (1, -1))
            return (np.asarray(ahead) - np.asarray(behind)) / (2 * step)

        columns.append((4 * slope(STEP / 2) - slope(STEP)) / 3)
    return np.stack(columns, -1).reshape((*np.shape(columns[0]), *centre.shape))


@pytest.mark.parametrize(("name", "args"), CASES, ids=IDS)
def test_first_and_second_derivative(name: str, args: list[Tensor]) -> None:
    scalar, weight = weighted(name, args)
    arrays = point(FUNCTIONS[name], args)
    arrays["c"] = np.random.default_rng(1).standard_normal([value(size, SIZES) for size in weight.axes])
    for arg in args:
        gradient = rc.grad(scalar, arg)
        want = differences(lambda a: scalar(**a), arrays, arg.name)
        np.testing.assert_allclose(gradient(**arrays), want, rtol=1e-7, atol=1e-7)
    if name in FIRST_ORDER:
        return
    for arg, other in itertools.product(args, args):
        gradient, second = rc.grad(scalar, arg), rc.hessian(scalar, arg, other)
        want = differences(lambda a, g=gradient: g(**a), arrays, other.name)
        np.testing.assert_allclose(second(**arrays), want, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize(("name", "args"), CASES, ids=IDS)
def test_forward_and_reverse_meet_in_one_object(name: str, args: list[Tensor]) -> None:
    scalar, _ = weighted(name, args)
    calls = [node.function for node in walk(scalar.settled) if isinstance(node, Apply)]
    if any(isinstance(rule, Operator) for function in calls for rule in function.rules):
        return  # one sweep applies a function to directions, the other its adjoint: two formulas of one derivative
    for arg in args:
        reverse = sweeps.gradients(scalar.settled, [arg])[0]
        forward = sweeps.push(scalar.settled, {arg: sweeps.identity(arg)}, arg.axes)
        assert settle(expand(settle(forward)[0]))[0] is settle(expand(settle(reverse)[0]))[0]


@pytest.mark.parametrize(("name", "args"), CASES, ids=IDS)
def test_products_with_directions(name: str, args: list[Tensor]) -> None:
    value_expr = rc.Expr(apply(name, *args))
    arrays = point(FUNCTIONS[name], args)
    rng = np.random.default_rng(2)
    along = {f"d{arg.name}": rng.standard_normal(arrays[arg.name].shape) for arg in args}
    moved = lambda t: value_expr(**{arg.name: arrays[arg.name] + t * along[f"d{arg.name}"] for arg in args})  # noqa: E731
    slope = (moved(1e-6) - moved(-1e-6)) / 2e-6
    names = [arg.name for arg in args]
    np.testing.assert_allclose(rc.jvp(value_expr, *names)(**arrays, **along), slope, rtol=1e-5, atol=1e-7)
    cotangent = rng.standard_normal(np.shape(slope))
    pulled = rc.vjp(value_expr, *names, cotangent="bar")
    got = sum(np.vdot(g(**arrays, bar=cotangent), along[f"d{n}"]) for g, n in zip(pulled, names, strict=True))
    np.testing.assert_allclose(got, np.vdot(cotangent, slope), rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("name", [name for name, function in FUNCTIONS.items() if function.known])
def test_known_values(name: str) -> None:
    variable = rc.tensor("t")
    for number, result in FUNCTIONS[name].known.items():
        folded = rc.Expr(apply(name, variable.node)).substitute(t=float(number))
        assert folded == rc.Expr(variable.node).substitute(t=float(result))
        np.testing.assert_allclose(rc.Expr(apply(name, variable.node))(t=float(number)), float(result), atol=1e-12)


def test_a_function_without_a_rule_says_so() -> None:
    with pytest.raises(rc.DerivativeError, match="heptagamma"):
        rc.grad(rc.parse("heptagamma(a)", a=""), "a")


@pytest.mark.parametrize(
    ("name", "axes", "error"),
    [("inv", ("n", "m"), "square"), ("det", ("n",), "matrix"), ("softmax", (), "vector"), ("expm", ("n", "m"), "square")],
)
def test_shapes_are_checked(name: str, axes: tuple[str, ...], error: str) -> None:
    with pytest.raises(rc.ShapeError, match=error):
        apply(name, tensor("x", axes))


@pytest.mark.parametrize("exponent", [-2, -1, 0, 1, 2, 5])
def test_powers_with_a_symbol_for_exponent(exponent: int) -> None:
    """They are those with the number, and so are the derivatives; the exponent itself has none."""
    rng = np.random.default_rng(4)
    X, V = rng.normal(size=(3, 3)) + 2 * np.eye(3), rng.normal(size=(3, 3))
    symbolic = rc.parse("tr(V'*powm(X, k))", X="n n", V="n n", k="")
    written = rc.parse(f"tr(V'*X^({exponent}))", X="n n", V="n n")
    for order in range(4):
        got = rc.derivative(symbolic, *["X"] * order) if order else symbolic
        want = rc.derivative(written, *["X"] * order) if order else written
        named = {"X": X, "V": V}
        np.testing.assert_allclose(
            got(**named, k=exponent), want(**{n: named[n] for n in want.variables}), rtol=1e-9, atol=1e-9
        )
    with pytest.raises(rc.DerivativeError, match="whole number"):
        rc.grad(symbolic, "k")
    with pytest.raises(ValueError, match="whole number"):
        symbolic(X=X, V=V, k=0.5)
