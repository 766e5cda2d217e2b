"""NumPy: factorisations and functions of matrices. Leading axes are batch axes.

Like those of `tensor_networks.backends.numpy`, the definitions are run, and copied into standalone source, as they
stand.
"""

# mypy: disable-error-code="no-any-return,no-untyped-def"

import math

import numpy as np


def symmetric_part(x: np.ndarray) -> np.ndarray:
    """(x + x') / 2."""
    return (x + x.mT) / 2


def eigvalsh(x: np.ndarray) -> np.ndarray:
    """The eigenvalues of the symmetric part, ascending."""
    return np.linalg.eigvalsh(symmetric_part(x))


def eigvecsh(x: np.ndarray) -> np.ndarray:
    """The eigenvectors of the symmetric part, as columns."""
    return np.linalg.eigh(symmetric_part(x))[1]


def eigvals(x: np.ndarray) -> np.ndarray:
    """The eigenvalues."""
    return np.linalg.eig(x)[0]


def eigvecs(x: np.ndarray) -> np.ndarray:
    """The eigenvectors, as columns."""
    return np.linalg.eig(x)[1]


def gaps(x: np.ndarray) -> np.ndarray:
    """1 / (x_j - x_i), and 0 on the diagonal."""
    eye = np.eye(x.shape[-1], dtype=x.dtype)
    return (1 - eye) / (x[..., None, :] - x[..., :, None] + eye)


