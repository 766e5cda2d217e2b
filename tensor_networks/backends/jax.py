# mypy: disable-error-code="no-any-return,no-untyped-def,import-not-found,import-untyped,attr-defined"
"""JAX: how steps are spelled, the names of functions, and definitions of those that JAX has not.

The definitions are copied into standalone source as they stand: they use `jax`, `jnp` and each other only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tensor_networks.backends.jax_matrices import (  # noqa: F401
    along,
    cholesky,
    eigvals,
    eigvalsh,
    eigvecs,
    eigvecsh,
    expm,
    expmalong,
    gaps,
    logm,
    logmalong,
    minors,
    nucnorm,
    pinv,
    polar,
    polarturn,
    qfactor,
    rfactor,
    root_step,
    sqrtm,
    sqrtmalong,
    svdleft,
    svdright,
    svdvals,
    sylvester,
    symmetric_part,
    tall_qr,
    wide_svd,
)

if TYPE_CHECKING:
    import jax
    import jax.numpy as jnp

IMPORTS = ("import jax", "import jax.numpy as jnp")
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
    "xlogy": "jax.scipy.special.xlogy",
}


def array(name: str, x: object, order: int) -> jnp.ndarray:
    """The input as an array of floats with that many axes."""
    x = jnp.asarray(x)
    if x.ndim != order:
        raise ValueError(f"{name} must have {order} axes, not shape {x.shape}")
    return x if jnp.issubdtype(x.dtype, jnp.inexact) else x.astype(float)


def check(name: str, x: jnp.ndarray, shape: tuple[int, ...]) -> None:
    """Refuse an input of another shape: nothing is broadcast."""
    if x.shape != shape:
        raise ValueError(f"{name} has shape {x.shape}, not {shape}")


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


def sigmoid_slope(x: jnp.ndarray) -> jnp.ndarray:
    """sigmoid(x) * sigmoid(-x), without overflow."""
    small = jnp.exp(-jnp.abs(x))
    return small / jnp.square(1 + small)


def relu(x: jnp.ndarray) -> jnp.ndarray:
    """max(x, 0)."""
    return jnp.maximum(x, 0)


def step(x: jnp.ndarray) -> jnp.ndarray:
    """1 for positive x, 1/2 at 0, 0 for negative x."""
    return (1 + jnp.sign(x)) / 2


def where(condition: jnp.ndarray, x: jnp.ndarray, y: jnp.ndarray) -> jnp.ndarray:
    """x where the condition is positive, y elsewhere."""
    return jnp.where(condition > 0, x, y)


def softmax(x: jnp.ndarray) -> jnp.ndarray:
    """exp(x) / sum(exp(x)) along the last axis, without overflow."""
    return jax.nn.softmax(x, axis=-1)


def logsumexp(x: jnp.ndarray) -> jnp.ndarray:
    """log(sum(exp(x))) along the last axis, without overflow."""
    return jax.scipy.special.logsumexp(x, axis=-1)


def amax(x: jnp.ndarray) -> jnp.ndarray:
    """The largest entry along the last axis."""
    return jnp.max(x, axis=-1)


def peak(x: jnp.ndarray) -> jnp.ndarray:
    """1 at the largest entry along the last axis, shared by equal ones; 0 elsewhere."""
    largest = (x == jnp.max(x, axis=-1, keepdims=True)).astype(x.dtype)
    return largest / jnp.sum(largest, axis=-1, keepdims=True)


def norm2(x: jnp.ndarray) -> jnp.ndarray:
    """The root of the sum of squares over all axes, scaled against overflow and underflow."""
    peak = jnp.max(jnp.abs(x), initial=0)
    scale = jnp.where((peak > 0) & jnp.isfinite(peak), peak, 1)
    return scale * jnp.sqrt(jnp.sum(jnp.square(x / scale)))


def unit(x: jnp.ndarray) -> jnp.ndarray:
    """x / norm2(x), and 0 at 0."""
    peak = jnp.max(jnp.abs(x), initial=0)
    scaled = x / jnp.where(peak > 0, peak, 1)
    return scaled / jnp.where(peak > 0, norm2(scaled), 1)


def logdet(x: jnp.ndarray) -> jnp.ndarray:
    """log|det| of the last two axes, without overflow."""
    return jnp.linalg.slogdet(x)[1]


def adj(x: jnp.ndarray) -> jnp.ndarray:
    """The adjugate of the last two axes, from the singular values: exact at singular matrices too."""
    u, s, vh = jnp.linalg.svd(x)
    ones = jnp.ones_like(s[..., :1])
    before = jnp.cumprod(jnp.concatenate([ones, s[..., :-1]], axis=-1), axis=-1)
    after = jnp.cumprod(jnp.concatenate([ones, s[..., :0:-1]], axis=-1), axis=-1)[..., ::-1]
    others = before * after * (jnp.linalg.det(u) * jnp.linalg.det(vh))[..., None]
    return vh.conj().mT * others[..., None, :] @ u.conj().mT


def cofactor(x: jnp.ndarray) -> jnp.ndarray:
    """The matrix of cofactors: the gradient of det."""
    return adj(x).mT


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


def duplication(rows: int, columns: int, count: int, dtype: jnp.dtype) -> jnp.ndarray:
    """1 where the last index counts the place of the others, or its mirror image, on or below the diagonal."""
    half = elimination(count, rows, columns, dtype)
    return jnp.maximum(half, half.swapaxes(1, 2)).transpose(1, 2, 0)


def lower(rows: int, columns: int, dtype: jnp.dtype) -> jnp.ndarray:
    """1 on and below the diagonal."""
    return jnp.tri(rows, columns, dtype=dtype)


def toeplitz(count: int, rows: int, columns: int, dtype: jnp.dtype) -> jnp.ndarray:
    """1 where the first index counts the diagonal of the others, the lowest first."""
    offset = jnp.arange(columns) - jnp.arange(rows)[:, None] + rows - 1
    return (jnp.arange(count)[:, None, None] == offset).astype(dtype)


def places_of_half(size: int) -> tuple[jnp.ndarray, jnp.ndarray]:
    """Rows and columns of the places on and below the diagonal, column by column."""
    columns, rows = jnp.triu_indices(size)
    return rows, columns


def size_of_half(count: int) -> int:
    """The size of the matrix whose half has that many entries."""
    return round(((8 * count + 1) ** 0.5 - 1) / 2)


def half(x: jnp.ndarray) -> jnp.ndarray:
    """The entries of the last two axes on and below the diagonal, column by column."""
    rows, columns = places_of_half(x.shape[-1])
    return x[..., rows, columns]


def folded(x: jnp.ndarray) -> jnp.ndarray:
    """The same, with those above the diagonal added to their mirror images."""
    rows, columns = places_of_half(x.shape[-1])
    both = x[..., rows, columns] + x[..., columns, rows]
    return jnp.where(rows == columns, both / 2, both)


def mirrored(x: jnp.ndarray) -> jnp.ndarray:
    """The symmetric matrix of a half-vector, the last axis."""
    rows, columns = places_of_half(size_of_half(x.shape[-1]))
    place = jnp.zeros((size_of_half(x.shape[-1]),) * 2, int)
    place = place.at[rows, columns].set(jnp.arange(x.shape[-1])).at[columns, rows].set(jnp.arange(x.shape[-1]))
    return x[..., place]


def lowered(x: jnp.ndarray) -> jnp.ndarray:
    """The lower triangular matrix of a half-vector, the last axis."""
    return jnp.tril(mirrored(x))


def along_diagonals(x: jnp.ndarray) -> jnp.ndarray:
    """The sums along the diagonals of the last two axes, the lowest diagonal first."""
    size = x.shape[-1]
    wide = jnp.concatenate([x[..., ::-1, :], jnp.zeros_like(x)], -1).reshape(*x.shape[:-2], -1)
    return wide[..., : size * (2 * size - 1)].reshape(*x.shape[:-2], size, 2 * size - 1).sum(-2)


def from_diagonals(x: jnp.ndarray) -> jnp.ndarray:
    """The matrix that is constant along its diagonals, the last axis."""
    size = (x.shape[-1] + 1) // 2
    return x[..., jnp.arange(size) - jnp.arange(size)[:, None] + size - 1]
