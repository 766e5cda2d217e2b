# mypy: disable-error-code="no-any-return,no-untyped-def,import-not-found,import-untyped,attr-defined"
"""JAX: how steps are spelled, the names of functions, and definitions of those that JAX has not.

The definitions are copied into standalone source as they stand: they use `jax`, `jnp` and each other only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tensor_networks.backends.jax_matrices import (  # noqa: F401
    eigvals,
    eigvecs,
    expm,
    logm,
    minors,
    powm,
    root_step,
    sqrtm,
    sylvester,
    tall_qr,
    wide_svd,
)
from tensor_networks.backends.numpy import (  # noqa: F401
    along_diagonals,
    amax,
    check,
    cofactor,
    duplication,
    folded,
    from_diagonals,
    half,
    lower,
    lowered,
    peak,
    places_of_half,
    relu,
    sigmoid_slope,
    size_of_half,
    step,
    toeplitz,
    where,
)
from tensor_networks.backends.numpy_matrices import (  # noqa: F401
    adjalong,
    along,
    banded_columns,
    banded_rows,
    cholesky,
    curve,
    eigvalsh,
    eigvecsh,
    expmalong,
    expmcurve,
    gaps,
    logmalong,
    logmcurve,
    nucnorm,
    pinv,
    polar,
    polarcurve,
    polarturn,
    powmalong,
    powmcurve,
    qfactor,
    rfactor,
    sqrtmalong,
    sqrtmcurve,
    svdleft,
    svdright,
    svdvals,
    symmetric_part,
    widened,
)
from tensor_networks.backends.numpy_special import (  # noqa: F401
    cardinal,
    cardinalcurve,
    cardinalfourth,
    cardinalslope,
    cardinalthird,
    of_cardinal,
)

if TYPE_CHECKING:
    import jax
    import jax.numpy as jnp

IMPORTS = ("import jax", "import jax.numpy as jnp")
TRANSLATED = {"np.": "jnp."}  # in definitions taken from NumPy
STEPS = {
    "einsum": "jnp.einsum('{0}', {1})",
    "stack": "jnp.stack(({0}), {1})",
    "array": "jnp.array({0}, dtype)",
    "transpose": "{0}.transpose({order})",
    "scalar": "jnp.asarray({0}, dtype)",
    "full": "jnp.full({shape}, {0}, dtype)",
    "eye": "jnp.eye({shape_list}, dtype=dtype)",
    "broadcast": "jnp.broadcast_to({0}, {shape})",
    "embed": "embed({0}, {pattern}, {shape}, dtype)",
    "pattern": "{0}({shape_list}, dtype)",
    "copy": "{0}",
    "root": "jnp.sqrt({0})",
}
NAMES = {
    **{name: f"jnp.{name}" for name in ("exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh", "log1p", "expm1")},
    **{name: f"jnp.{name}" for name in ("sqrt", "abs", "sign", "power", "arctan2", "hypot", "maximum", "minimum")},
    **{name: f"jnp.arc{name[1:]}" for name in ("asin", "acos", "atan", "asinh", "acosh", "atanh")},
    "inv": "jnp.linalg.inv",
    "det": "jnp.linalg.det",
    "solve": "jnp.linalg.solve",
    "sigmoid": "jax.nn.sigmoid",
    "softplus": "jax.nn.softplus",
    "erf": "jax.scipy.special.erf",
    "erfc": "jax.scipy.special.erfc",
    "gammaln": "jax.scipy.special.gammaln",
    "digamma": "jax.scipy.special.digamma",
    "gamma": "jax.scipy.special.gamma",
    "erfinv": "jax.scipy.special.erfinv",
    "ndtr": "jax.scipy.special.ndtr",
    "logndtr": "jax.scipy.special.log_ndtr",
    "elu": "jax.nn.elu",
    "xlogy": "jax.scipy.special.xlogy",
}


def array(name: str, x: object, order: int) -> jnp.ndarray:
    """The input as an array of floats with that many axes."""
    x = jnp.asarray(x)
    if x.ndim != order:
        raise ValueError(f"{name} must have {order} axes, not shape {x.shape}")
    return x if jnp.issubdtype(x.dtype, jnp.inexact) else x.astype(float)


def common_dtype(*arrays: jnp.ndarray) -> jnp.dtype:
    """The dtype of constants: that of all inputs together."""
    return jnp.result_type(*arrays) if arrays else jnp.result_type(float)


def embed(core: jnp.ndarray, pattern: tuple[int, ...], shape: tuple[int, ...], dtype: jnp.dtype) -> jnp.ndarray:
    """Zeros of that shape, and `core` where all axes of equal number in the pattern have equal index."""
    first = [pattern.index(axis) for axis in range(max(pattern) + 1)]
    core = jnp.broadcast_to(jnp.asarray(core, dtype), [shape[axis] for axis in first])
    core = jnp.transpose(core, sorted(range(len(first)), key=first.__getitem__))
    spread = core.reshape([size if axis in first else 1 for axis, size in enumerate(shape)])
    lines = [[-1 if k == axis else 1 for k in range(len(shape))] for axis in range(len(shape))]
    places = [jnp.arange(size).reshape(line) for size, line in zip(shape, lines, strict=True)]
    inside = jnp.ones((), bool)
    for axis, number in enumerate(pattern):
        inside = inside & (places[axis] == places[first[number]])
    return jnp.where(inside, spread, jnp.zeros((), dtype))


def deposit(out: jnp.ndarray, core: jnp.ndarray, pattern: tuple[int, ...]) -> jnp.ndarray:
    """Add `core` where all axes of equal number in the pattern have equal index."""
    return out + embed(core, pattern, out.shape, out.dtype)


def gram(x: jnp.ndarray, d: jnp.ndarray) -> jnp.ndarray:
    """x' diag(d) x."""
    return (x.T * d) @ x


