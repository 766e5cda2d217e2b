"""NumPy notation against NumPy: universal functions, operators, products and reductions."""

from typing import Any

import numpy as np
import pytest

from ricci.notation.numpy.reader import UFUNCS
from ricci.notation.numpy.shapes import SizeClash
from tests.numpy_cases import ARRAY, Function, assert_same, given, tensors

# universal functions

UNARY = [
    "negative",
    "positive",
    "absolute",
    "fabs",
    "sign",
    "square",
    "sqrt",
    "cbrt",
    "reciprocal",
    "conjugate",
    "exp",
    "exp2",
    "expm1",
    "log",
    "log2",
    "log10",
    "log1p",
    "sin",
    "cos",
    "tan",
    "arcsin",
    "arccos",
    "arctan",
    "sinh",
    "cosh",
    "tanh",
    "arcsinh",
    "arctanh",
    "deg2rad",
    "radians",
    "rad2deg",
    "degrees",
]
BINARY = [
    "add",
    "subtract",
    "multiply",
    "divide",
    "true_divide",
    "power",
    "float_power",
    "maximum",
    "minimum",
    "fmax",
    "fmin",
    "arctan2",
    "hypot",
    "logaddexp",
    "logaddexp2",
    "copysign",
]
POLYNOMIALS = ["eval_legendre", "eval_chebyt", "eval_hermite", "eval_hermitenorm", "eval_laguerre"]
ELSEWHERE = {"matmul", "matvec", "vecmat", "vecdot", "arccosh", "clip", "heaviside", "ldexp", "radian"}
OF_SCIPY = ["expit", "logit", "log_expit", "erf", "erfc", "gammaln", "psi", "ndtr", "entr", "exp10"]
OF_SCIPY += ["sindg", "cosdg", "tandg", "cotdg", "cosm1", "erfcx", "rgamma", "gamma", "loggamma", "erfinv", "ndtri", "log_ndtr"]
TWO_OF_SCIPY = ["xlogy", "xlog1py", "rel_entr", "kl_div"]
TWO_OF_SCIPY += [
    "powm1",
    "boxcox1p",
    "inv_boxcox1p",
    "poch",
    "beta",
    "betaln",
    "binom",
    "huber",
    "pseudo_huber",
    "boxcox",
    "inv_boxcox",
]


def test_every_universal_function_is_tested() -> None:
    assert set(UNARY) | set(BINARY) | ELSEWHERE | {*OF_SCIPY, *TWO_OF_SCIPY, *POLYNOMIALS} == set(UFUNCS)


@pytest.mark.parametrize("symbols", [False, True])
@pytest.mark.parametrize("name", UNARY)
def test_functions_of_one_argument(name: str, symbols: bool) -> None:
    for shape in ((), (3,), (2, 3)):
        assert_same(getattr(np, name), given(shape), symbols)


@pytest.mark.parametrize("name", OF_SCIPY)
def test_functions_of_scipy(name: str) -> None:
    special = pytest.importorskip("scipy.special")
    assert_same(getattr(special, name), given((2, 3)), True)


@pytest.mark.parametrize("name", TWO_OF_SCIPY)
def test_functions_of_scipy_of_two_arguments(name: str) -> None:
    special = pytest.importorskip("scipy.special")
    assert_same(getattr(special, name), given((2, 3), (3,)), True)


@pytest.mark.parametrize("degree", [0, 1, 4])
@pytest.mark.parametrize("name", POLYNOMIALS)
def test_orthogonal_polynomials(name: str, degree: int) -> None:
    special = pytest.importorskip("scipy.special")
    assert_same(lambda x: getattr(special, name)(degree, x), given((2, 3)), True)


def test_degrees_and_powers_of_two() -> None:
    special = pytest.importorskip("scipy.special")
    assert_same(lambda x: special.radian(x, 30.0, x), given((2, 3)), True)
    assert_same(
        lambda x: np.ldexp(x, np.array([1, 0, -2])) if isinstance(x, np.ndarray) else np.ldexp(x, [1, 0, -2]),
        given((3,)),
        False,
    )