def wide_svd(x: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The thin singular value decomposition of a matrix that has no more rows than columns."""
    if x.shape[-2] > x.shape[-1]:
        raise np.linalg.LinAlgError("svdvals, svdleft and svdright are of matrices with no more rows than columns")
    return np.linalg.svd(x, full_matrices=False)


def svdvals(x: np.ndarray) -> np.ndarray:
    """The singular values, descending."""
    return wide_svd(x)[1]


def svdleft(x: np.ndarray) -> np.ndarray:
    """The left singular vectors, as columns."""
    return wide_svd(x)[0]


def svdright(x: np.ndarray) -> np.ndarray:
    """The right singular vectors, as rows."""
    return wide_svd(x)[2]


def nucnorm(x: np.ndarray) -> np.ndarray:
    """The sum of the singular values."""
    return np.linalg.svd(x, compute_uv=False).sum(-1)


def polar(x: np.ndarray) -> np.ndarray:
    """The product of the singular vectors, those of vanishing values left out."""
    u, s, vh = np.linalg.svd(x, full_matrices=False)
    kept = s > np.finfo(s.dtype).eps * max(x.shape[-2:]) * s[..., :1]
    return (u * kept[..., None, :]) @ vh


def polarturn(x: np.ndarray, t: np.ndarray) -> np.ndarray:
    """The derivative of polar at x along t, x of full rank."""
    u, s, vh = np.linalg.svd(x, full_matrices=False)
    core = u.mT @ t @ vh.mT
    inside = (core - core.mT) / (s[..., :, None] + s[..., None, :])
    left = (t @ vh.mT - u @ core) / s[..., None, :]
    right = (u.mT @ t - core @ vh) / s[..., :, None]
    return (u @ inside + left) @ vh + u @ right


def polarcurve(x: np.ndarray, w: np.ndarray, t: np.ndarray) -> np.ndarray:
    """The second derivative of polar at x along w and t, x of full rank: of x = s p with p p' = 1 and s = s'."""
    if x.shape[-2] > x.shape[-1]:
        return polarcurve(x.mT, w.mT, t.mT).mT
    u, values, vh = np.linalg.svd(x, full_matrices=False)
    p, s = u @ vh, (u * values[..., None, :]) @ u.mT
    along, other = polarturn(x, w), polarturn(x, t)
    rest = -((w - s @ along) @ p.mT @ other + (t - s @ other) @ p.mT @ along)
    inside = rest @ p.mT
    odd = inside - inside.mT - (along @ other.mT + other @ along.mT) @ s
    turned = u.mT @ odd @ u / (values[..., :, None] + values[..., None, :])
    return u @ (turned @ vh + u.mT @ (rest - inside @ p) / values[..., :, None])


def pinv(x: np.ndarray) -> np.ndarray:
    """The pseudo-inverse."""
    return np.linalg.pinv(x)


def cholesky(x: np.ndarray) -> np.ndarray:
    """The lower factor of the symmetric part."""
    return np.linalg.cholesky(symmetric_part(x))


def tall_qr(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The thin QR factorisation of a matrix that has no more columns than rows."""
    if x.shape[-2] < x.shape[-1]:
        raise np.linalg.LinAlgError("qfactor and rfactor are of matrices with no more columns than rows")
    q, r = np.linalg.qr(x)
    return q, r


def qfactor(x: np.ndarray) -> np.ndarray:
    """The orthonormal columns of the QR factorisation."""
    return tall_qr(x)[0]


def rfactor(x: np.ndarray) -> np.ndarray:
    """The upper triangular factor of the QR factorisation."""
    return tall_qr(x)[1]


def minors(x: np.ndarray) -> np.ndarray:
    """The derivative of adj, from the singular values: exact at singular matrices too."""
    u, s, vh = np.linalg.svd(x)
    size = s.shape[-1]
    factors = np.broadcast_to(s[..., None, None, :], (*s.shape[:-1], size, size, size)).copy()
    place = np.arange(size)
    factors[..., place, :, place] = 1
    factors[..., :, place, place] = 1
    others = factors.prod(-1) * (1 - np.eye(size, dtype=s.dtype))
    others = others * (np.linalg.det(u) * np.linalg.det(vh))[..., None, None]
    left = np.einsum("...ac,...ai,...ja->...cij", others, vh, u)
    right = np.einsum("...ac,...ai,...ka->...cik", others, vh, u)
    first = np.einsum("...cij,...kc,...cl->...ijkl", left, u, vh, optimize=True)
    return first - np.einsum("...cik,...jc,...cl->...ijkl", right, u, vh, optimize=True)


def adjalong(x: np.ndarray, t: np.ndarray) -> np.ndarray:
    """The derivative of adj along t, from the singular values: exact at singular matrices too."""
    u, s, vh = np.linalg.svd(x)
    same, values = np.eye(s.shape[-1], dtype=bool), s[..., None, None, :]
    factors = np.where(same[:, None, :] | same[None, :, :], np.ones_like(values), values)
    others, core = factors.prod(-1) * ~same, u.mT @ t @ vh.mT
    inside = same * np.einsum("...ab,...bb->...a", others, core)[..., :, None] - others * core
    return (np.linalg.det(u) * np.linalg.det(vh))[..., None, None] * (vh.mT @ inside @ u.mT)


def sylvester(x: np.ndarray, w: np.ndarray, v: np.ndarray) -> np.ndarray:
    """The solution y of x y + y w = v: by eigenvectors where they are well conditioned, else as one large system."""
    n, m = v.shape[-2:]
    (a, left), (b, right) = np.linalg.eig(x), np.linalg.eig(w)
    if n * m > 16 and max(np.max(np.linalg.cond(left)), np.max(np.linalg.cond(right))) < 1e6:
        left_inverse, right_inverse = np.linalg.inv(left), np.linalg.inv(right)
        below = a[..., :, None] + b[..., None, :]
        y = 0 * v
        for _ in range(2):
            core = left_inverse @ (v - x @ y - y @ w) @ right / below
            change = left @ core @ right_inverse
            y = y + (change if np.iscomplexobj(v) else change.real)
        return y
    system = x[..., :, None, :, None] * np.eye(m)[:, None, :]
    system = system + np.eye(n)[:, None, :, None] * w.mT[..., None, :, None, :]
    batch = system.shape[:-4]
    flat = np.broadcast_to(v, (*batch, n, m)).reshape(*batch, n * m, 1)
    return np.linalg.solve(system.reshape(*batch, n * m, n * m), flat).reshape(*batch, n, m).astype(v.dtype)


def expm(x: np.ndarray) -> np.ndarray:
    """The exponential: scaling and squaring with a Pade approximant of order 13."""
    numbers = [64764752532480000, 32382376266240000, 7771770303897600, 1187353796428800, 129060195264000]
    numbers += [10559470521600, 670442572800, 33522128640, 1323241920, 40840800, 960960, 16380, 182, 1]
    size = np.max(np.sum(np.abs(x), axis=-2), initial=0)
    if not np.isfinite(size):
        return np.full_like(x, np.nan)
    halvings = max(0, math.ceil(math.log2(size / 5.37))) if size > 5.37 else 0
    x = x / 2**halvings
    eye = np.broadcast_to(np.eye(x.shape[-1], dtype=x.dtype), x.shape)
    square = x @ x
    fourth = square @ square
    sixth = square @ fourth
    even = numbers[0] * eye + numbers[2] * square + numbers[4] * fourth + numbers[6] * sixth
    odd = numbers[1] * eye + numbers[3] * square + numbers[5] * fourth + numbers[7] * sixth
    even = even + sixth @ (numbers[8] * square + numbers[10] * fourth + numbers[12] * sixth)
    odd = x @ (odd + sixth @ (numbers[9] * square + numbers[11] * fourth + numbers[13] * sixth))
    y = np.linalg.solve(even - odd, even + odd)
    for _ in range(halvings):
        y = y @ y
    return y


def sqrtm(x: np.ndarray) -> np.ndarray:
    """The principal square root, by scaled Denman-Beavers iteration."""
    size, eye = x.shape[-1], np.eye(x.shape[-1], dtype=x.dtype)
    m, y = x, x
    for step in range(40):
        inverse = np.linalg.inv(m)
        scale = np.abs(np.linalg.det(m)) ** (-1 / (2 * size)) if size and step < 8 else np.ones(m.shape[:-2], x.dtype)
        scale = scale[..., None, None].astype(x.dtype)
        far = np.max(np.abs(m - eye), initial=0)
        scale = np.where(far > 0.01, scale, 1).astype(x.dtype)
        y = scale / 2 * y @ (eye + inverse / scale**2)
        m = (eye + (scale**2 * m + inverse / scale**2) / 2) / 2
        if np.max(np.abs(m - eye), initial=0) <= 4 * size * np.finfo(x.dtype).eps:
            return y
    return np.where(np.max(np.abs(m - eye)) < 1e-3, y, np.nan).astype(x.dtype)


def logm(x: np.ndarray) -> np.ndarray:
    """The principal logarithm, by inverse scaling and squaring with Gauss-Legendre quadrature."""
    eye = np.eye(x.shape[-1], dtype=x.dtype)
    doublings = 0
    while np.max(np.sum(np.abs(x - eye), axis=-2), initial=0) > 0.25 and doublings < 60:
        x = sqrtm(x)
        doublings += 1
    nodes, weights = np.polynomial.legendre.leggauss(10)
    away, y = x - eye, np.zeros_like(x)
    for node, weight in zip((1 + nodes) / 2, weights / 2, strict=True):
        y = y + x.dtype.type(weight) * np.linalg.solve(eye + x.dtype.type(node) * away, away)
    return 2**doublings * y


def along(function, x: np.ndarray, t: np.ndarray) -> np.ndarray:
    """The derivative of a function of a matrix along t: a block of its value at [[x, 0], [t, x]]."""
    size = x.shape[-1]
    above = np.concatenate([x, np.zeros_like(x)], axis=-1)
    below = np.concatenate([t, x], axis=-1)
    return function(np.concatenate([above, below], axis=-2))[..., size:, :size]


def expmalong(x: np.ndarray, t: np.ndarray) -> np.ndarray:
    """The derivative of expm along t."""
    return along(expm, x, t)


def logmalong(x: np.ndarray, t: np.ndarray) -> np.ndarray:
    """The derivative of logm along t."""
    return along(logm, x, t)


def sqrtmalong(x: np.ndarray, t: np.ndarray) -> np.ndarray:
    """The derivative of sqrtm along t."""
    return along(sqrtm, x, t)


def whole(k: np.ndarray) -> int:
    """An exponent, the same for all matrices, as an integer."""
    number = round(float(np.ravel(k)[0])) if np.size(k) else 0
    if not np.all(np.asarray(k) == number):
        raise ValueError("the power of a matrix must be a whole number")
    return number


def powm(x: np.ndarray, k: np.ndarray) -> np.ndarray:
    """x times itself, k times; the inverse, for a negative k."""
    return np.linalg.matrix_power(x, whole(k))


def powmalong(x: np.ndarray, k: np.ndarray, t: np.ndarray) -> np.ndarray:
    """The derivative of powm along t."""
    return along(lambda y: powm(y, k), x, t)


def curve(slope, x: np.ndarray, w: np.ndarray, t: np.ndarray) -> np.ndarray:
    """The second derivative along w and t, given the first one: a block of it at [[x, 0], [w, x]] along t twice."""
    size, zero = x.shape[-1], np.zeros_like(x)
    place = np.concatenate([np.concatenate([x, zero], axis=-1), np.concatenate([w, x], axis=-1)], axis=-2)
    direction = np.concatenate([np.concatenate([t, zero], axis=-1), np.concatenate([zero, t], axis=-1)], axis=-2)
    return slope(place, direction)[..., size:, :size]


def expmcurve(x: np.ndarray, w: np.ndarray, t: np.ndarray) -> np.ndarray:
    """The second derivative of expm along w and t."""
    return curve(expmalong, x, w, t)


def logmcurve(x: np.ndarray, w: np.ndarray, t: np.ndarray) -> np.ndarray:
    """The second derivative of logm along w and t."""
    return curve(logmalong, x, w, t)


def sqrtmcurve(x: np.ndarray, w: np.ndarray, t: np.ndarray) -> np.ndarray:
    """The second derivative of sqrtm along w and t."""
    return curve(sqrtmalong, x, w, t)


def powmcurve(x: np.ndarray, k: np.ndarray, w: np.ndarray, t: np.ndarray) -> np.ndarray:
    """The second derivative of powm along w and t."""
    return curve(lambda y, s: powmalong(y, k, s), x, w, t)


def banded_rows(x: np.ndarray) -> np.ndarray:
    """x[i] at (d, j) with d = j - i + n - 1: the last axis shifted along every diagonal, 0 beyond its ends."""
    size = x.shape[-1]
    places = np.arange(size) - np.arange(2 * size - 1)[:, None] + 2 * size - 2
    return widened(x)[..., places]


def banded_columns(x: np.ndarray) -> np.ndarray:
    """x[j] at (d, i) with d = j - i + n - 1."""
    size = x.shape[-1]
    return widened(x)[..., np.arange(size) + np.arange(2 * size - 1)[:, None]]


def widened(x: np.ndarray) -> np.ndarray:
    """The last axis with as many zeros, but one, on both sides."""
    sides = np.zeros_like(x)[..., 1:]
    return np.concatenate([sides, x, sides], -1)
