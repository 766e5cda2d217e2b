# mypy: disable-error-code="no-any-return,no-untyped-def,import-not-found,import-untyped,attr-defined"
"""JAX: factorisations and functions of matrices. Leading axes are batch axes.

The definitions are copied into standalone source as they stand: they use `jax`, `jnp` and each other only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import jax
    import jax.numpy as jnp


def eigvals(x: jnp.ndarray) -> jnp.ndarray:
    """The eigenvalues; complex."""
    return jnp.linalg.eig(x)[0]


def eigvecs(x: jnp.ndarray) -> jnp.ndarray:
    """The eigenvectors, as columns; complex."""
    return jnp.linalg.eig(x)[1]


def wide_svd(x: jnp.ndarray) -> tuple[jnp.ndarray, jnp.ndarray, jnp.ndarray]:
    """The thin singular value decomposition of a matrix that has no more rows than columns."""
    if x.shape[-2] > x.shape[-1]:
        raise ValueError("svdvals, svdleft and svdright are of matrices with no more rows than columns")
    return jnp.linalg.svd(x, full_matrices=False)


def tall_qr(x: jnp.ndarray) -> tuple[jnp.ndarray, jnp.ndarray]:
    """The thin QR factorisation of a matrix that has no more columns than rows."""
    if x.shape[-2] < x.shape[-1]:
        raise ValueError("qfactor and rfactor are of matrices with no more columns than rows")
    return jnp.linalg.qr(x)


def minors(x: jnp.ndarray) -> jnp.ndarray:
    """The derivative of adj, from the singular values: exact at singular matrices too."""
    u, s, vh = jnp.linalg.svd(x)
    eye = jnp.eye(s.shape[-1], dtype=bool)
    factors = jnp.where(eye[:, None, :] | eye[None, :, :], 1, s[..., None, None, :])
    others = factors.prod(-1) * (1 - jnp.eye(s.shape[-1], dtype=s.dtype))
    others = others * (jnp.linalg.det(u) * jnp.linalg.det(vh))[..., None, None]
    left = jnp.einsum("...ac,...ai,...ja->...cij", others, vh, u)
    right = jnp.einsum("...ac,...ai,...ka->...cik", others, vh, u)
    first = jnp.einsum("...cij,...kc,...cl->...ijkl", left, u, vh)
    return first - jnp.einsum("...cik,...jc,...cl->...ijkl", right, u, vh)


def sylvester(x: jnp.ndarray, w: jnp.ndarray, v: jnp.ndarray) -> jnp.ndarray:
    """The solution y of x y + y w = v, as one linear system."""
    n, m = v.shape[-2:]
    system = x[..., :, None, :, None] * jnp.eye(m, dtype=v.dtype)[:, None, :]
    system = system + jnp.eye(n, dtype=v.dtype)[:, None, :, None] * w.mT[..., None, :, None, :]
    batch = v.shape[:-2]
    return jnp.linalg.solve(system.reshape(*batch, n * m, n * m), v.reshape(*batch, n * m, 1)).reshape(v.shape)


def expm(x: jnp.ndarray) -> jnp.ndarray:
    """The exponential."""
    return jax.scipy.linalg.expm(x, max_squarings=64)


def root_step(state):
    """One step of the scaled Denman-Beavers iteration."""
    step, m, y, _ = state
    size, eye = m.shape[-1], jnp.eye(m.shape[-1], dtype=m.dtype)
    inverse = jnp.linalg.inv(m)
    far = jnp.max(jnp.abs(m - eye), initial=0) > 0.01
    scale = jnp.where(far & (step < 8), jnp.abs(jnp.linalg.det(m)) ** (-1 / (2 * max(size, 1))), 1)[..., None, None]
    y = scale / 2 * y @ (eye + inverse / scale**2)
    m = (eye + (scale**2 * m + inverse / scale**2) / 2) / 2
    return step + 1, m, y, jnp.max(jnp.abs(m - eye), initial=0)


def sqrtm(x: jnp.ndarray) -> jnp.ndarray:
    """The principal square root, by scaled Denman-Beavers iteration."""
    limit = 4 * x.shape[-1] * jnp.finfo(x.dtype).eps
    start = (0, x, x, jnp.asarray(jnp.inf, x.dtype))
    _, _, y, error = jax.lax.while_loop(lambda state: (state[0] < 40) & (state[3] > limit), root_step, start)
    return jnp.where(error < 1e-3, y, jnp.nan)


def logm(x: jnp.ndarray) -> jnp.ndarray:
    """The principal logarithm, by inverse scaling and squaring with Gauss-Legendre quadrature."""
    eye = jnp.eye(x.shape[-1], dtype=x.dtype)

    def far(state):
        return (state[0] < 60) & (jnp.max(jnp.sum(jnp.abs(state[1] - eye), axis=-2), initial=0) > 0.25)

    doublings, x = jax.lax.while_loop(far, lambda state: (state[0] + 1, sqrtm(state[1])), (0, x))
    angles = jnp.arange(1, 10, dtype=x.dtype)
    jacobi = jnp.diag(angles / jnp.sqrt(4 * angles**2 - 1), 1)
    nodes, vectors = jnp.linalg.eigh(jacobi + jacobi.T)
    away, y = x - eye, jnp.zeros_like(x)
    for k in range(10):
        y = y + vectors[0, k] ** 2 * jnp.linalg.solve(eye + (1 + nodes[k]) / 2 * away, away)
    return 2.0**doublings * y


def powm(x: jnp.ndarray, k: jnp.ndarray) -> jnp.ndarray:
    """x times itself, k times, by squaring; the inverse, for a negative k; NaN for a k that is not whole."""
    number = jnp.reshape(k, -1)[0]
    base = jax.lax.cond(number < 0, jnp.linalg.inv, lambda y: y, x)
    unit = jnp.broadcast_to(jnp.eye(x.shape[-1], dtype=x.dtype), x.shape)

    def double(state):
        left, square, power = state
        return left // 2, square @ square, jnp.where(left % 2 == 1, power @ square, power)

    _, _, power = jax.lax.while_loop(lambda state: state[0] >= 1, double, (jnp.abs(number), base, unit))
    return jnp.where(number == jnp.round(number), power, jnp.nan)