def test_bounds_and_steps() -> None:
    assert_same(lambda a: np.heaviside(a, 0.25), [np.array([-1.0, 0.0, 2.0])], False)
    assert_same(lambda a: np.clip(a, 0.3, 0.6), given((2, 3)), True)


def test_functions_at_other_points() -> None:
    assert_same(np.arccosh, given((3,), low=1.5, high=3), False)
    assert_same(np.cbrt, given((3,), low=-2, high=-1), False)
    assert_same(np.abs, given((3,), low=-2, high=1), False)


BROADCASTS = [((3,), (3,)), ((2, 3), (3,)), ((), (2, 3)), ((2, 1), (3,)), ((2, 1, 3), (4, 1)), ((1,), (2, 3))]


@pytest.mark.parametrize("symbols", [False, True])
@pytest.mark.parametrize("shapes", BROADCASTS, ids=str)
@pytest.mark.parametrize("name", BINARY)
def test_functions_of_two_arguments_broadcast(name: str, shapes: Any, symbols: bool) -> None:
    assert_same(getattr(np, name), given(*shapes), symbols)


@pytest.mark.parametrize("name", BINARY)
def test_numbers_and_arrays_are_constants(name: str) -> None:
    function = getattr(np, name)
    for constant in (2, 0.5, np.float32(1.5), np.int64(2), np.array(2.0), np.array([0.5, 1.0, 2.0]), np.ones((2, 1))):
        assert_same(lambda x, c=constant: function(x, c), given((2, 3)), np.size(constant) == 1)
        assert_same(lambda x, c=constant: function(c, x), given((2, 3)), False)


OPERATORS: dict[str, Function] = {
    "add": lambda x, y: x + y,
    "add a number": lambda x, y: 1 + x + 2,
    "subtract": lambda x, y: x - y,
    "subtract from": lambda x, y: 2 - x,
    "multiply": lambda x, y: x * y,
    "float64 on the left": lambda x, y: np.float64(2) * x,
    "array on the left": lambda x, y: ARRAY * x,
    "list on the left": lambda x, y: [1.0, 2.0, 3.0] * x,
    "divide": lambda x, y: x / y,
    "divide by": lambda x, y: 2 / x,
    "power": lambda x, y: x**3,
    "half power": lambda x, y: x**0.5,
    "power of expressions": lambda x, y: x**y,
    "power of a number": lambda x, y: 2**x,
    "no power": lambda x, y: x**0,
    "matmul": lambda x, y: x @ y.T,
    "array @": lambda x, y: ARRAY.T @ x,
    "@ array": lambda x, y: x @ ARRAY.T,
    "signs": lambda x, y: -x + (+y) + abs(-x),
    "polynomial": lambda x, y: (x + y) ** 2 - x**2 - 2 * x * y,
}


@pytest.mark.parametrize("name", OPERATORS)
def test_operators(name: str) -> None:
    assert_same(OPERATORS[name], given((2, 3), (2, 3)), False)


@pytest.mark.parametrize("symbols", [False, True])
def test_methods_of_universal_functions(symbols: bool) -> None:
    assert_same(lambda x: np.add.reduce(x), given((2, 3)), symbols)
    assert_same(lambda x: np.add.reduce(x, axis=(0, 1)), given((2, 3)), symbols)
    assert_same(lambda x: np.multiply.outer(x, x), given((2, 3)), symbols)
    assert_same(lambda x: np.subtract.outer(x, np.arange(4.0)), given((3,)), symbols)
    assert_same(lambda x: np.maximum.reduce(x, axis=1, keepdims=True), given((2, 3)), symbols)
    assert_same(lambda x: np.logaddexp.reduce(x, axis=1), given((2, 3)), symbols)
    assert_same(lambda x: np.multiply.reduce(x, axis=0), given((2, 3)), False)


# products

