"""NumPy notation against NumPy: every function on arrays of numbers, and on expressions evaluated at the same arrays."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import ricci as rc
from ricci.compile import evaluate
from ricci.constants import constant_array, constants_of, is_constant
from ricci.notation.numpy_protocols import NumpyProtocols
from ricci.notation.numpy_reader import ARRAY_FUNCTIONS, UFUNCS
from ricci.notation.numpy_shapes import SizeClash
from tensor_networks.networks import Network

SYMBOLS = {2: "m", 3: "n", 4: "p", 5: "q"}  # a size in the tests below, and the symbol it may be
Function = Callable[..., Any]
rng = np.random.default_rng(0)
MASK = np.array([[True, False, True], [False, False, True]])
ARRAY = np.array([[0.5, -1.0, 2.0], [3.0, 0.25, -4.0]])


def given(*shapes: tuple[int, ...], low: float = 0.2, high: float = 0.9, seed: int = 0) -> list[np.ndarray]:
    """Random arrays; square matrices are well conditioned."""
    random = np.random.default_rng(seed)
    arrays = []
    for shape in shapes:
        array = random.uniform(low, high, shape)
        if len(shape) >= 2 and shape[-1] == shape[-2]:
            array = array + 2 * np.eye(shape[-1])
        arrays.append(array)
    return arrays


def tensors(arrays: list[np.ndarray], symbols: bool) -> list[rc.Expr]:
    """A tensor for each array, its sizes as numbers or as symbols."""
    names = SYMBOLS if symbols else {}
    sizes = [" ".join(str(names.get(size, size)) for size in array.shape) for array in arrays]
    return [rc.tensor(f"x{k}", declared) for k, declared in enumerate(sizes)]


def value(expression: rc.Expr, arrays: list[np.ndarray]) -> np.ndarray:
    named = {f"x{k}": array for k, array in enumerate(arrays)}
    used = {name: named[name] for name in named if name in expression.variables}
    sizes = {symbol: size for size, symbol in SYMBOLS.items() if symbol_in(expression, symbol)}
    return evaluate([expression.node], used | constants_of(expression.node) | sizes)[0]


def symbol_in(expression: rc.Expr, symbol: str) -> bool:
    from tensor_networks.nodes import Size, walk

    nodes = walk(expression.node)
    held = any(isinstance(node, Size) and node.size == symbol for node in nodes)
    wires = any(symbol in node.sizes for node in nodes if isinstance(node, Network))
    told = any(symbol in leaf.axes for leaf in expression.variables.values())
    return (held or wires) and not told


def assert_same(function: Function, arrays: list[np.ndarray], symbols: bool) -> None:
    want = function(*arrays)
    got = function(*tensors(arrays, symbols))
    if not isinstance(want, tuple | list):
        want, got = [want], [got]
    assert len(got) == len(want)
    for one, other in zip(got, want, strict=True):
        assert isinstance(one, rc.Expr)
        found = value(one, arrays)
        assert found.shape == np.shape(other)
        np.testing.assert_allclose(found, other, rtol=1e-9, atol=1e-12)


# universal functions

UNARY = (
    "negative positive absolute fabs sign square sqrt cbrt reciprocal conjugate exp exp2 expm1 log log2 log10 log1p "
    "sin cos tan arcsin arccos arctan sinh cosh tanh arcsinh arctanh deg2rad radians rad2deg degrees"
).split()
BINARY = (
    "add subtract multiply divide true_divide power float_power maximum minimum fmax fmin arctan2 hypot "
    "logaddexp logaddexp2"
).split()
GENERALISED = {"matmul", "matvec", "vecmat", "vecdot", "arccosh"}


def test_every_universal_function_is_tested() -> None:
    assert set(UNARY) | set(BINARY) | GENERALISED == set(UFUNCS)


@pytest.mark.parametrize("symbols", [False, True])
@pytest.mark.parametrize("name", UNARY)
def test_functions_of_one_argument(name: str, symbols: bool) -> None:
    for shape in ((), (3,), (2, 3)):
        assert_same(getattr(np, name), given(shape), symbols)


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
        assert_same(lambda x, c=constant: function(x, c), given((2, 3)), True if np.size(constant) == 1 else False)
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
    "matvec": (np.matvec, ((5, 2, 3), (5, 3))),
    "vecmat": (np.vecmat, ((2,), (5, 2, 3))),
    "vecdot": (np.vecdot, ((2, 3), (3,))),
    "vecdot axis": (lambda x, y: np.linalg.vecdot(x, y, axis=0), ((3, 2), (3, 1))),
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


# shapes

SHAPES: dict[str, tuple[Function, tuple[int, ...], bool]] = {  # function, shape, whether sizes may be symbols
    "transpose": (np.transpose, (2, 3, 4), True),
    "T": (lambda x: x.T, (2, 3, 4), True),
    "T of a vector": (lambda x: x.T, (3,), True),
    "mT": (lambda x: x.mT, (2, 3, 4), True),
    "transpose axes": (lambda x: np.transpose(x, (1, 2, 0)), (2, 3, 4), True),
    "transpose method": (lambda x: x.transpose(2, 0, 1), (2, 3, 4), True),
    "transpose tuple": (lambda x: x.transpose((2, 0, 1)), (2, 3, 4), True),
    "swapaxes": (lambda x: np.swapaxes(x, 0, -1), (2, 3, 4), True),
    "moveaxis": (lambda x: np.moveaxis(x, 0, -1), (2, 3, 4), True),
    "moveaxis several": (lambda x: np.moveaxis(x, [0, 1], [-1, 0]), (2, 3, 4), True),
    "matrix_transpose": (np.matrix_transpose, (2, 3, 4), True),
    "ravel": (np.ravel, (2, 3, 4), True),
    "ravel F": (lambda x: np.ravel(x, order="F"), (2, 3, 4), True),
    "flatten": (lambda x: x.flatten(), (2, 3), True),
    "reshape join": (lambda x: x.reshape(2, -1), (2, 3, 4), False),
    "reshape -1": (lambda x: x.reshape(-1), (2, 3, 4), True),
    "reshape split": (lambda x: np.reshape(x, (2, 3)), (6,), False),
    "reshape other": (lambda x: np.reshape(x, (3, 2)), (2, 3), False),
    "reshape both": (lambda x: x.reshape(4, 1, 6), (2, 3, 4), False),
    "reshape F": (lambda x: np.reshape(x, (3, 2), order="F"), (2, 3), False),
    "reshape ones": (lambda x: x.reshape(1, 3, 1), (3, 1), False),
    "reshape by shape": (lambda x: x.reshape(x.shape[1] * x.shape[0], x.shape[2]), (2, 3, 4), True),
    "reshape scalar": (lambda x: x.reshape(1, 1), (), True),
    "reshape to scalar": (lambda x: x.reshape(()), (1, 1), True),
    "expand_dims": (lambda x: np.expand_dims(x, 1), (2, 3), True),
    "expand_dims several": (lambda x: np.expand_dims(x, (0, -1)), (2, 3), True),
    "squeeze": (np.squeeze, (2, 1, 3, 1), True),
    "squeeze axis": (lambda x: x.squeeze(1), (2, 1, 3, 1), True),
    "broadcast_to": (lambda x: np.broadcast_to(x, (4, 2, 3)), (2, 3), False),
    "broadcast_to one": (lambda x: np.broadcast_to(x, (2, 3)), (2, 1), False),
    "broadcast_to new": (lambda x: np.broadcast_to(x, (7, *x.shape)), (2, 3), True),
    "broadcast_arrays": (lambda x: tuple(np.broadcast_arrays(x, x.T)), (3, 1), True),
    "atleast_1d": (np.atleast_1d, (), True),
    "atleast_2d": (np.atleast_2d, (3,), True),
    "tile": (lambda x: np.tile(x, 2), (2, 3), False),
    "tile axes": (lambda x: np.tile(x, (2, 1, 3)), (2, 3), False),
    "repeat": (lambda x: np.repeat(x, 2, axis=0), (2, 3), False),
    "repeat flat": (lambda x: np.repeat(x, 2), (2, 3), False),
    "diag of a vector": (np.diag, (3,), True),
    "diag of a matrix": (np.diag, (3, 3), True),
    "diag of a rectangle": (np.diag, (2, 3), False),
    "diag above": (lambda x: np.diag(x, 1), (3,), False),
    "diag below": (lambda x: np.diag(x, -2), (3,), False),
    "diag above a matrix": (lambda x: np.diag(x, 1), (4, 3), False),
    "diag below a matrix": (lambda x: np.diag(x, -1), (4, 3), False),
    "diagonal": (lambda x: x.diagonal(axis1=0, axis2=2), (3, 2, 3), True),
    "linalg.diagonal": (np.linalg.diagonal, (2, 3, 3), True),
    "trace": (np.trace, (3, 3), True),
    "trace of batches": (lambda x: np.trace(x, axis1=1, axis2=2), (2, 3, 3), True),
    "trace offset": (lambda x: np.trace(x, 1), (3, 3), False),
    "linalg.trace": (np.linalg.trace, (2, 3, 3), True),
    "tril": (np.tril, (3, 4), False),
    "triu": (lambda x: np.triu(x, 1), (2, 3, 3), False),
    "flip": (np.flip, (2, 3), False),
    "flip axis": (lambda x: np.flip(x, 1), (2, 3), False),
    "roll": (lambda x: np.roll(x, 2, axis=1), (2, 3), False),
    "diff": (lambda x: np.diff(x, axis=1), (2, 4), False),
    "diff twice": (lambda x: np.diff(x, 2), (2, 4), False),
    "split": (lambda x: np.split(x, 2), (4, 3), False),
    "split at": (lambda x: np.split(x, [1, 3], axis=1), (2, 4), False),
    "concatenate": (lambda x: np.concatenate([x, 2 * x, ARRAY]), (2, 3), False),
    "concatenate axis": (lambda x: np.concatenate((x, x[:, :1]), axis=1), (2, 3), False),
    "concatenate flat": (lambda x: np.concatenate((x, x), axis=None), (2, 3), False),
    "stack": (lambda x: np.stack([x, 2 * x, x]), (2, 3), True),
    "stack axis": (lambda x: np.stack([x, 2 * x, x], axis=-1), (2, 3), True),
    "vstack": (lambda x: np.vstack([x, x]), (3,), False),
    "hstack": (lambda x: np.hstack([x, x]), (3,), False),
    "hstack matrices": (lambda x: np.hstack([x, x]), (2, 3), False),
    "column_stack": (lambda x: np.column_stack([x, x]), (3,), True),
    "where": (lambda x: np.where(MASK, x, 2 * x), (2, 3), False),
    "where numbers": (lambda x: np.where([True, False, True], x, 0), (2, 3), False),
    "clip": (lambda x: np.clip(x, 0.4, 0.6), (2, 3), True),
    "clip method": (lambda x: x.clip(0.4, np.inf), (2, 3), True),
    "clip one side": (lambda x: np.clip(x, None, 0.6), (2, 3), True),
    "take": (lambda x: np.take(x, [0, 2, 2], axis=1), (2, 3), False),
    "take flat": (lambda x: np.take(x, 4), (2, 3), False),
    "zeros_like": (lambda x: np.zeros_like(x) + x, (2, 3), True),
    "ones_like": (lambda x: np.ones_like(x), (2, 3), True),
    "full_like": (lambda x: np.full_like(x, 2.5), (2, 3), True),
    "copy": (lambda x: np.copy(x), (2, 3), True),
    "astype": (lambda x: x.astype(float), (2, 3), True),
    "over the number of rows": (lambda x: x.sum(axis=0) / x.shape[0], (2, 3), True),
    "sizes calculate": (lambda x: x * x.shape[0] + 1 / x.shape[1] + np.sqrt(x.shape[0]) - x.size, (2, 3), True),
    "less one": (lambda x: x.sum(axis=0) / (x.shape[0] - 1), (2, 3), True),
}


@pytest.mark.parametrize("symbols", [False, True])
@pytest.mark.parametrize("name", SHAPES)
def test_shapes(name: str, symbols: bool) -> None:
    function, shape, general = SHAPES[name]
    if symbols and not general:
        pytest.skip("sizes must be numbers")
    assert_same(function, given(shape), symbols)


# linear algebra

LINALG: dict[str, tuple[Function, tuple[tuple[int, ...], ...]]] = {
    "inv": (np.linalg.inv, ((3, 3),)),
    "inv of batches": (np.linalg.inv, ((2, 3, 3),)),
    "det": (np.linalg.det, ((3, 3),)),
    "det of batches": (np.linalg.det, ((2, 3, 3),)),
    "slogdet": (lambda x: np.linalg.slogdet(x)[1], ((3, 3),)),
    "slogdet by name": (lambda x: np.linalg.slogdet(x).logabsdet, ((3, 3),)),
    "log of det": (lambda x: np.log(np.linalg.det(x)), ((3, 3),)),
    "solve": (np.linalg.solve, ((3, 3), (3,))),
    "solve matrix": (np.linalg.solve, ((3, 3), (3, 2))),
    "solve batches": (np.linalg.solve, ((2, 3, 3), (2, 3, 4))),
    "matrix_power 0": (lambda x: np.linalg.matrix_power(x, 0), ((2, 3, 3),)),
    "matrix_power 1": (lambda x: np.linalg.matrix_power(x, 1), ((3, 3),)),
    "matrix_power 5": (lambda x: np.linalg.matrix_power(x, 5), ((3, 3),)),
    "matrix_power -2": (lambda x: np.linalg.matrix_power(x, -2), ((3, 3),)),
    "norm": (np.linalg.norm, ((3,),)),
    "norm of a matrix": (np.linalg.norm, ((2, 3),)),
    "norm fro": (lambda x: np.linalg.norm(x, "fro"), ((2, 3),)),
    "norm of a tensor": (np.linalg.norm, ((2, 3, 4),)),
    "norm axis": (lambda x: np.linalg.norm(x, axis=1), ((2, 3),)),
    "norm keepdims": (lambda x: np.linalg.norm(x, None, 1, True), ((2, 3),)),
    "norm keepdims of all": (lambda x: np.linalg.norm(x, keepdims=True), ((2, 3),)),
    "norm 1": (lambda x: np.linalg.norm(-x, 1), ((3,),)),
    "norm 2": (lambda x: np.linalg.norm(-x, 2), ((3,),)),
    "norm 3": (lambda x: np.linalg.norm(-x, 3), ((3,),)),
    "norm 2.5": (lambda x: np.linalg.norm(-x, 2.5), ((3,),)),
    "norm inf": (lambda x: np.linalg.norm(-x, np.inf), ((3,),)),
    "norm -inf": (lambda x: np.linalg.norm(-x, -np.inf), ((3,),)),
    "norm 1 of a matrix": (lambda x: np.linalg.norm(-x, 1), ((2, 3),)),
    "norm inf of a matrix": (lambda x: np.linalg.norm(-x, np.inf, keepdims=True), ((2, 3),)),
    "norm 1 of matrices": (lambda x: np.linalg.norm(-x, 1, axis=(2, 0)), ((2, 3, 4),)),
    "norm axes": (lambda x: np.linalg.norm(x, axis=(0, 2)), ((2, 3, 4),)),
    "vector_norm": (lambda x: np.linalg.vector_norm(x, axis=-1, ord=1), ((2, 3),)),
    "vector_norm of all": (np.linalg.vector_norm, ((2, 3),)),
    "matrix_norm": (np.linalg.matrix_norm, ((2, 3, 4),)),
    "matrix_transpose": (np.linalg.matrix_transpose, ((2, 3, 4),)),
    "tensordot": (np.linalg.tensordot, ((4, 2, 3), (2, 3, 5))),
}


@pytest.mark.parametrize("symbols", [False, True])
@pytest.mark.parametrize("name", LINALG)
def test_linear_algebra(name: str, symbols: bool) -> None:
    function, shapes = LINALG[name]
    assert_same(function, given(*shapes), symbols)


def test_every_array_function_is_a_function_of_numpy() -> None:
    for name in ARRAY_FUNCTIONS:
        home: Any = np
        for part in name.split("."):
            home = getattr(home, part)
        assert callable(home)


# indexing

KEYS: list[Any] = [
    0,
    -1,
    np.int64(1),
    slice(None),
    slice(1, None),
    slice(None, None, -1),
    slice(0, 4, 2),
    slice(2, 2),
    None,
    ...,
    (0, 1),
    (slice(None), 1),
    (..., 0),
    (None, ..., None),
    (slice(None), None, slice(1, 3)),
    (0, ..., slice(None, 2)),
    [0, 1, 1],
    np.array([[0, 1], [1, 0]]),
    ([0, 1], [2, 0]),
    ([0, 1], slice(None), [2, 0]),
    (slice(None), [0, 2], [1, 3]),
    (slice(None), [0, 2], 1),
    (0, slice(None), [1, 3, 3]),
    (slice(None), np.array([[0], [2]]), np.array([1, 3, 0])),
    (np.array([1]), np.array([[2], [0]])),
    (None, [0, 1], None, [1, 2]),
    np.array([True, False]),
    MASK,
    (slice(None), np.array([True, False, True])),
    (np.array([True, True]), [0, 1]),
    (slice(None), slice(None), np.zeros(4, bool)),
    ([], slice(None)),
    (0, 1, 2),
]


@pytest.mark.parametrize("key", KEYS, ids=repr)
def test_indexing(key: Any) -> None:
    assert_same(lambda x: x[key], given((2, 3, 4)), False)


@pytest.mark.parametrize("key", [slice(None), None, ..., (..., None), (None, slice(None), slice(None, None, 1))], ids=repr)
def test_indexing_of_symbols(key: Any) -> None:
    assert_same(lambda x: x[key], given((2, 3)), True)


def test_iteration_over_rows() -> None:
    assert_same(lambda x: sum(row * row for row in x), given((2, 3)), False)
    assert_same(lambda x: [r for r in x][1] if isinstance(x, np.ndarray) else list(x)[1], given((2, 3)), False)
    assert len(rc.tensor("x", "4 n")) == 4


# constants

CONSTANTS = [
    np.array(2.5),
    np.eye(3),
    -4 * np.eye(2),
    np.ones((2, 3)),
    np.zeros(3),
    np.array([[7.0]]),
    ARRAY,
    MASK,
    np.arange(6).reshape(1, 2, 3),
    np.array([1.0, np.inf]),
    ARRAY.astype(np.float32),
    np.zeros((0, 2)),
]


@pytest.mark.parametrize("array", CONSTANTS, ids=lambda array: str(array.shape))
def test_constants_keep_their_numbers(array: np.ndarray) -> None:
    node = constant_array(array)
    assert node.axes == array.shape
    np.testing.assert_array_equal(evaluate([node], constants_of(node))[0], array.astype(float))


def test_ones_and_identities_are_networks() -> None:
    for array in (np.eye(3), np.ones(4), 5 * np.ones((2, 2)), np.zeros(2), np.array([[3]])):
        assert constants_of(constant_array(array)) == {}


def test_equal_constants_are_one_leaf() -> None:
    one, other = constant_array(ARRAY), constant_array(ARRAY.copy())
    assert one is other
    assert is_constant(one)
    assert not is_constant(rc.tensor("x", "2 3").node)
    assert constant_array(ARRAY.T) is not one


def test_constants_are_independent_of_the_array() -> None:
    array = ARRAY.copy()
    node = constant_array(array)
    array[:] = 0
    np.testing.assert_array_equal(constants_of(node)[node.name], ARRAY)  # type: ignore[attr-defined]


@pytest.mark.parametrize("array", [np.array([1j]), np.array(["a"]), np.array([None])], ids=str)
def test_other_arrays_are_no_constants(array: np.ndarray) -> None:
    with pytest.raises(rc.OperandError):
        constant_array(array)


# what does not fit

x, y, A2, s = (rc.tensor(n, d) for n, d in (("x", "n"), ("y", "m"), ("A", "n n"), ("s", "3")))

CLASHES: dict[str, tuple[Function, type[Exception], str]] = {
    "two symbols": (lambda: x + y, rc.ShapeError, "n and m"),
    "symbol and number": (lambda: x * np.ones(3), rc.ShapeError, "n and 3"),
    "matmul": (lambda: A2 @ y, rc.ShapeError, "n and m"),
    "matmul of a scalar": (lambda: A2 @ rc.tensor("c"), rc.ShapeError, "scalar"),
    "einsum": (lambda: np.einsum("ij,j", A2, y), rc.ShapeError, "n and m"),
    "einsum axes": (lambda: np.einsum("ijk,j", A2, x), rc.ShapeError, "n x n"),
    "einsum output": (lambda: np.einsum("ij->k", A2), rc.ShapeError, "k"),
    "einsum text": (lambda: np.einsum("i?->i", A2), rc.ParseError, "?"),
    "inv": (lambda: np.linalg.inv(x), rc.ShapeError, "square"),
    "det of a rectangle": (lambda: np.linalg.det(np.outer(x, y)), rc.ShapeError, "n and m"),
    "axis": (lambda: x.sum(axis=1), rc.ShapeError, "axis 1"),
    "axis twice": (lambda: A2.sum(axis=(0, 0)), rc.ShapeError, "twice"),
    "reshape": (lambda: s.reshape(2, 2), rc.ShapeError, "3"),
    "reshape -1": (lambda: s.reshape(2, -1), rc.ShapeError, "3"),
    "squeeze": (lambda: np.squeeze(s, 0), rc.ShapeError, "3"),
    "broadcast_to": (lambda: np.broadcast_to(s, (4,)), rc.ShapeError, "3 and 4"),
    "concatenate": (lambda: np.concatenate([s, A2]), rc.ShapeError, "axes"),
    "stack": (lambda: np.stack([s, rc.tensor("t", "2")]), rc.ShapeError, "3 and 2"),
    "index": (lambda: s[3], rc.ShapeError, "out of range"),
    "too many indices": (lambda: s[0, 0], rc.ShapeError, "2 indices"),
    "mask": (lambda: s[np.array([True, False])], rc.ShapeError, "3 and 2"),
    "index by a float": (lambda: s[1.0], rc.OperandError, "1.0"),
    "index by an expression": (lambda: s[s], rc.TraceError, "constant"),
    "entry of a symbol": (lambda: x[0], rc.TraceError, "n"),
    "slice of a symbol": (lambda: x[1:], rc.TraceError, "n"),
    "concatenate symbols": (lambda: np.concatenate([x, x]), rc.TraceError, "n"),
    "product over a symbol": (lambda: np.prod(x), rc.TraceError, "n"),
    "loop over a symbol": (lambda: list(x), rc.TraceError, "n"),
    "length of a symbol": (lambda: len(x), rc.TraceError, "n"),
    "range over a symbol": (lambda: range(x.shape[0]), rc.TraceError, "n"),
    "svd": (lambda: np.linalg.svd(A2), rc.TraceError, "svd"),
    "pinv": (lambda: np.linalg.pinv(A2), rc.TraceError, "pinv"),
    "norm 2 of a matrix": (lambda: np.linalg.norm(A2, 2), rc.TraceError, "svd"),
    "floor": (lambda: np.floor(x), rc.TraceError, "floor"),
    "sort": (lambda: np.sort(x), rc.TraceError, "sort"),
    "accumulate": (lambda: np.add.accumulate(x), rc.TraceError, "accumulate"),
    "out": (lambda: np.add(s, 1, out=np.zeros(3)), rc.TraceError, "in place"),
    "where=": (lambda: np.sum(s, where=np.ones(3, bool)), rc.TraceError, "where"),
    "dtype": (lambda: np.sum(s, dtype=int), rc.TraceError, "int"),
    "where": (lambda: np.where(s > 0, s, 0), rc.TraceError, "s > 0"),
    "where of an expression": (lambda: np.where(s, s, 0), rc.TraceError, "condition"),
    "complex": (lambda: s * 1j, rc.OperandError, "complex"),
    "nan": (lambda: s * np.nan, rc.RicciError, "nan"),
    "fill_diagonal": (lambda: np.fill_diagonal(A2, 1), rc.TraceError, "in place"),
    "sign of the determinant": (lambda: np.linalg.slogdet(A2)[0] * s, rc.TraceError, "sign"),
}


@pytest.mark.parametrize("name", CLASHES)
def test_what_does_not_fit(name: str) -> None:
    function, kind, mentions = CLASHES[name]
    with pytest.raises(kind, match=mentions.replace("?", r"\?")):
        function()


@pytest.mark.parametrize("other", ["a", None, object(), {1}, np.ones((1, 2)).view(np.matrix)], ids=lambda other: type(other).__name__)
def test_operators_refuse_other_things(other: Any) -> None:
    with pytest.raises(TypeError):
        _ = s + other
    with pytest.raises(TypeError):
        _ = other @ s


def test_the_mixin_needs_a_class() -> None:
    with pytest.raises(NotImplementedError):
        NumpyProtocols._wrap(x.node)


def test_shape_and_size() -> None:
    T = rc.tensor("T", "n 3 m")
    assert T.shape == ("n", 3, "m")
    assert T.ndim == np.ndim(T) == 3
    assert T.size == "3*m*n"
    assert np.shape(T) == T.shape
    assert rc.tensor("c").shape == ()
    assert T.shape[0] != T.shape[2]
    assert T.size // T.shape[2] == "3*n"
    with pytest.raises(rc.TraceError, match="symbol"):
        assert T.shape[0] == 3
