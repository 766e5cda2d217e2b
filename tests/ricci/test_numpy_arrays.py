"""NumPy notation against NumPy: shapes, diagonals, entries, linear algebra and indexing."""

from typing import Any

import numpy as np
import pytest

import ricci as rc
from ricci.notation.numpy.reader import ARRAY_FUNCTIONS
from tests.numpy_cases import ARRAY, MASK, Function, assert_same, given

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
    "block": (lambda x: np.block([[x, ARRAY], [np.eye(2), x[:, :1], x]]), (2, 3), False),
    "block of vectors": (lambda x: np.block([x, 2 * x]), (3,), False),
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
    "size along an axis": (lambda x: x / np.size(x, 0), (2, 3), True),
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
    "norm keepdims of all": (lambda x: np.linalg.norm(x, keepdims=True), ((2, 3),)),  # type: ignore[call-overload]
    "norm 1": (lambda x: np.linalg.norm(-x, 1), ((3,),)),
    "norm 2": (lambda x: np.linalg.norm(-x, 2), ((3,),)),
    "norm 3": (lambda x: np.linalg.norm(-x, 3), ((3,),)),
    "norm 2.5": (lambda x: np.linalg.norm(-x, 2.5), ((3,),)),
    "norm inf": (lambda x: np.linalg.norm(-x, np.inf), ((3,),)),
    "norm -inf": (lambda x: np.linalg.norm(-x, -np.inf), ((3,),)),
    "norm 1 of a matrix": (lambda x: np.linalg.norm(-x, 1), ((2, 3),)),
    "norm inf of a matrix": (lambda x: np.linalg.norm(-x, np.inf, keepdims=True), ((2, 3),)),  # type: ignore[call-overload]
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
    ([0, 1], ..., [2, 0], [1, 1]),
    ([0, 1], [2, 0], ..., [1, 1]),
    (0, ..., [0, 1], [1, 1]),
    (slice(None, None, -2), [1, 0]),
]


@pytest.mark.parametrize("key", KEYS, ids=repr)
def test_indexing(key: Any) -> None:
    assert_same(lambda x: x[key], given((2, 3, 4)), False)


@pytest.mark.parametrize("key", [slice(None), None, ..., (..., None), (None, slice(None), slice(None, None, 1))], ids=repr)
def test_indexing_of_symbols(key: Any) -> None:
    assert_same(lambda x: x[key], given((2, 3)), True)


def test_iteration_over_rows() -> None:
    assert_same(lambda x: sum(row * row for row in x), given((2, 3)), False)
    assert_same(lambda x: list(x)[1], given((2, 3)), False)
    assert len(rc.tensor("x", "4 n")) == 4