V, W, A, B = (3,), (3,), (2, 3), (3, 4)
PRODUCTS: dict[str, tuple[Function, tuple[tuple[int, ...], ...]]] = {
    "matmul vectors": (np.matmul, (V, W)),
    "matmul matrix, vector": (np.matmul, (A, V)),
    "matmul vector, matrix": (np.matmul, (V, B)),
    "matmul matrices": (np.matmul, (A, B)),
    "matmul batches": (np.matmul, ((5, 2, 3), (3, 4))),
    "matmul batches of both": (np.matmul, ((5, 1, 2, 3), (4, 3, 2))),
    "matmul batch, vector": (np.matmul, ((5, 2, 3), V)),
    "linalg.matmul": (np.linalg.matmul, (A, B)),
    "vecdot": (np.vecdot, ((2, 3), (3,))),
    "vecdot axis": (lambda x, y: np.linalg.vecdot(x, y, axis=0), ((3, 2), (3, 1))),  # type: ignore[call-overload]
    "dot vectors": (np.dot, (V, W)),
    "dot matrices": (np.dot, (A, B)),
    "dot matrix, vector": (np.dot, (A, V)),
    "dot scalar": (np.dot, ((), A)),
    "dot of scalars": (np.dot, ((), ())),
    "dot tensors": (np.dot, ((2, 4, 3), (5, 3, 2))),
    "dot method": (lambda x, y: x.dot(y), (A, B)),
    "vdot": (np.vdot, (A, A)),
    "vdot of other shapes": (np.vdot, ((2, 3), (6,))),
    "inner": (np.inner, ((2, 3), (4, 3))),
    "inner scalar": (np.inner, ((2, 3), ())),
    "outer": (np.outer, (V, (4,))),
    "outer of matrices": (np.outer, ((2, 3), (4,))),
    "outer of a scalar": (np.outer, ((), (4,))),
    "linalg.outer": (np.linalg.outer, (V, (4,))),
    "tensordot": (np.tensordot, ((4, 2, 3), (2, 3, 5))),
    "tensordot 1": (lambda x, y: np.tensordot(x, y, 1), (A, B)),
    "tensordot 0": (lambda x, y: np.tensordot(x, y, 0), (A, B)),
    "tensordot axes": (lambda x, y: np.tensordot(x, y, axes=([0, 1], [1, 0])), ((4, 2, 3), (2, 4, 5))),
    "tensordot pair": (lambda x, y: np.tensordot(x, y, (1, -2)), (A, B)),
    "kron": (np.kron, (A, B)),
    "kron vectors": (np.kron, (V, (2,))),
    "kron mixed": (np.kron, (V, B)),
    "kron scalar": (np.kron, ((), B)),
    "kron ones": (np.kron, ((1, 3), (2, 1))),
    "kron of three axes": (np.kron, ((2, 3, 4), (3, 2))),
    "multi_dot": (lambda *x: np.linalg.multi_dot(x), (V, B, (4, 2), (2,))),
    "cross": (np.cross, (V, W)),
    "cross batches": (np.cross, ((2, 3), (3,))),
    "cross axis": (lambda x, y: np.linalg.cross(x, y, axis=0), ((3, 2), (3, 2))),
    "einsum": (lambda x, y: np.einsum("ij,jk->ki", x, y), (A, B)),
    "einsum implicit": (lambda x, y: np.einsum("bj,ja", x, y), (A, B)),
    "einsum trace": (lambda x: np.einsum("ii", x), ((3, 3),)),
    "einsum diagonal": (lambda x: np.einsum("ii->i", x), ((3, 3),)),
    "einsum sum": (lambda x: np.einsum("ij->", x), (A,)),
    "einsum ellipsis": (lambda x, y: np.einsum("...j,jk->...k", x, y), ((5, 2, 3), B)),
    "einsum ellipses": (lambda x, y: np.einsum("i...,i...->...i", x, y), ((2, 5, 3), (2, 3))),
    "einsum implicit ellipsis": (lambda x: np.einsum("...ji", x), ((5, 2, 3),)),
    "einsum empty ellipsis": (lambda x, y: np.einsum("i...,i...->...", x, y), (V, W)),
    "einsum broadcast": (lambda x, y: np.einsum("ij,ij->ij", x, y), ((2, 1), (2, 3))),
    "einsum scalars": (lambda x, y: np.einsum(",i->i", x, y), ((), V)),
    "einsum hyperedge": (lambda x, y: np.einsum("i,i,ij->ij", x, x, y), ((2,), A)),
    "einsum optimize": (lambda x, y: np.einsum("ij,jk->ik", x, y, optimize=True), (A, B)),
    "einsum interleaved": (lambda x, y: np.einsum(x, [0, 1], y, [1, 2], [2, 0]), (A, B)),
    "einsum interleaved implicit": (lambda x, y: np.einsum(x, [3, 1], y, [1, 2]), (A, B)),
    "einsum interleaved ellipsis": (lambda x: np.einsum(x, [..., 0, 1], [..., 1, 0]), ((5, 2, 3),)),
    "einsum with an array": (lambda x: np.einsum("ij,kj->ik", x, ARRAY), ((4, 3),)),
}


