"""NumPy: how steps are spelled, the names of functions, and stable definitions of those that NumPy has not.

The definitions below are run as they stand, and are copied into standalone source as they stand: they use `np`, `math`
and each other only.
"""

# mypy: disable-error-code="no-any-return,no-untyped-def"

import numpy as np

from tensor_networks.backends.numpy_halves import (  # noqa: F401
    along_diagonals,
    folded,
    from_diagonals,
    half,
    lowered,
    mirrored,
    places_of_half,
    size_of_half,
)
from tensor_networks.backends.numpy_matrices import (  # noqa: F401
    adjalong,
    along,
    banded_columns,
    banded_rows,
    cholesky,
    curve,
    eigvals,
    eigvalsh,
    eigvecs,
    eigvecsh,
    expm,
    expmalong,
    expmcurve,
    gaps,
    logm,
    logmalong,
    logmcurve,
    minors,
    nucnorm,
    pinv,
    polar,
    polarcurve,
    polarturn,
    powm,
    powmalong,
    powmcurve,
    qfactor,
    rfactor,
    sqrtm,
    sqrtmalong,
    sqrtmcurve,
    svdleft,
    svdright,
    svdvals,
    sylvester,
    symmetric_part,
    tall_qr,
    whole,
    wide_svd,
    widened,
)
from tensor_networks.backends.numpy_special import (  # noqa: F401
    cardinal,
    cardinalcurve,
    cardinalfourth,
    cardinalslope,
    cardinalthird,
    digamma,
    each,
    erf,
    erfc,
    erfinv,
    gamma,
    gammaln,
    heptagamma,
    hexagamma,
    inverse_erf,
    inverse_mills,
    log_gamma,
    log_normal,
    logndtr,
    mills,
    mills_gap,
    millsgap,
    ndtr,
    of_cardinal,
    pentagamma,
    polygamma,
    tetragamma,
    trigamma,
    whole_gamma,
)

IMPORTS = ("import math", "import numpy as np")
TRANSLATED: dict[str, str] = {}
STEPS = {
    "einsum": "np.einsum('{0}', {1}, optimize=True)",
    "stack": "np.stack(({0}), {1})",
    "array": "np.array({0}, dtype)",
    "transpose": "{0}.transpose({order})",
    "scalar": "dtype.type({0})",
    "full": "np.full({shape}, {0}, dtype)",
    "eye": "np.eye({shape_list}, dtype=dtype)",
    "broadcast": "np.broadcast_to({0}, {shape})",
    "embed": "embed({0}, {pattern}, {shape}, dtype)",
    "pattern": "{0}({shape_list}, dtype)",
    "copy": "{0}.copy()",
    "root": "np.sqrt({0})",
}
NAMES = {
    "exp": "np.exp",
    "log": "np.log",
    "sin": "np.sin",
    "cos": "np.cos",
    "tan": "np.tan",
    "asin": "np.arcsin",
    "acos": "np.arccos",
    "atan": "np.arctan",
    "sinh": "np.sinh",
    "cosh": "np.cosh",
    "tanh": "np.tanh",
    "asinh": "np.arcsinh",
    "acosh": "np.arccosh",
    "atanh": "np.arctanh",
    "log1p": "np.log1p",
    "expm1": "np.expm1",
    "sqrt": "np.sqrt",
    "abs": "np.abs",
    "sign": "np.sign",
    "power": "np.power",
    "arctan2": "np.arctan2",
    "hypot": "np.hypot",
    "maximum": "np.maximum",
    "minimum": "np.minimum",
}


def array(name: str, x: object, order: int) -> np.ndarray:
    """The input as an array of floats with that many axes."""
    x = np.asarray(x)
    if x.dtype.kind not in "fcbiu" or x.ndim != order:
        raise ValueError(f"{name} must be a numeric array with {order} axes, not {x.dtype} of shape {x.shape}")
    return x if x.dtype.kind in "fc" else x.astype(float)


def check(name: str, x: np.ndarray, shape: tuple[int, ...]) -> None:
    """Refuse an input of another shape: nothing is broadcast."""
    if x.shape != shape:
        raise ValueError(f"{name} has shape {x.shape}, not {shape}")