def softmax(x: jnp.ndarray) -> jnp.ndarray:
    """exp(x) / sum(exp(x)) along the last axis, without overflow."""
    return jax.nn.softmax(x, axis=-1)


def logsumexp(x: jnp.ndarray) -> jnp.ndarray:
    """log(sum(exp(x))) along the last axis, without overflow."""
    return jax.scipy.special.logsumexp(x, axis=-1)


def norm2(x: jnp.ndarray) -> jnp.ndarray:
    """The root of the sum of squares over all axes, scaled against overflow and underflow."""
    largest = jnp.max(jnp.abs(x), initial=0)
    scale = jnp.where((largest > 0) & jnp.isfinite(largest), largest, 1)
    return scale * jnp.sqrt(jnp.sum(jnp.square(x / scale)))


def unit(x: jnp.ndarray) -> jnp.ndarray:
    """x / norm2(x), and 0 at 0."""
    largest = jnp.max(jnp.abs(x), initial=0)
    scaled = x / jnp.where(largest > 0, largest, 1)
    return scaled / jnp.where(largest > 0, norm2(scaled), 1)


def mills(x: jnp.ndarray) -> jnp.ndarray:
    """The normal density over its distribution function."""
    return millsgap(x) - x


def millsgap(x: jnp.ndarray) -> jnp.ndarray:
    """mills(x) + x: far below 0 by a continued fraction (DLMF 7.9.1)."""
    value = far = jnp.maximum(-x, 5)
    for k in range(60, 1, -1):
        value = k / value + far
    near = jnp.maximum(x, -5)
    return jnp.where(x > -5, jax.scipy.stats.norm.pdf(near) / jax.scipy.special.ndtr(near) + x, 1 / value)


def detsign(x: jnp.ndarray) -> jnp.ndarray:
    """The sign of det x."""
    return jnp.linalg.slogdet(x)[0]


def logdet(x: jnp.ndarray) -> jnp.ndarray:
    """log|det| of the last two axes, without overflow."""
    return jnp.linalg.slogdet(x)[1]


def logdet_definite(x: jnp.ndarray) -> jnp.ndarray:
    """The same of a symmetric positive definite matrix, from its Cholesky factor."""
    return 2 * jnp.sum(jnp.log(jnp.diagonal(jnp.linalg.cholesky(x))))


def adj(x: jnp.ndarray) -> jnp.ndarray:
    """The adjugate of the last two axes, from the singular values: exact at singular matrices too."""
    u, s, vh = jnp.linalg.svd(x)
    ones = jnp.ones_like(s[..., :1])
    before = jnp.cumprod(jnp.concatenate([ones, s[..., :-1]], axis=-1), axis=-1)
    after = jnp.cumprod(jnp.concatenate([ones, s[..., :0:-1]], axis=-1), axis=-1)[..., ::-1]
    others = before * after * (jnp.linalg.det(u) * jnp.linalg.det(vh))[..., None]
    return vh.conj().mT * others[..., None, :] @ u.conj().mT


def trigamma(x: jnp.ndarray) -> jnp.ndarray:
    """The derivative of digamma."""
    return jax.scipy.special.polygamma(1, x)


def tetragamma(x: jnp.ndarray) -> jnp.ndarray:
    """The derivative of trigamma."""
    return jax.scipy.special.polygamma(2, x)


def pentagamma(x: jnp.ndarray) -> jnp.ndarray:
    """The derivative of tetragamma."""
    return jax.scipy.special.polygamma(3, x)


def hexagamma(x: jnp.ndarray) -> jnp.ndarray:
    """The derivative of pentagamma."""
    return jax.scipy.special.polygamma(4, x)


def heptagamma(x: jnp.ndarray) -> jnp.ndarray:
    """The derivative of hexagamma."""
    return jax.scipy.special.polygamma(5, x)


def elimination(count: int, rows: int, columns: int, dtype: jnp.dtype) -> jnp.ndarray:
    """1 where the first index counts the place of the others on or below the diagonal, column by column."""
    out = jnp.zeros((count, rows, columns), dtype)
    column, row = jnp.triu_indices(rows)
    return out.at[jnp.arange(count), row, column].set(1)


def mirrored(x: jnp.ndarray) -> jnp.ndarray:
    """The symmetric matrix of a half-vector, the last axis."""
    rows, columns = places_of_half(size_of_half(x.shape[-1]))
    place = jnp.zeros((size_of_half(x.shape[-1]),) * 2, int)
    place = place.at[rows, columns].set(jnp.arange(x.shape[-1])).at[columns, rows].set(jnp.arange(x.shape[-1]))
    return x[..., place]