if hasattr(np, "matvec"):  # since NumPy 2.2
    PRODUCTS["matvec"] = (np.matvec, ((5, 2, 3), (5, 3)))
    PRODUCTS["vecmat"] = (np.vecmat, ((2,), (5, 2, 3)))


@pytest.mark.parametrize("symbols", [False, True])
@pytest.mark.parametrize("name", PRODUCTS)
def test_products(name: str, symbols: bool) -> None:
    function, shapes = PRODUCTS[name]
    if symbols and name in ("vdot of other shapes", "cross", "cross batches", "cross axis", "einsum with an array"):
        with pytest.raises(SizeClash):
            function(*tensors(given(*shapes), True))
        return
    assert_same(function, given(*shapes), symbols)


# reductions

AXES: list[Any] = [None, 0, 1, -1, (0, 2), (1, 0, 2)]
REDUCTIONS: dict[str, Function] = {
    "sum": np.sum,
    "mean": np.mean,
    "var": np.var,
    "var ddof": lambda x, **options: np.var(x, ddof=1, **options),
    "std": np.std,
    "max": np.max,
    "min": np.min,
    "ptp": np.ptp,
    "average": np.average,
}


@pytest.mark.parametrize("symbols", [False, True])
@pytest.mark.parametrize("axis", AXES, ids=str)
@pytest.mark.parametrize("name", REDUCTIONS)
def test_reductions(name: str, axis: Any, symbols: bool) -> None:
    for keepdims in (False, True):
        function = REDUCTIONS[name]
        assert_same(lambda x, f=function, k=keepdims: f(x, axis=axis, keepdims=k), given((2, 3, 4)), symbols)


@pytest.mark.parametrize("name", ["sum", "mean", "var", "std", "max", "min", "prod"])
def test_reductions_as_methods(name: str) -> None:
    assert_same(lambda x: getattr(x, name)(), given((2, 3)), name != "prod")
    assert_same(lambda x: getattr(x, name)(1), given((2, 3)), name != "prod")
    assert_same(lambda x: getattr(x, name)(axis=0, keepdims=True), given((2, 3)), name != "prod")


def test_more_reductions() -> None:
    assert_same(lambda x: np.prod(x, axis=(0, 2), keepdims=True), given((2, 3, 4)), False)
    assert_same(lambda x: np.prod(x, axis=0), given((2, 3), low=-1, high=1), False)
    assert_same(lambda x: np.average(x, axis=1, weights=[1.0, 2.0, 5.0]), given((2, 3)), False)
    assert_same(lambda x, w: np.average(x, axis=1, weights=w), given((2, 3), (3,)), True)
    assert_same(lambda x, w: np.average(x, weights=w), given((2, 3), (2, 3)), True)
    assert_same(lambda x: np.cumsum(x, axis=1), given((2, 3)), False)
    assert_same(lambda x: np.max(x), given(()), True)


@pytest.mark.parametrize("axis", [0, 1, (0, 1), (0, 2)], ids=str)
@pytest.mark.parametrize("name", ["sin", "exp", "log", "tanh", "sqrt"])
def test_functions_of_reductions_that_keep_their_axes(name: str, axis: Any) -> None:
    function = getattr(np, name)
    assert_same(lambda x: x - function(np.sum(x, axis=axis, keepdims=True)), given((2, 3, 4)), False)
    assert_same(lambda x: x * function(np.mean(np.exp(x), axis=axis, keepdims=True)), given((2, 3, 4)), True)