def common_dtype(*arrays: np.ndarray) -> np.dtype:
    """The dtype of constants: that of all inputs together."""
    return np.result_type(*arrays) if arrays else np.dtype(float)


def embed(core: np.ndarray, pattern: tuple[int, ...], shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """Zeros of that shape, and `core` where all axes of equal number in the pattern have equal index."""
    out = np.zeros(shape, dtype)
    np.einsum(out, pattern, range(max(pattern) + 1))[...] = core
    return out


def deposit(out: np.ndarray, core: np.ndarray, pattern: tuple[int, ...]) -> np.ndarray:
    """Add `core` in place where all axes of equal number in the pattern have equal index."""
    np.einsum(out, pattern, range(max(pattern) + 1))[...] += core
    return out


def gram(x: np.ndarray, d: np.ndarray) -> np.ndarray:
    """x' diag(d) x, with half the work where d has no negative or no positive entry."""
    if d.dtype.kind == "f" and x.dtype == d.dtype:
        sign = 1 if np.all(d >= 0) else -1 if np.all(d <= 0) else 0
        if sign:
            y = np.sqrt(np.abs(d))[:, None] * x
            return y.T @ y if sign > 0 else -(y.T @ y)
    return (x.T * d) @ x


def sigmoid(x: np.ndarray) -> np.ndarray:
    """1 / (1 + exp(-x)), without overflow."""
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, np.ones_like(small), small) / (1 + small)


def sigmoid_slope(x: np.ndarray) -> np.ndarray:
    """sigmoid(x) * sigmoid(-x), without overflow."""
    small = np.exp(-np.abs(x))
    return small / np.square(1 + small)


def softplus(x: np.ndarray) -> np.ndarray:
    """log(1 + exp(x)), without overflow."""
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def relu(x: np.ndarray) -> np.ndarray:
    """max(x, 0)."""
    return np.maximum(x, 0)


def step(x: np.ndarray) -> np.ndarray:
    """1 for positive x, 1/2 at 0, 0 for negative x."""
    return (1 + np.sign(x)) / 2


