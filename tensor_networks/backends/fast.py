"""Definitions for programs that run here: those of `tensor_networks.backends.numpy`, made for speed.

They take arrays of one floating point type that nobody else holds the results of, and run where NumPy's warnings are
off.
"""

# mypy: disable-error-code="no-any-return"

import numpy as np

from tensor_networks.backends import numpy as plain

LEAF = 40  # rows of a triangular matrix that is inverted as any other
OVERWRITING = ("sigmoid", "softmax")  # these can be told that nobody else sees their argument


def over(function: np.ufunc, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """function(x, y), written over x."""
    return function(x, y, x)


def under(function: np.ufunc, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """function(x, y), written over y."""
    return function(x, y, y)


def onto(function: np.ufunc, x: np.ndarray) -> np.ndarray:
    """function(x), written over x."""
    return function(x, x)


def sigmoid(x: np.ndarray, own: bool = False) -> np.ndarray:
    """1 / (1 + exp(-x)); where exp overflows, that is the 0 it should be."""
    if not x.ndim:
        return 1 / (1 + np.exp(-x))
    t = np.negative(x, x) if own else np.negative(x)
    np.exp(t, t)
    t += 1
    return np.reciprocal(t, t)


def sigmoid_slope(x: np.ndarray) -> np.ndarray:
    """sigmoid(x) * sigmoid(-x), without overflow."""
    if not x.ndim:
        return plain.sigmoid_slope(x)
    t = np.abs(x)
    np.negative(t, t)
    np.exp(t, t)
    u = t + 1
    np.multiply(u, u, u)
    return np.divide(t, u, t)


def softplus(x: np.ndarray) -> np.ndarray:
    """log(1 + exp(x)), without overflow."""
    if not x.ndim:
        return plain.softplus(x)
    t = np.abs(x)
    np.negative(t, t)
    np.exp(t, t)
    np.log1p(t, t)
    return np.add(t, np.maximum(x, 0), t)


def softmax(x: np.ndarray, own: bool = False) -> np.ndarray:
    """exp(x) / sum(exp(x)) along the last axis, without overflow."""
    out = x if own else None
    if not x.size:
        return plain.softmax(x)
    if x.ndim == 1:
        t = np.subtract(x, np.maximum.reduce(x), out)
        np.exp(t, t)
        return np.divide(t, np.add.reduce(t), t)
    t = np.subtract(x, np.maximum.reduce(x, -1, keepdims=True), out)
    np.exp(t, t)
    return np.divide(t, np.add.reduce(t, -1, keepdims=True), t)


def logsumexp(x: np.ndarray) -> np.ndarray:
    """log(sum(exp(x))) along the last axis, without overflow; -inf for no elements."""
    if x.ndim != 1 or not x.size:
        return plain.logsumexp(x)
    peak = np.maximum.reduce(x)
    if not np.isfinite(peak):
        return plain.logsumexp(x)
    t = x - peak
    np.exp(t, t)
    return np.log(np.add.reduce(t)) + peak


def inv_definite(x: np.ndarray) -> np.ndarray:
    """The inverse of a symmetric positive definite matrix from that of its Cholesky factor: most of it is matrix products.

    As accurate as by elimination (N. Higham, Accuracy and Stability of Numerical Algorithms, chapter 14). What turns out not
    to be definite is inverted all the same.
    """
    try:
        half = _inv_lower(np.linalg.cholesky(x))
    except np.linalg.LinAlgError:
        return np.linalg.inv(x)
    return half.T.dot(half)


def _inv_lower(x: np.ndarray) -> np.ndarray:
    """The inverse of a lower triangular matrix, half by half."""
    if len(x) <= LEAF:
        return np.linalg.inv(x)
    middle = len(x) // 2
    out = np.zeros_like(x)
    first = out[:middle, :middle] = _inv_lower(x[:middle, :middle])
    last = out[middle:, middle:] = _inv_lower(x[middle:, middle:])
    out[middle:, :middle] = np.negative(last).dot(x[middle:, :middle]).dot(first)
    return out


def embed(
    core: np.ndarray, shape: tuple[int, ...], sizes: tuple[int, ...], strides: tuple[int, ...], dtype: np.dtype
) -> np.ndarray:
    """Zeros of that shape with `core` in the view of those sizes and strides."""
    out = np.zeros(shape, dtype)
    np.ndarray(sizes, dtype, out, 0, strides)[...] = core
    return out


def deposit(
    out: np.ndarray, core: np.ndarray, sizes: tuple[int, ...], strides: tuple[int, ...], pattern: tuple[int, ...]
) -> np.ndarray:
    """Add `core` in place to the view of those sizes and strides, which `pattern` describes too."""
    if not out.flags.c_contiguous:
        return plain.deposit(out, core, pattern)
    view: np.ndarray = np.ndarray(sizes, out.dtype, out, 0, strides)
    np.add(view, core, view)
    return out
