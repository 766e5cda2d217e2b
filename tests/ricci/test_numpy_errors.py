"""NumPy notation: what does not fit, or has no formula, raises and says what."""

from typing import Any

import numpy as np
import pytest

import ricci as rc
from ricci.notation.numpy.protocols import NumpyProtocols
from tests.numpy_cases import Function

x, y, A2, s = (rc.tensor(n, d) for n, d in (("x", "n"), ("y", "m"), ("A", "n n"), ("s", "3")))

CLASHES: dict[str, tuple[Function, type[Exception], str]] = {
    "two symbols": (lambda: x + y, rc.ShapeError, "n and m"),
    "symbol and number": (lambda: x * np.ones(3), rc.ShapeError, "n and 3"),
    "matmul": (lambda: A2 @ y, rc.ShapeError, "n and m"),
    "matmul of a scalar": (lambda: A2 @ rc.tensor("c"), rc.ShapeError, "scalar"),
    "einsum": (lambda: np.einsum("ij,j", A2, y), rc.ShapeError, "n and m"),
    "einsum axes": (lambda: np.einsum("ijk,j", A2, x), rc.ShapeError, "n x n"),
    "einsum output": (lambda: np.einsum("ij->k", A2), rc.IndexNotationError, "k"),
    "einsum output without the ellipsis": (lambda: np.einsum("...j->j", A2), rc.IndexNotationError, "..."),
    "einsum operands": (lambda: np.einsum("ij,jk->ik", A2), rc.IndexNotationError, "2 operands"),
    "einsum text": (lambda: np.einsum("i?->i", A2), rc.ParseError, "?"),
    "inv": (lambda: np.linalg.inv(x), rc.ShapeError, "matrix"),
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
    "index by an expression": (lambda: s[s], rc.TraceError, "one-hot"),
    "arange of a symbol": (lambda: rc.trace(lambda x: np.arange(len(x)) @ x, x="n"), rc.TraceError, "one-hot"),
    "an entry is assigned": (
        lambda: rc.trace(lambda x: np.zeros(3).__setitem__(0, x[0]), x="3"),
        rc.TraceError,
        "array of expressions",
    ),
    "entry of a symbol": (lambda: x[0], rc.TraceError, "n"),
    "slice of a symbol": (lambda: x[1:], rc.TraceError, "n"),
    "concatenate symbols": (lambda: np.concatenate([x, x]), rc.TraceError, "n"),
    "product over a symbol": (lambda: np.prod(x), rc.TraceError, "n"),
    "loop over a symbol": (lambda: list(x), rc.TraceError, "n"),
    "length of a symbol": (lambda: len(x), rc.TraceError, "n"),
    "range over a symbol": (lambda: range(x.shape[0]), rc.TraceError, "n"),
    "svd": (lambda: np.linalg.svd(rc.tensor("C", "n m")), rc.TraceError, "svd"),
    "qr": (lambda: np.linalg.qr(rc.tensor("C", "2 3"), mode="complete"), rc.TraceError, "qr"),
    "condition of another order": (lambda: np.linalg.cond(A2, 1), rc.TraceError, "order 1"),
    "pad": (lambda: np.pad(s, 1, mode="linear_ramp"), rc.TraceError, "linear_ramp"),
    "gradient": (lambda: np.gradient(s, s), rc.TraceError, "constants"),
    "gradient of two": (lambda: np.gradient(s[:2], edge_order=2), rc.ShapeError, "gradient"),
    "interp": (lambda: np.interp(s, [0, 1], [0, 1]), rc.TraceError, "places"),
    "cov": (lambda: np.cov(s, aweights=[1, 2, 3]), rc.TraceError, "weights"),
    "floor": (lambda: np.floor(x), rc.TraceError, "floor"),
    "sort": (lambda: np.sort(x), rc.TraceError, "sort"),
    "accumulate": (lambda: np.maximum.accumulate(x), rc.TraceError, "accumulate"),
    "at": (lambda: np.add.at(s, 0, 1), rc.TraceError, "add.at"),
    "reduce of floor": (lambda: np.floor_divide.reduce(s), rc.TraceError, "jumps"),
    "out": (lambda: np.add(s, 1, out=np.zeros(3)), rc.TraceError, "in place"),
    "where= of the largest": (lambda: np.max(s, where=np.ones(3, bool)), rc.TraceError, "initial"),
    "pinv with a bound": (lambda: np.linalg.pinv(A2, rcond=0.1), rc.TraceError, "rcond"),
    "windows": (lambda: np.lib.stride_tricks.sliding_window_view(s, 4), rc.ShapeError, "larger"),
    "dtype": (lambda: np.sum(s, dtype=int), rc.TraceError, "int"),
    "if": (lambda: s if s > 0 else -s, rc.TraceError, "s > 0"),
    "and of a number": (lambda: (s > 0) & 2, rc.OperandError, "truth values"),
    "where infinite": (lambda: np.where(x > 0, x, -np.inf), rc.TraceError, "infinite"),
    "where of an expression": (lambda: np.where(s, s, 0), rc.TraceError, "condition"),
    "complex": (lambda: s * 1j, rc.OperandError, "complex"),
    "nan": (lambda: s * np.nan, rc.RicciError, "nan"),
    "fill_diagonal": (lambda: np.fill_diagonal(A2, 1), rc.TraceError, "in place"),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("name", CLASHES)
def test_what_does_not_fit(name: str) -> None:
    function, kind, mentions = CLASHES[name]
    with pytest.raises(kind, match=mentions.replace("?", r"\?")):
        function()


@pytest.mark.parametrize(
    "other", ["a", None, object(), {1}, np.ones((1, 2)).view(np.matrix)], ids=lambda other: type(other).__name__
)
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