def where(condition: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """x where the condition is positive, y elsewhere."""
    return np.where(condition > 0, x, y)


def xlogy(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """x log(y), and 0 at x = 0."""
    return np.where(x == 0, np.zeros_like(x), x * np.log(y))


def softmax(x: np.ndarray) -> np.ndarray:
    """exp(x) / sum(exp(x)) along the last axis, without overflow."""
    shifted = np.exp(x - np.max(x, axis=-1, keepdims=True, initial=-np.inf))
    return shifted / np.sum(shifted, axis=-1, keepdims=True)


def logsumexp(x: np.ndarray) -> np.ndarray:
    """log(sum(exp(x))) along the last axis, without overflow; -inf for no elements."""
    peak = np.max(x, axis=-1, keepdims=True, initial=-np.inf)
    peak = np.where(np.isfinite(peak), peak, np.zeros_like(peak))
    return np.log(np.sum(np.exp(x - peak), axis=-1)) + peak[..., 0]


def amax(x: np.ndarray) -> np.ndarray:
    """The largest entry along the last axis."""
    return np.max(x, axis=-1)


def peak(x: np.ndarray) -> np.ndarray:
    """1 at the largest entry along the last axis, shared by equal ones; 0 elsewhere."""
    largest = (x == np.max(x, axis=-1, keepdims=True)).astype(x.dtype)
    return largest / np.sum(largest, axis=-1, keepdims=True)


def norm2(x: np.ndarray) -> np.ndarray:
    """The root of the sum of squares over all axes; scaled where squares would overflow or underflow."""
    flat = np.abs(x).reshape(-1)
    square = flat @ flat
    limits = np.finfo(flat.dtype)
    if limits.tiny / limits.eps < square < limits.max:
        return np.sqrt(square)
    peak = np.max(flat, initial=0)
    if peak == 0 or not np.isfinite(peak):
        return peak
    flat = flat / peak
    return peak * np.sqrt(flat @ flat)


def unit(x: np.ndarray) -> np.ndarray:
    """x / norm2(x), and 0 at 0."""
    length = norm2(x)
    if length == 0:
        return np.zeros_like(x)
    if np.isfinite(length) and length * length > 0:
        return x / length
    scaled = x / np.max(np.abs(x))
    return scaled / norm2(scaled)


def with_blas(function, x: np.ndarray) -> np.ndarray:
    """A function of numpy.linalg; a dtype that LAPACK has not is computed in double precision."""
    if x.dtype.char in "dfFD":
        return function(x)
    wide = complex if x.dtype.kind == "c" else float
    return np.asarray(function(x.astype(wide))).astype(x.dtype)[()]


def inv(x: np.ndarray) -> np.ndarray:
    """The inverse of the last two axes."""
    return with_blas(np.linalg.inv, x)


def solve(x: np.ndarray, b: np.ndarray) -> np.ndarray:
    """inv(x) @ b, for a matrix x and a vector or matrix b."""
    if x.dtype == b.dtype:
        return with_blas(lambda y: np.linalg.solve(y, b.astype(y.dtype, copy=False)), x)
    return np.linalg.solve(x, b)


def det(x: np.ndarray) -> np.ndarray:
    """The determinant of the last two axes."""
    return with_blas(np.linalg.det, x)


def elu(x: np.ndarray) -> np.ndarray:
    """x where it is positive, exp(x) - 1 elsewhere."""
    return np.where(x > 0, x, np.expm1(np.minimum(x, 0)))


def detsign(x: np.ndarray) -> np.ndarray:
    """The sign of det x."""
    return with_blas(lambda y: np.linalg.slogdet(y)[0], x)


def logdet(x: np.ndarray) -> np.ndarray:
    """log|det| of the last two axes, without overflow."""
    return with_blas(lambda y: np.linalg.slogdet(y)[1], x)


def logdet_definite(x: np.ndarray) -> np.ndarray:
    """The same of a symmetric positive definite matrix, from its Cholesky factor."""
    try:
        factor = with_blas(np.linalg.cholesky, x)
    except np.linalg.LinAlgError:
        return logdet(x)
    return 2 * np.sum(np.log(np.diagonal(factor)))


def adjugate(x: np.ndarray) -> np.ndarray:
    """The transposed cofactors of the last two axes, from the singular values: exact at singular matrices too."""
    u, s, vh = np.linalg.svd(x)
    before = np.ones_like(s)
    after = np.ones_like(s)
    for k in range(1, s.shape[-1]):
        before[..., k] = before[..., k - 1] * s[..., k - 1]
        after[..., -k - 1] = after[..., -k] * s[..., -k]
    sign = np.linalg.det(u) * np.linalg.det(vh)
    others = before * after * sign[..., None]
    return vh.conj().mT * others[..., None, :] @ u.conj().mT


def adj(x: np.ndarray) -> np.ndarray:
    """The adjugate: inv(x) * det(x), also where x is singular."""
    return with_blas(adjugate, x)


def cofactor(x: np.ndarray) -> np.ndarray:
    """The matrix of cofactors: the gradient of det."""
    return adj(x).mT


def elimination(count: int, rows: int, columns: int, dtype: np.dtype) -> np.ndarray:
    """1 where the first index counts the place of the others on or below the diagonal, column by column."""
    out = np.zeros((count, rows, columns), dtype)
    column, row = np.triu_indices(rows)
    out[np.arange(count), row, column] = 1
    return out


def duplication(rows: int, columns: int, count: int, dtype: np.dtype) -> np.ndarray:
    """1 where the last index counts the place of the others, or its mirror image, on or below the diagonal."""
    below = elimination(count, rows, columns, dtype)
    return np.maximum(below, below.swapaxes(1, 2)).transpose(1, 2, 0)


def lower(rows: int, columns: int, dtype: np.dtype) -> np.ndarray:
    """1 on and below the diagonal."""
    return np.tri(rows, columns, dtype=dtype)


def toeplitz(count: int, rows: int, columns: int, dtype: np.dtype) -> np.ndarray:
    """1 where the first index counts the diagonal of the others, the lowest first."""
    offset = np.arange(columns) - np.arange(rows)[:, None] + rows - 1
    return (np.arange(count)[:, None, None] == offset).astype(dtype)
